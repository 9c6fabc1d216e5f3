package task

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// errCrash is the fault that a test plants.
var errCrash = errors.New("planted crash")

// cluster is what outlives a crash: the input topics, the committed outputs and the
// local state as of its last flush.
type cluster struct {
	mu      sync.Mutex // a commit runs beside the task
	rng     *rand.Rand
	inputs  [][]record.Record
	outputs [NumOutputs][]record.Record // committed
	stored  memory
	crashes int   // how many crashes are still to come
	handed  int64 // most records that any task was handed

	open     func() (Store, error)        // the local state; nil: a fakeStore
	starts   []int64                      // first offsets of the inputs; nil: all 0
	room     func() error                 // of the disk of a fakeStore; nil: there always is
	settled  func(*schemas.Progress) bool // what the last commit has to say, beside all offsets; nil: nothing
	starting func(*schemas.Progress)      // told what each task starts from; nil for nobody
	forgets  bool                         // orders come back after their life: a decision may supersede nothing again
}

// memory is the content of a local state.
type memory struct {
	orders, cells map[string][]byte
	tags          map[string]uint64 // of the orders
	meta          []byte
}

func newMemory() memory {
	return memory{orders: map[string][]byte{}, cells: map[string][]byte{}, tags: map[string]uint64{}}
}

func (m memory) clone() memory {
	return memory{maps.Clone(m.orders), maps.Clone(m.cells), maps.Clone(m.tags), slices.Clone(m.meta)}
}

// crash is a planted fault, now and then, as long as any is left.
func (c *cluster) crash(one int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.crashes > 0 && c.rng.IntN(one) == 0 {
		c.crashes--
		return errCrash
	}
	return nil
}

// fakeFeed hands out the inputs in batches of random size.
type fakeFeed struct {
	c    *cluster
	at   []int64
	wake chan struct{}
}

// share is how much of the inputs was handed out to any task so far, 0 to 1.
func (c *cluster) share() float64 {
	total := int64(0)
	for _, in := range c.inputs {
		total += int64(len(in))
	}
	return float64(c.handed) / float64(total)
}

func (f *fakeFeed) Poll(topic int) *record.Batch {
	defer f.signal()
	in := f.c.inputs[topic]
	left := int64(len(in)) - f.at[topic]
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if left == 0 || f.c.rng.IntN(3) == 0 {
		return nil
	}
	n := 1 + f.c.rng.Int64N(min(left, 40))
	from := f.at[topic]
	f.at[topic] += n
	sum := int64(0)
	for _, at := range f.at {
		sum += at
	}
	f.c.handed = max(f.c.handed, sum)
	return &record.Batch{Records: slices.Clone(in[from : from+n]), Next: from + n, LastStable: int64(len(in))}
}

func (f *fakeFeed) CaughtUp(topic int) bool { return f.at[topic] == int64(len(f.c.inputs[topic])) }

