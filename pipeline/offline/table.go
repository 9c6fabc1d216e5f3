package offline

import (
	"maps"
	"slices"
)

// table holds the encoded state of every order. States lie in pages without pointers,
// so that neither the allocator nor the garbage collector counts orders: a value grows
// in its slot, or moves to a slot of a greater class and leaves its own for another.
type table struct {
	index map[string]uint32 // of a key's slot
	slots []slot
	pages [][]byte
	free  [][]slot // by class
	sizes []int    // by class, ascending
	open  int      // the page that slots are cut from
	end   int      // bytes taken of it
}

// slot is where a value lies.
type slot struct {
	page, at uint32
	n        uint32 // bytes of the value
	class    uint32 // ownPage: the page holds nothing else
}

const (
	pageBytes    = 1 << 20
	smallestSlot = 128
	greatestSlot = pageBytes / 16 // greater values get a page of their own
	ownPage      = ^uint32(0)
)

func newTable() *table {
	t := &table{index: map[string]uint32{}, end: pageBytes}
	for size := smallestSlot; size <= greatestSlot; size = (size + size/8 + 15) &^ 15 {
		t.sizes = append(t.sizes, size)
	}
	t.free = make([][]slot, len(t.sizes))
	return t
}

// get is the value of a key, nil when there is none. It is valid until the next put.
func (t *table) get(key []byte) []byte {
	i, held := t.index[string(key)]
	if !held {
		return nil
	}
	s := t.slots[i]
	return t.pages[s.page][s.at : s.at+s.n : s.at+s.n]
}

// put keeps a copy of a value.
func (t *table) put(key, value []byte) {
	i, held := t.index[string(key)]
	if !held {
		i = uint32(len(t.slots))
		t.slots = append(t.slots, t.take(len(value)))
		t.index[string(key)] = i
	}
	s := &t.slots[i]
	if len(value) > t.room(*s) {
		t.release(*s)
		*s = t.take(len(value))
	}
	s.n = uint32(copy(t.pages[s.page][s.at:], value))
}

// room is how many bytes fit into a slot.
func (t *table) room(s slot) int {
	if s.class == ownPage {
		return len(t.pages[s.page])
	}
	return t.sizes[s.class]
}

func (t *table) release(s slot) {
	if s.class == ownPage {
		t.pages[s.page] = nil
		return
	}
	t.free[s.class] = append(t.free[s.class], s)
}

func (t *table) take(n int) slot {
	class, _ := slices.BinarySearch(t.sizes, n)
	if class == len(t.sizes) {
		t.pages = append(t.pages, make([]byte, n+n/8))
		return slot{page: uint32(len(t.pages) - 1), class: ownPage}
	}
	if free := t.free[class]; len(free) > 0 {
		t.free[class] = free[:len(free)-1]
		return free[len(free)-1]
	}
	if t.end+t.sizes[class] > pageBytes {
		t.open, t.end = len(t.pages), 0
		t.pages = append(t.pages, make([]byte, pageBytes))
	}
	s := slot{page: uint32(t.open), at: uint32(t.end), class: uint32(class)}
	t.end += t.sizes[class]
	return s
}

// keys are all keys in their order.
func (t *table) keys() []string { return slices.Sorted(maps.Keys(t.index)) }
