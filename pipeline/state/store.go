package state

import (
	"bytes"
	"errors"
	"fmt"
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
	fs       *failStopFS
	hash     func(sp space, key []byte) uint64
	bucketMs int64
	closed   bool

	index   index
	gens    []*generation // by id; nil where an id is free
	active  *generation
	frozen  *generation   // being flushed, or nil
	clean   []*generation // flushed, oldest first
	spare   *generation   // to be used again
	filter  *filter
	journal journal
	base    uint64 // flush of the filter's file when the last flush renewed it, else 0

	flushing chan flushed // the end of the flush under way; room for one
	meta     []byte       // of the last completed flush
	sequence uint64       // of the last flush begun
	flushed  uint64       // flushes completed since Open
	failed   error        // of the last flush: nothing goes on after it
	timers   timerScan

	// What the last Get found in the database, so that the Put that follows need not
	// look again.
	read     []byte
	readHash uint64
	readKey  []byte
	readHas  bool
	readAtMs int64
	readTag  uint64

	counters counters
}

// Get is the state stored for an order key, or nil. It is valid until the next call.
func (s *Store) Get(key []byte) ([]byte, error) { return s.get(spaceOrder, key) }

// GetCell is a roll-up cell, or nil. It is valid until the next call.
func (s *Store) GetCell(key []byte) ([]byte, error) { return s.get(spaceCell, key) }

// Put keeps a copy of an order's state. newestMs is its newest record timestamp. tag is
// what Orders finds it by, 0 for nothing.
func (s *Store) Put(key, value []byte, newestMs int64, tag uint64) error {
	return s.put(spaceOrder, key, value, newestMs, tag)
}

// PutCell keeps a copy of a roll-up cell. newestMs is the time that its expiry counts from.
func (s *Store) PutCell(key, value []byte, newestMs int64) error {
	return s.put(spaceCell, key, value, newestMs, 0)
}

// Full is true when the set of changes has reached its bound: flush now.
func (s *Store) Full() bool { return s.fullness(1) }

func (s *Store) fullness(times int) bool {
	return len(s.active.entries)+len(s.active.dead) >= times*s.opts.DirtyEntries ||
		s.active.used() >= int64(times)*s.opts.DirtyBytes
}

// Meta is a copy of the positions of the last completed flush, nil when there was none.
func (s *Store) Meta() ([]byte, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	return slices.Clone(s.meta), nil
}

// usable takes in a flush that has ended, and is the fault that the store is left with.
func (s *Store) usable() error {
	if s.frozen != nil {
		select {
		case f := <-s.flushing:
			s.reap(f)
		default:
		}
	}
	if s.closed {
		return ErrClosed
	}
	return s.failed
}

// lookup is the newest entry of a key in memory, or nil.
func (s *Store) lookup(hash uint64, sp space, key []byte) (*entry, *generation, int) {
	for i := s.index.find(hash, s.index.home(hash)); i >= 0; i = s.index.find(hash, i+1) {
		l := s.index.slots[i].loc
		g := s.gens[l.gen]
		e := &g.entries[l.entry]
		if e.space == sp && bytes.Equal(g.at(e.key), key) {
			return e, g, i
		}
	}
	return nil, nil, -1
}

func (s *Store) get(sp space, key []byte) ([]byte, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	hash := s.hash(sp, key)
	if e, g, _ := s.lookup(hash, sp, key); e != nil {
		s.counters.hit(s, g)
		if e.gone {
			return nil, nil
		}
		return g.at(e.value), nil
	}
	has, err := s.stored(hash, sp, key)
	if err != nil || !has {
		return nil, err
	}
	return s.read, nil
}

