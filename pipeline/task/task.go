package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// Task is one partition's work from its input topics to its committed outputs. One
// goroutine, that of Run, owns it and all it holds.
type Task struct {
	cfg  Config
	deps Deps

	// Taken in Run, released at its end.
	writer Writer
	store  Store
	merge  *merge
	feed   Feed

	refs    *decide.References
	intake  *decide.Intake
	decider *decide.Decider
	book    *rollup.Book
	ledger  balance
	// flowing: what the local state and the records to replay hold is counted in the flow.
	// Of a state that an older release has left, it is not.
	flowing bool
	groups  *groups
	state   join.State
	counts  Counts
	unknown uint64 // fields not in the schema, as last reported

	// Positions, as of the records processed so far.
	watermark int64  // greatest record time, Unix ms, see advance
	issued    uint64 // greatest version given out since the start
	commit    uint64 // number of the last commit that was begun
	// epochsFrom is the least version of the decisions that are counted by epoch.
	epochsFrom uint64
	offsets    []int64
	outputs    [NumOutputs]int64 // next committed offset of each output partition
	committed  []int64           // input offsets of the last commit that was begun

	// Next offsets of inputs that are not configured any more, so that nothing is lost
	// or read twice when they are again: those of the last commit, and those that the
	// local state reflects.
	idleCommitted, idleStored map[string]int64

	out    transactions
	silent bool // replaying: nothing is published
	behind bool // the last micro-batch has left records in its inputs, here or with the brokers

	sweep sweep

	unflushed  bool      // something has changed since the last flush
	flushes    uint64    // flushes begun since the store was opened
	noRoom     error     // why the state can't be flushed: the disk is full; nil while it can
	asked      time.Time // when the disk was last asked for room while it had none
	lastFlush  time.Time
	lastExpire time.Time

	scratch scratch
}

// scratch is memory that the task uses again and again.
type scratch struct {
	stored    []byte // an order's state as it was read
	encoded   []byte // and as it is written
	record    join.Record
	mark      rollup.Mark
	affected  []string
	dropped   []string
	forgotten []forgotten // versions below which those that follow must not be, even where the watermark stands still
	decision  schemas.Decision
	review    schemas.PreReview
	shadow    comparison
	before    []join.Contribution // of the order, as it was read
	after     []join.Contribution // and as it is now
	parties   parties
	due       [][]byte // cells of which the waiting shipments expire
	next      [][]byte // keys of the orders that are next
	touched   byte     // keeps what is only looked at from being left out
}

// New makes the task of one partition. It does nothing until Run.
func New(cfg Config, deps Deps) *Task {
	return &Task{cfg: cfg, deps: deps, groups: newGroups(), out: newTransactions()}
}

// Run fences older owners, recovers, and works until ctx ends; then it commits what it
// has processed, flushes and releases everything. It returns nil after such a graceful
// stop, ErrFenced when a newer owner has taken the partition, and else the fault. After
// a fault the local state is left as of its last flush, and a new Task may be run.
func (t *Task) Run(ctx context.Context) (err error) {
	io, cancel := outlive(ctx, t.cfg.StopTimeout)
	defer cancel()
	defer func() {
		if err != nil {
			cancel() // nobody asks for the outcome of a commit under way: the next task fences, and reads it
		}
		if cerr := t.release(); err == nil {
			err = cerr
		}
		if err != nil {
			err = fmt.Errorf("partition %d: %w", t.cfg.Partition, err)
		}
	}()
	if err := t.recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before anything was taken in
		}
		return err
	}
	if err := t.work(ctx, io); err != nil {
		return err
	}
	if err := t.last(io); err != nil {
		return fmt.Errorf("last commit: %w", err)
	}
	return nil
}

// outlive is a context that ends a grace period after ctx: a stop must not break off
// the commit that it waits for.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	io, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return io, func() {
		stop()
		cancel()
	}
}

// release closes what Run has taken, in reverse, and drops what was not committed.
func (t *Task) release() error {
	var errs []error
	if t.merge != nil {
		t.merge.close()
	}
	t.out.wait()
	if t.writer != nil {
		t.writer.Close() // an open transaction is aborted by the next owner's fence
	}
	if t.store != nil {
		if err := t.store.Close(); err != nil {
			errs = append(errs, fmt.Errorf("local state: %w", err))
		}
	}
	return errors.Join(errs...)
}

