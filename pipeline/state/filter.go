package state

import "math/bits"

// filter answers "never stored" for most keys that are not, out of 16 bits a key. It is
// a chain of cuckoo filters (four 16-bit fingerprints a bucket, two buckets a key), each
// as large as those before it together, laid out as one when the store opens.
//
// It must never answer "never stored" for a stored key: that would lose the order. So
// a key is added exactly once, when it is first stored, and remove takes a fingerprint
// out of the last filter that has one of the key's. Should that be another key's, the two
// share fingerprint and buckets there, so they share them in every smaller filter too,
// and the copy that the removed key leaves behind in one of those stands for the other.
// That holds because the filters of a chain never get smaller.
type filter struct {
	tables []cuckoo // the last one is added to
	// overflow holds hashes that found no place in a table that is not full: more than
	// eight keys of one fingerprint, so never many of an honest hash.
	overflow map[uint64]int
	keys     int
}

const (
	bucketSlots = 4
	maxKicks    = 200
	// fullPercent is how full a table gets before the chain grows: up to here a place
	// is found in a few steps.
	fullPercent = 88
)

func newFilter(keys int) *filter {
	f := &filter{overflow: map[uint64]int{}}
	f.grow(keys)
	return f
}

func (f *filter) grow(keys int) {
	buckets := 1 << bits.Len64(uint64(max(keys, 64)*100/fullPercent/bucketSlots-1))
	f.tables = append(f.tables, cuckoo{buckets: make([][bucketSlots]uint16, buckets)})
}

// add adds a key's hash. It has to be called once a key.
func (f *filter) add(hash uint64) {
	f.keys++
	last := &f.tables[len(f.tables)-1]
	if last.n*100 >= len(last.buckets)*bucketSlots*fullPercent {
		f.grow(max(f.keys, last.n))
		last = &f.tables[len(f.tables)-1]
	}
	if !last.add(hash) {
		f.overflow[hash]++
	}
}

// has is false for a key that was never added, but for about one in 6,000 a table.
func (f *filter) has(hash uint64) bool {
	for i := len(f.tables) - 1; i >= 0; i-- {
		if f.tables[i].has(hash) {
			return true
		}
	}
	return len(f.overflow) > 0 && f.overflow[hash] > 0
}

// remove takes out a key that was added.
func (f *filter) remove(hash uint64) {
	f.keys--
	if n := f.overflow[hash]; n > 0 {
		f.overflow[hash] = n - 1
		if n == 1 {
			delete(f.overflow, hash)
		}
		return
	}
	for i := len(f.tables) - 1; i >= 0; i-- {
		if f.tables[i].has(hash) {
			f.tables[i].remove(hash)
			return
		}
	}
}

func (f *filter) bytes() int64 {
	n := int64(len(f.overflow)) * 24
	for i := range f.tables {
		n += int64(len(f.tables[i].buckets)) * bucketSlots * 2
	}
	return n
}

// cuckoo is one filter of the chain. A zero fingerprint is an empty place.
type cuckoo struct {
	buckets [][bucketSlots]uint16
	n       int
}

// place is a key's fingerprint and its first bucket; the second one is other of it.
func (c *cuckoo) place(hash uint64) (fp uint16, b uint32) {
	fp = uint16(hash >> 48)
	if fp == 0 {
		fp = 1
	}
	return fp, uint32(hash) & uint32(len(c.buckets)-1)
}

func (c *cuckoo) other(b uint32, fp uint16) uint32 {
	// The multiplier is MurmurHash2's; any odd one that spreads 16 bits would do.
	return (b ^ uint32(fp)*0x5bd1e995) & uint32(len(c.buckets)-1)
}

func (c *cuckoo) has(hash uint64) bool {
	fp, b := c.place(hash)
	for _, v := range &c.buckets[b] {
		if v == fp {
			return true
		}
	}
	for _, v := range &c.buckets[c.other(b, fp)] {
		if v == fp {
			return true
		}
	}
	return false
}

func (c *cuckoo) put(b uint32, fp uint16) bool {
	for i, v := range &c.buckets[b] {
		if v == 0 {
			c.buckets[b][i] = fp
			c.n++
			return true
		}
	}
	return false
}

// add finds a place, moving others to their second bucket. When it finds none it moves
// them all back: a fingerprint without a place would be a stored key denied.
func (c *cuckoo) add(hash uint64) bool {
	fp, b := c.place(hash)
	if c.put(b, fp) || c.put(c.other(b, fp), fp) {
		return true
	}
	type step struct {
		bucket uint32
		slot   uint8
	}
	var path [maxKicks]step
	for k := range path {
		at := step{b, uint8((uint32(k) + b + uint32(fp)) % bucketSlots)}
		path[k] = at
		fp, c.buckets[at.bucket][at.slot] = c.buckets[at.bucket][at.slot], fp
		b = c.other(b, fp)
		if c.put(b, fp) {
			return true
		}
	}
	for k := maxKicks - 1; k >= 0; k-- {
		at := path[k]
		fp, c.buckets[at.bucket][at.slot] = c.buckets[at.bucket][at.slot], fp
	}
	return false
}

func (c *cuckoo) remove(hash uint64) {
	fp, b := c.place(hash)
	for _, b := range [2]uint32{b, c.other(b, fp)} {
		for i, v := range &c.buckets[b] {
			if v == fp {
				c.buckets[b][i] = 0
				c.n--
				return
			}
		}
	}
}
