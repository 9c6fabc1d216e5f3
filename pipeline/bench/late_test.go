package bench

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/stall"
)

// Records whose delays overlap are late for one thing; others, and other partitions, have
// causes of their own.
func TestLateRecordsHaveTheirCauses(t *testing.T) {
	const ms = 1000 // us
	late := []Late{
		{1, 100 * ms, 40 * time.Millisecond}, {1, 110 * ms, 50 * time.Millisecond}, {1, 112 * ms, 5 * time.Millisecond}, // from 60 on
		{1, 300 * ms, 30 * time.Millisecond},
		{2, 105 * ms, 25 * time.Millisecond},
	}
	spans := []stall.Span{
		{Cause: stall.Freeze, Partition: 1, Began: 65 * ms, Ended: 105 * ms},
		{Cause: stall.GC, Partition: stall.Whole, Began: 70 * ms, Ended: 200 * ms},
		{Cause: stall.Broker, Partition: stall.Whole, Began: 275 * ms, Ended: 299 * ms},
	}
	l := LatenessOf(late, 10*time.Millisecond, spans)
	if want := map[string]int{"freeze+gc": 2, "+broker": 1, "+gc": 1}; l.Records != 4 || l.Stalls != 3 || !maps.Equal(l.Causes, want) {
		t.Errorf("%d records in %d stalls, causes %v, want %v", l.Records, l.Stalls, l.Causes, want)
	}
	if w := l.Worst[0]; w.Partition != 1 || w.Ms != 50 || w.AtMs != 110 || w.Records != 2 || w.Of["freeze"] != 40 || w.Of["gc"] != 40 {
		t.Errorf("the worst is %+v", w)
	}
	if none := LatenessOf(late, time.Second, spans); none.Records != 0 || len(none.Worst) != 0 {
		t.Errorf("late by a second: %+v", none)
	}
	if alone := LatenessOf([]Late{{1, 900 * ms, 20 * time.Millisecond}}, 0, spans); alone.Causes["outside"] != 1 {
		t.Errorf("causes %v", alone.Causes)
	}
}

// What commits cost is worked out of runs that kept their rate, and of no others.
func TestCommitCostsNeedTheRate(t *testing.T) {
	run := func(partitions int, seconds float64) *Run {
		return &Run{Settings: Settings{Partitions: partitions, EventRate: 1000}, Events: 10_000, Commits: int64(100 * partitions), WallSeconds: seconds,
			CPUSeconds: 0.1 + 0.01*float64(partitions), Idle: &Idle{Seconds: 1}, Committed: &Percentiles{}}
	}
	for _, c := range []struct {
		seconds float64
		want    string
	}{{10, "10.0 us of CPU an event, and 100 us a commit: commits pass 20 % of CPU at 25 a second"}, {20, "8 partitions: 500 events/s"}} {
		var b strings.Builder
		if err := WriteMany(&b, []*Run{run(2, 10), run(8, c.seconds)}); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%v, want %q in\n%s", err, c.want, b.String())
		}
	}
}
