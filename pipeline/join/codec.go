package join

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

// formatVersion is the first byte of an encoded state. The rest, with v a varint
// (zigzag where signed) and times as differences to the case's first:
//
//	v cases { v firstMs, v lastMs, numKinds x (v entries
//	  { string id, v revision, v eventMs, 8 hash, v timeMs, v offset, bytes payload }) }
//	v subjects { v place, with place 0: string subject, v version, v newestMs, 8 verdictHash,
//	  1 route, bytes cell, with hasShadow in the route: v shadow version, 8 shadow hash })
//
// A subject's place is that among the shipments of the newest case, from 1; 0 is none. Its
// version and time are differences to that case's last time.
//
// Version 5 is that of a state whose contributions do not stand in the funnel: older
// releases had none. Versions 4 and 3 are the same two of before: subjects had no place, and
// version and time were whole. Version 2 is read too. In it dispositions were ranked by the
// version they were about, before their time.
const (
	formatVersion    = 6
	formatUncounted  = 5
	formatWhole      = 4
	formatWithRanked = 2
)

// hasShadow is set in the route of a subject that a difference was published of.
const hasShadow = 0x80

// ErrEncoding is what Decode's errors wrap: the bytes are not those of a state.
var ErrEncoding = errors.New("encoded order state")

// Append appends the state's encoded form.
func (s *State) Append(dst []byte) []byte {
	if s.counted {
		dst = append(dst, formatVersion)
	} else {
		dst = append(dst, formatUncounted)
	}
	dst = binary.AppendUvarint(dst, uint64(len(s.cases)))
	for i := range s.cases {
		c := &s.cases[i]
		dst = binary.AppendVarint(dst, c.FirstMs)
		dst = binary.AppendUvarint(dst, uint64(c.LastMs)-uint64(c.FirstMs))
		for k := range c.lists {
			list := c.lists[k]
			dst = binary.AppendUvarint(dst, uint64(len(list)))
			for j := range list {
				dst = list[j].append(dst, c.FirstMs)
			}
		}
	}
	base := s.Newest()
	dst = binary.AppendUvarint(dst, uint64(len(s.published)))
	for i := range s.published {
		p := &s.published[i]
		if place, held := searchID(s.Shipments(), p.Subject); held {
			dst = binary.AppendUvarint(dst, uint64(place)+1)
		} else {
			dst = binary.AppendUvarint(append(dst, 0), uint64(len(p.Subject)))
			dst = append(dst, p.Subject...)
		}
		dst = binary.AppendVarint(dst, int64(p.Version-uint64(base)))
		dst = binary.AppendVarint(dst, p.NewestMs-base)
		dst = binary.LittleEndian.AppendUint64(dst, p.VerdictHash)
		route := p.Route
		if p.Shadow.Version != 0 {
			route |= hasShadow
		}
		dst = append(dst, route)
		dst = binary.AppendUvarint(dst, uint64(len(p.Cell)))
		dst = append(dst, p.Cell...)
		if p.Shadow.Version != 0 {
			dst = binary.AppendUvarint(dst, p.Shadow.Version)
			dst = binary.LittleEndian.AppendUint64(dst, p.Shadow.Hash)
		}
	}
	return dst
}

func (e *Entry) append(dst []byte, baseMs int64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(e.ID)))
	dst = append(dst, e.ID...)
	dst = binary.AppendVarint(dst, e.Rank.Revision)
	dst = binary.AppendVarint(dst, e.Rank.EventMs-baseMs)
	dst = binary.LittleEndian.AppendUint64(dst, e.Rank.Hash)
	dst = binary.AppendVarint(dst, e.TimeMs-baseMs)
	dst = binary.AppendVarint(dst, e.Offset)
	dst = binary.AppendUvarint(dst, uint64(len(e.Payload)))
	return append(dst, e.Payload...)
}

// Decode makes the state that of an encoded form. Ids, payloads and cells alias b, which
// has to stay unchanged while the state is used. Empty bytes are the state of a key
// never seen. On an error, which wraps ErrEncoding, the state is empty.
func (s *State) Decode(b []byte) error {
	s.Reset()
	if len(b) == 0 {
		return nil
	}
	if b[0] < formatWithRanked || b[0] > formatVersion {
		return fmt.Errorf("%w: version %d: known are %d to %d", ErrEncoding, b[0], formatWithRanked, formatVersion)
	}
	r := reader{b: b[1:], ranked: b[0] == formatWithRanked, whole: b[0] <= formatWhole}
	s.counted = b[0] == formatVersion || b[0] == formatWhole
	s.read(&r)
	if r.bad != "" {
		s.Reset()
		return fmt.Errorf("%w: %s: invalid at byte %d of %d", ErrEncoding, r.bad, len(b)-r.left, len(b))
	}
	return nil
}

