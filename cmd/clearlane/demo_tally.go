package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
)

// tally adds up what the tasks say of themselves. It implements task.Observer.
type tally struct {
	mu        sync.Mutex
	in        [task.NumOutcomes]uint64
	decisions [schemas.RouteHighRisk + 1]uint64
	delays    [2][]int64 // ms until written, and until committed, of the last interval
	retracted uint64
}

// Batch implements task.Observer.
func (t *tally) Batch(c *task.Counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range c.In {
		for o, n := range c.In[i] {
			t.in[o] += n
		}
	}
	for r, n := range c.Decisions {
		t.decisions[r] += n
	}
	t.retracted += c.Retractions
	t.delays[0] = append(t.delays[0], c.Delays...)
}

// Committed implements task.Observer.
func (t *tally) Committed(c *task.Committed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delays[1] = append(t.delays[1], c.Delays...)
}

// Flushed implements task.Observer.
func (t *tally) Flushed(int32, time.Duration) {}

// Step implements task.Observer.
func (t *tally) Step(int32, task.Step, time.Time, time.Duration) {}

// Recovered implements task.Observer.
func (t *tally) Recovered(int32, int64, time.Duration) {}

// Sweeping implements task.Observer.
func (t *tally) Sweeping(int32, task.Sweep, bool) {}

// read is the number of records of each outcome so far.
func (t *tally) read() [task.NumOutcomes]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.in
}

// live prints one line of the summary and begins a new interval.
func (t *tally) live(w io.Writer, since time.Duration, landed string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	read := uint64(0)
	for _, n := range t.in {
		read += n
	}
	written, committed := quantiles(t.delays[0]), quantiles(t.delays[1])
	fmt.Fprintf(w, "%7s  %9d events  %8d release  %7d document review  %6d high risk  %5d retracted%s  delay p50/p99 %s ms written, %s ms committed\n",
		since.Round(time.Second), read, t.decisions[schemas.RouteRelease], t.decisions[schemas.RouteDocumentReview],
		t.decisions[schemas.RouteHighRisk], t.retracted, landed, written, committed)
	t.delays[0], t.delays[1] = t.delays[0][:0], t.delays[1][:0]
}
