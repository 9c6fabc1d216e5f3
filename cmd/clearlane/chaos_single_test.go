package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// chaosRate is the load of runs of single faults, in orders a second.
const chaosRate = 150

// singleFault is a fault that is carried out alone, a few times.
type singleFault struct {
	what   string // beside its kind; empty for nothing
	kind   string
	length time.Duration
	settle time.Duration // from its end until the next begins
	found  time.Duration // of the pause, what the group needs to find the fault out; 0: nothing

	promise string // empty: that of the kind
}

// singleFaults are those of a run on so many brokers.
func singleFaults(brokers int) []singleFault {
	all := []singleFault{
		{"and stays away", chaosKill, sec(8), sec(4), chaosSession, ""},
		{"and is back after 1 s", chaosKill, sec(1), sec(6), 0, "a process with a name of its own has its partitions back at once"},
		{"", chaosPause, sec(2.5), sec(3), 0, ""},
		{"", chaosLongPause, sec(7), sec(5), chaosSession, ""},
		{"", chaosDeploy, sec(3), sec(5), 0, ""},
		{"", chaosBrokerPause, sec(5), sec(6), 0, ""},
		{"", chaosBrokerKill, sec(2), sec(9), 0, ""},
	}
	if brokers == 3 {
		return append(all[:2:2], []singleFault{
			{"", chaosBrokerPause, sec(5), sec(6), 0, ""},
			{"", chaosLeaderKill, sec(5), sec(9), 0, ""},
			{"", chaosCoordinatorKill, sec(5), sec(9), 0, ""},
			{"", chaosTwoKill, sec(2), sec(10), 0, ""},
		}...)
	}
	return append(all, []singleFault{
		{"", chaosLost, sec(1), sec(6), 0, ""},
		{"", chaosCorrupt, sec(1), sec(6), 0, ""},
		{"", chaosClock, sec(3), sec(1), 0, ""},
		{"", chaosDiskFull, sec(5), sec(3), 0, ""},
		{"", chaosAway, sec(5), sec(1), 0, ""},
		{"", chaosAbort, sec(1), sec(2), 0, ""},
		{"", chaosHang, sec(0.1), sec(8), 0, ""},
		{"", chaosSenderClock, sec(2), sec(1), 0, ""},
		{"", chaosSites, sec(2), sec(2), 0, ""},
	}...)
}

// alone is a schedule of single faults one after the other, each so many times.
func alone(brokers, times int) (*chaosSchedule, []singleFault) {
	s := &chaosSchedule{seed: uint64(1000 + brokers), brokers: brokers, processes: 2, named: true, alone: true, flushInterval: time.Second}
	at, faults := sec(3), singleFaults(brokers)
	who := map[string]int{}
	for _, k := range chaosKinds() {
		who[k.kind] = k.who
	}
	for _, single := range faults {
		for i := range times {
			f := chaosFault{at: at, kind: single.kind, who: who[single.kind], length: single.length, seed: uint64(i)<<32 | uint64(i+2)}
			if f.who == 0 {
				f.who = i % s.processes
			}
			s.faults = append(s.faults, f)
			at += single.length + single.settle
		}
	}
	s.span = at * 6 / 5 // the load outlasts the faults
	return s, faults
}

// singleResult is the line of one fault.
type singleResult struct {
	At       time.Time     `json:"at"`
	Machine  bench.Machine `json:"machine"`
	Fault    string        `json:"fault"`
	LengthMs int64         `json:"length_ms"`
	Brokers  int           `json:"brokers"`
	Promise  string        `json:"promise"`
	PausesMs []int64       `json:"pauses_ms"` // the longest of any partition, of each time
	FoundMs  int64         `json:"found_ms"`  // of a pause, the session timeout
	Test     string        `json:"test"`
	Right    bool          `json:"right"` // of the whole run
}

// Each fault alone, a few times in one run: the answers are right, and of each fault the
// longest pause of a partition is told. `make chaos-faults` runs it.
func TestChaosFaults(t *testing.T) {
	times, err := strconv.Atoi(os.Getenv("CLEARLANE_CHAOS_REPEAT"))
	if err != nil {
		t.Skip("make chaos-faults runs it")
	}
	var all []singleResult
	for _, brokers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d-broker", brokers), func(t *testing.T) {
			s, faults := alone(brokers, times)
			result := runChaos(t, s, chaosRate)
			for _, d := range result.Differs {
				t.Error(d)
			}
			if len(result.happened) < len(s.faults) {
				return // the run ended before it could be measured, and has said why
			}
			promises := map[string]string{}
			for _, k := range chaosKinds() {
				promises[k.kind] = k.promise
			}
			for i, single := range faults {
				r := singleResult{At: result.At, Machine: result.Machine, Fault: strings.TrimSpace(single.kind + " " + single.what), LengthMs: single.length.Milliseconds(),
					Brokers: brokers, Promise: cmp.Or(single.promise, promises[single.kind]), FoundMs: single.found.Milliseconds(), Test: t.Name(), Right: result.Right}
				for j := range times {
					from, to := result.happened[i*times+j].from, time.Hour
					if next := i*times + j + 1; next < len(result.happened) {
						to = result.happened[next].from
					}
					if from.Seconds() > result.LoadSeconds-1 {
						t.Errorf("%s came after %.0f s, when the load had ended", r.Fault, from.Seconds())
					}
					r.PausesMs = append(r.PausesMs, longestGap(between(result.gaps, from, to)))
				}
				all = append(all, r)
			}
		})
	}
	table := &strings.Builder{}
	w := tabwriter.NewWriter(table, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| fault\t| lasts\t| brokers\t| what is promised\t| longest pause\t| of it, to find out\t|")
	for i := range all {
		r := &all[i]
		fmt.Fprintf(w, "| %s\t| %.1f s\t| %d\t| %s\t| %.1f s\t| %.0f s\t|\n", r.Fault, float64(r.LengthMs)/1000, r.Brokers, r.Promise, float64(longest(r.PausesMs))/1000, float64(r.FoundMs)/1000)
		line, err := json.Marshal(r)
		must(t, err)
		if file := os.Getenv("CLEARLANE_CHAOS_RESULTS"); file != "" {
			must(t, appendLine(file, line))
		}
	}
	must(t, w.Flush())
	t.Logf("longest time between two commits of any partition while input was pending:\n%s", table)
}

// between are the gaps that ended in a span. Faults that are alone begin when all partitions
// commit, so what ends behind the beginning of one and before the next is its doing.
func between(all []chaosGap, from, to time.Duration) (in []chaosGap) {
	for _, g := range all {
		if end := g.FromS + float64(g.Ms)/1000; end > from.Seconds() && end <= to.Seconds() {
			in = append(in, g)
		}
	}
	return in
}

func longest(ms []int64) (most int64) {
	for _, v := range ms {
		most = max(most, v)
	}
	return most
}
