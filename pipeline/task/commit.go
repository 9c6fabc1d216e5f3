package task

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// transactions is what the task has written and not committed yet. While one
// transaction is being committed, in a goroutine of its own, the task goes on with the
// records of the next one. Its outputs wait in queue until the one before is sealed.
type transactions struct {
	behind  bool      // a micro-batch of the open transaction was full
	since   time.Time // when the first record of the open transaction was taken in; zero: none
	records int       // outputs of the open transaction
	delays  []int64   // record times behind its decisions, Unix ms
	queue   []output  // outputs of the open transaction that wait for the one before
	arena   *arena    // memory of the open transaction
	commit  *inFlight // the commit under way
	spare   *arena
}

type output struct {
	topic      Output
	key, value []byte
	headers    []record.Header
}

// inFlight is a commit under way and what it will have committed.
type inFlight struct {
	sealed  chan struct{} // receives when records of the next transaction may be written
	open    bool          // they are
	done    chan struct{} // closed behind err
	err     error
	summary Committed
	arena   *arena
	delays  []int64
	at      time.Time
	outputs [NumOutputs]int64 // next offset of each output partition behind it, once done
}

func newTransactions() transactions { return transactions{arena: &arena{}, spare: &arena{}} }

// touch notes that the open transaction has begun.
func (x *transactions) touch(now time.Time) {
	if x.since.IsZero() {
		x.since = now
	}
}

func (x *transactions) keep(b []byte) []byte { return x.arena.keep(b) }

// keepNil keeps the difference between null and empty.
func (x *transactions) keepNil(b []byte) []byte {
	if b == nil {
		return nil
	}
	return x.arena.keep(b)
}

// sealed receives once the transaction being committed has all its records, ended once
// that commit has ended. They are nil, so never ready, where nothing of that is to come.
func (x *transactions) sealed() <-chan struct{} {
	if x.commit == nil || x.commit.open {
		return nil
	}
	return x.commit.sealed
}

func (x *transactions) ended() <-chan struct{} {
	if x.commit == nil {
		return nil
	}
	return x.commit.done
}

// wait waits for the commit under way, whose outcome no longer matters.
func (x *transactions) wait() {
	if x.commit != nil {
		<-x.commit.done
		x.commit = nil
	}
}

// dirty tells whether records were taken in that no begun commit covers.
func (t *Task) dirty() bool { return !t.out.since.IsZero() }

// commitInterval is how long after its first record the open transaction is to end. While
// the task is behind its inputs nobody waits for a record to the millisecond, and long
// transactions cost less: a cell that changes in each of them has a row in each.
func (t *Task) commitInterval() time.Duration {
	if t.behind {
		return max(t.shared(), t.cfg.CatchUpInterval)
	}
	return t.shared()
}

// maxStretch is the longest commit interval that many partitions make of a shorter one.
const maxStretch = time.Second

// shared is the commit interval, stretched where the process has so many partitions that
// they would commit more often than MaxCommits together. What a commit costs does not depend
// on its records, and the load of a process is spread over its partitions: without a bound
// a process would end up doing little else than commit.
func (t *Task) shared() time.Duration {
	if t.cfg.MaxCommits <= 0 || t.deps.Partitions == nil {
		return t.cfg.CommitInterval
	}
	turn := time.Duration(t.deps.Partitions()) * time.Second / time.Duration(t.cfg.MaxCommits)
	return max(t.cfg.CommitInterval, min(turn, maxStretch))
}

// transaction is how many output records the open transaction would have if it ended now:
// every cell that has changed is one.
func (t *Task) transaction() int { return t.out.records + t.book.Changed() }

// emit writes one output record. Its slices live as long as the transaction.
func (t *Task) emit(ctx context.Context, topic Output, key, value []byte, headers []record.Header) error {
	t.out.records++
	t.ledger.published[topic]++
	c := t.out.commit
	if c == nil || c.open {
		if err := t.produce(ctx, topic, key, value, headers); err != nil {
			return err
		}
	} else {
		t.out.queue = append(t.out.queue, output{topic, key, value, headers})
	}
	if c == nil || t.transaction() < t.cfg.MaxTransaction {
		return nil
	}
	// The broker does not keep up: nothing more is taken in until it has.
	began := t.deps.Now()
	err := t.await(ctx)
	t.counts.Waits++
	t.counts.Waited += t.deps.Now().Sub(began)
	return err
}