func (s *State) read(r *reader) {
	n := r.count(len(r.b)/minCaseBytes, "number of cases")
	for i := range n {
		if i < cap(s.cases) {
			s.cases = s.cases[:i+1]
		} else {
			s.cases = append(s.cases, Case{})
		}
		s.cases[i].read(r)
		if i > 0 && s.cases[i].FirstMs <= s.cases[i-1].LastMs {
			r.fail("sequence of cases")
		}
		if r.bad != "" {
			return
		}
	}
	s.touched = max(n-1, 0)
	base, held := s.Newest(), s.Shipments()
	if r.whole {
		base = 0
	}
	n = r.count(len(r.b)/minSubjectBytes, "number of subjects")
	s.published = slices.Grow(s.published, n)[:n]
	for i := range s.published {
		p := &s.published[i]
		if place := r.place(len(held)); place > 0 {
			p.Subject = held[place-1].ID
		} else {
			p.Subject = r.string("subject")
		}
		if r.whole {
			p.Version = r.uvarint("version")
		} else {
			p.Version = uint64(r.varint("version") + base)
		}
		p.NewestMs = r.varint("newest time") + base
		p.VerdictHash = r.fixed("verdict hash")
		p.Route = r.byte("route")
		p.Cell = r.bytes("cell")
		p.Shadow = Shadow{}
		if p.Route&hasShadow != 0 {
			p.Route &^= hasShadow
			if p.Shadow = (Shadow{r.uvarint("shadow version"), r.fixed("shadow hash")}); p.Shadow.Version == 0 {
				r.fail("shadow version")
			}
		}
		if i > 0 && p.Subject <= s.published[i-1].Subject {
			r.fail("sequence of subjects")
		}
		if r.bad != "" {
			return
		}
	}
	if len(r.b) > 0 {
		r.fail("end")
	}
}

func (c *Case) read(r *reader) {
	c.FirstMs = r.varint("first time")
	c.LastMs = int64(uint64(c.FirstMs) + r.uvarint("last time"))
	if c.LastMs < c.FirstMs {
		r.fail("last time")
	}
	for k := range c.lists {
		n := r.count(len(r.b)/minEntryBytes, "number of entries")
		if k == int(orders) && n > 1 {
			r.fail("number of orders")
		}
		list := slices.Grow(c.lists[k][:0], n)[:n]
		c.lists[k] = list
		for i := range list {
			list[i].read(r, c.FirstMs)
			if r.ranked && k == int(dispositions) {
				byTime(list[:i+1])
			}
			if i > 0 && !kind(k).before(&list[i-1], &list[i]) {
				r.fail("sequence of entries")
			}
			if r.bad != "" {
				return
			}
		}
	}
}

// What a case takes at least (two varints and the length of each list), an entry (six
// varints and the hash), and a subject (four varints, the hash and the route). They
// bound what a hostile count can make Decode allocate.
const (
	minCaseBytes    = 2 + int(numKinds)
	minEntryBytes   = 14
	minSubjectBytes = 13
)

func (e *Entry) read(r *reader, baseMs int64) {
	e.ID = r.string("id")
	e.Rank.Revision = r.varint("revision")
	e.Rank.EventMs = r.varint("event time") + baseMs
	e.Rank.Hash = r.fixed("hash")
	e.TimeMs = r.varint("record time") + baseMs
	e.Offset = r.varint("offset")
	e.Payload = r.bytes("payload")
}

// reader takes fields off the front. After the first fault, whose field it keeps, it
// yields zeros.
type reader struct {
	b      []byte
	bad    string
	left   int  // bytes not taken at the fault
	ranked bool // the state is of formatWithRanked
	whole  bool // the state is of formatWhole or older
}

// byTime takes the last of the dispositions to where its time puts it.
func byTime(list []Entry) {
	i := len(list) - 1
	list[i].Rank.Revision = 0
	for ; i > 0 && dispositions.before(&list[i], &list[i-1]); i-- {
		list[i], list[i-1] = list[i-1], list[i]
	}
}

func (r *reader) fail(field string) {
	if r.bad == "" {
		r.bad = field
		r.left, r.b = len(r.b), nil
	}
}

// place is where a subject stands among so many shipments, from 1; 0 where it is named.
func (r *reader) place(held int) int {
	if r.whole {
		return 0
	}
	return r.count(held, "place of a subject")
}

func (r *reader) uvarint(field string) uint64 {
	if len(r.b) > 1 { // nearly all take one byte or two; after a fault there is none left to take
		if a := uint64(r.b[0]); a < 0x80 {
			r.b = r.b[1:]
			return a
		} else if b := uint64(r.b[1]); b < 0x80 && b > 0 {
			r.b = r.b[2:]
			return a&0x7f | b<<7
		}
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail(field)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint(field string) int64 {
	u := r.uvarint(field)
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) count(limit int, field string) int {
	v := r.uvarint(field)
	if v > uint64(limit) {
		r.fail(field)
		return 0
	}
	return int(v)
}

func (r *reader) fixed(field string) uint64 {
	if len(r.b) < 8 {
		r.fail(field)
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *reader) byte(field string) uint8 {
	if len(r.b) == 0 {
		r.fail(field)
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) bytes(field string) []byte {
	n := r.uvarint(field)
	if n > uint64(len(r.b)) {
		r.fail(field)
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// string aliases the encoded form: whoever decodes keeps that unchanged.
func (r *reader) string(field string) string {
	v := r.bytes(field)
	return unsafe.String(unsafe.SliceData(v), len(v))
}
