package task

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// ledger counts what a task takes in and replays, and calls back after each micro-batch.
type ledger struct {
	watcher
	batches        int
	taken, unknown uint64
	replayed       int64
	onBatch        func(batches int)
}

func (l *ledger) Batch(c *Counts) {
	for _, in := range c.In {
		for _, n := range in {
			l.taken += n
		}
	}
	l.unknown += c.UnknownFields
	l.batches++
	if l.onBatch != nil {
		l.onBatch(l.batches)
	}
}

func (l *ledger) Recovered(partition int32, replayed int64, took time.Duration) {
	l.replayed = replayed
	l.watcher.Recovered(partition, replayed, took)
}

func (c *cluster) meta(t *testing.T) (m meta) {
	t.Helper()
	if err := json.Unmarshal(c.stored.meta, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// lastCommit is the number of records that the last commit covers, which the local state
// must reflect exactly.
func (c *cluster) lastCommit(t *testing.T) (records uint64) {
	t.Helper()
	p, err := c.progress()
	if err != nil || p == nil {
		t.Fatalf("progress %v, error %v", p, err)
	}
	m := c.meta(t)
	if m.Commit != p.Commit || m.Watermark != int64(p.Watermark) {
		t.Errorf("the local state reflects commit %d, watermark %d, the last one is %d, %d", m.Commit, m.Watermark, p.Commit, p.Watermark)
	}
	for topic, o := range p.Offsets {
		if m.Inputs[topic] != o {
			t.Errorf("the local state reflects %s up to %d, the last commit up to %d", topic, m.Inputs[topic], o)
		}
		records += uint64(o)
	}
	return records
}

// What a task has taken in when it is stopped is committed and flushed, and nothing of it is
// read again.
func TestAStopCommitsWhatWasTakenIn(t *testing.T) {
	in, refs := events(t, 12, 200, 20)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	cfg := testConfig()
	calm := newCluster(in, 1, 0)
	if err := calm.run(cfg, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	stopped := cfg
	stopped.MaxBatch, stopped.FlushInterval = 8, time.Hour
	for _, interval := range []time.Duration{0, 200 * time.Microsecond, time.Hour} {
		stopped.CommitInterval, stopped.CatchUpInterval = interval, interval
		for _, stopAt := range []int{1, 7, 40} {
			c := newCluster(in, 2, 0)
			ctx, cancel := context.WithCancel(t.Context())
			l := &ledger{watcher: watcher{c: c, stop: cancel}, onBatch: func(n int) {
				if n == stopAt {
					cancel()
				}
			}}
			d := c.deps(&l.watcher, base)
			d.Observer = l
			if err := New(stopped, d).Run(ctx); err != nil {
				t.Fatal(err)
			}
			cancel()
			if l.batches != stopAt {
				t.Errorf("%d micro-batches, stopped in number %d", l.batches, stopAt)
			}
			if n := c.lastCommit(t); n != l.taken {
				t.Errorf("%d records committed, %d taken in", n, l.taken)
			}

			ctx, cancel = context.WithCancel(t.Context())
			rest := &ledger{watcher: watcher{c: c, stop: cancel}}
			d = c.deps(&rest.watcher, base)
			d.Observer = rest
			if err := New(cfg, d).Run(ctx); err != nil {
				t.Fatal(err)
			}
			cancel()
			if rest.replayed != 0 {
				t.Errorf("%d records replayed after a stop", rest.replayed)
			}
			if n := c.lastCommit(t); n != l.taken+rest.taken {
				t.Errorf("%d records committed, %d and %d taken in", n, l.taken, rest.taken)
			}
			got := c.read(t)
			if diff := got.differs(&want); diff != "" {
				t.Errorf("commits every %s, stopped in micro-batch %d: %s", interval, stopAt, diff)
			}
		}
	}
}

// slowWriter is a broker that answers when it is told to.
type slowWriter struct {
	Writer
	answer  chan struct{} // one receive is one answer to a Commit; nil: it never answers
	acks    chan struct{} // the same for Seal; nil: it answers at once
	mute    bool          // Produce is not answered either
	sealing atomic.Bool   // a Seal is under way
	waiting atomic.Bool   // sealed, and not committed
	early   int           // records written while a Seal was under way
	beside  int           // records written while a Commit was under way
}

func (w *slowWriter) Produce(ctx context.Context, out Output, key, value []byte, headers []record.Header) error {
	if w.sealing.Load() {
		w.early++
	}
	if w.waiting.Load() {
		w.beside++
	}
	if w.mute {
		<-ctx.Done()
		return ctx.Err()
	}
	return w.Writer.Produce(ctx, out, key, value, headers)
}

func (w *slowWriter) Seal(ctx context.Context) error {
	if w.acks != nil {
		w.sealing.Store(true)
		select {
		case <-w.acks:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := w.Writer.Seal(ctx)
	w.sealing.Store(false)
	w.waiting.Store(true)
	return err
}

func (w *slowWriter) Commit(ctx context.Context) error {
	select {
	case <-w.answer:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := w.Writer.Commit(ctx)
	w.waiting.Store(false)
	return err
}

// at makes a task's only writer this one, and hands it all there is of the inputs at once.
func (w *slowWriter) at(d *Deps, c *cluster) {
	inner := d.Writer
	d.Writer = func(ctx context.Context) (Writer, error) {
		fw, err := inner(ctx)
		w.Writer = fw
		return w, err
	}
	d.Feed = func(_ context.Context, offsets []int64) (Feed, error) {
		step := make([]*record.Batch, len(c.inputs))
		for i, in := range c.inputs {
			if rest := in[offsets[i]:]; len(rest) > 0 {
				step[i] = &record.Batch{Records: rest, Next: int64(len(in))}
			}
		}
		return &stepFeed{steps: [][]*record.Batch{step}, wake: make(chan struct{})}, nil
	}
}

// stalled runs a task over a stream against a slow broker, in a bubble of synctest.
func stalled(t *testing.T, c *cluster, cfg Config, w *slowWriter, base Deps) (task *Task, stop context.CancelFunc, end chan error) {
	ctx, cancel := context.WithCancel(t.Context())
	d := c.deps(&watcher{c: c, stop: func() {}}, base)
	w.at(&d, c)
	task, end = New(cfg, d), make(chan error, 1)
	go func() { end <- task.Run(ctx) }()
	synctest.Wait()
	return task, cancel, end
}

// A stop waits for the commit under way, and for the one behind it.
func TestAStopWaitsForTheCommitUnderWay(t *testing.T) {
	in, refs := events(t, 14, 40, 5)
	total := uint64(0)
	for _, records := range in {
		total += uint64(len(records))
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(in, 1, 0)
		cfg := testConfig()
		cfg.CommitInterval, cfg.CatchUpInterval, cfg.FlushInterval, cfg.MaxBatch, cfg.MaxTransaction = 0, 0, time.Hour, 16, 1<<20
		w := &slowWriter{answer: make(chan struct{})}
		_, stop, end := stalled(t, c, cfg, w, Deps{References: func() *decide.References { return refs }, Now: time.Now})
		stop()
		for commit := range 2 { // of the first micro-batch, and of all others
			time.Sleep(cfg.StopTimeout / 3)
			synctest.Wait()
			if len(end) > 0 {
				t.Fatalf("ended with %v before commit %d had been answered", <-end, commit+1)
			}
			w.answer <- struct{}{}
		}
		if err := <-end; err != nil {
			t.Fatal(err)
		}
		if n := c.lastCommit(t); n != total {
			t.Errorf("%d records committed of %d taken in", n, total)
		}
	})
}

// A broker that never answers holds up a stop for the stop timeout, and no longer; the local
// state is then as of its last flush.
func TestAStopEndsWithoutAnAnswer(t *testing.T) {
	in, refs := events(t, 14, 40, 5)
	for name, mute := range map[string]bool{"commit": false, "produce": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCluster(in, 1, 0)
				cfg := testConfig()
				cfg.CommitInterval, cfg.CatchUpInterval = 0, 0
				_, stop, end := stalled(t, c, cfg, &slowWriter{mute: mute}, Deps{References: func() *decide.References { return refs }, Now: time.Now})
				time.Sleep(time.Hour)
				synctest.Wait()
				if len(end) > 0 {
					t.Fatalf("ended with %v without a stop", <-end)
				}
				asked := time.Now()
				stop()
				err := <-end
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v, not one that says that nothing was committed", err)
				}
				if took := time.Since(asked); took != cfg.StopTimeout {
					t.Errorf("the stop took %s, not %s", took, cfg.StopTimeout)
				}
				if m := c.meta(t); m.Commit != 0 || len(c.outputs[OutProgress]) > 0 {
					t.Errorf("the local state reflects commit %d, and %d are in the progress topic", m.Commit, len(c.outputs[OutProgress]))
				}
			})
		})
	}
}

