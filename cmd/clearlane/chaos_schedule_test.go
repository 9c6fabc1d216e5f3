package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The faults that a schedule is made of.
const (
	chaosKill        = "kill -9"               // a process, started again on its state
	chaosLost        = "kill -9, disk gone"    // and its state folder is emptied before
	chaosCorrupt     = "kill -9, disk corrupt" // and a file of each partition's state is damaged before
	chaosPause       = "pause"                 // of a process, shorter than the session timeout
	chaosLongPause   = "long pause"            // of a process that loses its partitions meanwhile
	chaosDeploy      = "deploy"                // every process in turn is stopped and started
	chaosBrokerKill  = "broker kill -9"        // and started again
	chaosBrokerPause = "broker pause"
	chaosAbort       = "input aborted"   // a transaction of input records that is aborted
	chaosHang        = "input left open" // one whose sender has died: the broker aborts it
)

// chaosSession is the session timeout of the processes.
const chaosSession = 4 * time.Second

// chaosSpan is how long faults begin for, and about how long the load lasts.
const chaosSpan = 22 * time.Second

// Who a fault is done to, if no process (from 0 on).
const (
	chaosBroker = -1
	chaosInput  = -2
	chaosAll    = -3
)

// chaosFault is one fault of a schedule.
type chaosFault struct {
	at     time.Duration // from the beginning of the load
	kind   string
	who    int
	length time.Duration // how long it lasts
	seed   uint64        // of what it draws itself
}

func (f *chaosFault) String() string {
	who := ""
	if f.who >= 0 {
		who = fmt.Sprintf(" %d", f.who)
	}
	return fmt.Sprintf("%.1fs %s%s %.1fs", f.at.Seconds(), f.kind, who, f.length.Seconds())
}

// chaosSchedule is what happens in a run: a function of the seed.
type chaosSchedule struct {
	processes     int
	flushInterval time.Duration
	faults        []chaosFault
}

// drawChaos draws a schedule. Faults of one target follow each other, those of several
// overlap.
func drawChaos(seed uint64) *chaosSchedule {
	r := rand.New(rand.NewPCG(seed, 0))
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(r.Int64N(int64(most-least)))
	}
	s := &chaosSchedule{processes: 2 + r.IntN(2), flushInterval: between(200*time.Millisecond, 3*time.Second).Truncate(time.Millisecond)}
	kinds := []struct {
		kind        string
		who, times  int // target (0: a process), and how often at most
		least, most time.Duration
	}{
		{chaosKill, 0, 4, 200 * time.Millisecond, 6 * time.Second},
		{chaosLost, 0, 2, 200 * time.Millisecond, 3 * time.Second},
		{chaosCorrupt, 0, 2, 200 * time.Millisecond, 3 * time.Second},
		{chaosPause, 0, 3, 300 * time.Millisecond, chaosSession - time.Second},
		{chaosLongPause, 0, 2, chaosSession + time.Second, chaosSession + 4*time.Second},
		{chaosDeploy, chaosAll, 1, 3 * time.Second, 3*time.Second + 1},
		{chaosBrokerKill, chaosBroker, 1, 200 * time.Millisecond, 2 * time.Second},
		{chaosBrokerPause, chaosBroker, 2, 500 * time.Millisecond, 6 * time.Second},
		{chaosAbort, chaosInput, 3, 100 * time.Millisecond, 2 * time.Second},
		{chaosHang, chaosInput, 1, 100 * time.Millisecond, time.Second},
	}
	free, count := map[int]time.Duration{}, map[string]int{}
	for at := time.Second; at < chaosSpan; at += between(400*time.Millisecond, 2*time.Second) {
		k := kinds[r.IntN(len(kinds))]
		f := chaosFault{at: at, kind: k.kind, who: k.who, length: between(k.least, k.most), seed: r.Uint64()}
		if f.who == 0 {
			f.who = r.IntN(s.processes)
		}
		if count[f.kind] == k.times || free[f.who] > at || free[chaosAll] > at {
			continue
		}
		count[f.kind]++
		free[f.who] = at + f.length + 500*time.Millisecond
		s.faults = append(s.faults, f)
	}
	return s
}

// A schedule can be run again: it is the seed's, and no other seed's. The seeds of a run by
// hand hold every kind of fault.
func TestChaosScheduleIsTheSeeds(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(20) {
		s, again, other := drawChaos(seed), drawChaos(seed), drawChaos(seed+1)
		if len(s.faults) < 4 || !slices.Equal(s.faults, again.faults) || slices.Equal(s.faults, other.faults) {
			t.Errorf("seed %d: %v, again %v, of another seed %v", seed, s.faults, again.faults, other.faults)
		}
		for _, f := range s.faults {
			seen[f.kind] = true
		}
	}
	if len(seen) != 10 {
		t.Errorf("only %v", seen)
	}
}
