package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
	client    *kgo.Client
	partition int32
	stats     *WriteStats
	open      bool     // a transaction is open
	began     producer // who the open transaction was begun as
	dead      error    // the fault that ended the writer

	pool sync.Pool // *outRecord

	ctx, detached context.Context // of the last Produce, and the same without its end: one for many records

	acked chan struct{} // receives after records have been acknowledged

	mu      sync.Mutex // guards what kgo's goroutines report
	fault   error
	records int // not acknowledged
	bytes   int
	last    [task.NumOutputs]int64 // highest offset acknowledged in the open transaction, -1 for none
	next    [task.NumOutputs]int64 // Next, guarded by the caller
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
	promise func(*kgo.Record, error)
}

// NewWriter connects and takes the partition's transactional.id: when it returns,
// every earlier Writer of the partition is fenced and its open transaction aborted.
func NewWriter(ctx context.Context, cfg WriterConfig, partition int32) (*Writer, error) {
	opts, err := cfg.options(partition)
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	if _, _, err := client.ProducerID(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("fence %s: %w", cfg.TransactionalID(partition), writeFault(err))
	}
	w := &Writer{cfg: &cfg, client: client, partition: partition, stats: cfg.Stats, acked: make(chan struct{}, 1)}
	if w.stats == nil {
		w.stats = new(WriteStats)
	}
	for out := range w.next {
		w.next[out], w.last[out] = -1, -1
	}
	w.pool.New = func() any {
		r := new(outRecord)
		r.promise = func(_ *kgo.Record, err error) { w.acknowledged(r, err) }
		return r
	}
	return w, nil
}

// room waits until a record of this size may be added.
func (w *Writer) room(ctx context.Context, size int) error {
	var waits time.Time // since when; zero: it does not
	for {
		w.mu.Lock()
		ok := w.records == 0 || w.records < w.cfg.MaxBufferedRecords && w.bytes+size <= w.cfg.MaxBufferedBytes
		if ok {
			w.records++
			w.bytes += size
		}
		w.mu.Unlock()
		if ok {
			if !waits.IsZero() {
				w.stats.WaitedNs.Add(int64(time.Since(waits)))
			}
			return nil
		}
		if waits.IsZero() {
			waits = time.Now()
			w.stats.Waits.Add(1)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.acked:
		}
	}
}

// Produce implements task.Writer. The record is on its way when it returns, and ctx
// ends the waiting only: a record that was taken is committed or aborted as part of
// its transaction, by a caller that is about to stop too.
func (w *Writer) Produce(ctx context.Context, out task.Output, key, value []byte, headers []record.Header) error {
	if w.dead != nil {
		return w.dead
	}
	if !w.open {
		if err := w.begin(ctx); err != nil {
			return w.die(err)
		}
	}
	size := len(key) + len(value)
	if err := w.room(ctx, size); err != nil {
		return err
	}
	r := w.pool.Get().(*outRecord)
	h := r.Headers[:0]
	for i := range headers {
		h = append(h, kgo.RecordHeader{Key: headers[i].Key, Value: headers[i].Value})
	}
	r.out = out
	r.Record = kgo.Record{Topic: w.cfg.Topics[out], Partition: w.partition, Key: key, Value: value, Headers: h}
	w.stats.Records.Add(1)
	w.stats.Bytes.Add(int64(size))
	if ctx != w.ctx {
		w.ctx, w.detached = ctx, context.WithoutCancel(ctx)
	}
	w.client.Produce(w.detached, &r.Record, r.promise)
	return nil
}

func (w *Writer) begin(ctx context.Context) (err error) {
	if err := w.client.BeginTransaction(); err != nil {
		return err
	}
	w.open = true
	w.began.id, w.began.epoch, err = w.client.ProducerID(context.WithoutCancel(ctx))
	return err
}

