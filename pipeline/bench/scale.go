package bench

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// WriteScale writes events per CPU-second of each number of partitions and processes,
// medians over its runs, and their ratio to the first.
func WriteScale(w io.Writer, runs []*Run) error {
	type kind struct{ processes, partitions int }
	keys, of := groups(runs, func(r *Run) int { return max(r.Settings.Processes, 1)<<16 | r.Settings.Partitions })
	header(w, fmt.Sprintf("the same %s events", number(float64(runs[0].Events), 0)), runs[0])
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns(t, "processes", "partitions", "events per CPU-second", "CPU us/event", "of the first", "events/s", "commits", "peak MiB")
	first := medianOf(of[keys[0]], (*Run).CPUPerMillion)
	for _, key := range keys {
		k, rs := kind{key >> 16, key & 0xffff}, of[key]
		us := medianOf(rs, (*Run).CPUPerMillion)
		columns(t, strconv.Itoa(k.processes), strconv.Itoa(k.partitions), number(medianOf(rs, (*Run).EventsPerCPUSecond), 0), number(us, 2), number(ratio(us, first), 2),
			number(medianOf(rs, (*Run).EventsPerSecond), 0), number(medianOf(rs, func(r *Run) float64 { return float64(r.Commits) }), 0),
			number(medianOf(rs, func(r *Run) float64 { return float64(r.PeakMemory) / mebi }), 0))
	}
	return t.Flush()
}

// reached is the part of its rate that a run comes to when the machine is not overloaded: its
// time goes on until the last commit.
const reached = 0.8

