package task

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
)

// errFull is what the disk of a test says.
var errFull = errors.New("planted full disk")

// onFullDisk is a cluster whose disk is full for as long as full is true, and the store of
// the task that runs.
func onFullDisk(t *testing.T) (c *cluster, full *atomic.Bool, store func() *fakeStore, base Deps, want standing) {
	in, refs := events(t, 21, 200, 10)
	base = Deps{References: func() *decide.References { return refs }, Now: time.Now}
	calm := newCluster(in, 1, 0)
	if err := calm.run(testConfig(), base); err != nil {
		t.Fatal(err)
	}
	c, full = newCluster(in, 2, 0), new(atomic.Bool)
	c.room = func() error {
		if full.Load() {
			return errFull
		}
		return nil
	}
	var now *fakeStore
	c.open = func() (Store, error) {
		now = &fakeStore{c: c, now: c.stored.clone()}
		return now, nil
	}
	return c, full, func() *fakeStore { return now }, base, calm.read(t)
}

// launch runs a task until everything is committed, or stop is called.
func (c *cluster) launch(t *testing.T, base Deps) (stop context.CancelFunc, end chan error) {
	ctx, cancel := context.WithCancel(t.Context())
	cfg := testConfig()
	cfg.CommitInterval, cfg.CatchUpInterval = 0, 0 // time stands still in a bubble while there is work
	task, end := New(cfg, c.deps(&watcher{c: c, stop: cancel}, base)), make(chan error, 1)
	go func() { end <- task.Run(ctx) }()
	return cancel, end
}

// A full disk is waited for: the partition publishes until its changes have reached their
// bound, then it takes nothing in, and goes on by itself within a second. Nothing is lost.
func TestAFullDiskIsWaitedFor(t *testing.T) {
	c, full, store, base, want := onFullDisk(t)
	synctest.Test(t, func(t *testing.T) {
		full.Store(true)
		stop, end := c.launch(t, base)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(end) > 0 {
			t.Fatalf("ended on a full disk: %v", <-end)
		}
		held := store().ops
		if !store().Full() || held > 2*150 {
			t.Errorf("%d changes in memory, bound 150", held)
		}
		if p, err := c.progress(); err != nil || p == nil || p.Commit < 2 {
			t.Errorf("progress %+v, error %v: nothing was published with room in memory", p, err)
		}
		if m := c.meta(t); m.Commit != 0 {
			t.Errorf("the state of commit %d was written on a full disk", m.Commit)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if store().ops != held {
			t.Errorf("%d changes, %d a minute ago", store().ops, held)
		}
		full.Store(false)
		time.Sleep(time.Second)
		synctest.Wait()
		if len(end) == 0 {
			t.Fatal("does not go on within a second")
		}
		if err := <-end; err != nil {
			t.Fatal(err)
		}
	})
	if got := c.read(t); got.differs(&want) != "" {
		t.Error("after a full disk the outputs differ from those of a calm run")
	}
}

// A partition that is stopped on a full disk commits and ends; the next run, on a disk that
// is still full, waits in its replay, and ends up with the same outputs.
func TestAStopOnAFullDiskLosesNothing(t *testing.T) {
	c, full, _, base, want := onFullDisk(t)
	synctest.Test(t, func(t *testing.T) {
		full.Store(true)
		stop, end := c.launch(t, base)
		time.Sleep(time.Minute)
		stop()
		if err := <-end; err != nil {
			t.Fatal(err)
		}
		p, err := c.progress()
		if err != nil || p == nil || p.Commit == 0 || c.meta(t).Commit != 0 {
			t.Fatalf("progress %+v, error %v, state of commit %d", p, err, c.meta(t).Commit)
		}
		stop, end = c.launch(t, base)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(end) > 0 {
			t.Fatalf("ended on a full disk: %v", <-end)
		}
		full.Store(false)
		if err := <-end; err != nil {
			t.Fatal(err)
		}
	})
	if got := c.read(t); got.differs(&want) != "" {
		t.Error("after a stop on a full disk the outputs differ from those of a calm run")
	}
}
