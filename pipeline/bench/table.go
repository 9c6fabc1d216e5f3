package bench

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

// row is one figure of a run, for people.
type row struct {
	name   string
	value  func(*Run) float64
	digits int
}

const mebi = 1 << 20

var throughputRows = []row{
	{"events/s", (*Run).EventsPerSecond, 0},
	{"events per CPU-second", (*Run).EventsPerCPUSecond, 0},
	{"CPU-seconds per million events", (*Run).CPUPerMillion, 2},
	{"CPU-seconds, start and stop included", func(r *Run) float64 { return r.WholeCPU }, 2},
	{"allocations per event", func(r *Run) float64 { return r.AllocsPerEvent }, 2},
	{"allocated bytes per event", func(r *Run) float64 { return r.BytesPerEvent }, 0},
	{"peak memory MiB", func(r *Run) float64 { return float64(r.PeakMemory) / mebi }, 0},
	{"decisions, revisions included", func(r *Run) float64 { return float64(r.Decisions) }, 0},
	{"commits", func(r *Run) float64 { return float64(r.Commits) }, 0},
}

var latencyRows = slices.Concat(
	percentileRows("read_uncommitted", func(r *Run) *Percentiles { return r.Uncommitted }),
	percentileRows("read_committed", func(r *Run) *Percentiles { return r.Committed }),
	[]row{
		{"raw broker, acks=all p50 ms", func(r *Run) float64 { return r.RoundTrip.P50 }, 1},
		{"raw broker, acks=all p99 ms", func(r *Run) float64 { return r.RoundTrip.P99 }, 1},
		{"raw broker, acks=all max ms", func(r *Run) float64 { return r.RoundTrip.Max }, 1},
		{"decisions measured", func(r *Run) float64 { return float64(r.Committed.N) }, 0},
		{"events/s", (*Run).EventsPerSecond, 0},
		{"commits/s", (*Run).CommitsPerSecond, 0},
		{"records' acknowledgement, mean of a commit ms", func(r *Run) float64 { return r.FlushMs }, 1},
		{"end of the transaction, mean ms", func(r *Run) float64 { return r.EndTxnMs }, 1},
		{"CPU-seconds per million events", (*Run).CPUPerMillion, 2},
		{"CPU-seconds per second", func(r *Run) float64 { return ratio(r.CPUSeconds, r.WallSeconds) }, 3},
		{"peak memory MiB", func(r *Run) float64 { return float64(r.PeakMemory) / mebi }, 0},
	})

func percentileRows(reader string, of func(*Run) *Percentiles) []row {
	return []row{
		{reader + " p50 ms", func(r *Run) float64 { return of(r).P50 }, 0},
		{reader + " p90 ms", func(r *Run) float64 { return of(r).P90 }, 0},
		{reader + " p99 ms", func(r *Run) float64 { return of(r).P99 }, 0},
		{reader + " p99.9 ms", func(r *Run) float64 { return of(r).P999 }, 0},
		{reader + " max ms", func(r *Run) float64 { return of(r).Max }, 0},
	}
}

// WriteTable writes the median, least and greatest of every figure over runs of one
// kind and the same settings.
func WriteTable(w io.Writer, runs []*Run) error {
	if len(runs) == 0 {
		return nil
	}
	first := runs[0]
	s := &first.Settings
	fmt.Fprintf(w, "\n%s: %s broker, %d events of %d orders, %d partitions, outputs %s, commits every %s", first.Kind, s.Broker,
		first.Events, s.Orders, s.Partitions, s.Compression, s.CommitInterval)
	if s.Rate > 0 {
		fmt.Fprintf(w, ", %s events (%s orders) a second", number(s.EventRate, 0), number(s.Rate, 0))
	}
	fmt.Fprintf(w, "\n%s, %d cores, %s\n", first.Machine.CPU, first.Machine.Cores, first.Machine.Go)
	rows := throughputRows
	if first.Kind == Latency {
		rows = latencyRows
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "of %d runs\tmedian\tleast\tgreatest\t\n", len(runs))
	for _, row := range rows {
		values := make([]float64, len(runs))
		for i, r := range runs {
			values[i] = row.value(r)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", row.name, number(Median(values), row.digits), number(slices.Min(values), row.digits), number(slices.Max(values), row.digits))
	}
	return t.Flush()
}

// Median sorts the values; of an even number of them it is the mean of the two in the
// middle. There must be one.
func Median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// number writes a value with so many digits, thousands apart.
func number(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole := len(s)
	if digits > 0 {
		whole -= digits + 1
	}
	for i := whole - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
