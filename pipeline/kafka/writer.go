package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// Writer is the transactional producer of one partition. The first fault ends it:
// from then on every call returns that fault, and the way on is a new Writer, which
// fences, and the progress record.
type Writer struct {
	cfg       *WriterConfig
	partition int32
	stats     *WriteStats
	lanes     [lanes]*lane
	at        int       // the lane of the open transaction
	sealed    *lane     // that of the transaction which Commit ends, nil for none
	deadline  time.Time // of its commit

	pool sync.Pool // *outRecord

	ctx, detached context.Context // of the last Produce, and the same without its end: one for many records

	next  [task.NumOutputs]int64 // Next, guarded by the caller
	taken room                   // by the records of the open transaction, for stats

	unacked unacked

	mu    sync.Mutex  // guards what follows
	dead  error       // the fault that ended the writer
	fault error       // what kgo's goroutines report
	ended atomic.Bool // there is a dead, read without mu
}

// lanes is how many producers a writer uses in turn. While the brokers end the
// transaction of one, and write its markers, the records of the next transaction are
// written by the other. What is committed is a beginning of what was written, in its
// order: a transaction's first record is written when all of the one before are
// acknowledged, and its end is asked for when that of the one before was answered. So
// it does not matter which of the two a newer owner fences first.
const lanes = 2

// lane is one of the producers.
type lane struct {
	client *kgo.Client
	open   bool     // a transaction is open
	began  producer // who it was begun as
	// last is the highest offset acknowledged in the transaction, -1 for none. The goroutine
	// of kgo's client in which records are acknowledged owns it until a Flush has returned,
	// from then on and until the next record Commit does.
	last [task.NumOutputs]int64
}

var _ task.Writer = (*Writer)(nil)

// producer is what brokers know a writer by.
type producer struct {
	id    int64
	epoch int16
}

// outRecord is a record on its way, with the function that kgo calls when it has
// been acknowledged; both are used again.
type outRecord struct {
	kgo.Record
	out     task.Output
	lane    *lane
	promise func(*kgo.Record, error)
}

// NewWriter connects and takes the partition's transactional ids: when it returns,
// every earlier Writer of the partition is fenced and its open transactions are aborted.
func NewWriter(ctx context.Context, cfg WriterConfig, partition int32) (*Writer, error) {
	w := &Writer{cfg: &cfg, partition: partition, stats: cfg.Stats, unacked: newUnacked()}
	if w.stats == nil {
		w.stats = new(WriteStats)
	}
	for out := range w.next {
		w.next[out] = -1
	}
	var opened sync.WaitGroup
	var faults [lanes]error
	for n := range w.lanes {
		opened.Go(func() { w.lanes[n], faults[n] = newLane(ctx, &cfg, partition, n) })
	}
	opened.Wait()
	if err := errors.Join(faults[:]...); err != nil {
		w.Close()
		return nil, err
	}
	w.pool.New = func() any {
		r := new(outRecord)
		r.promise = func(_ *kgo.Record, err error) { w.acknowledged(r, err) }
		return r
	}
	return w, nil
}

func newLane(ctx context.Context, cfg *WriterConfig, partition int32, n int) (*lane, error) {
	opts, err := cfg.options(partition, n)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	if _, _, err := client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("fence %s: %w", cfg.TransactionalID(partition, n), writeFault(err))
	}
	l := &lane{client: client}
	l.reset()
	return l, nil
}

func (l *lane) reset() {
	l.open = false
	for out := range l.last {
		l.last[out] = -1
	}
}

