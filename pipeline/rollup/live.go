package rollup

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
)

// liveCells bounds the cells that a book holds decoded, of some 150 bytes each; a
// transaction may go beyond it by what it changes. With more, those that were not used
// since the last time go, with all in use all of them: the local state has them.
const liveCells = 1 << 16

// putsPerCommit is how many cells a commit puts into the local state, so that a paced load
// leaves few for the flush to put at once. Many more change in a commit at full load:
// those are put once a flush, however often they change.
const putsPerCommit = 512

const (
	slabCells = 256     // totals are made in slabs, which stay in their place
	keyChunk  = 1 << 16 // bytes in which keys are that don't stand in their totals
	minPlaces = 1 << 10
)

// live finds the cells that are held decoded, by open addressing with linear probing.
// Slabs and chunks of keys make it few objects for the garbage collector.
type live struct {
	seed   maphash.Seed
	places []place // a power of two, never more than half full
	slabs  []*[slabCells]total
	keys   [][]byte // chunks; the last one is being filled
	n      int
}

// place is where a total may be found: tag is the upper half of its key's hash.
type place struct {
	tag uint32
	at  uint32 // number of the total plus one; 0: empty
}

func newLive() live { return live{seed: maphash.MakeSeed(), places: make([]place, minPlaces)} }

func (l *live) total(number uint32) *total { return &l.slabs[number/slabCells][number%slabCells] }

func (l *live) hash(key []byte) uint64 { return maphash.Bytes(l.seed, key) }

// key is the key of a total.
func (l *live) key(t *total) []byte {
	if t.length <= inlineKey {
		return t.key[:t.length:t.length]
	}
	chunk, from := binary.LittleEndian.Uint32(t.key[:]), binary.LittleEndian.Uint32(t.key[4:])
	return l.keys[chunk][from : from+t.length : from+t.length]
}

// setKey copies the key of a total.
func (l *live) setKey(t *total, key []byte) {
	t.length = uint32(len(key))
	if len(key) <= inlineKey {
		copy(t.key[:], key)
		return
	}
	last := len(l.keys) - 1
	if last < 0 || len(l.keys[last])+len(key) > cap(l.keys[last]) {
		l.keys = append(l.keys, make([]byte, 0, max(keyChunk, len(key))))
		last++
	}
	binary.LittleEndian.PutUint32(t.key[:], uint32(last))
	binary.LittleEndian.PutUint32(t.key[4:], uint32(len(l.keys[last])))
	l.keys[last] = append(l.keys[last], key...)
}

// find is the number of the total of a key; false without one.
func (l *live) find(key []byte, hash uint64) (number uint32, found bool) {
	mask := uint64(len(l.places) - 1)
	for i := hash & mask; l.places[i].at != 0; i = (i + 1) & mask {
		if p := l.places[i]; p.tag == uint32(hash>>32) {
			if t := l.total(p.at - 1); int(t.length) == len(key) && string(l.key(t)) == string(key) {
				return p.at - 1, true
			}
		}
	}
	return 0, false
}

// add makes room for a cell that find has not found. The key is copied.
func (l *live) add(key []byte, hash uint64) (number uint32) {
	if 2*(l.n+1) > len(l.places) {
		l.grow()
	}
	if l.n == len(l.slabs)*slabCells {
		l.slabs = append(l.slabs, new([slabCells]total))
	}
	number = uint32(l.n)
	t := l.total(number)
	*t = total{newest: math.MinInt64, putMs: unknown}
	l.setKey(t, key)
	l.put(hash, number)
	l.n++
	return number
}

func (l *live) put(hash uint64, number uint32) {
	mask := uint64(len(l.places) - 1)
	i := hash & mask
	for l.places[i].at != 0 {
		i = (i + 1) & mask
	}
	l.places[i] = place{tag: uint32(hash >> 32), at: number + 1}
}

func (l *live) grow() {
	l.places = make([]place, 2*len(l.places))
	for i := range uint32(l.n) {
		l.put(l.hash(l.key(l.total(i))), i)
	}
}

// lookahead is how many totals are asked of memory before the first of them is looked at:
// loads that don't depend on each other overlap.
const lookahead = 16

// putsAhead is how many cells the local state is told of before the first of them is put.
const putsAhead = 8

// touch loads totals. Their sum is what makes the compiler load them.
func (l *live) touch(numbers []uint32) (sum uint64) {
	for _, n := range numbers {
		t := l.total(n)
		sum += uint64(t.length) + uint64(t.key[0])
	}
	return sum
}

// trim drops cells where there are more than b.most. None is a changed one any more, and
// none that the local state does not have.
func (b *Book) trim() error {
	if b.live.n <= b.most || len(b.order) > 0 {
		return nil
	}
	if err := b.Put(); err != nil {
		return err
	}
	old, used := b.live, 0
	for i := range uint32(old.n) {
		if old.total(i).used {
			used++
		}
	}
	b.live = newLive()
	if used > b.most/2 {
		return nil
	}
	for i := range uint32(old.n) {
		if from := old.total(i); from.used {
			key := old.key(from)
			to := b.live.total(b.live.add(key, b.live.hash(key)))
			to.amounts, to.newest, to.putMs = from.amounts, from.newest, from.putMs
		}
	}
	return nil
}

// Dirty is how many cells differ from the local state, but for those of moves that wait.
func (b *Book) Dirty() int { return len(b.dirty) - b.clean }

// Put puts all cells that differ into the local state, before it is frozen: what it holds
// then are the cells of this moment.
func (b *Book) Put() error {
	if err := b.Apply(); err != nil {
		return err
	}
	return b.putSome(len(b.dirty))
}

// putSome does it for the n cells that have differed for longest.
func (b *Book) putSome(n int) error {
	list := b.dirty[b.clean:][:min(n, b.Dirty())]
	for len(list) > 0 {
		part := list[:min(putsAhead, len(list))]
		list = list[len(part):]
		b.touched = b.live.touch(part)
		keys := b.next[:0]
		for _, n := range part {
			keys = append(keys, b.live.key(b.live.total(n)))
		}
		b.cells.AheadCells(keys)
		for i, n := range part {
			t := b.live.total(n)
			if err := b.put(keys[i], t); err != nil {
				return err
			}
			t.dirty = false
			b.clean++
		}
	}
	if b.clean == len(b.dirty) {
		b.dirty, b.clean = b.dirty[:0], 0
	}
	return nil
}

// differs notes that a cell is not what the local state holds of it.
func (b *Book) differs(number uint32, t *total) {
	if !t.dirty {
		t.dirty = true
		b.dirty = append(b.dirty, number)
	}
}

// cell is a cell to change: from now on it is one of the changed ones.
func (b *Book) cell(key []byte, hash uint64) (*total, error) {
	number, found := b.live.find(key, hash)
	if !found {
		stored, err := b.cells.GetCell(key)
		if err != nil {
			return nil, fmt.Errorf("roll-up cell: %w", err)
		}
		number = b.live.add(key, hash)
		if stored != nil {
			if err := b.live.total(number).read(stored, isFunnel(key)); err != nil {
				return nil, err
			}
		}
	}
	t := b.live.total(number)
	t.used = true
	if !t.listed {
		t.listed = true
		b.order = append(b.order, change{number, t.amounts})
	}
	b.differs(number, t)
	return t, nil
}