// WriteMany writes what many partitions cost, medians over the runs of each number.
func WriteMany(w io.Writer, runs []*Run) error {
	keys, of := groups(runs, func(r *Run) int { return r.Settings.Partitions })
	header(w, number(runs[0].Settings.EventRate, 0)+" events/s over all partitions of one process", runs[0])
	cost := CommitCostOf(runs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns(t, "partitions", "idle CPU s/s", "idle commits/s", "connections", "goroutines", "CPU s/s", "events/s", "commits/s", "of CPU for commits %", "committed p50 ms", "p99", "peak MiB")
	for _, key := range keys {
		rs := of[key]
		m := func(value func(*Run) float64, digits int) string { return number(medianOf(rs, value), digits) }
		columns(t, strconv.Itoa(key), m(func(r *Run) float64 { return ratio(r.Idle.CPUSeconds, r.Idle.Seconds) }, 3),
			m(func(r *Run) float64 { return ratio(float64(r.Idle.Commits), r.Idle.Seconds) }, 1), m(func(r *Run) float64 { return float64(r.Connections) }, 0),
			m(func(r *Run) float64 { return float64(r.Goroutines) }, 0), m(func(r *Run) float64 { return ratio(r.CPUSeconds, r.WallSeconds) }, 3),
			m((*Run).EventsPerSecond, 0), m((*Run).CommitsPerSecond, 0),
			m(func(r *Run) float64 { return 100 * ratio(cost.CommitMicros*float64(r.Commits)/1e6, r.CPUSeconds) }, 0),
			m(func(r *Run) float64 { return r.Committed.P50 }, 0), m(func(r *Run) float64 { return r.Committed.P99 }, 0),
			m(func(r *Run) float64 { return float64(r.PeakMemory) / mebi }, 0))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range runs { // late events share commits, and a line through such runs means nothing
		if r.EventsPerSecond() < reached*r.Settings.EventRate {
			_, err := fmt.Fprintf(w, "not every run came to %.0f %% of the rate (%s partitions: %s events/s): what commits cost can't be said from them\n", 100*reached,
				strconv.Itoa(r.Settings.Partitions), number(r.EventsPerSecond(), 0))
			return err
		}
	}
	fmt.Fprintf(w, "by the best straight line: %.1f us of CPU an event, and %.0f us a commit", cost.EventMicros, cost.CommitMicros)
	if rate := runs[0].Settings.EventRate; cost.CommitMicros > 0 {
		fmt.Fprintf(w, ": commits pass 20 %% of CPU at %s a second", number(rate*cost.EventMicros/4/cost.CommitMicros, 0))
	}
	_, err := fmt.Fprintln(w)
	return err
}

// WriteCatchUp writes how a backlog was worked off, medians over the runs.
func WriteCatchUp(w io.Writer, runs []*Run) error {
	header(w, fmt.Sprintf("a backlog of %s events from cold, %d partitions", number(float64(runs[0].Events), 0), runs[0].Settings.Partitions), runs[0])
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range []row{
		{"seconds until live, start included", func(r *Run) float64 { return r.CatchUp.LiveSeconds }, 1},
		{"events/s", (*Run).EventsPerSecond, 0},
		{"least events/s of a second but the first and the last", func(r *Run) float64 { return r.CatchUp.leastRate() }, 0},
		{"events per CPU-second", (*Run).EventsPerCPUSecond, 0},
		{"peak memory MiB", func(r *Run) float64 { return float64(r.PeakMemory) / mebi }, 0},
		{"subjects looked at", func(r *Run) float64 { return float64(r.CatchUp.Subjects) }, 0},
		{"versions of them", func(r *Run) float64 { return float64(r.CatchUp.Versions) }, 0},
		{"versions that a live run makes", func(r *Run) float64 { return float64(r.CatchUp.LiveVersions) }, 0},
		{"spurious versions", func(r *Run) float64 { return float64(r.CatchUp.Spurious) }, 0},
		{"spurious, % of the subjects", func(r *Run) float64 { return 100 * r.CatchUp.SpuriousShare() }, 3},
	} {
		columns(t, row.name, number(medianOf(runs, row.value), row.digits))
	}
	return t.Flush()
}

// leastRate is the least rate between two points, of which the first and the last span are
// no whole seconds of work.
func (c *CaughtUp) leastRate() float64 {
	least := 0.0
	for i := 2; i+1 < len(c.Points); i++ {
		a, b := &c.Points[i-1], &c.Points[i]
		if rate := ratio(float64(b.Events-a.Events), b.Seconds-a.Seconds); i == 2 || rate < least {
			least = rate
		}
	}
	return least
}

// WriteOpen writes throughput and memory at each number of open orders, medians over its runs.
func WriteOpen(w io.Writer, runs []*Run) error {
	keys, of := groups(runs, func(r *Run) int64 { return r.Open.Orders })
	header(w, fmt.Sprintf("%s events, %d partitions, by the orders that are open already", number(float64(runs[0].Events), 0), runs[0].Settings.Partitions), runs[0])
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns(t, "open orders", "keys", "disk MiB", "bytes a key", "fill s", "start s", "MiB then", "events/s", "events per CPU-second", "peak MiB", "disk reads")
	for _, key := range keys {
		rs := of[key]
		m := func(value func(*Run) float64, digits int) string { return number(medianOf(rs, value), digits) }
		columns(t, number(float64(key), 0), m(func(r *Run) float64 { return float64(r.Open.Keys) }, 0), m(func(r *Run) float64 { return float64(r.Open.DiskBytes) / mebi }, 0),
			m(func(r *Run) float64 { return ratio(float64(r.Open.DiskBytes), float64(r.Open.Keys)) }, 0), m(func(r *Run) float64 { return r.Open.FillSeconds }, 0),
			m(func(r *Run) float64 { return r.Open.StartSeconds }, 1), m(func(r *Run) float64 { return float64(r.Open.StartMemory) / mebi }, 0),
			m((*Run).EventsPerSecond, 0), m((*Run).EventsPerCPUSecond, 0), m(func(r *Run) float64 { return float64(r.PeakMemory) / mebi }, 0),
			m(func(r *Run) float64 { return float64(r.Open.DiskReads) }, 0))
	}
	return t.Flush()
}
