package task

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Topic is one input topic of a task.
type Topic struct {
	Name string
	Kind schemas.Kind
}

// Config is what one task needs to know. Its bounds are named settings of the
// configuration file (section task).
type Config struct {
	Partition int32
	Layout    uint32             // partitions of the input topics
	Topics    []Topic            // the inputs that are configured
	Outputs   [NumOutputs]string // names of the output topics, for the ledger
	Instance  string             // who runs the task, for people
	Group     string             // key of the progress record, beside the partition
	Format    codec.Format       // of the output records, progress apart

	CommitInterval  time.Duration // from the first uncommitted record to its commit
	CatchUpInterval time.Duration // the same while the inputs are behind, where it is longer
	MaxCommits      int           // a second, of all partitions of the process together; 0: no bound
	MaxBatch        int           // records of one micro-batch
	MaxTransaction  int           // output records of one transaction, and of those waiting for the next
	FlushInterval   time.Duration // between two flushes of the local state
	MaxDirtyCells   int           // roll-up cells that differ from the local state; at it they are flushed
	CellPuts        int           // cells that a commit puts into the local state at most; 0: as many as Book does
	StopTimeout     time.Duration // for the last commit of a graceful stop
	AcceptGap       bool          // go on although records that the state needs are gone
	SweepOrders     int           // orders decided anew between two micro-batches
	Redecide        bool          // a new policy pack decides all open orders anew
	Shadow          bool          // there is a topic for what a shadow pack says differently
	ReferenceWait   time.Duration // for reference data as new as the last commit's, in recovery

	Bounds decide.Bounds
	Join   join.Limits
}

// lifeMs is how long after an order's newest record what was published of it is
// remembered: a record that comes later begins anew, as if the key had never been seen.
func (c *Config) lifeMs() int64 { return longer(c.Join.RetentionMs, c.Join.SlackMs) }

// keepMs is how long the local state keeps an order, behind the watermark: by the slack
// longer than its life, as a record may be displaced by so much. So whether the store
// has forgotten a key already, which depends on the clock and on flushes, changes nothing.
func (c *Config) keepMs() int64 { return longer(c.lifeMs(), c.Join.SlackMs) }

// longer adds two durations, of which join.NeverForget is one without end.
func longer(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Deps is what a task is given; cmd wires it. Every function is called by the
// task's goroutine.
type Deps struct {
	// Writer fences older owners of the partition before it returns.
	Writer func(ctx context.Context) (Writer, error)
	Store  func() (Store, error)
	// Feed starts fetching at one offset for each input topic.
	Feed func(ctx context.Context, offsets []int64) (Feed, error)
	// LogStarts is the first offset there still is of each input topic.
	LogStarts func(ctx context.Context) ([]int64, error)
	// Progress is the last committed progress record of the partition, nil for none.
	Progress func(ctx context.Context) (*schemas.Progress, error)
	// OutputEnds is where the output topics end now. Asked for at the first start only.
	OutputEnds func(ctx context.Context) ([NumOutputs]int64, error)
	// Tail reads the committed records of an output topic's partition from an offset
	// to its end, and returns that end.
	Tail func(ctx context.Context, out Output, from int64, each func(*record.Record) error) (int64, error)
	// References is the reference data in force now. It takes effect at the next
	// commit boundary.
	References func() *decide.References
	// Partitions is how many partitions the process has now; nil for this one alone.
	Partitions func() int
	// Live is called once the task has recovered.
	Live     func()
	Observer Observer
	Now      func() time.Time
	Log      *slog.Logger
}
