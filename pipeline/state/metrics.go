package state

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Metrics is what a store says of itself. Counts are since Open.
type Metrics struct {
	Keys           int64  // orders and cells stored or about to be
	DirtyEntries   int64  // changes since the last flush began
	DirtyBytes     int64  // memory of them
	FrozenEntries  int64  // changes that are being flushed
	CleanEntries   int64  // flushed and still in memory, superseded ones included
	CleanBytes     int64  // memory of them
	IndexBytes     int64  // memory of the index over all three
	FilterBytes    int64  // memory of the filter of stored keys
	HitsActive     uint64 // gets answered by the changes since the last flush
	HitsFrozen     uint64 // by those being flushed
	HitsClean      uint64 // by those flushed lately
	Filtered       uint64 // keys never stored, as the filter said
	FalsePositives uint64 // keys never stored that Pebble had to be asked for
	Reads          uint64 // gets answered by Pebble
	Forgotten      uint64 // expired
	Flushes        uint64
	FlushErrors    uint64
	FlushedEntries uint64
	FlushedBytes   uint64
	LastFlush      time.Duration // of the last flush
	FlushTime      time.Duration // of all flushes
	FlushWaits     uint64        // flushes that had to wait for the one before
	FlushWaited    time.Duration // by them
	Waits          uint64        // puts that had to wait for a flush
	Waited         time.Duration // by them
	DiskBytes      uint64        // of the database
	LastError      string        // of the last flush, "" when it went well
}

// counters are written by the owner and the flush, and read by whoever scrapes.
type counters struct {
	keys, dirtyEntries, dirtyBytes, frozenEntries atomic.Int64
	cleanEntries, cleanBytes, indexBytes          atomic.Int64
	filterBytes                                   atomic.Int64
	hitsActive, hitsFrozen, hitsClean             atomic.Uint64
	filtered, falsePositives, reads, forgotten    atomic.Uint64
	flushes, flushErrors, flushedEntries          atomic.Uint64
	flushedBytes, waits, flushWaits               atomic.Uint64
	lastFlush, flushTime, flushWaited, waited     atomic.Int64

	mu        sync.Mutex // of what follows
	db        *pebble.DB // nil once closed
	lastError string
}

func (c *counters) hit(s *Store, g *generation) {
	switch g {
	case s.active:
		c.hitsActive.Add(1)
	case s.frozen:
		c.hitsFrozen.Add(1)
	default:
		c.hitsClean.Add(1)
	}
}

func (c *counters) flushEnded(g *generation, took time.Duration, err error) {
	c.flushes.Add(1)
	c.lastFlush.Store(int64(took))
	c.flushTime.Add(int64(took))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastError = ""
	if err != nil {
		c.flushErrors.Add(1)
		c.lastError = err.Error()
		return
	}
	c.flushedEntries.Add(uint64(g.n))
	c.flushedBytes.Add(uint64(g.used()))
}

// close keeps Metrics from asking a database that is being closed.
func (c *counters) close() {
	c.mu.Lock()
	c.db = nil
	c.mu.Unlock()
}

// Keys is how many orders and cells are stored, as of the last flush. It may be called
// from any goroutine.
func (s *Store) Keys() int64 { return s.counters.keys.Load() }

// Metrics may be called from any goroutine, also after Close.
func (s *Store) Metrics() Metrics {
	c := &s.counters
	m := Metrics{
		Keys:           c.keys.Load(),
		DirtyEntries:   c.dirtyEntries.Load(),
		DirtyBytes:     c.dirtyBytes.Load(),
		FrozenEntries:  c.frozenEntries.Load(),
		CleanEntries:   c.cleanEntries.Load(),
		CleanBytes:     c.cleanBytes.Load(),
		IndexBytes:     c.indexBytes.Load(),
		FilterBytes:    c.filterBytes.Load(),
		HitsActive:     c.hitsActive.Load(),
		HitsFrozen:     c.hitsFrozen.Load(),
		HitsClean:      c.hitsClean.Load(),
		Filtered:       c.filtered.Load(),
		FalsePositives: c.falsePositives.Load(),
		Reads:          c.reads.Load(),
		Forgotten:      c.forgotten.Load(),
		Flushes:        c.flushes.Load(),
		FlushErrors:    c.flushErrors.Load(),
		FlushedEntries: c.flushedEntries.Load(),
		FlushedBytes:   c.flushedBytes.Load(),
		LastFlush:      time.Duration(c.lastFlush.Load()),
		FlushTime:      time.Duration(c.flushTime.Load()),
		FlushWaits:     c.flushWaits.Load(),
		FlushWaited:    time.Duration(c.flushWaited.Load()),
		Waits:          c.waits.Load(),
		Waited:         time.Duration(c.waited.Load()),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m.LastError = c.lastError
	if c.db != nil {
		m.DiskBytes = c.db.Metrics().DiskSpaceUsage()
	}
	return m
}
