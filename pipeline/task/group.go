package task

import (
	"hash/maphash"

	"github.com/clearlane/clearlane/pipeline/record"
)

// none ends a chain of indexes.
const none = int32(-1)

// groups collects the records of a micro-batch by order key, so that the state of an
// order is read and written once, however many of its records have arrived together.
// The join is commutative, so the sequence between orders does not matter.
type groups struct {
	// slots find a group by the hash of its key: open addressing with linear probing,
	// a power of two in length, never more than half full. One of another round is empty.
	slots []slot
	seed  maphash.Seed
	round uint32
	list  []group
	items []item
}

type slot struct {
	round uint32
	group int32
	hash  uint64
}

type group struct {
	key         []byte
	first, last int32 // of items
}

type item struct {
	topic int32
	next  int32
	rec   *record.Record
}

// minSlots is the least number of slots.
const minSlots = 1 << 10

func newGroups() *groups {
	return &groups{slots: make([]slot, minSlots), seed: maphash.MakeSeed(), round: 1}
}

func (g *groups) reset() {
	if g.round++; g.round == 0 { // once in four billion rounds: no slot may seem to be of a new one
		clear(g.slots)
		g.round = 1
	}
	clear(g.items) // lets go of the batches
	clear(g.list)
	g.list, g.items = g.list[:0], g.items[:0]
}

func (g *groups) add(topic int, r *record.Record) {
	it := int32(len(g.items))
	g.items = append(g.items, item{topic: int32(topic), next: none, rec: r})
	hash := maphash.Bytes(g.seed, r.Key)
	mask := uint64(len(g.slots) - 1)
	i := hash & mask
	for ; g.slots[i].round == g.round; i = (i + 1) & mask {
		if g.slots[i].hash != hash {
			continue
		}
		if c := &g.list[g.slots[i].group]; string(c.key) == string(r.Key) {
			g.items[c.last].next = it
			c.last = it
			return
		}
	}
	g.slots[i] = slot{round: g.round, group: int32(len(g.list)), hash: hash}
	g.list = append(g.list, group{key: r.Key, first: it, last: it})
	if 2*len(g.list) > len(g.slots) {
		g.grow()
	}
}

func (g *groups) grow() {
	old := g.slots
	g.slots = make([]slot, 2*len(old))
	mask := uint64(len(g.slots) - 1)
	for _, s := range old {
		if s.round != g.round {
			continue
		}
		i := s.hash & mask
		for g.slots[i].round == g.round {
			i = (i + 1) & mask
		}
		g.slots[i] = s
	}
}