// alive is the fault that ended the writer, nil while it goes on.
func (w *Writer) alive() error {
	if !w.ended.Load() {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// Produce implements task.Writer. The record is on its way when it returns, and ctx
// ends the waiting only: a record that was taken is committed or aborted as part of
// its transaction, by a caller that is about to stop too.
func (w *Writer) Produce(ctx context.Context, out task.Output, key, value []byte, headers []record.Header) error {
	if err := w.alive(); err != nil {
		return err
	}
	l := w.lanes[w.at]
	if !l.open {
		if err := l.begin(ctx); err != nil {
			return w.die(err)
		}
	}
	size := len(key) + len(value)
	if waited, err := w.unacked.add(ctx, size, w.cfg.MaxBufferedRecords, w.cfg.MaxBufferedBytes); waited > 0 || err != nil {
		w.stats.Waits.Add(1)
		w.stats.WaitedNs.Add(int64(waited))
		if err != nil {
			return err
		}
	}
	r := w.pool.Get().(*outRecord)
	h := r.Headers[:0]
	for i := range headers {
		h = append(h, kgo.RecordHeader{Key: headers[i].Key, Value: headers[i].Value})
	}
	r.out, r.lane = out, l
	r.Topic, r.Partition, r.Key, r.Value, r.Headers = w.cfg.Topics[out], w.partition, key, value, h
	r.Timestamp, r.Context, r.Attrs = time.Time{}, nil, kgo.RecordAttrs{} // of its last use
	w.taken.records++
	w.taken.bytes += int64(size)
	if ctx != w.ctx {
		w.ctx, w.detached = ctx, context.WithoutCancel(ctx)
	}
	l.client.Produce(w.detached, &r.Record, r.promise)
	return nil
}

func (l *lane) begin(ctx context.Context) (err error) {
	if err := l.client.BeginTransaction(); err != nil {
		return err
	}
	l.open = true
	l.began.id, l.began.epoch, err = l.client.ProducerID(context.WithoutCancel(ctx))
	return err
}

// whole makes sure that the open transaction is that of all records since its begin.
func (w *Writer) whole(ctx context.Context, l *lane) error {
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault != nil {
		return fmt.Errorf("produce: %w", fault)
	}
	id, epoch, err := l.client.ProducerID(ctx)
	if err == nil && (producer{id, epoch}) != l.began {
		err = errRenewed
	}
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// acknowledged runs in kgo's goroutine.
func (w *Writer) acknowledged(r *outRecord, err error) {
	size := len(r.Key) + len(r.Value)
	if err != nil {
		w.stats.ProduceErr.Add(1)
		w.mu.Lock()
		if w.fault == nil {
			w.fault = err
		}
		w.mu.Unlock()
	} else if r.Offset > r.lane.last[r.out] {
		r.lane.last[r.out] = r.Offset
	}
	r.Key, r.Value = nil, nil
	clear(r.Headers)
	w.pool.Put(r)
	w.unacked.remove(size)
}

// count adds the records taken since the last time to stats.
func (w *Writer) count() {
	w.stats.Records.Add(w.taken.records)
	w.stats.Bytes.Add(w.taken.bytes)
	w.taken = room{}
}

// Seal implements task.Writer. An error ends the writer.
func (w *Writer) Seal(ctx context.Context) error {
	if err := w.alive(); err != nil {
		return err
	}
	l := w.lanes[w.at]
	if w.sealed != nil || !l.open {
		return nil
	}
	w.count()
	w.deadline = time.Now().Add(w.cfg.CommitTimeout)
	ctx, cancel := context.WithDeadline(ctx, w.deadline)
	defer cancel()
	began := time.Now()
	if err := l.client.Flush(ctx); err != nil {
		return w.die(fmt.Errorf("flush: %w", err))
	}
	w.stats.FlushNs.Add(int64(time.Since(began)))
	if err := w.whole(ctx, l); err != nil {
		return w.die(err)
	}
	w.sealed, w.at = l, (w.at+1)%lanes
	return nil
}

// Commit implements task.Writer. An error ends the writer.
func (w *Writer) Commit(ctx context.Context) error {
	if err := w.Seal(ctx); err != nil {
		return err
	}
	l := w.sealed
	if l == nil {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, w.deadline)
	defer cancel()
	began := time.Now()
	err := l.client.EndTransaction(ctx, kgo.TryCommit)
	w.stats.EndTxnNs.Add(int64(time.Since(began)))
	if err != nil {
		return w.die(endFault(err))
	}
	w.stats.Commits.Add(1)
	for out := range l.last {
		if l.last[out] >= 0 {
			w.next[out] = l.last[out] + 1
		}
	}
	l.reset()
	w.sealed = nil
	return nil
}

// Abort implements task.Writer. An error ends the writer; the transaction is then
// aborted by the next Writer, or by the brokers after TransactionTimeout.
func (w *Writer) Abort(ctx context.Context) error {
	if err := w.alive(); err != nil {
		return err
	}
	l := w.lanes[w.at]
	if !l.open {
		return nil
	}
	w.count()
	ctx, cancel := context.WithTimeout(ctx, w.cfg.CommitTimeout)
	defer cancel()
	if err := l.client.AbortBufferedRecords(ctx); err != nil {
		return w.die(fmt.Errorf("abort: %w", err))
	}
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault != nil && !errors.Is(fault, kgo.ErrAborting) && !errors.Is(fault, context.Canceled) && !errors.Is(fault, context.DeadlineExceeded) {
		return w.die(fmt.Errorf("produce: %w", fault))
	}
	if err := l.client.EndTransaction(ctx, kgo.TryAbort); err != nil {
		return w.die(fmt.Errorf("abort: %w", err))
	}
	w.mu.Lock()
	w.fault = nil
	w.mu.Unlock()
	l.reset()
	w.stats.Aborts.Add(1)
	return nil
}

// Next implements task.Writer.
func (w *Writer) Next(out task.Output) int64 { return w.next[out] }

// Close implements task.Writer. It does not wait and does not end the open
// transaction.
func (w *Writer) Close() {
	w.mu.Lock()
	if w.dead == nil {
		w.dead = errors.New("writer is closed")
		w.ended.Store(true)
	}
	w.mu.Unlock()
	for _, l := range w.lanes {
		if l != nil {
			l.client.Close()
		}
	}
}

func (w *Writer) die(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead != nil {
		return w.dead
	}
	w.dead = fmt.Errorf("write partition %d: %w", w.partition, writeFault(err))
	w.ended.Store(true)
	switch {
	case errors.Is(w.dead, task.ErrFenced):
		w.stats.Fenced.Add(1)
	case errors.Is(w.dead, task.ErrUnknownOutcome):
		w.stats.Unknown.Add(1)
	}
	return w.dead
}
