package task

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// Until a transaction has all its records acknowledged none of the next is written: they wait
// in a queue. From then on they are written, while the first one is committed. Of both
// together there are at most MaxTransaction records, with those of cells that have changed,
// but for the decision that reaches that; then the task takes nothing more in. What
// is written in the end is what a fast broker gets, in the same order.
func TestOutputsWaitUntilTheTransactionBeforeIsSealed(t *testing.T) {
	in, refs := events(t, 16, 150, 15)
	base := Deps{References: func() *decide.References { return refs }, Now: func() time.Time { return time.UnixMilli(streamStart) }}
	cfg := testConfig()
	cfg.CommitInterval, cfg.CatchUpInterval, cfg.FlushInterval, cfg.MaxBatch, cfg.MaxTransaction = 0, 0, time.Hour, 8, 20
	calm := newCluster(in, 1, 0)
	synctest.Test(t, func(t *testing.T) {
		fast := &slowWriter{answer: make(chan struct{})}
		close(fast.answer)
		_, stop, end := stalled(t, calm, cfg, fast, base)
		stop()
		if err := <-end; err != nil {
			t.Fatal(err)
		}
	})
	for name, acks := range map[string]bool{"slow to acknowledge": true, "slow to commit": false} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(in, 1, 0)
			full, beside := 0, 0
			synctest.Test(t, func(t *testing.T) {
				w := &slowWriter{answer: make(chan struct{})}
				if acks {
					w.acks = make(chan struct{})
				}
				full = slowly(t, c, cfg, w, base)
				if w.early > 0 {
					t.Errorf("%d records written before the transaction before had its own", w.early)
				}
				beside = w.beside
			})
			if full < 5 || !acks && beside < 5 {
				t.Errorf("the bound was reached %d times, %d records were written beside a commit: too few to show anything", full, beside)
			}
			for _, out := range []Output{OutDecisions, OutHighRisk, OutPreReviews, OutDeadLetters} {
				same(t, out, c.outputs[out], calm.outputs[out])
			}
		})
	}
}

// slowly runs a task to the end of its inputs and answers only once it can do nothing more.
// It returns how often the bound was reached.
func slowly(t *testing.T, c *cluster, cfg Config, w *slowWriter, base Deps) (full int) {
	task, stop, end := stalled(t, c, cfg, w, base)
	stopped := false
	for len(end) == 0 {
		if !w.waiting.Load() && !w.sealing.Load() && !stopped { // all is taken in, but for what the stop commits
			stopped = true
			stop()
			synctest.Wait()
			continue
		}
		const ofOneMore = 24 // records and cells of the decision that reaches the bound
		switch n := task.transaction(); {
		case n >= cfg.MaxTransaction+ofOneMore || len(task.out.queue) > n:
			t.Errorf("%d records of the next transaction, %d of them wait; the bound is %d", n, len(task.out.queue), cfg.MaxTransaction)
		case n >= cfg.MaxTransaction:
			full++
		}
		if w.sealing.Load() {
			w.acks <- struct{}{}
		} else {
			w.answer <- struct{}{}
		}
		synctest.Wait()
	}
	stop()
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	return full
}

func same(t *testing.T, out Output, got, want []record.Record) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d records, not %d", out, len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i].Key, want[i].Key) || !bytes.Equal(got[i].Value, want[i].Value) {
			t.Fatalf("%s: record %d is %s, not %s", out, i, got[i].Value, want[i].Value)
		}
	}
}
