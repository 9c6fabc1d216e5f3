package rollup

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math"
)

// liveCells bounds the cells that a book holds decoded, of some 200 bytes each; a
// transaction may go beyond it by what it changes. With more, those that were not used
// since the last time go, with all in use all of them: the local state has them.
const liveCells = 1 << 16

// putsPerCommit is how many cells a commit puts into the local state, so that a paced load
// leaves few for the flush to put at once. Many more change in a commit at full load:
// those are put once a flush, however often they change.
const putsPerCommit = 512

const (
	slabCells = 256     // totals are made in slabs, which stay in their place
	keyChunk  = 1 << 16 // bytes in which their keys are
	minPlaces = 1 << 10
)

// live finds the cells that are held decoded, by open addressing with linear probing.
// Slabs and chunks of keys make it few objects for the garbage collector.
type live struct {
	seed   maphash.Seed
	places []place // a power of two, never more than half full
	slabs  [][]total
	keys   []byte // the rest of the chunk that is being filled
	n      int
}

// place is where a total may be found: tag is the upper half of its key's hash.
type place struct {
	tag uint32
	at  uint32 // number of the total plus one; 0: empty
}

func newLive() live { return live{seed: maphash.MakeSeed(), places: make([]place, minPlaces)} }

func (l *live) total(number uint32) *total { return &l.slabs[number/slabCells][number%slabCells] }

func (l *live) find(key []byte) (t *total, hash uint64) {
	hash = maphash.Bytes(l.seed, key)
	mask := uint64(len(l.places) - 1)
	for i := hash & mask; l.places[i].at != 0; i = (i + 1) & mask {
		if p := l.places[i]; p.tag == uint32(hash>>32) {
			if t := l.total(p.at - 1); bytes.Equal(t.key, key) {
				return t, hash
			}
		}
	}
	return nil, hash
}

// add makes room for a cell that find has not found. The key is copied.
func (l *live) add(key []byte, hash uint64) *total {
	if 2*(l.n+1) > len(l.places) {
		l.grow()
	}
	if l.n == len(l.slabs)*slabCells {
		l.slabs = append(l.slabs, make([]total, slabCells))
	}
	t := l.total(uint32(l.n))
	if len(l.keys)+len(key) > cap(l.keys) {
		l.keys = make([]byte, 0, max(keyChunk, len(key)))
	}
	from := len(l.keys)
	l.keys = append(l.keys, key...)
	*t = total{newest: math.MinInt64, key: l.keys[from:len(l.keys):len(l.keys)]}
	l.put(hash, uint32(l.n))
	l.n++
	return t
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
		l.put(maphash.Bytes(l.seed, l.total(i).key), i)
	}
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
			to := b.live.add(from.key, maphash.Bytes(b.live.seed, from.key))
			to.amounts, to.newest = from.amounts, from.newest
		}
	}
	return nil
}

// Dirty is how many cells differ from the local state.
func (b *Book) Dirty() int { return len(b.dirty) - b.clean }

// Put puts all cells that differ into the local state, before it is frozen: what it holds
// then are the cells of this moment.
func (b *Book) Put() error { return b.putSome(len(b.dirty)) }

// putSome does it for the n cells that have differed for longest.
func (b *Book) putSome(n int) error {
	for ; n > 0 && b.clean < len(b.dirty); n-- {
		t := b.dirty[b.clean]
		if err := b.put(t.key, t); err != nil {
			return err
		}
		t.dirty = false
		b.clean++
	}
	if b.clean == len(b.dirty) {
		b.dirty, b.clean = b.dirty[:0], 0
	}
	return nil
}

// differs notes that a cell is not what the local state holds of it.
func (b *Book) differs(t *total) {
	if !t.dirty {
		t.dirty = true
		b.dirty = append(b.dirty, t)
	}
}

// cell is a cell to change: from now on it is one of the changed ones.
func (b *Book) cell(key []byte) (*total, error) {
	t, hash := b.live.find(key)
	if t == nil {
		stored, err := b.cells.GetCell(key)
		if err != nil {
			return nil, fmt.Errorf("roll-up cell: %w", err)
		}
		t = b.live.add(key, hash)
		if stored != nil {
			if err := t.read(stored); err != nil {
				return nil, err
			}
		}
	}
	t.used = true
	if !t.listed {
		t.listed = true
		b.order = append(b.order, change{t, t.amounts})
	}
	b.differs(t)
	return t, nil
}