// work is the live loop: a micro-batch of whatever has arrived, then whatever is due.
// What it writes is written with io, which outlives ctx.
func (t *Task) work(ctx, io context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		began := t.deps.Now()
		if err := t.settle(io); err != nil {
			return err
		}
		held := t.held()
		took, err := t.takeIn(io)
		if err != nil {
			return err
		}
		t.step(StepBatch, began)
		if err := t.due(io); err != nil {
			return err
		}
		began = t.deps.Now()
		swept, err := t.sweepOn(io)
		if err != nil {
			return err
		}
		t.step(StepSweep, began)
		if ctx.Err() != nil {
			return nil
		}
		if took > 0 || swept || held && !t.held() { // what has arrived meanwhile has waked nobody
			continue
		}
		if err := t.feed.Err(); err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		timer.Reset(t.nextDue())
		select {
		case <-ctx.Done():
			return nil
		case <-t.feed.Wake():
		case <-t.out.sealed(): // closed, so that settle finds it
		case <-t.out.ended():
		case <-timer.C:
		}
	}
}

// idleWait is how long a task with nothing due sleeps when nothing arrives.
const idleWait = time.Second

// nextDue is how long nothing needs to be done when nothing arrives.
func (t *Task) nextDue() time.Duration {
	wait := idleWait
	if t.noRoom != nil {
		wait = roomWait
	}
	if !t.out.since.IsZero() && t.out.commit == nil {
		wait = min(wait, t.commitInterval()-t.deps.Now().Sub(t.out.since))
	}
	if t.sweep.running() {
		wait = min(wait, sweepWait) // for the flush of its index
	}
	return max(wait, 0)
}

// due begins the commit, the flush and the expiry whose time has come.
func (t *Task) due(ctx context.Context) error {
	now := t.deps.Now()
	if now.Sub(t.lastExpire) >= expireEvery && !t.held() {
		t.lastExpire = now
		if err := t.expire(); err != nil {
			return err
		}
		t.step(StepExpiry, now)
		t.passOver()
	}
	full := t.full()
	interval := t.out.commit == nil && t.unflushed && now.Sub(t.lastFlush) >= t.flushInterval()
	if interval && !full { // the flush before may still wait for its turn: live records don't wait for it
		written, err := t.store.Flushed()
		if err != nil {
			return fmt.Errorf("local state: %w", err)
		}
		interval = written == t.flushes
	}
	flush := (full || interval) && t.room(now)
	if full && flush { // what is frozen has to be that of a commit, and nothing more is to come until then
		began := t.deps.Now()
		if err := t.await(ctx); err != nil {
			return err
		}
		t.step(StepWait, began)
	}
	switch {
	case t.out.commit != nil:
		return nil
	case !t.dirty() && flush:
		return t.flushState()
	case t.dirty() && (full && flush || now.Sub(t.out.since) >= t.commitInterval() || t.transaction() >= t.cfg.MaxTransaction):
		return t.begin(ctx, flush)
	}
	return nil
}

// passOver begins a transaction when the inputs have moved on over records that nobody
// reads, aborted ones or markers of transactions: its commit covers them, or the lag of
// a partition that ends in such records would never reach zero.
func (t *Task) passOver() {
	if t.dirty() || t.out.commit != nil {
		return
	}
	if t.offsets = t.merge.offsets(t.offsets); !slices.Equal(t.offsets, t.committed) {
		t.out.touch(t.deps.Now())
		t.unflushed = true // or Kafka may delete what the local state still asks for
	}
}

// expireEvery is the pause between two rounds of forgetting, and expireMax how many
// orders and cells one round forgets at most.
const (
	expireEvery = time.Second
	expireMax   = 2000
)

func (t *Task) expire() error {
	t.scratch.due = t.scratch.due[:0]
	if err := t.book.Apply(); err != nil {
		return err
	}
	n, err := t.store.Expire(t.watermark-t.cfg.keepMs(), expireMax, t.waits)
	if err != nil {
		return fmt.Errorf("expiry: %w", err)
	}
	if err := t.expireWaiting(); err != nil {
		return err
	}
	if n == 0 {
		return nil
	}
	// What is forgotten may come back, with versions that have to be greater. The commit
	// that says so comes before the flush that forgets.
	t.watermark = max(t.watermark, int64(t.issued)) + 1
	t.out.touch(t.deps.Now())
	t.unflushed = true
	if n == expireMax {
		t.lastExpire = time.Time{} // more is due: go on after the next micro-batch
	}
	t.counts.reset()
	t.counts.Expired = uint64(n)
	t.deps.Observer.Batch(&t.counts)
	return nil
}
