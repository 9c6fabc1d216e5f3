package state

// loc says where an entry stands.
type loc struct {
	gen   uint8
	entry uint32 // below maxEntries
}

// maxEntries bounds the entries of a generation, and maxGens the generations, by what a
// place of the index can name.
const (
	entryBits  = 24
	maxEntries = 1 << entryBits
	maxGens    = 255
)

// slot is one place of the index in eight bytes: the lower half of the hash, the number of
// the generation, that of the entry. Zero is an empty one, as generations count from 1.
type slot uint64

func slotOf(hash uint64, l loc) slot {
	return slot(hash<<32 | uint64(l.gen)<<entryBits | uint64(l.entry))
}

func (s slot) loc() loc {
	return loc{gen: uint8(s >> entryBits), entry: uint32(s) & (maxEntries - 1)}
}

// index finds the newest entry of a key among all generations: open addressing with
// linear probing, no pointers. Keys that the half of their hashes does not tell apart stand
// in different slots, and the caller compares the keys. The owner's goroutine alone uses it.
type index struct {
	slots []slot
	n     int
}

const minSlots = 1 << 10

// find is the first slot from i on, in probing order, that holds the hash, or -1.
func (x *index) find(hash uint64, from int) int {
	if len(x.slots) == 0 {
		return -1
	}
	mask := len(x.slots) - 1
	for i := from & mask; x.slots[i] != 0; i = (i + 1) & mask {
		if uint32(x.slots[i]>>32) == uint32(hash) {
			return i
		}
	}
	return -1
}

// home is where probing for a hash starts. The lower half is what a slot keeps of it.
func (x *index) home(hash uint64) int { return int(uint32(hash)) & (len(x.slots) - 1) }

// insert reports whether it has moved the others.
func (x *index) insert(hash uint64, l loc) (moved bool) {
	if (x.n+1)*4 > len(x.slots)*3 {
		x.grow()
		moved = true
	}
	x.put(slotOf(hash, l))
	x.n++
	return moved
}

func (x *index) put(s slot) {
	mask := len(x.slots) - 1
	i := x.home(uint64(s >> 32))
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, max(minSlots, 2*len(old)))
	for _, s := range old {
		if s != 0 {
			x.put(s)
		}
	}
}

// remove empties a slot and moves back those that were pushed past it.
func (x *index) remove(i int) {
	mask := len(x.slots) - 1
	x.n--
	for j := (i + 1) & mask; x.slots[j] != 0; j = (j + 1) & mask {
		// The slot j may move to i if its home does not lie between them.
		if (j-x.home(uint64(x.slots[j]>>32)))&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = 0
}

// drop removes the slot of a hash that points at l, if there is one.
func (x *index) drop(hash uint64, l loc) {
	if len(x.slots) == 0 {
		return
	}
	s, mask := slotOf(hash, l), len(x.slots)-1
	for i := x.home(hash); x.slots[i] != 0; i = (i + 1) & mask {
		if x.slots[i] == s {
			x.remove(i)
			return
		}
	}
}

func (x *index) bytes() int64 { return int64(len(x.slots)) * 8 }