// stored looks a key up that is not in memory: the filter, then the database. What it
// found stands in read, readAtMs and readHas.
func (s *Store) stored(hash uint64, sp space, key []byte) (bool, error) {
	s.readKey = appendKey(s.readKey[:0], sp, key)
	s.readHash, s.readHas = hash, false
	if !s.filter.has(hash) {
		s.counters.filtered.Add(1)
		return false, nil
	}
	row, closer, err := s.db.Get(s.readKey)
	if errors.Is(err, pebble.ErrNotFound) {
		s.counters.falsePositives.Add(1)
		return false, nil
	}
	if err == nil && len(row) < headerBytes {
		closer.Close()
		err = fmt.Errorf("%w: row %q of %d bytes", ErrCorrupt, s.readKey, len(row))
	}
	if err != nil {
		s.readHash, s.readKey = 0, s.readKey[:0]
		return false, s.fault("read", err)
	}
	s.counters.reads.Add(1)
	s.readAtMs, s.readTag = readHeader(row)
	// Not nil, even of an empty value: nil is a key that is not stored.
	s.read = append(append(s.read[:0], 0)[:0], row[headerBytes:]...)
	s.readHas = true
	return true, closer.Close()
}

// lastRead says whether the last Get that went past memory asked for this key.
func (s *Store) lastRead(hash uint64, sp space, key []byte) bool {
	return s.readHash == hash && len(s.readKey) == len(key)+1 &&
		s.readKey[0] == byte(sp) && bytes.Equal(s.readKey[1:], key)
}

func (s *Store) put(sp space, key, value []byte, newestMs int64, tag uint64) error {
	if err := s.usable(); err != nil {
		return err
	}
	if s.fullness(2) {
		if err := s.relieve(); err != nil {
			return err
		}
	}
	hash := s.hash(sp, key)
	e, g, at := s.lookup(hash, sp, key)
	if g == s.active {
		if e.gone {
			s.filter.add(hash)
		}
		s.active.setValue(e, value)
		e.gone, e.newestMs, e.tag = false, newestMs, tag
		return nil
	}
	n := entry{hash: hash, newestMs: newestMs, timer: noTimer, tag: tag, space: sp}
	isNew := false
	if e != nil {
		// A deletion that is not in the database yet leaves its timer row in place, so
		// nothing is known of the new one.
		isNew = e.gone
		if !e.gone {
			n.timer, n.was = s.bucketOf(e.newestMs), e.tag
		}
	} else {
		if !s.lastRead(hash, sp, key) {
			// value may be what the last Get returned, which this lookup overwrites.
			if s.filter.has(hash) {
				value = slices.Clone(value)
			}
			if _, err := s.stored(hash, sp, key); err != nil {
				return err
			}
		}
		isNew = !s.readHas
		if s.readHas {
			n.timer, n.was = s.bucketOf(s.readAtMs), s.readTag
		}
	}
	if isNew {
		s.filter.add(hash)
		n.fresh = true
	}
	s.append(n, at, key, value)
	return nil
}

// append puts an entry into the active generation and makes it the newest of its key:
// in the index's place at, or in a new one when at is negative.
func (s *Store) append(e entry, at int, key, value []byte) {
	g := s.active
	e.key = g.alloc(len(key))
	copy(g.at(e.key), key)
	if !e.gone {
		g.setValue(&e, value)
	}
	l := loc{gen: g.id, entry: uint32(len(g.entries))}
	g.entries = append(g.entries, e)
	if at >= 0 {
		s.index.slots[at].loc = l
	} else {
		s.index.insert(e.hash, l)
	}
	// Whatever was read of this key is out of date.
	s.readHash, s.readKey = 0, s.readKey[:0]
	s.counters.dirtyEntries.Store(int64(len(g.entries)))
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
	if s.fullness(4) {
		return fmt.Errorf("%w: %d entries of %d, %d bytes of %d: call Flush when Full is true", ErrNotFlushed,
			len(s.active.entries), s.opts.DirtyEntries, s.active.used(), s.opts.DirtyBytes)
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

// withdraw makes the filter that of the database: without the keys that were never
// flushed, and with those whose deletion was not.
func (s *Store) withdraw() {
	for i := range s.active.entries {
		switch e := &s.active.entries[i]; {
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
