package task

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// While a commit is under way nothing is written; what follows waits in a queue of at most
// MaxTransaction records, and then the task takes nothing more in. What is written in the
// end is what a fast broker gets, in the same order.
func TestOutputsWaitForTheCommitUnderWay(t *testing.T) {
	in, refs := events(t, 16, 150, 15)
	base := Deps{References: func() *decide.References { return refs }, Now: func() time.Time { return time.UnixMilli(streamStart) }}
	cfg := testConfig()
	cfg.CommitInterval, cfg.FlushInterval, cfg.MaxBatch, cfg.MaxTransaction = 0, time.Hour, 8, 20
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
	full := 0
	c := newCluster(in, 1, 0)
	synctest.Test(t, func(t *testing.T) {
		w := &slowWriter{answer: make(chan struct{})}
		task, stop, end := stalled(t, c, cfg, w, base)
		stopped := false
		for len(end) == 0 {
			if !w.waiting && !stopped { // all is taken in, but for what the stop commits
				stopped = true
				stop()
				synctest.Wait()
				continue
			}
			switch n := len(task.out.queue); {
			case n > cfg.MaxTransaction:
				t.Errorf("%d records wait, the bound is %d", n, cfg.MaxTransaction)
			case n == cfg.MaxTransaction:
				full++
			}
			w.answer <- struct{}{}
			synctest.Wait()
		}
		stop()
		if err := <-end; err != nil {
			t.Fatal(err)
		}
		if w.early > 0 {
			t.Errorf("%d records written while a commit was under way", w.early)
		}
	})
	if full < 5 {
		t.Errorf("the queue was full %d times: too few to show anything", full)
	}
	for _, out := range []Output{OutDecisions, OutHighRisk, OutPreReviews, OutDeadLetters} {
		same(t, out, c.outputs[out], calm.outputs[out])
	}
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
