package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/record"
)

// chaosGap is a partition that does not commit while input is pending.
type chaosGap struct {
	Partition int32    `json:"partition"`
	FromS     float64  `json:"from_s"` // since the load began
	Ms        int64    `json:"ms"`
	Faults    []string `json:"faults"` // under way, or over for less than chaosAfter
}

// leastGap is the shortest time between two commits of a partition that counts as a pause.
const leastGap = time.Second

// chaosAfter is how long after its end a fault may still be why a partition pauses: the
// group has to find out, and to share out anew.
const chaosAfter = chaosSession + 2*time.Second

// gaps are the pauses between two commits of a partition, by the timestamps of its
// progress records, from the beginning of the load to its end: all of them.
func (w *chaosWorld) gaps(ctx context.Context, log oracle.Log, to time.Time) (all []chaosGap, err error) {
	var last [chaosPartitions]int64
	gap := func(p int32, until int64) {
		since := max(last[p], w.began.UnixMilli())
		ms := min(until, to.UnixMilli()) - since
		if ms > 0 {
			all = append(all, chaosGap{Partition: p, FromS: float64(since-w.began.UnixMilli()) / 1000, Ms: ms})
		}
		last[p] = max(last[p], until)
	}
	_, err = log.ReadAll(ctx, kafkaTopics(&w.s.cfg.Kafka).Progress, func(p int32, r *record.Record) error {
		gap(p, r.TimeMs)
		return nil
	})
	for p := range last {
		gap(int32(p), to.UnixMilli())
	}
	return all, err
}

// pauses are the gaps that count as such, with the faults that may be why.
func (w *chaosWorld) pauses(all []chaosGap) (long []chaosGap) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range all {
		if g.Ms < leastGap.Milliseconds() {
			continue
		}
		from := time.Duration(g.FromS * float64(time.Second))
		to := from + time.Duration(g.Ms)*time.Millisecond
		for _, h := range w.happened {
			if h.from < to && h.to+chaosAfter > from {
				g.Faults = append(g.Faults, h.what)
			}
		}
		long = append(long, g)
	}
	return long
}

// medianGap and longestGap are of pauses, in ms, 0 for none.
func medianGap(all []chaosGap) int64 {
	if len(all) == 0 {
		return 0
	}
	ms := make([]int64, len(all))
	for i := range all {
		ms[i] = all[i].Ms
	}
	slices.Sort(ms)
	return ms[len(ms)/2]
}

func longestGap(all []chaosGap) (ms int64) {
	for i := range all {
		ms = max(ms, all[i].Ms)
	}
	return ms
}

// A pause is told with the faults under way and with those just over, and with no others;
// what is shorter is none.
func TestPausesAreToldWithTheirFaults(t *testing.T) {
	w := &chaosWorld{happened: []chaosHappened{
		{"over long before", 0, sec(1)}, {"just over", sec(5), sec(9)}, {"under way", sec(11), sec(30)}, {"later", sec(16), sec(17)},
	}}
	got := w.pauses([]chaosGap{{Partition: 1, FromS: 10, Ms: 5000}, {Partition: 1, FromS: 15, Ms: 999}, {Partition: 2, FromS: 40, Ms: 2000}})
	if len(got) != 2 || !slices.Equal(got[0].Faults, []string{"just over", "under way"}) || len(got[1].Faults) != 0 {
		t.Errorf("pauses %+v", got)
	}
	if m, l := medianGap(got), longestGap(got); m != 5000 || l != 5000 {
		t.Errorf("median %d, longest %d", m, l)
	}
	if in := between(got, sec(15), sec(41.9)); len(in) != 0 {
		t.Errorf("ended outside of the span: %+v", in)
	}
	if in := between(got, sec(14.9), sec(42)); len(in) != 2 {
		t.Errorf("ended in the span: %+v", in)
	}
}
