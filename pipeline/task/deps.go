package task

import (
	"context"
	"errors"

	"github.com/clearlane/clearlane/pipeline/record"
)

// Feed is the input of one task: the same partition of every input topic.
// Topics are numbered as in the task's configuration. The task's goroutine owns it.
type Feed interface {
	// Poll hands out the next batch that has arrived of a topic, or nil. It never blocks.
	Poll(topic int) *record.Batch
	// CaughtUp is true when nothing fetched is left to Poll and the last fetch left
	// the topic at its last stable offset: nobody needs to wait for it.
	CaughtUp(topic int) bool
	// Wake receives after something has arrived, changed or failed.
	Wake() <-chan struct{}
	// Err is the fault that ended the feed (an offset out of range, for example), or nil.
	Err() error
	// Close ends fetching. Batches handed out stay the taker's.
	Close()
}

// Errors that whoever runs a task decides on.
var (
	// ErrFenced: another owner of the partition exists. Nothing may be written any more.
	ErrFenced = errors.New("fenced: a newer owner holds this partition")
	// ErrState: the local state holds what no task has written. It has to be put aside:
	// it is then built anew from Kafka.
	ErrState = errors.New("local state is not usable")
	// ErrUnknownOutcome: whether the transaction was committed is not known. The
	// progress record says it, once the writer is fenced anew.
	ErrUnknownOutcome = errors.New("transaction of unknown outcome")
)

// Output numbers the topics that a task writes.
type Output uint8

// The output topics.
const (
	OutDecisions Output = iota
	OutHighRisk
	OutPreReviews
	OutRollups
	OutDeadLetters
	OutProgress
	OutShadow // written only with Config.Shadow
	NumOutputs
)

var outputNames = [NumOutputs]string{"decisions", "high-risk", "pre-reviews", "rollups", "dead-letters", "progress", "shadow"}

// String is the default name of the topic.
func (o Output) String() string { return outputNames[o] }

// Writer is one transactional producer bound to the output partitions of one task.
// One goroutine at a time calls Produce and Seal, and one calls Commit.
type Writer interface {
	// Produce adds a record to the open transaction, opening one if there is none.
	// The slices belong to the writer until Commit or Abort returns. It blocks while
	// more than the writer's bound is unacknowledged.
	Produce(ctx context.Context, out Output, key, value []byte, headers []record.Header) error
	// Seal waits until the records of the open transaction are acknowledged, all of them.
	// Produce then opens the next one, also while Commit ends this one.
	Seal(ctx context.Context) error
	// Commit ends the transaction that was sealed; it seals the open one where none was.
	// With no record produced it does nothing.
	Commit(ctx context.Context) error
	// Abort drops the open transaction, if there is one.
	Abort(ctx context.Context) error
	// Next is the offset after the last committed record of the output in the task's
	// partition, as far as this writer has written it; -1 when it has written none.
	Next(out Output) int64
	Close()
}

// Store is the local state of one partition: orders by key, roll-up cells by key and
// one blob of positions that says which records all of it reflects. A write-back
// cache: what is Put lives in memory until a flush. The task's goroutine owns it.
type Store interface {
	// Ahead is told of order keys that are got next, and may make ready for them.
	Ahead(keys [][]byte)
	// Get is the state stored for an order key, or nil. The slice is valid until the
	// next call of any method but GetCell and PutCell.
	Get(key []byte) ([]byte, error)
	// Put keeps a copy of value. newestMs is the key's newest record timestamp, for expiry;
	// tag is what Orders finds the key by, 0 for nothing.
	Put(key, value []byte, newestMs int64, tag uint64) error
	// Orders is at most max order keys in their sequence, behind after, as of the last
	// completed flush: those under a tag, or with tag 0 all. They are the caller's.
	Orders(tag uint64, after []byte, max int) ([][]byte, error)
	// AheadCells, GetCell and PutCell do the same for roll-up cells, which expire by their own
	// time. A cell's slice is valid until the next call of any method. wasMs is the newestMs of
	// the key's last PutCell if no Expire has forgotten it since, else math.MinInt64.
	AheadCells(keys [][]byte)
	GetCell(key []byte) ([]byte, error)
	PutCell(key, value []byte, newestMs, wasMs int64) error
	// Full is true when the set of changes has reached its bound: flush now.
	Full() bool
	// Room is nil when a flush of the changes has room on the disk, and else says what is
	// missing; a store that has failed has room. Asked for before a flush, and again and
	// again while there is none.
	Room() error
	// Flush freezes the changes at once, and writes them in the background, in one atomic
	// batch with their meta, when ready has returned it. With an error of ready they are not
	// written, and the store has failed with it. It waits only for a flush still under way,
	// whose error it returns; ready does not wait for the task's goroutine.
	Flush(ready func() (meta []byte, err error)) error
	// Flushed is how many flushes have been completed since the store was opened.
	Flushed() (uint64, error)
	// Meta is the blob of the last completed flush, nil for an empty store.
	Meta() ([]byte, error)
	// Expire forgets at most max keys and cells whose newest record is before the time,
	// and returns how many it forgot. Cells of which keep is true stay, and are asked about
	// again after the next flush; it must not call the store.
	Expire(beforeMs int64, max int, keep func(key, value []byte) bool) (int, error)
	// Close waits for a flush under way and closes. It does not flush.
	Close() error
}
