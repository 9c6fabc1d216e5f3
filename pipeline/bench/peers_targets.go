package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// What Clearlane runs with beside its rivals.
const (
	ThreeRules   = "three-rules"              // the rivals' rules and no others
	Uncompressed = "three-rules-uncompressed" // the same, and outputs are written as the rivals write theirs
	FullPack     = "full"                     // the built-in pack
)

// peerTarget is what a median of Clearlane has to reach.
type peerTarget struct {
	pack string // empty: each
	what string
	of   peerFigure
	most bool // the bound is the greatest that is allowed, not the least
	to   float64
}

var throughputTargets = []peerTarget{
	{ThreeRules, "events per CPU-second, 2nd half", warmPerCPU, false, 390_000},
	{Uncompressed, "events per CPU-second, 2nd half", warmPerCPU, false, 390_000},
	{FullPack, "events per CPU-second, 2nd half", warmPerCPU, false, 250_000},
	{"", "peak memory MiB", peakMiB, true, 700},
}

var pacedTargets = []peerTarget{
	{"", "append p50 ms", appended(p50), true, 3},
	{"", "append p99 ms", appended(p99), true, 10},
	{"", "visible p99 ms", visible(p99), true, 60},
}

// rivalTargets are how many times a rival's events per CPU-second, second half against second
// half, the three-rule pack has to reach.
var rivalTargets = []struct {
	rival string
	times float64
}{{"kstreams/", 3}, {"flink/rocks", 3}, {"flink/heap", 1.9}}

// writePeerTargets writes a line for each target of what was run. One without a figure is
// named as well: no run was right, or its output came in so few steps that the harness knows
// no second half.
func writePeerTargets(w io.Writer, full, paced []*peerGroup) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "\ntarget\tbound\tmeasured\t\n"
	line := func(name string, bound, got float64, most bool, digits int) {
		word, met := "at least", got >= bound
		if most {
			word, met = "below", got < bound
		}
		verdict := "met"
		switch {
		case got == 0:
			verdict = "NO FIGURE"
		case !met:
			verdict = "NOT MET"
		}
		fmt.Fprintf(t, "%s%s\t%s %s\t%s\t%s\n", head, name, word, number(bound, digits), number(got, digits), verdict)
		head = ""
	}
	for _, part := range []struct {
		groups  []*peerGroup
		targets []peerTarget
	}{{full, throughputTargets}, {paced, pacedTargets}} {
		for _, g := range part.groups {
			for _, x := range part.targets {
				if g.ours() && (x.pack == "" || x.pack == g.all[0].Variant) {
					line(g.name+": "+x.what, x.to, g.median(x.of), x.most, 0)
				}
			}
		}
	}
	for _, our := range full {
		for _, rival := range full {
			if our.name != Ours+"/"+ThreeRules {
				continue
			}
			for _, x := range rivalTargets {
				if strings.HasPrefix(rival.name, x.rival) {
					times := ratio(our.median(warmPerCPU), rival.median(warmPerCPU))
					line(our.name+": events per CPU-second of "+rival.name+", 2nd halves, times", x.times, times, false, 2)
				}
			}
		}
	}
	return t.Flush()
}