func (t *Task) produce(ctx context.Context, topic Output, key, value []byte, headers []record.Header) error {
	if err := t.writer.Produce(ctx, topic, key, value, headers); err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	return nil
}

// begin ends the open transaction: it adds the roll-up rows that changed and the
// progress record, and starts the commit. New reference data takes effect behind it.
// With flush the local state, which is now that of the commit, is frozen, and written
// in the background when the commit has succeeded: the task waits for neither.
func (t *Task) begin(ctx context.Context, flush bool) error {
	began := t.deps.Now()
	t.commit++
	if err := t.closeLedger(); err != nil {
		return err
	}
	if err := t.emitRollups(ctx); err != nil {
		return err
	}
	t.offsets = t.merge.offsets(t.offsets)
	t.committed = append(t.committed[:0], t.offsets...)
	progress := t.progress()
	value := t.out.arena.written(codec.AppendProgress(t.out.arena.room(), &progress))
	if err := t.emit(ctx, OutProgress, t.progressKey(), value, nil); err != nil {
		return err
	}
	t.ledger.published = [NumOutputs]int64{} // closeLedger has counted those of this transaction
	x := &t.out
	c := &inFlight{sealed: make(chan struct{}), done: make(chan struct{}), arena: x.arena, delays: x.delays, at: t.deps.Now(), outputs: t.outputs, summary: Committed{
		Partition: t.cfg.Partition, Offsets: slices.Clone(t.committed), Records: x.records, Commit: t.commit, Watermark: t.watermark, Behind: x.behind}}
	x.arena, x.spare = x.spare, nil
	x.delays = nil
	x.since, x.records, x.behind = time.Time{}, 0, false
	x.commit = c
	writer := t.writer
	go func() {
		if c.err = writer.Seal(ctx); c.err == nil {
			close(c.sealed)
			c.err = writer.Commit(ctx)
		}
		for o := range c.outputs {
			if n := writer.Next(Output(o)); n >= 0 {
				c.outputs[o] = n
			}
		}
		close(c.done)
	}()
	t.step(StepRows, began)
	if flush {
		m := t.meta()
		if err := t.flushWhen(func() ([]byte, error) {
			<-c.done
			m.Outputs = c.outputs
			return m.encode(), c.err
		}); err != nil {
			return err
		}
	}
	t.refresh()
	return nil
}

func (t *Task) emitRollups(ctx context.Context) error {
	return t.book.Emit(func(key []byte, row *schemas.RollupRow) error {
		row.Layout, row.Partition, row.Version = t.cfg.Layout, t.cfg.Partition, t.commit
		return t.emit(ctx, OutRollups, t.out.keep(key), t.encodeRollup(row), nil)
	})
}

func (t *Task) progress() schemas.Progress {
	p := schemas.Progress{Partition: t.cfg.Partition, Layout: t.cfg.Layout, Commit: t.commit, Watermark: schemas.Time(t.watermark),
		Offsets: make(map[string]int64, len(t.offsets)), PolicyHash: t.refs.Policy.Hash, GeoVersion: t.refs.Geo.Version(),
		ListsVersion: listsVersion, ShadowHash: shadowHash(t.refs), SellerSitesOffset: t.refs.SitesOffset, Instance: t.cfg.Instance, EpochsFrom: t.epochsFrom}
	t.sweep.note(&p)
	maps.Copy(p.Offsets, t.idleCommitted)
	for i, o := range t.offsets {
		p.Offsets[t.cfg.Topics[i].Name] = o
	}
	return p
}

// ProgressKey is the key of a partition's progress records: each group has its own.
func ProgressKey(group string, partition int32) string {
	return group + "/" + strconv.Itoa(int(partition))
}

// progressKey is the key of this task's progress record.
func (t *Task) progressKey() []byte {
	return t.out.keep([]byte(ProgressKey(t.cfg.Group, t.cfg.Partition)))
}