// failingFeed is a feed that fails when it is told to.
type failingFeed struct {
	Feed
	failed atomic.Bool
	wake   chan struct{}
}

var errFeed = errors.New("fetch failed")

func (f *failingFeed) Wake() <-chan struct{} { return f.wake }

func (f *failingFeed) Err() error {
	if f.failed.Load() {
		return errFeed
	}
	return nil
}

// A fault ends a task at once, although its commit is without an answer: whether that
// has happened is what the next task finds out, behind its fence.
func TestAFaultDoesNotWaitForTheCommitUnderWay(t *testing.T) {
	in, refs := events(t, 14, 40, 5)
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(in, 1, 0)
		cfg := testConfig()
		cfg.CommitInterval, cfg.CatchUpInterval = 0, 0
		d := c.deps(&watcher{c: c, stop: func() {}}, Deps{References: func() *decide.References { return refs }, Now: time.Now})
		w := &slowWriter{}
		w.at(&d, c)
		feed := &failingFeed{wake: make(chan struct{}, 1)}
		inner := d.Feed
		d.Feed = func(ctx context.Context, offsets []int64) (_ Feed, err error) {
			feed.Feed, err = inner(ctx, offsets)
			return feed, err
		}
		end := make(chan error, 1)
		go func() { end <- New(cfg, d).Run(t.Context()) }()
		synctest.Wait()
		if !w.waiting.Load() {
			t.Fatal("no commit is under way")
		}
		failed := time.Now()
		feed.failed.Store(true)
		feed.wake <- struct{}{}
		if err := <-end; !errors.Is(err, errFeed) {
			t.Errorf("ended with %v", err)
		}
		if took := time.Since(failed); took != 0 {
			t.Errorf("the end took %s", took)
		}
	})
}
