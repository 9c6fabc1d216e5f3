package bench

import (
	"cmp"
	"slices"
	"time"

	"github.com/clearlane/clearlane/pipeline/stall"
)

// Late is one record that a reader saw late.
type Late struct {
	Partition int32
	At        int64 // when it was seen, Unix us
	Delay     time.Duration
}

// Lateness is how many records a reader saw late, and what for.
type Lateness struct {
	OverMs  int64          `json:"over_ms"`
	Records int            `json:"records"`
	Stalls  int            `json:"stalls"` // records of a partition whose delays overlap are late for one thing
	Causes  map[string]int `json:"causes"` // records by "cause+what went on beside it"
	Worst   []LateStall    `json:"worst"`  // the longest, at most maxWorst
}

// LateStall is records of one partition that were late for one thing.
type LateStall struct {
	Partition int32            `json:"partition"`
	AtMs      int64            `json:"at_ms"` // Unix, when the latest of them was seen
	Ms        float64          `json:"ms"`    // the longest delay
	Records   int              `json:"records"`
	Cause     string           `json:"cause"` // see causeName
	Of        map[string]int64 `json:"of_it_ms"`
}

const maxWorst = 10

// LatenessOf says what records later than over were late for. It sorts them.
func LatenessOf(late []Late, over time.Duration, spans []stall.Span) *Lateness {
	l := &Lateness{OverMs: over.Milliseconds(), Causes: map[string]int{}}
	slices.SortStableFunc(late, func(a, b Late) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.At, b.At))
	})
	var all []LateStall
	for i := 0; i < len(late); {
		first, longest, n, end := late[i], late[i], 0, int64(0)
		for ; i < len(late) && late[i].Partition == first.Partition; i++ {
			r := late[i]
			if r.Delay <= over {
				continue
			}
			if n > 0 && r.At-r.Delay.Microseconds() > end {
				break
			}
			if n == 0 || r.Delay > longest.Delay {
				longest = r
			}
			n, end = n+1, r.At
		}
		if n == 0 {
			continue
		}
		b := stall.Of(spans, longest.Partition, longest.At-longest.Delay.Microseconds(), longest.At)
		s := LateStall{Partition: longest.Partition, AtMs: longest.At / 1000, Ms: longest.Delay.Seconds() * 1000, Records: n, Cause: causeName(&b), Of: map[string]int64{}}
		for c, us := range b.Micros {
			if us >= 1000 {
				s.Of[stall.Cause(c).String()] = us / 1000
			}
		}
		l.Records += n
		l.Causes[s.Cause] += n
		all = append(all, s)
	}
	l.Stalls = len(all)
	slices.SortStableFunc(all, func(a, b LateStall) int { return cmp.Compare(b.Ms, a.Ms) })
	l.Worst = all[:min(len(all), maxWorst)]
	return l
}

// causeName is the step of the partition that covers most of a delay, and what went on
// beside it: "acks+gc", "batch", "+broker"; "outside" where nothing of the process does.
func causeName(b *stall.Blame) string {
	name := ""
	if b.Cause != stall.Outside {
		name = b.Cause.String()
	}
	if b.Beside != stall.Outside {
		name += "+" + b.Beside.String()
	}
	return cmp.Or(name, stall.Outside.String())
}
