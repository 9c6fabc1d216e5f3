package bench

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// groups are runs that only differ in one of their settings, in its sequence.
func groups[K cmp.Ordered](runs []*Run, key func(*Run) K) (keys []K, of map[K][]*Run) {
	of = map[K][]*Run{}
	for _, r := range runs {
		of[key(r)] = append(of[key(r)], r)
	}
	return slices.Sorted(maps.Keys(of)), of
}

// medianOf is the median of a figure of the runs.
func medianOf(runs []*Run, value func(*Run) float64) float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = value(r)
	}
	return Median(values)
}

// columns writes a line of cells.
func columns(w io.Writer, cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }

// header says where the runs were made.
func header(w io.Writer, what string, r *Run) {
	fmt.Fprintf(w, "\n%s: %s broker, outputs %s, commits every %s\n%s, %d cores, %s, commit %s\n", what, r.Settings.Broker, r.Settings.Compression,
		r.Settings.CommitInterval, r.Machine.CPU, r.Machine.Cores, r.Machine.Go, cmp.Or(r.Machine.Commit, "unknown"))
}

// WritePaces writes the delays of each rate, medians over its runs, then what late
// decisions were late for, over all runs together.
func WritePaces(w io.Writer, runs []*Run) error {
	rates, of := groups(runs, func(r *Run) float64 { return r.Settings.EventRate })
	header(w, "delays, ms", runs[0])
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns(t, "events/s", "of them reached", "uncommitted p50", "p99", "p99.9", "max", "committed p50", "p99", "p99.9", "max", "acks=all p50", "p99", "max", "CPU s/s", "us/event")
	for _, rate := range rates {
		m := func(value func(*Run) float64, digits int) string { return number(medianOf(of[rate], value), digits) }
		columns(t, number(rate, 0), m((*Run).EventsPerSecond, 0),
			m(func(r *Run) float64 { return r.Uncommitted.P50 }, 0), m(func(r *Run) float64 { return r.Uncommitted.P99 }, 0),
			m(func(r *Run) float64 { return r.Uncommitted.P999 }, 0), m(func(r *Run) float64 { return r.Uncommitted.Max }, 0),
			m(func(r *Run) float64 { return r.Committed.P50 }, 0), m(func(r *Run) float64 { return r.Committed.P99 }, 0),
			m(func(r *Run) float64 { return r.Committed.P999 }, 0), m(func(r *Run) float64 { return r.Committed.Max }, 0),
			m(func(r *Run) float64 { return r.RoundTrip.P50 }, 1), m(func(r *Run) float64 { return r.RoundTrip.P99 }, 1), m(func(r *Run) float64 { return r.RoundTrip.Max }, 0),
			m(func(r *Run) float64 { return ratio(r.CPUSeconds, r.WallSeconds) }, 2), m((*Run).CPUPerMillion, 1))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, rate := range rates {
		writeLateness(w, fmt.Sprintf("%s events/s, read_uncommitted", number(rate, 0)), of[rate], func(r *Run) (*Lateness, int) { return r.LateUncommitted, r.Uncommitted.N })
		writeLateness(w, fmt.Sprintf("%s events/s, read_committed", number(rate, 0)), of[rate], func(r *Run) (*Lateness, int) { return r.LateCommitted, r.Committed.N })
	}
	return nil
}

// writeLateness writes what decisions were late for, and the worst.
func writeLateness(w io.Writer, what string, runs []*Run, of func(*Run) (*Lateness, int)) {
	causes, late, all, stalls := map[string]int{}, 0, 0, 0
	var worst []LateStall
	over := int64(0)
	for _, r := range runs {
		l, n := of(r)
		for cause, n := range l.Causes {
			causes[cause] += n
		}
		over, late, all, stalls = l.OverMs, late+l.Records, all+n, stalls+l.Stalls
		worst = append(worst, l.Worst...)
	}
	fmt.Fprintf(w, "\n%s: %s of %s decisions later than %d ms, in %s stalls\n", what, number(float64(late), 0), number(float64(all), 0), over, number(float64(stalls), 0))
	for _, cause := range slices.SortedFunc(maps.Keys(causes), func(a, b string) int { return cmp.Or(causes[b]-causes[a], cmp.Compare(a, b)) }) {
		fmt.Fprintf(w, "%7.1f %%  %s\n", 100*ratio(float64(causes[cause]), float64(late)), cause)
	}
	slices.SortStableFunc(worst, func(a, b LateStall) int { return cmp.Compare(b.Ms, a.Ms) })
	for _, s := range worst[:min(len(worst), maxWorst)] {
		parts := make([]string, 0, len(s.Of))
		for _, c := range slices.SortedFunc(maps.Keys(s.Of), func(a, b string) int { return cmp.Or(cmp.Compare(s.Of[b], s.Of[a]), cmp.Compare(a, b)) }) {
			parts = append(parts, c+" "+strconv.FormatInt(s.Of[c], 10))
		}
		fmt.Fprintf(w, "%7.0f ms  %s, %d decisions of partition %d at %s: %s\n", s.Ms, s.Cause, s.Records, s.Partition,
			time.UnixMilli(s.AtMs).UTC().Format("15:04:05.000"), strings.Join(parts, ", "))
	}
}