func (f *fakeFeed) Wake() <-chan struct{} { return f.wake }
func (f *fakeFeed) Err() error            { return nil }
func (f *fakeFeed) Close()                {}
func (f *fakeFeed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// fakeWriter is one transactional producer; what it writes is seen once committed.
type fakeWriter struct {
	c      *cluster
	open   [NumOutputs][]produced
	sealed *[NumOutputs][]produced // nil for none
	next   [NumOutputs]int64
}

// produced is a record of an open transaction: the slices that the writer was handed, and
// what was in them.
type produced struct {
	lent, own record.Record
}

// errMemory is what the task must never do: the slices are the writer's until the commit ends.
var errMemory = errors.New("memory of an open transaction was changed")

// giveBack ends the loans of a transaction: the slices must be as they were handed over, and
// what is read of them from now on is no record any more.
func giveBack(open []produced) error {
	for i := range open {
		p := &open[i]
		if !bytes.Equal(p.lent.Key, p.own.Key) || !bytes.Equal(p.lent.Value, p.own.Value) {
			return fmt.Errorf("%w: value %q, was %q", errMemory, p.lent.Value, p.own.Value)
		}
	}
	for i := range open { // some are lent twice, to two topics
		for _, b := range [][]byte{open[i].lent.Key, open[i].lent.Value} {
			for j := range b {
				b[j] = 0xDB
			}
		}
	}
	return nil
}

func (w *fakeWriter) Produce(_ context.Context, out Output, key, value []byte, headers []record.Header) error {
	if err := w.c.crash(300); err != nil {
		return err
	}
	w.open[out] = append(w.open[out], produced{
		lent: record.Record{Key: key, Value: value},
		own:  record.Record{Key: slices.Clone(key), Value: slices.Clone(value), Headers: headers}})
	return nil
}

func (w *fakeWriter) Seal(context.Context) error {
	if w.sealed != nil {
		return errors.New("sealed twice")
	}
	if err := w.c.crash(20); err != nil {
		return err
	}
	sealed := w.open
	w.sealed, w.open = &sealed, [NumOutputs][]produced{}
	return nil
}

func (w *fakeWriter) Commit(ctx context.Context) error {
	if w.sealed == nil {
		if err := w.Seal(ctx); err != nil {
			return err
		}
	}
	if err := w.c.crash(12); err != nil {
		return err
	}
	if err := giveBack(slices.Concat(w.sealed[:]...)); err != nil {
		return err
	}
	for o := range w.sealed {
		for i := range w.sealed[o] {
			r := w.sealed[o][i].own
			r.Offset = int64(len(w.c.outputs[o])) + 1 // a hole now and then, as control records make
			w.c.outputs[o] = append(w.c.outputs[o], r)
			w.next[o] = r.Offset + 1
		}
	}
	w.sealed = nil
	if w.c.crash(12) != nil {
		return ErrUnknownOutcome // it was committed, but nobody heard of it
	}
	return nil
}

func (w *fakeWriter) Abort(context.Context) error { return nil }
func (w *fakeWriter) Next(out Output) int64       { return w.next[out] }
func (w *fakeWriter) Close()                      {}

// watcher ends a run once everything is committed.
type watcher struct {
	c    *cluster
	stop context.CancelFunc
}

func (w *watcher) Batch(*Counts)                {}
func (w *watcher) Flushed(int32, time.Duration) {}

func (w *watcher) Sweeping(int32, Sweep, bool)                {}
func (w *watcher) Step(int32, Step, time.Time, time.Duration) {}

// Recovered ends the run when the commit of unknown outcome was the last one.
func (w *watcher) Recovered(int32, int64, time.Duration) {
	if p, err := w.c.progress(); err == nil && p != nil {
		var offsets []int64
		for _, t := range testTopics {
			offsets = append(offsets, p.Offsets[t.Name])
		}
		w.Committed(&Committed{Offsets: offsets})
	}
}

func (w *watcher) Committed(c *Committed) {
	for i, o := range c.Offsets {
		if o < int64(len(w.c.inputs[i])) {
			return
		}
	}
	if w.c.settled != nil {
		if p, err := w.c.progress(); err != nil || !w.c.settled(p) {
			return
		}
	}
	w.stop()
}

func (c *cluster) progress() (*schemas.Progress, error) {
	all := c.outputs[OutProgress]
	if len(all) == 0 {
		return nil, nil
	}
	p := &schemas.Progress{}
	return p, codec.ParseProgress(all[len(all)-1].Value, p)
}

func (c *cluster) deps(w *watcher, d Deps) Deps {
	d.Writer = func(context.Context) (Writer, error) {
		fw := &fakeWriter{c: c}
		for o := range fw.next {
			fw.next[o] = -1
		}
		return fw, nil
	}
	d.Store = func() (Store, error) {
		if c.open != nil {
			return c.open()
		}
		return &fakeStore{c: c, now: c.stored.clone(), flushed: c.stored}, nil
	}
	d.Feed = func(_ context.Context, offsets []int64) (Feed, error) {
		f := &fakeFeed{c: c, at: slices.Clone(offsets), wake: make(chan struct{}, 1)}
		f.signal()
		return f, nil
	}
	d.LogStarts = func(context.Context) ([]int64, error) {
		if c.starts != nil {
			return slices.Clone(c.starts), nil
		}
		return make([]int64, len(c.inputs)), nil
	}
	d.OutputEnds = func(context.Context) (ends [NumOutputs]int64, err error) {
		for o, all := range c.outputs {
			if len(all) > 0 {
				ends[o] = all[len(all)-1].Offset + 1
			}
		}
		return ends, nil
	}
	d.Progress = func(context.Context) (*schemas.Progress, error) {
		p, err := c.progress()
		if c.starting != nil {
			c.starting(p)
		}
		return p, err
	}
	d.Tail = func(_ context.Context, out Output, from int64, each func(*record.Record) error) (int64, error) {
		end := int64(0)
		for _, r := range c.outputs[out] {
			end = r.Offset + 1
			if r.Offset < from {
				continue
			}
			if err := each(&r); err != nil {
				return 0, err
			}
		}
		return max(end, from), nil
	}
	d.Observer, d.Live = w, func() {}
	d.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	return d
}

// run runs tasks, one after the other as they crash, until all is committed.
func (c *cluster) run(cfg Config, base Deps) error {
	for try := 0; ; try++ {
		ctx, cancel := context.WithCancel(context.Background())
		w := &watcher{c: c, stop: cancel}
		err := New(cfg, c.deps(w, base)).Run(ctx)
		done := ctx.Err() != nil
		cancel()
		if err == nil && done {
			return nil
		}
		if err != nil && !strings.Contains(err.Error(), errCrash.Error()) && !errors.Is(err, ErrUnknownOutcome) {
			return err
		}
		if try > 10000 {
			return errors.New("never comes to an end")
		}
	}
}
