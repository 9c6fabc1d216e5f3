package join

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// Entry is what a case holds of one id: the record of the greatest rank, and of
// several identical ones that with the smallest offset.
type Entry struct {
	ID      string
	Rank    Rank
	TimeMs  int64 // Kafka record timestamp, Unix ms
	Offset  int64
	Payload []byte
}

// Case is a maximal chain of records of one order key whose record times follow each
// other within the retention. All entries alias memory that the State does not own,
// see Decode and Record.
type Case struct {
	FirstMs int64 // record time of the case's first record
	LastMs  int64 // and of its newest, duplicates and stale ones included
	lists   [numKinds][]Entry
}

// Order is the order in its newest revision, or false when none has arrived.
func (c *Case) Order() (*Entry, bool) {
	if len(c.lists[orders]) == 0 {
		return nil, false
	}
	return &c.lists[orders][0], true
}

// Clicks are the newest clicks, the newest first (by event time, then id).
func (c *Case) Clicks() []Entry { return c.lists[clicks] }

// Shipments are in the sequence of their ids.
func (c *Case) Shipments() []Entry { return c.lists[shipments] }

// Shipment is the shipment of an id, or false when there is none.
func (c *Case) Shipment(id string) (*Entry, bool) {
	i, found := searchID(c.lists[shipments], id)
	if !found {
		return nil, false
	}
	return &c.lists[shipments][i], true
}

// Verifications are the newest answers about each e-Cert, the newest first.
func (c *Case) Verifications() []Entry { return c.lists[verifications] }

// Dispositions are the newest dispositions, the newest first.
func (c *Case) Dispositions() []Entry { return c.lists[dispositions] }

// kind numbers the lists of a case. The numbers are part of the encoded form.
type kind uint8

const (
	orders kind = iota
	clicks
	shipments
	verifications
	dispositions
	numKinds
)

func kindOf(k schemas.Kind) (kind, bool) {
	switch k {
	case schemas.KindOrder:
		return orders, true
	case schemas.KindAdClick:
		return clicks, true
	case schemas.KindShipment:
		return shipments, true
	case schemas.KindEcertVerification:
		return verifications, true
	case schemas.KindDisposition:
		return dispositions, true
	}
	return 0, false
}

// before is the sequence of a list: what stands behind the limit is cut off. It has to
// be monotone in the rank (an entry that gains rank never moves back), or an entry
// that was cut could be missing once a kept one moves behind it. Hence the revision in
// front of the event time, though no kind that is ordered by time has revisions today.
func (k kind) before(a, b *Entry) bool {
	if k != shipments {
		if a.Rank.Revision != b.Rank.Revision {
			return a.Rank.Revision > b.Rank.Revision
		}
		if a.Rank.EventMs != b.Rank.EventMs {
			return a.Rank.EventMs > b.Rank.EventMs
		}
		return a.ID > b.ID
	}
	return a.ID < b.ID
}

// join puts an entry into its list. cut is called with what the limit pushes out.
func (c *Case) join(k kind, limit int, e *Entry, cut func(k kind, e *Entry)) Outcome {
	list := c.lists[k]
	i := k.find(list, e.ID)
	if i < 0 {
		return c.insert(k, limit, e, cut)
	}
	held := &list[i]
	switch cmp := e.Rank.Compare(held.Rank); {
	case cmp < 0:
		return Stale
	case cmp == 0:
		if e.Offset < held.Offset {
			*held = *e
		}
		return Duplicate
	}
	// An entry that gains rank moves to the front, never back.
	for i > 0 && k.before(e, &list[i-1]) {
		list[i] = list[i-1]
		i--
	}
	list[i] = *e
	return Replaced
}

func (c *Case) insert(k kind, limit int, e *Entry, cut func(k kind, e *Entry)) Outcome {
	list := c.lists[k]
	i := len(list)
	for i > 0 && k.before(e, &list[i-1]) {
		i--
	}
	if i >= limit {
		if k == shipments {
			return OverLimit
		}
		return Evicted
	}
	list = append(list, Entry{})
	copy(list[i+1:], list[i:])
	list[i] = *e
	for len(list) > limit {
		last := len(list) - 1
		cut(k, &list[last])
		list[last] = Entry{}
		list = list[:last]
	}
	c.lists[k] = list
	return Added
}

func (k kind) find(list []Entry, id string) int {
	if k == shipments {
		if i, found := searchID(list, id); found {
			return i
		}
		return -1
	}
	for i := range list {
		if list[i].ID == id {
			return i
		}
	}
	return -1
}

// searchID finds an id in a list that is ordered by id. slices.BinarySearchFunc would
// take each Entry by value.
func searchID(list []Entry, id string) (int, bool) {
	lo, hi := 0, len(list)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := strings.Compare(list[mid].ID, id); {
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

// reset empties the case and keeps the memory of its lists.
func (c *Case) reset() {
	c.FirstMs, c.LastMs = 0, 0
	for k := range c.lists {
		c.lists[k] = c.lists[k][:0]
	}
}
