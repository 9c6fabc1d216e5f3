package state

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// flushed is what a flush in the background ends with.
type flushed struct {
	meta []byte
	base uint64 // flush that the filter's file was renewed with, 0 if it was not
	err  error
}

// Flush freezes the changes at once; the background writes them in one atomic batch with
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
	s.counters.frozenEntries.Store(int64(len(g.entries)))
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

// newGeneration takes a free id and the spare memory, if there is some.
func (s *Store) newGeneration() *generation {
	g := s.spare
	s.spare = nil
	if g == nil {
		g = new(generation)
	}
	id := slices.Index(s.gens, nil)
	if id < 0 {
		id = len(s.gens)
		s.gens = append(s.gens, nil)
	}
	g.id = uint16(id)
	s.gens[id] = g
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

// maxClean bounds the number of clean generations, whatever their size.
const maxClean = 256

func (s *Store) trim() {
	var bytes, entries int64
	for _, g := range s.clean {
		bytes += g.size()
		entries += int64(len(g.entries))
	}
	for len(s.clean) > 0 && (bytes > s.opts.CleanBytes || len(s.clean) > maxClean) {
		g := s.clean[0]
		bytes -= g.size()
		entries -= int64(len(g.entries))
		s.clean = slices.Delete(s.clean, 0, 1)
		for i := range g.entries {
			s.index.drop(g.entries[i].hash, loc{gen: g.id, entry: uint32(i)})
		}
		s.gens[g.id] = nil
		if s.spare == nil {
			g.reset(2 * s.opts.DirtyBytes)
			s.spare = g
		}
	}
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

// write puts all of a generation into one batch and waits until it is on disk.
//
// Without a WAL nothing of a batch is durable before the memtable that took it is
// flushed. A batch goes into one memtable as a whole, or becomes one of its own when it
// is half a memtable or larger (pebble: DB.applyInternal, newFlushableBatch), and a
// memtable's tables enter the MANIFEST in one synced record. So after a crash all of a
// batch is found, or nothing of it. Memtables are flushed in their sequence: what is
// found is the state of some flush.
func (s *Store) write(w *writing) error {
	batch := s.db.NewBatchWithSize(int(w.g.used()) + 96*len(w.g.entries) + len(w.journal))
	defer batch.Close()
	if err := s.fill(batch, w.g); err != nil {
		return err
	}
	if err := journalFlush(batch, w.journal, w.sequence, w.base); err != nil {
		return err
	}
	if err := batch.Set(keyMeta, w.meta, nil); err != nil {
		return err
	}
	if err := batch.Set(keySequence, binary.BigEndian.AppendUint64(nil, w.sequence), nil); err != nil {
		return err
	}
	if err := s.db.Apply(batch, pebble.NoSync); err != nil {
		return err
	}
	return s.settle()
}

// settle waits until the memtable is on disk, or something in the background failed:
// Pebble itself would try again for ever.
func (s *Store) settle() error {
	if err := s.fs.failure(); err != nil {
		return err
	}
	ended, err := s.db.AsyncFlush()
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return s.fs.failure()
	case <-s.fs.failed:
		return s.fs.failure()
	}
}

// fill adds a generation's rows to the batch: the entries in the sequence of their
// keys, which is how Pebble wants to insert them, then the timers.
func (s *Store) fill(batch *pebble.Batch, g *generation) error {
	order := make([]uint32, len(g.entries))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		x, y := &g.entries[a], &g.entries[b]
		if x.space != y.space {
			return int(x.space) - int(y.space)
		}
		return bytes.Compare(g.at(x.key), g.at(y.key))
	})
	for _, i := range order {
		if err := s.fillRow(batch, g, &g.entries[i]); err != nil {
			return err
		}
	}
	if err := fillTags(batch, g, order); err != nil {
		return err
	}
	// Out of date first: a timer row that is written anew below has to stay.
	for _, row := range g.dead {
		if err := batch.Delete(row, nil); err != nil {
			return err
		}
	}
	var key []byte
	for _, i := range order {
		e := &g.entries[i]
		bucket := s.bucketOf(e.newestMs)
		if e.gone || e.timer == bucket {
			continue
		}
		key = appendTimer(key[:0], bucket, e.space, g.at(e.key))
		if err := batch.Set(key, nil, nil); err != nil {
			return fmt.Errorf("timer row: %w", err)
		}
	}
	return nil
}

// fillRow writes one entry straight into the batch's memory.
func (s *Store) fillRow(batch *pebble.Batch, g *generation, e *entry) error {
	if e.gone {
		op := batch.DeleteDeferred(1 + int(e.key.len))
		op.Key[0] = byte(e.space)
		copy(op.Key[1:], g.at(e.key))
		return op.Finish()
	}
	op := batch.SetDeferred(1+int(e.key.len), headerBytes+int(e.value.len))
	op.Key[0] = byte(e.space)
	copy(op.Key[1:], g.at(e.key))
	binary.LittleEndian.PutUint64(op.Value, uint64(e.newestMs))
	binary.LittleEndian.PutUint64(op.Value[8:], e.tag)
	copy(op.Value[headerBytes:], g.at(e.value))
	return op.Finish()
}