// whole makes sure that the open transaction is that of all records since its begin.
func (w *Writer) whole(ctx context.Context) error {
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault != nil {
		return fmt.Errorf("produce: %w", fault)
	}
	id, epoch, err := w.client.ProducerID(ctx)
	if err == nil && (producer{id, epoch}) != w.began {
		err = errRenewed
	}
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// acknowledged runs in kgo's goroutine.
func (w *Writer) acknowledged(r *outRecord, err error) {
	w.mu.Lock()
	w.records--
	w.bytes -= len(r.Key) + len(r.Value)
	if err != nil {
		w.stats.ProduceErr.Add(1)
		if w.fault == nil {
			w.fault = err
		}
	} else if r.Offset > w.last[r.out] {
		w.last[r.out] = r.Offset
	}
	w.mu.Unlock()
	r.Key, r.Value = nil, nil
	clear(r.Headers)
	w.pool.Put(r)
	select {
	case w.acked <- struct{}{}:
	default:
	}
}

// Commit implements task.Writer. An error ends the writer.
func (w *Writer) Commit(ctx context.Context) error {
	if w.dead != nil {
		return w.dead
	}
	if !w.open {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.cfg.CommitTimeout)
	defer cancel()
	began := time.Now()
	if err := w.client.Flush(ctx); err != nil {
		return w.die(fmt.Errorf("flush: %w", err))
	}
	flushed := time.Now()
	w.stats.FlushNs.Add(int64(flushed.Sub(began)))
	if err := w.whole(ctx); err != nil {
		return w.die(err)
	}
	err := w.client.EndTransaction(ctx, kgo.TryCommit)
	w.stats.EndTxnNs.Add(int64(time.Since(flushed)))
	if err != nil {
		return w.die(endFault(err))
	}
	w.open = false
	w.stats.Commits.Add(1)
	for out := range w.last {
		if w.last[out] >= 0 {
			w.next[out] = w.last[out] + 1
			w.last[out] = -1
		}
	}
	if w.cfg.Settle > 0 {
		_ = sleep(ctx, w.cfg.Settle) // the transaction is committed, whatever happens now
	}
	return nil
}

// Abort implements task.Writer. An error ends the writer; the transaction is then
// aborted by the next Writer, or by the brokers after TransactionTimeout.
func (w *Writer) Abort(ctx context.Context) error {
	if w.dead != nil {
		return w.dead
	}
	if !w.open {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.cfg.CommitTimeout)
	defer cancel()
	if err := w.client.AbortBufferedRecords(ctx); err != nil {
		return w.die(fmt.Errorf("abort: %w", err))
	}
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault != nil && !errors.Is(fault, kgo.ErrAborting) && !errors.Is(fault, context.Canceled) && !errors.Is(fault, context.DeadlineExceeded) {
		return w.die(fmt.Errorf("produce: %w", fault))
	}
	if err := w.client.EndTransaction(ctx, kgo.TryAbort); err != nil {
		return w.die(fmt.Errorf("abort: %w", err))
	}
	w.open = false
	w.mu.Lock()
	w.fault = nil
	for out := range w.last {
		w.last[out] = -1
	}
	w.mu.Unlock()
	w.stats.Aborts.Add(1)
	return nil
}

// Next implements task.Writer.
func (w *Writer) Next(out task.Output) int64 { return w.next[out] }

// Close implements task.Writer. It does not wait and does not end the open
// transaction.
func (w *Writer) Close() {
	if w.dead == nil {
		w.dead = errors.New("writer is closed")
	}
	w.client.Close()
}

func (w *Writer) die(err error) error {
	w.dead = fmt.Errorf("write partition %d: %w", w.partition, writeFault(err))
	switch {
	case errors.Is(w.dead, task.ErrFenced):
		w.stats.Fenced.Add(1)
	case errors.Is(w.dead, task.ErrUnknownOutcome):
		w.stats.Unknown.Add(1)
	}
	return w.dead
}
