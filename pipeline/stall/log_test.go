package stall

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// clock is a clock that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newTest() (*Log, *clock) {
	c := &clock{time.UnixMilli(1_750_000_000_000)}
	return New(c.now), c
}

const ms = time.Millisecond

// A stall has the cause that covers most of it in its own partition, and what went on beside it.
func TestAStallHasTheCauseThatCoversIt(t *testing.T) {
	l, c := newTest()
	l.Note(Acks, 1, c.at, 140*ms)
	l.Note(Freeze, 1, c.at.Add(10*ms), 60*ms)
	l.Note(Rows, 2, c.at, 150*ms) // of another partition
	l.Note(GC, Whole, c.at.Add(20*ms), 90*ms)
	l.Note(Write, Whole, c.at.Add(-500*ms), 505*ms)
	c.at = c.at.Add(150 * ms)
	l.Delayed(1, 150*ms)
	l.Delayed(3, 120*ms) // nothing of its own
	c.at = c.at.Add(settled)
	r := l.Report()
	if len(r.Stalls) != 2 || len(r.Spans) != 5 {
		t.Fatalf("%d stalls and %d spans: %+v", len(r.Stalls), len(r.Spans), r)
	}
	a, b := r.Stalls[0], r.Stalls[1]
	if a.Partition != 1 || a.Ms != 150 || a.Cause != Acks || a.Beside != GC || a.Of["acks"] != 140 || a.Of["freeze"] != 60 || a.Of["state-write"] != 5 || a.Of["rows"] != 0 {
		t.Errorf("the first is %+v", a)
	}
	if b.Partition != 3 || b.Cause != Outside || b.Beside != GC {
		t.Errorf("the second is %+v", b)
	}
	totals := map[Pair]Total{}
	l.Totals(func(p Pair, n Total) { totals[p] = n })
	if len(totals) != 2 || totals[Pair{Acks, GC}] != (Total{1, 150 * ms}) || totals[Pair{Outside, GC}] != (Total{1, 120 * ms}) {
		t.Errorf("totals %v", totals)
	}
}

// Delays that overlap are one stall, of the longest of them; the next one is another.
func TestDelaysThatOverlapAreOneStall(t *testing.T) {
	l, c := newTest()
	for _, d := range []time.Duration{110 * ms, 130 * ms, 120 * ms} {
		l.Delayed(0, d)
		c.at = c.at.Add(10 * ms)
	}
	l.Delayed(0, 99*ms)             // not late
	l.Delayed(0, Longest+ms)        // behind
	c.at = c.at.Add(1000 * ms)      // behind the end of the first
	l.Delayed(0, 105*ms)            // the second
	if n := len(l.stalls); n != 1 { // closed by the second
		t.Fatalf("%d stalls are closed", n)
	}
	c.at = c.at.Add(settled)
	if r := l.Report(); len(r.Stalls) != 2 || r.Stalls[0].Ms != 130 || r.Stalls[1].Ms != 105 {
		t.Errorf("stalls %+v", r.Stalls)
	}
}

// However long a process runs, the log holds the newest of everything and no more.
func TestALogIsBounded(t *testing.T) {
	l, c := newTest()
	for i := range maxSpans + 10 {
		l.Note(Batch, int32(i), c.at.Add(time.Duration(i)*time.Second), Least)
	}
	l.Note(Batch, 0, c.at, Least-1)
	for range maxStalls + 5 {
		l.Delayed(0, Late)
		c.at = c.at.Add(2 * settled)
	}
	r := l.Report()
	if len(r.Spans) != maxSpans || r.Spans[0].Partition != 10 || r.Spans[maxSpans-1].Partition != maxSpans+9 || len(r.Stalls) != maxStalls {
		t.Errorf("%d spans from %+v on, %d stalls", len(r.Spans), r.Spans[0], len(r.Stalls))
	}
}

func TestAReportIsReadAsItWasWritten(t *testing.T) {
	l, c := newTest()
	l.Note(Compaction, Whole, c.at, 20*ms)
	c.at = c.at.Add(100 * ms)
	l.Delayed(4, 100*ms)
	c.at = c.at.Add(settled)
	w := httptest.NewRecorder()
	l.ServeHTTP(w, nil)
	var r Report
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || len(r.Spans) != 1 || r.Spans[0] != l.spans[0] ||
		len(r.Stalls) != 1 || r.Stalls[0].Cause != Outside || r.Stalls[0].Beside != Compaction || r.LateMs != 100 {
		t.Errorf("%v, %+v from %s", err, r, w.Body)
	}
	if err := json.Unmarshal([]byte(`{"spans":[{"cause":"moon"}]}`), &r); err == nil {
		t.Error("a cause that nobody knows is read")
	}
}

// The watcher sees that the process did not run: here it is the test that lets nothing run.
func TestTheWatcherSeesPauses(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	l := New(time.Now)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Watch(ctx) }()
	has := func() bool {
		for _, s := range l.Report().Spans {
			if s.Cause == Pause && s.Partition == Whole && s.Ended > s.Began {
				return true
			}
		}
		return false
	}
	for deadline := time.Now().Add(10 * time.Second); !has() && time.Now().Before(deadline); {
		time.Sleep(2 * watchEvery) // it waits for its tick
		var churn []byte           // the collector's stops, and a busy processor
		for began := time.Now(); time.Since(began) < 100*ms; {
			churn = make([]byte, 1<<16)
		}
		runtime.KeepAlive(churn)
	}
	stop()
	<-done
	if !has() {
		t.Error("no pause was seen")
	}
}
