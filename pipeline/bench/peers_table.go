package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// peerColumn is a figure with its heading.
type peerColumn struct {
	heading string
	of      peerFigure
	digits  int
}

var (
	warmPerCPU  peerFigure = func(r *PeerRun) float64 { return r.HalfEventsPerCPUS }
	wholePerCPU peerFigure = func(r *PeerRun) float64 { return r.EventsPerCPUS }
	perSecond   peerFigure = func(r *PeerRun) float64 { return r.EventsPerS }
	warmPerS    peerFigure = func(r *PeerRun) float64 { return r.HalfEventsPerS }
	peakMiB     peerFigure = func(r *PeerRun) float64 { return r.PeakMiB }
	brokerCPU   peerFigure = func(r *PeerRun) float64 { return r.BrokerCPUSeconds }
	ownCPU      peerFigure = func(r *PeerRun) float64 { return r.CPUSeconds }
)

var peerThroughput = []peerColumn{
	{"events/CPU-s, 2nd half", warmPerCPU, 0}, {"whole run", wholePerCPU, 0}, {"events/s", perSecond, 0}, {"2nd half", warmPerS, 0},
	{"peak MiB", peakMiB, 0}, {"broker CPU s", brokerCPU, 1},
}

var peerPaced = []peerColumn{
	{"append p50 ms", appended(p50), 0}, {"p99", appended(p99), 0}, {"max", appended(most), 0},
	{"visible p50 ms", visible(p50), 0}, {"p99", visible(p99), 0}, {"max", visible(most), 0},
	{"CPU s", ownCPU, 1}, {"peak MiB", peakMiB, 0},
}

func p50(d *PeerDelays) float64  { return d.P50 }
func p99(d *PeerDelays) float64  { return d.P99 }
func most(d *PeerDelays) float64 { return d.Max }

// delayed takes a delay of a run; one that is 0 ms by the harness's clock of whole ms counts
// as the half that it stands for, so that it is told from none.
func delayed(d *PeerDelays, of func(*PeerDelays) float64) float64 {
	if d == nil || d.N == 0 {
		return 0
	}
	return max(of(d), 0.5)
}

func appended(of func(*PeerDelays) float64) peerFigure {
	return func(r *PeerRun) float64 { return delayed(r.Append, of) }
}

func visible(of func(*PeerDelays) float64) peerFigure {
	return func(r *PeerRun) float64 { return delayed(r.Visible, of) }
}

// WritePeers writes what the runs say: for each program medians, least and greatest over its
// runs that were right, the ratios of Clearlane to the others, and whether the targets are
// met. Runs that were wrong are named, and count nowhere.
func WritePeers(w io.Writer, runs []*PeerRun) error {
	if len(runs) == 0 {
		_, err := fmt.Fprintln(w, "no runs")
		return err
	}
	m := &runs[len(runs)-1].Machine
	fmt.Fprintf(w, "%s, %d cores, %s, commit %s: median (least-greatest) of the runs that were right\n", m.CPU, m.Cores, m.Go, cmp.Or(m.Commit, "unknown"))
	full, paced := groupPeers(runs, false), groupPeers(runs, true)
	for _, part := range []struct {
		title   string
		groups  []*peerGroup
		columns []peerColumn
	}{{"throughput", full, peerThroughput}, {"paced", paced, peerPaced}} {
		if len(part.groups) == 0 {
			continue
		}
		first := part.groups[0].all[0]
		fmt.Fprintf(w, "\n%s: %s events\n", first.Mode, number(float64(first.Events), 0))
		if err := writePeerRows(w, part.groups, part.columns); err != nil {
			return err
		}
	}
	if err := writePeerRatios(w, full, paced); err != nil {
		return err
	}
	for _, r := range runs {
		if !r.Right {
			fmt.Fprintf(w, "not counted: %s, %s, round %d: %s\n", r.Name(), r.Mode, r.Round, r.Note)
		}
	}
	return writePeerTargets(w, full, paced)
}

func writePeerRows(w io.Writer, groups []*peerGroup, columns []peerColumn) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "program\tright\t")
	for _, c := range columns {
		fmt.Fprint(t, c.heading, "\t")
	}
	fmt.Fprintln(t)
	for _, g := range groups {
		fmt.Fprintf(t, "%s\t%d of %d\t", g.name, len(g.right), len(g.all))
		for _, c := range columns {
			fmt.Fprint(t, g.spread(c.of, c.digits), "\t")
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// writePeerRatios writes, for each pack of ours and each rival, ours divided by theirs.
func writePeerRatios(w io.Writer, full, paced []*peerGroup) error {
	for _, part := range []struct {
		groups  []*peerGroup
		columns []peerColumn
	}{
		{full, []peerColumn{{"events/CPU-s, 2nd half", warmPerCPU, 2}, {"whole run", wholePerCPU, 2}, {"events/s", perSecond, 2}, {"peak memory", peakMiB, 2}}},
		{paced, []peerColumn{{"append p50", appended(p50), 2}, {"p99", appended(p99), 2}, {"visible p50", visible(p50), 2}, {"p99", visible(p99), 2}, {"CPU", ownCPU, 2}}},
	} {
		for _, our := range part.groups {
			if !our.ours() || !slices.ContainsFunc(part.groups, func(g *peerGroup) bool { return !g.ours() }) {
				continue
			}
			fmt.Fprintf(w, "\n%s divided by: ratio of medians (least-greatest of a round)\n", our.name)
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprint(t, "rival\t")
			for _, c := range part.columns {
				fmt.Fprint(t, c.heading, "\t")
			}
			fmt.Fprintln(t)
			for _, rival := range part.groups {
				if rival.ours() {
					continue
				}
				fmt.Fprint(t, rival.name, "\t")
				for _, c := range part.columns {
					fmt.Fprint(t, peerRatio(our, rival, c), "\t")
				}
				fmt.Fprintln(t)
			}
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// peerRatio is "ratio of the medians (least-greatest)"; the spread is over the rounds that
// both have a right run of, which were made one shortly after the other.
func peerRatio(our, rival *peerGroup, c peerColumn) string {
	above, below := our.median(c.of), rival.median(c.of)
	if above == 0 || below == 0 {
		return "-"
	}
	text := number(above/below, c.digits)
	var rounds []float64
	for _, a := range our.right {
		for _, b := range rival.right {
			if a.Suite == b.Suite && a.Round == b.Round && c.of(a) != 0 && c.of(b) != 0 {
				rounds = append(rounds, c.of(a)/c.of(b))
			}
		}
	}
	if len(rounds) == 0 {
		return text
	}
	return fmt.Sprintf("%s (%s-%s)", text, number(slices.Min(rounds), c.digits), number(slices.Max(rounds), c.digits))
}
