package main

import (
	"context"
	"slices"
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
// progress records, from the beginning of the load to its end.
func (w *chaosWorld) gaps(ctx context.Context, log oracle.Log, to time.Time) (all []chaosGap, err error) {
	var last [chaosPartitions]int64
	gap := func(p int32, until int64) {
		since := max(last[p], w.began.UnixMilli())
		ms := min(until, to.UnixMilli()) - since
		if ms >= leastGap.Milliseconds() {
			from := time.Duration(since-w.began.UnixMilli()) * time.Millisecond
			all = append(all, chaosGap{p, from.Seconds(), ms, w.under(from, from+time.Duration(ms)*time.Millisecond)})
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

// under are the faults that may be why a partition pauses in a span.
func (w *chaosWorld) under(from, to time.Duration) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, h := range w.happened {
		if h.from < to && h.to+chaosAfter > from {
			names = append(names, h.what)
		}
	}
	return names
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
