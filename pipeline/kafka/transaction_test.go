package kafka

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// proxied is a broker of the test's own that can only be reached through a proxy, and
// that looks for transactions beyond their timeout every 100 ms.
func proxied(t *testing.T) (*kafkatest.Broker, *proxy, []string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a broker of its own takes seconds to start")
	}
	p := startProxy(t)
	b := brokers.Real(t, kafkatest.Options{Settings: map[string]string{
		"advertised.listeners": "PLAINTEXT://" + p.addr(),
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "100",
	}})
	p.to(b.Addr)
	return b, p, []string{p.addr()}
}

// committed reads what a read_committed reader finds in the decisions, and the last
// progress, once no transaction is open.
func committed(t *testing.T, brokers []string, topics [task.NumOutputs]string, partition int32) (decisions []string, progress string) {
	t.Helper()
	r := newReader(t, brokers)
	decisions, _ = readTail(t, r, topics[task.OutDecisions], partition, 0)
	p, ok, err := r.LastProgress(t.Context(), topics[task.OutProgress], partition, "k", parseInstance)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		progress = p.Instance
	}
	return decisions, progress
}

// write puts one transaction's records: a decision, and the progress that covers it.
func write(t *testing.T, w *Writer, name string) {
	t.Helper()
	put(t, w, task.OutDecisions, name)
	put(t, w, task.OutProgress, name)
}

func commit(t *testing.T, w *Writer) {
	t.Helper()
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A commit whose answer is lost, or that never arrived: either the writer finds out by
// itself, or it says that it doesn't know. The next writer's progress tells, and a reader
// finds all of the transaction or nothing.
func TestEndOfATransactionIsCutOff(t *testing.T) {
	_, p, brokers := proxied(t)
	for i, c := range []struct {
		name    string
		how     verdict
		always  bool // else once: then the writer asks again
		commits bool
	}{
		{"answer lost once", cutAfter, false, true},
		{"request lost once", cutBefore, false, true},
		{"no answer, committed", cutAfter, true, true},
		{"no answer, not committed", cutBefore, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			topics := newOutputs(t, brokers)
			partition := int32(i % 2)
			w := newWriter(t, brokers, topics, partition, func(cfg *WriterConfig) { cfg.CommitTimeout = 2 * time.Second })
			write(t, w, "before")
			commit(t, w)
			var cuts atomic.Int64
			p.set(func(key int16) verdict {
				if key != keyEndTxn || cuts.Add(1) > 1 && !c.always {
					return pass
				}
				return c.how
			})
			defer p.set(nil)
			write(t, w, "cut")
			err := w.Commit(t.Context())
			p.set(nil)
			if cuts.Load() == 0 {
				t.Fatal("nothing was cut")
			}
			switch {
			case c.always && !errors.Is(err, task.ErrUnknownOutcome):
				t.Fatalf("a commit without an answer: %v", err)
			case !c.always && err != nil:
				t.Fatalf("a commit that could be asked for again: %v", err)
			}
			w.Close()
			next := newWriter(t, brokers, topics, partition, nil)
			want := []string{"before"}
			if c.commits {
				want = append(want, "cut")
			}
			decisions, progress := committed(t, brokers, topics, partition)
			if !slices.Equal(decisions, want) || progress != want[len(want)-1] {
				t.Errorf("committed are %q and progress %q, not %q", decisions, progress, want)
			}
			write(t, next, "after")
			commit(t, next)
			decisions, progress = committed(t, brokers, topics, partition)
			if want = append(want, "after"); !slices.Equal(decisions, want) || progress != "after" {
				t.Errorf("in the end %q and progress %q, not %q", decisions, progress, want)
			}
		})
	}
}

// A writer that sleeps for longer than the transaction timeout: the broker has aborted its
// transaction, and it finds itself fenced whatever it does next.
func TestTransactionOpenTooLongIsAborted(t *testing.T) {
	_, _, brokers := proxied(t)
	for name, wake := range map[string]func(context.Context, *Writer) error{
		"commit": func(ctx context.Context, w *Writer) error { return w.Commit(ctx) },
		"produce": func(ctx context.Context, w *Writer) error {
			if err := w.Produce(ctx, task.OutDecisions, []byte("k"), []byte("late"), nil); err != nil {
				return err
			}
			return w.Commit(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			topics := newOutputs(t, brokers)
			w := newWriter(t, brokers, topics, 0, func(c *WriterConfig) { c.TransactionTimeout = time.Second })
			write(t, w, "before")
			commit(t, w)
			write(t, w, "asleep")
			flush(t, w)
			// Once nothing is open any more, the broker has aborted it.
			if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"before"}) || progress != "before" {
				t.Fatalf("after the timeout %q and progress %q are committed", decisions, progress)
			}
			if err := wake(t.Context(), w); !errors.Is(err, task.ErrFenced) {
				t.Errorf("the writer woke up to %v", err)
			}
			next := newWriter(t, brokers, topics, 0, nil)
			write(t, next, "after")
			commit(t, next)
			if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"before", "after"}) || progress != "after" {
				t.Errorf("in the end %q and progress %q are committed", decisions, progress)
			}
		})
	}
}

// While the markers of a commit are not written yet, the next transaction of the same
// producer waits for them, and so does a new owner: it reads its progress only behind them.
func TestMarkersAreWaitedFor(t *testing.T) {
	_, p, brokers := proxied(t)
	held := func(t *testing.T) (release func(), seen *atomic.Int64) {
		gate := make(chan struct{})
		seen = new(atomic.Int64)
		p.set(func(key int16) verdict {
			if key == keyWriteTxnMarkers {
				seen.Add(1)
				<-gate
			}
			return pass
		})
		release = sync.OnceFunc(func() {
			p.set(nil)
			close(gate)
		})
		t.Cleanup(release)
		return release, seen
	}
	t.Run("by the next transaction", func(t *testing.T) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, nil)
		release, seen := held(t)
		write(t, w, "a")
		commit(t, w)
		write(t, w, "b") // by the other producer
		commit(t, w)
		ended := make(chan error, 1)
		write(t, w, "c")
		go func() { ended <- w.Commit(t.Context()) }()
		select {
		case err := <-ended:
			t.Fatalf("the third commit ended with %v before the markers of the first one stood", err)
		case <-time.After(500 * time.Millisecond): // brokers have refused its records several times by then
		}
		if seen.Load() == 0 {
			t.Fatal("no markers were held back")
		}
		release()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"a", "b", "c"}) || progress != "c" {
			t.Errorf("%q and progress %q are committed", decisions, progress)
		}
	})
	t.Run("by a new owner", func(t *testing.T) {
		topics := newOutputs(t, brokers)
		old := newWriter(t, brokers, topics, 1, nil)
		release, seen := held(t)
		write(t, old, "a")
		commit(t, old)
		owner := make(chan *Writer, 1)
		go func() {
			cfg := *old.cfg
			w, err := NewWriter(t.Context(), cfg, 1)
			if err != nil {
				t.Error(err)
			}
			owner <- w
		}()
		select {
		case <-owner:
			t.Fatal("the new owner has fenced before the markers stood")
		case <-time.After(500 * time.Millisecond):
		}
		if seen.Load() == 0 {
			t.Fatal("no markers were held back")
		}
		release()
		w := <-owner
		if w == nil {
			return
		}
		t.Cleanup(w.Close)
		if decisions, progress := committed(t, brokers, topics, 1); !slices.Equal(decisions, []string{"a"}) || progress != "a" {
			t.Errorf("the new owner finds %q and progress %q", decisions, progress)
		}
	})
}
