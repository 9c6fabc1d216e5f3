package stall

import "fmt"

// Cause is something that takes time, and that records may be late for.
type Cause uint8

// The causes. Those up to End are steps of a partition: while one lasts, the records of
// that partition wait for it. The others go on beside all partitions and take the
// processor from them.
const (
	Batch  Cause = iota // a micro-batch: decode, join, judge, encode, hand over
	Rows                // the begin of a commit: roll-up rows and the progress record
	Freeze              // the begin of a flush of the local state
	Expiry              // a round of forgetting
	Sweep               // open orders decided anew
	Wait                // a commit under way that had to be waited for
	Acks                // acknowledgement of a transaction's records
	End                 // the end of a transaction
	Pause               // nothing of the process ran: the collector's pause, or other programs
	GC                  // a collection, marking beside the work
	Write               // a flush of the local state, being written
	Compaction
	Broker // acknowledgement of a plain producer's record, in a benchmark
	Outside
	NumCauses
)

var causeNames = [NumCauses]string{"batch", "rows", "freeze", "expiry", "sweep", "wait", "acks", "end", "pause", "gc", "state-write", "compaction", "broker", "outside"}

// String is the cause's name, as in the label of a metric.
func (c Cause) String() string { return causeNames[c] }

// MarshalText writes the name.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name.
func (c *Cause) UnmarshalText(b []byte) error {
	for i, name := range causeNames {
		if name == string(b) {
			*c = Cause(i)
			return nil
		}
	}
	return fmt.Errorf("cause %q; allowed: %v", b, causeNames)
}

// own is true of the steps of a partition.
func (c Cause) own() bool { return c <= End }

// Whole is the partition of what concerns all of them.
const Whole int32 = -1

// Span is one thing that took time. Times are Unix microseconds.
type Span struct {
	Cause     Cause `json:"cause"`
	Partition int32 `json:"partition"` // Whole: of the whole process
	Began     int64 `json:"began_us"`
	Ended     int64 `json:"ended_us"`
}

// overlap is the part of [began, ended) that the span covers, us.
func (s *Span) overlap(began, ended int64) int64 {
	return max(0, min(s.Ended, ended)-max(s.Began, began))
}

// Blame is what a late record was late for, by the share of its delay that each thing
// covers.
type Blame struct {
	Cause  Cause // the step of its partition that it waited for longest; Outside: none that took long
	Beside Cause // what went on beside it; Outside: nothing
	Micros [NumCauses]int64
}

// leastShare is the share of a delay that a span has to cover to be named.
const leastShare = 5 // a fifth

// Of finds what covers most of [began, ended), in the partition and beside it.
func Of(spans []Span, partition int32, began, ended int64) Blame {
	b := Blame{Cause: Outside, Beside: Outside}
	for i := range spans {
		s := &spans[i]
		if s.Cause.own() && s.Partition != partition {
			continue
		}
		b.Micros[s.Cause] += s.overlap(began, ended)
	}
	least := max(1, (ended-began)/leastShare)
	for c := Cause(0); c < Outside; c++ {
		b.Micros[c] = min(b.Micros[c], ended-began) // several may go on at a time
		if n := b.Micros[c]; n < least {
			continue
		} else if c.own() && (b.Cause == Outside || n > b.Micros[b.Cause]) {
			b.Cause = c
		} else if !c.own() && (b.Beside == Outside || n > b.Micros[b.Beside]) {
			b.Beside = c
		}
	}
	return b
}
