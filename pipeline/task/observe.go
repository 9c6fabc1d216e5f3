package task

import (
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// Outcomes of a record, by which records in are counted.
type Outcome uint8

// The outcomes. All but DeadLetter are in the order's state, or were already.
const (
	OutcomeOK Outcome = iota
	OutcomeDuplicate
	OutcomeStale
	OutcomeEvicted
	OutcomeDeadLetter
	NumOutcomes
)

// Counts is what one micro-batch did: plain numbers, handed to the Observer once.
type Counts struct {
	Partition     int32
	In            [][NumOutcomes]uint64 // by topic
	UnknownFields uint64
	Rejects       map[string]uint64 // dead letters by code
	Keys          uint64            // orders touched
	Judged        uint64            // verdicts made
	Decisions     [schemas.RouteHighRisk + 1]uint64
	PreReviews    [schemas.RouteHighRisk + 1]uint64
	Retractions   uint64
	Differences   [schemas.RouteHighRisk + 1][schemas.RouteHighRisk + 1]uint64 // published, by route and the shadow pack's
	Agreed        uint64                                                       // differences that have ended
	Reasons       map[string]uint64
	Expired       uint64
	Swept         uint64        // orders looked at because reference data has changed
	Redecided     uint64        // of these, those of which a verdict was published
	Process       time.Duration // decode, join, score and encode of the batch
	Waits         uint64        // for a commit under way, with MaxTransaction outputs behind it
	Waited        time.Duration // by them
	Delays        []int64       // ms from the newest record of each decision to its writing
}

// Committed is what one commit did.
type Committed struct {
	Partition int32
	Offsets   []int64 // next offset by topic
	Records   int     // output records
	Commit    uint64
	Watermark int64
	Took      time.Duration // flush and EndTxn
	Behind    bool          // a micro-batch of it was full: more had arrived than the partition takes at a time
	Sealed    time.Duration // of it, until the task knew all records acknowledged; 0: it heard of both at once
	Delays    []int64       // ms from the newest record of each decision to its commit
}

// Sweep says why open orders are decided anew.
type Sweep uint8

// The sweeps.
const (
	SweepSites Sweep = iota // sites of their sellers have changed
	SweepOpen               // anything may be different for all of them
	NumSweeps
)

var sweepNames = [NumSweeps]string{"seller-sites", "all-open"}

// String is the sweep's name.
func (s Sweep) String() string { return sweepNames[s] }

// Step is a part of a task's loop, during which the partition's records wait.
type Step uint8

// The steps.
const (
	StepBatch  Step = iota // a micro-batch, and what waited for the transaction before
	StepRows               // the begin of a commit
	StepFreeze             // the begin of a flush
	StepExpiry             // a round of forgetting
	StepSweep              // open orders decided anew
	StepWait               // a commit under way that had to be waited for
	NumSteps
)

// stepLeast is how long a step takes before the observer is told of it.
const stepLeast = 3 * time.Millisecond

// step tells of a step that took long. It returns when the next one begins.
func (t *Task) step(s Step, began time.Time) time.Time {
	now := t.deps.Now()
	if took := now.Sub(began); took >= stepLeast {
		t.deps.Observer.Step(t.cfg.Partition, s, began, took)
	}
	return now
}

// Observer is told what tasks do. Its methods are called by the tasks' goroutines, and
// keep nothing of what they are handed.
type Observer interface {
	Batch(c *Counts)
	Committed(c *Committed)
	Flushed(partition int32, waited time.Duration)
	// Step is told of each step that took milliseconds.
	Step(partition int32, s Step, began time.Time, took time.Duration)
	Recovered(partition int32, replayed int64, took time.Duration)
	// Sweeping is told when open orders begin to be decided anew, and when all are.
	Sweeping(partition int32, why Sweep, running bool)
}

func (c *Counts) reset() {
	for i := range c.In {
		c.In[i] = [NumOutcomes]uint64{}
	}
	c.Waits, c.Waited = 0, 0
	c.UnknownFields, c.Keys, c.Judged, c.Retractions, c.Expired, c.Process = 0, 0, 0, 0, 0, 0
	c.Swept, c.Redecided = 0, 0
	clear(c.Rejects)
	clear(c.Reasons)
	c.Decisions = [len(c.Decisions)]uint64{}
	c.Differences, c.Agreed = [len(c.Differences)][len(c.Differences[0])]uint64{}, 0
	c.PreReviews = [len(c.PreReviews)]uint64{}
	c.Delays = c.Delays[:0]
}
