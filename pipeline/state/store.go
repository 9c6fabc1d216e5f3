package state

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// ErrNotFlushed is Put's error when the set of changes has grown to four times its
// bound: whoever puts has to look at Full and Flush.
var ErrNotFlushed = errors.New("set of changes far beyond its bound")

// ErrClosed is the error of every call after Close.
var ErrClosed = errors.New("store is closed")

// Store is the state of one partition. One goroutine owns it; Metrics alone may be
// called from others.
type Store struct {
	opts     Options
	dir      string
	db       *pebble.DB
	pebble   *pebble.Options // what db was opened with
	fs       *failStopFS
	hash     func(sp space, key []byte) uint64
	bucketMs int64
	closed   bool

	memory *Memory
	index  index
	epoch  uint64                   // changes whenever what lookups have found moves
	gens   [maxGens + 1]*generation // by id; nil where an id is free
	active *generation
	frozen *generation   // being flushed, or nil
	clean  []*generation // flushed, oldest first
	// retired is what is no longer clean, until nothing that Get has returned can lie in it.
	retired []*generation

	filter  *filter
	journal journal
	base    uint64 // flush of the filter's file when the last flush renewed it, else 0

	flushing chan flushed // the end of the flush under way; room for one
	meta     []byte       // of the last completed flush
	sequence uint64       // of the last flush begun
	flushed  uint64       // flushes completed since Open
	failed   error        // of the last flush: nothing goes on after it
	timers   timerScan

	// What the last lookups found, so that the Put that follows need not look again: those
	// of orders and cells apart, as the task handles cells between Get and Put of an order.
	orders, cells found
	rowKey        []byte
	next          upcoming // of orders
	nextCells     upcoming

	counters counters
}

// Get is the state stored for an order key, or nil. It is valid until the next call of
// another method than GetCell and PutCell.
func (s *Store) Get(key []byte) ([]byte, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	return s.get(spaceOrder, key)
}

// GetCell is a roll-up cell, or nil. It is valid until the next call.
func (s *Store) GetCell(key []byte) ([]byte, error) {
	if err := s.standing(); err != nil {
		return nil, err
	}
	return s.get(spaceCell, key)
}

// Put keeps a copy of an order's state. newestMs is its newest record timestamp. tag is
// what Orders finds it by, 0 for nothing.
func (s *Store) Put(key, value []byte, newestMs int64, tag uint64) error {
	return s.put(spaceOrder, key, value, newestMs, unknown, tag)
}

// PutCell keeps a copy of a roll-up cell. newestMs is the time that its expiry counts from.
// wasMs is the newestMs of the key's last PutCell if no Expire has forgotten the key since,
// and else math.MinInt64: then the database may have to be asked.
func (s *Store) PutCell(key, value []byte, newestMs, wasMs int64) error {
	return s.put(spaceCell, key, value, newestMs, wasMs, 0)
}

// unknown is a time that the caller can't tell.
const unknown = math.MinInt64

// Full is true when the set of changes has reached its bound: flush now.
func (s *Store) Full() bool { return s.fullness(1) }

func (s *Store) fullness(times int) bool {
	return s.active.n+len(s.active.dead) >= times*s.opts.DirtyEntries ||
		s.active.used() >= int64(times)*s.memory.full()
}

// Meta is a copy of the positions of the last completed flush, nil when there was none.
func (s *Store) Meta() ([]byte, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	return slices.Clone(s.meta), nil
}

// usable takes in a flush that has ended, and is the fault that the store is left with. What
// Get has returned may go.
func (s *Store) usable() error {
	for i, g := range s.retired {
		s.memory.release(g)
		s.retired[i] = nil
	}
	s.retired = s.retired[:0]
	if s.frozen != nil {
		select {
		case f := <-s.flushing:
			s.reap(f)
		default:
		}
	}
	return s.standing()
}

// standing is the fault that the store is left with, as far as it is known. What Get has
// returned stays where it is.
func (s *Store) standing() error {
	if s.closed {
		return ErrClosed
	}
	return s.failed
}

