package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// faultyWriter fails once, at its n-th call of one kind, and notes what is asked of it and
// of the local state afterwards.
type faultyWriter struct {
	Writer
	err       error
	produce   bool // fails in Produce, else in Commit
	committed bool // fails behind a commit that has happened
	n         int

	mu      sync.Mutex // a commit runs beside the task
	commits uint64     // that have succeeded
	failed  bool
	after   []string
}

func (w *faultyWriter) fails(produce bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed {
		w.after = append(w.after, fmt.Sprintf("produce %t", produce))
		return true
	}
	if produce == w.produce {
		w.n--
	}
	w.failed = w.n == 0
	return w.failed
}

func (w *faultyWriter) fault() error { return fmt.Errorf("broker: %w", w.err) }

func (w *faultyWriter) Produce(ctx context.Context, out Output, key, value []byte, headers []record.Header) error {
	if w.fails(true) {
		return w.fault()
	}
	return w.Writer.Produce(ctx, out, key, value, headers)
}

func (w *faultyWriter) Commit(ctx context.Context) error {
	if !w.fails(false) {
		err := w.Writer.Commit(ctx)
		if err == nil {
			w.mu.Lock()
			w.commits++
			w.mu.Unlock()
		}
		return err
	}
	if w.committed {
		if err := w.Writer.Commit(ctx); err != nil {
			return err
		}
	}
	return w.fault()
}

func (w *faultyWriter) Abort(context.Context) error {
	w.note("abort")
	return nil
}

func (w *faultyWriter) Close() { w.note("close") }

// note keeps what comes behind the fault, or ends the writer.
func (w *faultyWriter) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.after = append(w.after, what)
}

// watchedStore notes a flush that is written of a commit that has not succeeded.
type watchedStore struct {
	Store
	w *faultyWriter
}

func (s *watchedStore) Flush(ready func() ([]byte, error)) error {
	return s.Store.Flush(func() ([]byte, error) {
		b, err := ready()
		if err != nil {
			return b, err
		}
		var m meta
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, err
		}
		s.w.mu.Lock()
		ahead := m.Commit > s.w.commits
		s.w.mu.Unlock()
		if ahead {
			s.w.note("flush")
		}
		return b, nil
	})
}

func (s *watchedStore) Close() error {
	s.w.note("close the state")
	return s.Store.Close()
}

// After a fault of the broker nothing more is written, neither to it nor to the local state;
// whoever runs tasks is told which it was; and a new task goes on from there.
func TestAFaultEndsAllWriting(t *testing.T) {
	in, refs := events(t, 15, 150, 15)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	cfg := testConfig()
	cfg.MaxBatch, cfg.CommitInterval, cfg.CatchUpInterval = 16, 0, 0
	calm := newCluster(in, 1, 0)
	if err := calm.run(cfg, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	for _, x := range []struct {
		name  string
		fault *faultyWriter
	}{
		{"fenced in produce", &faultyWriter{err: ErrFenced, produce: true}},
		{"fenced in commit", &faultyWriter{err: ErrFenced}},
		{"unknown outcome, committed", &faultyWriter{err: ErrUnknownOutcome, committed: true}},
		{"unknown outcome, not committed", &faultyWriter{err: ErrUnknownOutcome}},
	} {
		for _, n := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("%s %d", x.name, n), func(t *testing.T) {
				w := &faultyWriter{err: x.fault.err, produce: x.fault.produce, committed: x.fault.committed, n: n}
				c := newCluster(in, 2, 0)
				d := c.deps(&watcher{c: c, stop: func() {}}, base)
				inner, store := d.Writer, d.Store
				d.Writer = func(ctx context.Context) (fw Writer, err error) {
					w.Writer, err = inner(ctx)
					return w, err
				}
				d.Store = func() (Store, error) {
					s, err := store()
					return &watchedStore{Store: s, w: w}, err
				}
				err := New(cfg, d).Run(t.Context())
				for _, sentinel := range []error{ErrFenced, ErrUnknownOutcome, ErrState} {
					if errors.Is(err, sentinel) != (sentinel == w.err) {
						t.Errorf("error %v, planted was %v", err, w.err)
					}
				}
				after := w.after
				if !w.produce && after[0] == "produce true" {
					after = after[1:] // refused: so the task hears of the commit's fault
				}
				if got := fmt.Sprint(after); got != "[close close the state]" {
					t.Errorf("after the fault: %s", got)
				}
				if err := c.run(cfg, base); err != nil {
					t.Fatal(err)
				}
				got := c.read(t)
				if diff := got.differs(&want); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
