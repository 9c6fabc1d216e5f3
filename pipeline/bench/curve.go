package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// CommitCost is what commits cost, found by a straight line through runs of the same
// events at different commit intervals: the CPU time of an event without commits, and
// that of a commit, over all runs the best fit (least squares). A commit's own share
// holds all that comes with it: producer requests of fewer records, the end of the
// transaction, roll-up rows and progress.
type CommitCost struct {
	EventMicros  float64 // CPU of an event, none for commits
	CommitMicros float64 // CPU of a commit
}

// CommitCostOf needs runs of at least two different numbers of commits an event; it is
// zero where there are none.
func CommitCostOf(runs []*Run) (c CommitCost) {
	var n, sumX, sumY, sumXX, sumXY float64
	for _, r := range runs {
		x, y := ratio(float64(r.Commits), float64(r.Events)), r.CPUPerMillion()
		n, sumX, sumY, sumXX, sumXY = n+1, sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	if spread := n*sumXX - sumX*sumX; spread > 1e-12*sumXX {
		c.CommitMicros = (n*sumXY - sumX*sumY) / spread
		c.EventMicros = (sumY - c.CommitMicros*sumX) / n
	}
	return c
}

// WriteCurve writes the medians of runs of kind Latency by commit interval, in the order
// of the intervals' first runs, and what a commit costs.
func WriteCurve(w io.Writer, runs []*Run) error {
	if len(runs) == 0 {
		return nil
	}
	var intervals []string
	of := map[string][]*Run{}
	for _, r := range runs {
		interval := r.Settings.CommitInterval
		if of[interval] == nil {
			intervals = append(intervals, interval)
		}
		of[interval] = append(of[interval], r)
	}
	first := runs[0]
	s := &first.Settings
	fmt.Fprintf(w, "\ncommit interval: %s broker, %s events a second, %d partitions, outputs %s, medians of %d runs, delays in ms\n%s, %d cores, %s\n",
		s.Broker, number(s.EventRate, 0), s.Partitions, s.Compression, len(of[intervals[0]]), first.Machine.CPU, first.Machine.Cores, first.Machine.Go)
	cost := CommitCostOf(runs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "interval\tuncommitted p50\tp99\tcommitted p50\tp99\tacks=all p50\tp99\tcommits/s\tCPU us/event\tof it commits\t\n")
	for _, interval := range intervals {
		median := func(value func(*Run) float64) float64 {
			values := make([]float64, len(of[interval]))
			for i, r := range of[interval] {
				values[i] = value(r)
			}
			return Median(values)
		}
		commits := median(func(r *Run) float64 { return cost.CommitMicros * ratio(float64(r.Commits), float64(r.Events)) })
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", interval,
			number(median(func(r *Run) float64 { return r.Uncommitted.P50 }), 0), number(median(func(r *Run) float64 { return r.Uncommitted.P99 }), 0),
			number(median(func(r *Run) float64 { return r.Committed.P50 }), 0), number(median(func(r *Run) float64 { return r.Committed.P99 }), 0),
			number(median(func(r *Run) float64 { return r.RoundTrip.P50 }), 1), number(median(func(r *Run) float64 { return r.RoundTrip.P99 }), 1),
			number(median((*Run).CommitsPerSecond), 0), number(median((*Run).CPUPerMillion), 1), number(commits, 1))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "by the best straight line: %.1f us of CPU an event, and %.0f us a commit\n", cost.EventMicros, cost.CommitMicros)
	return err
}