func (s *Store) put(sp space, key, value []byte, newestMs, wasMs int64, tag uint64) error {
	if err := s.standing(); err != nil {
		return err
	}
	if s.fullness(2) {
		if err := s.relieve(); err != nil {
			return err
		}
	}
	f := s.lookup(sp, key)
	e := f.e
	if f.g == s.active {
		if e.gone {
			s.filter.add(f.hash)
		}
		s.active.set(e, sp, key, value)
		e.gone, e.newestMs, e.tag = false, newestMs, tag
		s.counters.dirtyBytes.Store(s.active.used())
		return nil
	}
	n := entry{hash: f.hash, newestMs: newestMs, timer: noTimer, tag: tag}
	switch {
	case e == nil && wasMs != unknown:
		n.timer = s.bucketOf(wasMs)
	case e == nil:
		if err := s.stored(f, sp, key, false); err != nil {
			return err
		}
		if n.fresh = !f.has; f.has {
			n.timer, n.was = s.bucketOf(f.newestMs), f.tag
		}
	case e.gone:
		// A deletion that is not in the database yet leaves its timer row in place, so
		// nothing is known of the new one.
		n.fresh = true
	default:
		n.timer, n.was = s.bucketOf(e.newestMs), e.tag
	}
	if n.fresh {
		s.filter.add(f.hash)
	}
	s.append(n, f.at, sp, key, value)
	return nil
}

// append puts an entry into the active generation and makes it the newest of its key:
// in the index's place at, or in a new one when at is negative.
func (s *Store) append(n entry, at int, sp space, key, value []byte) {
	g := s.active
	i, e := g.add()
	*e = n
	g.set(e, sp, key, value)
	l := loc{gen: g.id, entry: uint32(i)}
	if at >= 0 {
		s.index.slots[at] = slotOf(e.hash, l)
	} else if s.index.insert(e.hash, l) {
		s.epoch++
	}
	if f := s.last(sp); f.hash == e.hash {
		f.epoch = 0 // what was found of this key is out of date
	}
	s.counters.dirtyEntries.Store(int64(g.n))
	s.counters.dirtyBytes.Store(g.used())
}

// relieve is the back-pressure: with twice the bound of changes, it waits for the flush
// under way, so that no more than that and what is being flushed is held.
func (s *Store) relieve() error {
	if s.frozen != nil {
		start := time.Now()
		s.reap(<-s.flushing)
		s.counters.waits.Add(1)
		s.counters.waited.Add(int64(time.Since(start)))
		if s.failed != nil {
			return s.failed
		}
	}
	if s.active.n+len(s.active.dead) >= 4*s.opts.DirtyEntries || s.active.used() >= max(4*s.memory.full(), 4*s.memory.dirty) {
		return fmt.Errorf("%w: %d entries of %d, %d bytes of %d: call Flush when Full is true", ErrNotFlushed,
			s.active.n, s.opts.DirtyEntries, s.active.used(), s.memory.full())
	}
	return nil
}

// Close waits for a flush under way and closes. It does not flush: what was put since
// the last one is forgotten. The store must not be used again, whatever it returns.
func (s *Store) Close() error {
	if s.closed {
		return nil
	}
	if s.frozen != nil {
		s.reap(<-s.flushing)
	}
	s.closed = true
	s.counters.close()
	defer s.letGo()
	err := s.failed
	if err == nil {
		s.withdraw()
		err = s.saveFilter(s.filter, s.sequence)
	}
	if cerr := s.db.Close(); err == nil && cerr != nil {
		err = s.fault("close", cerr)
	}
	return err
}

// letGo gives the memory back.
func (s *Store) letGo() {
	for id, g := range s.gens {
		if g != nil {
			s.memory.release(g)
			s.gens[id] = nil
		}
	}
	for _, g := range s.retired {
		s.memory.release(g)
	}
	s.active, s.clean, s.retired, s.index = nil, nil, nil, index{}
	s.memory.leave()
}

// withdraw makes the filter that of the database: without the keys that were never
// flushed, and with those whose deletion was not.
func (s *Store) withdraw() {
	for i := range s.active.n {
		switch e := s.active.entry(i); {
		case e.fresh && !e.gone:
			s.filter.remove(e.hash)
		case !e.fresh && e.gone:
			s.filter.add(e.hash)
		}
	}
}

// fault wraps an error with the store's directory. A corruption is marked as such, and so
// is a full disk.
func (s *Store) fault(doing string, err error) error {
	if pebble.IsCorruptionError(err) && !errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if DiskFull(err) {
		err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return fmt.Errorf("state %s: %s: %w", s.dir, doing, err)
}