// refresh takes up the newest reference data. It is called between transactions only.
func (t *Task) refresh() {
	refs := t.deps.References()
	if refs == t.refs {
		return
	}
	before := t.refs
	t.use(refs)
	if t.cfg.Redecide && (refs.Policy.Hash != before.Policy.Hash || shadowIsNew(refs, shadowHash(before))) {
		t.sweepOpen()
	}
	t.plan()
}

func (t *Task) use(refs *decide.References) {
	t.refs = refs
	t.decider.SetReferences(refs)
	t.intake.SetGeo(refs.Geo)
}

// settle takes note of how far the commit under way has come; it never waits.
func (t *Task) settle(ctx context.Context) error {
	select {
	case <-t.out.ended():
		return t.committedNow(ctx)
	default:
	}
	select {
	case <-t.out.sealed():
		return t.goOn(ctx)
	default:
		return nil
	}
}

// goOn opens the next transaction to its records: the one before is sealed.
func (t *Task) goOn(ctx context.Context) error {
	c := t.out.commit
	c.open, c.summary.Sealed = true, t.deps.Now().Sub(c.at)
	return t.catchUp(ctx)
}

// catchUp writes what has waited until the transaction before had all its records.
func (t *Task) catchUp(ctx context.Context) error {
	x := &t.out
	queue := x.queue
	x.queue = x.queue[:0]
	for i := range queue {
		o := &queue[i]
		if err := t.produce(ctx, o.topic, o.key, o.value, o.headers); err != nil {
			return err
		}
		*o = output{}
	}
	return nil
}

// await waits for the commit under way.
func (t *Task) await(ctx context.Context) error {
	if t.out.commit == nil {
		return nil
	}
	select {
	case <-t.out.sealed(): // what has waited for it waits no longer
		if err := t.goOn(ctx); err != nil {
			return err
		}
		<-t.out.commit.done
	case <-t.out.ended():
	}
	return t.committedNow(ctx)
}

// committedNow notes the outcome of the commit that has ended, and writes what has
// waited for it.
func (t *Task) committedNow(ctx context.Context) error {
	x := &t.out
	began := x.commit
	x.commit = nil
	if began.err != nil {
		return fmt.Errorf("commit: %w", began.err)
	}
	t.outputs = began.outputs
	now := t.deps.Now()
	c := &began.summary
	c.Took = now.Sub(began.at)
	for i, in := range began.delays {
		began.delays[i] = now.UnixMilli() - in
	}
	c.Delays = began.delays
	t.deps.Observer.Committed(c)
	began.arena.reset()
	x.spare = began.arena
	if x.delays == nil {
		x.delays = c.Delays[:0]
	}
	return t.catchUp(ctx)
}

// flush commits everything processed and waits for it, so that the local state is
// exactly that of a commit; then it starts writing the state in the background.
func (t *Task) flush(ctx context.Context) error {
	if err := t.commitAll(ctx); err != nil {
		return err
	}
	return t.flushState()
}

// commitAll commits everything processed and waits for it.
func (t *Task) commitAll(ctx context.Context) error {
	if err := t.await(ctx); err != nil {
		return err
	}
	if !t.dirty() {
		return nil
	}
	if err := t.begin(ctx, false); err != nil {
		return err
	}
	return t.await(ctx)
}

// flushState starts writing the local state, which is that of the offsets in
// t.committed and t.outputs.
func (t *Task) flushState() error {
	m := t.meta().encode()
	return t.flushWhen(func() ([]byte, error) { return m, nil })
}

// flushWhen freezes the local state, to be written when ready has returned its positions.
func (t *Task) flushWhen(ready func() ([]byte, error)) error {
	started := t.deps.Now()
	if err := t.book.Put(); err != nil {
		return err
	}
	if err := t.store.Flush(ready); err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	t.flushes++
	t.lastFlush, t.unflushed = t.step(StepFreeze, started), false
	t.deps.Observer.Flushed(t.cfg.Partition, t.lastFlush.Sub(started))
	return nil
}

// flushPhase is how much sooner than others a partition flushes for the first time: those
// of one process, which begin together, would else write all at once ever after.
func (t *Task) flushPhase() time.Duration {
	const golden = 0.6180339887 // of any few partitions, the phases lie far apart
	_, part := math.Modf(float64(t.cfg.Partition) * golden)
	return time.Duration(part * float64(t.cfg.FlushInterval))
}
