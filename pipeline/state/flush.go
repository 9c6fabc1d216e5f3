package state

import (
	"fmt"
	"slices"
	"time"
)

// flushed is what a flush in the background ends with.
type flushed struct {
	meta []byte
	base uint64 // flush that the filter's file was renewed with, 0 if it was not
	err  error
}

// Flush freezes the changes at once; the background writes them in one table together with
// their meta, when ready has returned it. With an error of ready nothing is written, and
// the flush has failed. ready must not wait for the store's owner, who may be waiting for
// this flush. Flush waits only for an earlier flush still under way. The error is that of an
// earlier flush, after which the store takes nothing any more: what it holds on disk is
// the last flush that succeeded.
func (s *Store) Flush(ready func() (meta []byte, err error)) error {
	if s.frozen != nil {
		start := time.Now()
		s.reap(<-s.flushing)
		s.counters.flushWaits.Add(1)
		s.counters.flushWaited.Add(int64(time.Since(start)))
	}
	if err := s.usable(); err != nil {
		return err
	}
	g := s.active
	s.frozen, s.active = g, s.newGeneration()
	s.sequence++
	s.counters.frozenEntries.Store(int64(g.n))
	s.counters.dirtyEntries.Store(0)
	s.counters.dirtyBytes.Store(0)
	w := writing{g: g, ready: ready, sequence: s.sequence, journal: journalRow(g), base: s.base}
	w.filter = s.newBase(len(w.journal)/8 - 1)
	go s.writeBehind(&w)
	return nil
}

// writing is one flush: what its goroutine is handed.
type writing struct {
	g        *generation
	ready    func() ([]byte, error)
	meta     []byte // once it is ready
	sequence uint64
	journal  []byte  // of the filter
	filter   *filter // a new base of it, or nil
	base     uint64  // flush of the base in the file, 0 for none that is new
}

// Wait waits for the flush under way, if there is one, and returns its error.
func (s *Store) Wait() error {
	if s.frozen != nil {
		s.reap(<-s.flushing)
	}
	return s.usable()
}

// newGeneration takes a free id.
func (s *Store) newGeneration() *generation {
	id := 1
	for s.gens[id] != nil {
		id++
	}
	g := &generation{id: uint8(id), memory: s.memory}
	s.gens[id] = g
	s.epoch++
	return g
}

// reap takes in the end of a flush: what was frozen is clean, and the oldest clean
// generations beyond the bound are dropped.
func (s *Store) reap(f flushed) {
	g := s.frozen
	if f.err != nil {
		// The frozen changes stay where they are: nothing has been written of them.
		s.failed = f.err
		s.frozen = nil
		return
	}
	s.frozen = nil
	s.meta, s.base = f.meta, f.base
	s.timers = timerScan{}
	s.flushed++
	s.clean = append(s.clean, g)
	s.counters.frozenEntries.Store(0)
	s.trim()
}

// maxClean bounds the number of clean generations, whatever their size: each has an id,
// and so have the one that is written and the one that is flushed.
const maxClean = maxGens - 2

func (s *Store) trim() {
	var bytes, entries int64
	for _, g := range s.clean {
		bytes += g.size()
		entries += int64(g.n)
	}
	for len(s.clean) > 0 && (bytes > s.memory.cleanShare.Load() || len(s.clean) > maxClean) {
		g := s.clean[0]
		bytes -= g.size()
		entries -= int64(g.n)
		s.clean = slices.Delete(s.clean, 0, 1)
		for i := range g.n {
			s.index.drop(g.entry(i).hash, loc{gen: g.id, entry: uint32(i)})
		}
		s.gens[g.id] = nil
		s.retired = append(s.retired, g)
	}
	s.epoch++
	s.counters.cleanEntries.Store(entries)
	s.counters.cleanBytes.Store(bytes)
	s.counters.indexBytes.Store(s.index.bytes())
	s.counters.filterBytes.Store(s.filter.bytes())
	s.counters.keys.Store(int64(s.filter.keys))
}

// writeBehind runs in a goroutine of its own. It reads the frozen generation, which
// nobody writes, and hands its result to the owner through flushing.
func (s *Store) writeBehind(w *writing) {
	var err error
	if w.meta, err = w.ready(); err != nil {
		s.flushing <- flushed{err: fmt.Errorf("state %s: not flushed: %w", s.dir, err)}
		return
	}
	if s.opts.Flushing != nil {
		s.opts.Flushing <- struct{}{}
		defer func() { <-s.opts.Flushing }()
	}
	start := time.Now()
	if err = s.write(w); err != nil {
		err = s.fault("flush", err)
	}
	done := flushed{meta: w.meta}
	if err == nil && w.filter != nil {
		if err = s.saveFilter(w.filter, w.sequence); err == nil {
			done.base = w.sequence
		}
	}
	done.err = err
	took := time.Since(start)
	s.told(WritingFlush, start, took)
	s.counters.flushEnded(w.g, took, err)
	s.flushing <- done
}
