package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/pipeline/task"
)

// standingRig is a process with one partition of two inputs, and a clock that is set.
type standingRig struct {
	*standings
	at     time.Time
	status []task.Status
	stable map[string]int64
}

func newStandingRig() *standingRig {
	r := &standingRig{at: time.Unix(1000, 0), stable: map[string]int64{}}
	r.standings = newStandings([]string{"orders", "shipments"}, func() time.Time { return r.at })
	return r
}

// after moves the clock, in steps of a tick, and shows what a scrape would.
func (r *standingRig) after(d time.Duration, phase task.Phase) (lag map[string]int64, stalled time.Duration) {
	r.status = []task.Status{{Partition: 3, Phase: phase}}
	for end := r.at.Add(d); ; r.at = r.at.Add(250 * time.Millisecond) {
		r.look(r.status, func(fn func(string, int32, int64)) {
			for topic, o := range r.stable {
				fn(topic, 3, o)
			}
		})
		if !r.at.Before(end) {
			break
		}
	}
	x := serve.Sample{Lag: map[string]int64{}}
	r.sample(&x, r.status, func(int32) int64 { return 0 })
	return x.Lag, x.Partitions[0].Stalled
}

// The lag is known before the first commit after a start, from the progress record and
// the first fetch, and where there is no progress record from where the inputs begin.
func TestLagIsKnownBeforeTheFirstCommit(t *testing.T) {
	r := newStandingRig()
	r.recovering(3, map[string]int64{"orders": 40})
	r.begun(3, []int64{10, 7}) // orders are replayed from 10, shipments were added since
	r.stable = map[string]int64{"orders": 100, "shipments": 9}
	if lag, _ := r.after(time.Second, task.PhaseStarting); lag["orders"] != 60 || lag["shipments"] != 2 {
		t.Errorf("lag %v, want 60 orders and 2 shipments", lag)
	}
	r.committed(3, []int64{100, 8})
	if lag, _ := r.after(time.Second, task.PhaseLive); lag["orders"] != 0 || lag["shipments"] != 1 {
		t.Errorf("lag %v, want 1 shipment", lag)
	}
}

// A partition stalls from its last commit on when records wait, and not while it is idle;
// one that has failed stalls whatever waits, and its lag stays what it was.
func TestAStalledPartitionIsSeen(t *testing.T) {
	r := newStandingRig()
	r.begun(3, []int64{0, 0})
	r.stable = map[string]int64{"orders": 0, "shipments": 0}
	if _, stalled := r.after(time.Hour, task.PhaseLive); stalled != 0 {
		t.Errorf("idle for an hour: stalled for %v", stalled)
	}
	r.stable["orders"] = 5
	if _, stalled := r.after(10*time.Second, task.PhaseLive); stalled != 10*time.Second {
		t.Errorf("stalled for %v, want 10s", stalled)
	}
	r.committed(3, []int64{3, 0})
	if _, stalled := r.after(2*time.Second, task.PhaseLive); stalled != 2*time.Second {
		t.Errorf("stalled for %v, want 2s since the commit", stalled)
	}
	r.stable = nil // nothing is fetched for a partition that has failed
	if lag, stalled := r.after(4*time.Second, task.PhaseFailed); stalled != 6*time.Second || lag["orders"] != 2 {
		t.Errorf("failed: stalled for %v, lag %v; want 6s, 2 orders", stalled, lag)
	}
	r.committed(3, []int64{5, 0})
	if _, stalled := r.after(time.Minute, task.PhaseLive); stalled != 0 {
		t.Errorf("caught up: stalled for %v", stalled)
	}
}

// A partition that went elsewhere leaves nothing behind.
func TestAPartitionThatLeftIsForgotten(t *testing.T) {
	r := newStandingRig()
	r.begun(3, []int64{0, 0})
	r.look(nil, func(func(string, int32, int64)) {})
	if len(r.of) != 0 {
		t.Errorf("%d partitions are remembered", len(r.of))
	}
}

func TestFailuresAreCountedByCause(t *testing.T) {
	f := newFailures()
	for _, err := range []error{
		fmt.Errorf("partition 1: commit: %w", task.ErrFenced),
		&kafka.PartitionError{Topic: "orders", Err: kafka.ErrUnknownTopic},
		fmt.Errorf("open: %w", state.ErrCorrupt),
		fmt.Errorf("start: %w", task.ErrGap),
		fmt.Errorf("open: %w: %w", state.ErrDiskFull, state.ErrCorrupt),
		fmt.Errorf("something else"),
	} {
		f.add(err)
	}
	got := map[string]int64{}
	f.sample(got)
	want := map[string]int64{"fenced": 1, "topic": 1, "disk": 1, "state": 1, "gap": 1, "other": 1, "access": 0, "unknown_outcome": 0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
