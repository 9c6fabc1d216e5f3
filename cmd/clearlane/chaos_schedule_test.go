package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// chaosSession is the session timeout of the processes.
const chaosSession = 4 * time.Second

// chaosSpan is how long faults begin for, and about how long the load lasts, unless
// CLEARLANE_CHAOS_SPAN says otherwise.
const chaosSpan = 22 * time.Second

// chaosFault is one fault of a schedule.
type chaosFault struct {
	at     time.Duration // from the beginning of the load
	kind   string
	who    int
	length time.Duration // how long it lasts
	seed   uint64        // of what it draws itself
}

func (f *chaosFault) String() string {
	return fmt.Sprintf("%.1fs %s %.1fs", f.at.Seconds(), f.name(), f.length.Seconds())
}

// name is the kind, and the process it is done to.
func (f *chaosFault) name() string {
	if f.who >= 0 {
		return fmt.Sprintf("%s %d", f.kind, f.who)
	}
	return f.kind
}

// chaosSchedule is what happens in a run: a function of the seed and the span.
type chaosSchedule struct {
	seed          uint64
	span          time.Duration
	brokers       int // 1 or 3
	processes     int
	named         bool // a process that follows another has its name, and with it its place in the group
	flushInterval time.Duration
	shadow        bool // a shadow pack scores beside
	alone         bool // a fault begins when every partition has committed since the last one ended
	faults        []chaosFault
}

// maxBrokerFaults bounds how often brokers fail in a run: a start takes some seconds, and
// what comes meanwhile waits.
const maxBrokerFaults = 3

// chaosShadow is which seeds have a shadow pack: those that it divides.
const chaosShadow = 3

// drawChaos draws a schedule. Faults of one target follow each other, those of several
// overlap.
func drawChaos(seed uint64, span time.Duration) *chaosSchedule {
	r := rand.New(rand.NewPCG(seed, 0))
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(r.Int64N(int64(most-least)))
	}
	s := &chaosSchedule{seed: seed, span: span, brokers: 1 + 2*r.IntN(2), processes: 2 + r.IntN(2), named: r.IntN(2) == 0, shadow: seed%chaosShadow == 0,
		flushInterval: between(200*time.Millisecond, 3*time.Second).Truncate(time.Millisecond)}
	kinds := slices.DeleteFunc(chaosKinds(), func(k chaosKind) bool { return k.brokers > s.brokers })
	free, count, brokers := map[int]time.Duration{}, map[string]int{}, 0
	for at := time.Second; at < span; at += between(400*time.Millisecond, 2*time.Second) {
		k := kinds[r.IntN(len(kinds))]
		f := chaosFault{at: at, kind: k.kind, who: k.who, length: between(k.least, k.most), seed: r.Uint64()}
		if f.who == 0 {
			f.who = r.IntN(s.processes)
		}
		if count[f.kind] == k.times || free[f.who] > at || free[chaosAll] > at || f.who == chaosBroker && brokers == maxBrokerFaults {
			continue
		}
		if count[f.kind]++; f.who == chaosBroker {
			brokers++
		}
		free[f.who] = at + f.length + 500*time.Millisecond
		s.faults = append(s.faults, f)
	}
	return s
}

// A schedule can be run again: it is the seed's, and no other seed's. The seeds of a run by
// hand hold every kind of fault, on one broker and on three.
func TestChaosScheduleIsTheSeeds(t *testing.T) {
	seen, brokers := map[string]bool{}, map[int]int{}
	for seed := range uint64(20) {
		s, again, other := drawChaos(seed+1, chaosSpan), drawChaos(seed+1, chaosSpan), drawChaos(seed+2, chaosSpan)
		if len(s.faults) < 4 || !slices.Equal(s.faults, again.faults) || slices.Equal(s.faults, other.faults) {
			t.Errorf("seed %d: %v, again %v, of another seed %v", seed, s.faults, again.faults, other.faults)
		}
		brokers[s.brokers]++
		for _, f := range s.faults {
			seen[f.kind] = true
		}
	}
	for _, k := range chaosKinds() {
		if !seen[k.kind] {
			t.Errorf("no seed has %q", k.kind)
		}
	}
	if brokers[1] < 7 || brokers[3] < 7 || len(brokers) != 2 {
		t.Errorf("seeds by brokers: %v; about half each is wanted", brokers)
	}
}
