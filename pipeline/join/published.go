package join

import "strings"

// Published is what was last published of one subject. It stands beside the entries
// and is not a function of the records: it is what the next verdict is compared with,
// and what the roll-ups hold of the subject.
type Published struct {
	Subject     string // shipment_id, or "" for the order's pre-review
	Version     uint64
	NewestMs    int64 // record time of the newest record that the verdict knew of, Unix ms
	VerdictHash uint64
	Route       uint8
	Cell        []byte // opaque: the subject's share in the roll-ups
	Shadow      Shadow
}

// Shadow is what was last published of how a second opinion of a subject differs. The zero
// value: nothing ever was.
type Shadow struct {
	Version uint64
	Hash    uint64 // of the difference; 0: it has ended
}

// Published is what was last published of a subject, or nil. It may be read until the
// next SetPublished, Decode or Reset.
func (s *State) Published(subject string) *Published {
	i, found := s.searchSubject(subject)
	if !found {
		return nil
	}
	return &s.published[i]
}

// Subjects are all published subjects in the sequence of their names.
func (s *State) Subjects() []Published { return s.published }

// SetPublished notes what was published of a subject. Subject and Cell are kept
// without copying until the state is encoded.
//
// Published subjects outlive their case until the store forgets the key. They are
// bounded by what the remembered cases can hold (two cases of l.Shipments each, and
// the order): beyond that the subject of the smallest version that no case holds is
// forgotten. A subject of a remembered case is never forgotten, so a bound that is
// lowered takes effect with the cases.
func (s *State) SetPublished(l *Limits, p Published) {
	i, found := s.searchSubject(p.Subject)
	if found {
		s.published[i] = p
		return
	}
	s.published = append(s.published, Published{})
	copy(s.published[i+1:], s.published[i:])
	s.published[i] = p
	if len(s.published) > maxCases*l.Shipments+1 {
		s.forgetSubject()
	}
}

// ForgetPublished forgets what was published from records before a time alone: the
// subjects begin anew. forgotten is told of each.
func (s *State) ForgetPublished(beforeMs int64, forgotten func(*Published)) {
	kept := s.published[:0]
	for i := range s.published {
		if p := &s.published[i]; p.NewestMs >= beforeMs {
			kept = append(kept, *p)
		} else {
			forgotten(p)
		}
	}
	clear(s.published[len(kept):])
	s.published = kept
}

func (s *State) forgetSubject() {
	oldest := -1
	for i := range s.published {
		p := &s.published[i]
		if p.Subject == "" || s.holdsShipment(p.Subject) {
			continue
		}
		if oldest < 0 || p.Version < s.published[oldest].Version {
			oldest = i
		}
	}
	if oldest < 0 {
		return
	}
	copy(s.published[oldest:], s.published[oldest+1:])
	last := len(s.published) - 1
	s.published[last] = Published{}
	s.published = s.published[:last]
}

func (s *State) searchSubject(subject string) (int, bool) {
	lo, hi := 0, len(s.published)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := strings.Compare(s.published[mid].Subject, subject); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}
