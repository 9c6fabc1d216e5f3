package task

import (
	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/record"
)

// none ends a chain of indexes.
const none = int32(-1)

// groups collects the records of a micro-batch by order key, so that the state of an
// order is read and written once, however many of its records have arrived together.
// The join is commutative, so the sequence between orders does not matter.
type groups struct {
	index map[uint64]int32 // hash of the key -> first group of that hash
	list  []group
	items []item
}

type group struct {
	key         []byte
	first, last int32 // of items
	collides    int32 // next group of the same hash
}

type item struct {
	topic int32
	next  int32
	rec   *record.Record
}

func newGroups() *groups { return &groups{index: map[uint64]int32{}} }

func (g *groups) reset() {
	clear(g.index)
	clear(g.items) // lets go of the batches
	clear(g.list)
	g.list, g.items = g.list[:0], g.items[:0]
}

func (g *groups) add(topic int, r *record.Record) {
	it := int32(len(g.items))
	g.items = append(g.items, item{topic: int32(topic), next: none, rec: r})
	hash := murmur3.Sum64(r.Key)
	first, seen := g.index[hash]
	if !seen {
		first = none
	}
	for i := first; i != none; i = g.list[i].collides {
		if c := &g.list[i]; string(c.key) == string(r.Key) {
			g.items[c.last].next = it
			c.last = it
			return
		}
	}
	g.index[hash] = int32(len(g.list))
	g.list = append(g.list, group{key: r.Key, first: it, last: it, collides: first})
}
