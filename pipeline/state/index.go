package state

// loc says where an entry stands.
type loc struct {
	gen   uint16
	entry uint32
}

// slot is one place of the index. A zero used is an empty one.
type slot struct {
	hash uint64
	loc  loc
	used bool
}

// index finds the newest entry of a key among all generations: open addressing with
// linear probing, no pointers. Keys of equal hashes stand in different slots, and the
// caller compares the keys. The owner's goroutine alone uses it.
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
	for i := from & mask; x.slots[i].used; i = (i + 1) & mask {
		if x.slots[i].hash == hash {
			return i
		}
	}
	return -1
}

// home is where probing for a hash starts.
func (x *index) home(hash uint64) int { return int(hash & uint64(len(x.slots)-1)) }

func (x *index) insert(hash uint64, l loc) {
	if (x.n+1)*4 > len(x.slots)*3 {
		x.grow()
	}
	mask := len(x.slots) - 1
	i := x.home(hash)
	for x.slots[i].used {
		i = (i + 1) & mask
	}
	x.slots[i] = slot{hash: hash, loc: l, used: true}
	x.n++
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, max(minSlots, 2*len(old)))
	mask := len(x.slots) - 1
	for _, s := range old {
		if !s.used {
			continue
		}
		i := x.home(s.hash)
		for x.slots[i].used {
			i = (i + 1) & mask
		}
		x.slots[i] = s
	}
}

// remove empties a slot and moves back those that were pushed past it.
func (x *index) remove(i int) {
	mask := len(x.slots) - 1
	x.n--
	for j := (i + 1) & mask; x.slots[j].used; j = (j + 1) & mask {
		// The slot j may move to i if its home does not lie between them.
		if (j-x.home(x.slots[j].hash))&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = slot{}
}

// drop removes the slot of a hash that points at l, if there is one.
func (x *index) drop(hash uint64, l loc) {
	if len(x.slots) == 0 {
		return
	}
	for i := x.find(hash, x.home(hash)); i >= 0; i = x.find(hash, i+1) {
		if x.slots[i].loc == l {
			x.remove(i)
			return
		}
	}
}

func (x *index) bytes() int64 { return int64(len(x.slots)) * 16 }
