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
//
// Produce encodes records into the open batches of their outlets; goroutines that live as
// long as there is something to send send these (send.go). The transactions are those of its
// lanes, in turn.
type Writer struct {
	cfg        *WriterConfig
	partition  int32
	stats      *WriteStats
	compressor kgo.Compressor
	links      *Links // its own, nil where they are shared
	link       *link
	lanes      [lanes]*lane
	outletOf   [task.NumOutputs]*outlet // outputs of one topic share one

	sealed   *lane                  // that of the transaction which Commit ends, nil for none
	deadline time.Time              // of its commit
	next     [task.NumOutputs]int64 // Next, guarded by the caller
	taken    room                   // by the records of the open transaction, for stats

	told  chan struct{} // receives after there was an acknowledgement, or a fault
	hurry chan struct{} // ends a linger

	ctx  context.Context // ends with Close
	stop context.CancelFunc

	mu      sync.Mutex // guards what follows, the outlets and the lane being written
	writing *lane      // that of the open transaction
	outlets []*outlet
	lines   []*line
	unacked room        // of the records that are not acknowledged: all of the open transaction
	fault   error       // for which a batch was refused for good
	dead    error       // the fault that ended the writer
	ended   atomic.Bool // there is a dead, read without mu
}

var _ task.Writer = (*Writer)(nil)

// NewWriter connects and takes the partition's transactional ids: when it returns,
// every earlier Writer of the partition is fenced and its open transactions are aborted.
func NewWriter(ctx context.Context, cfg WriterConfig, partition int32) (*Writer, error) {
	compressor, err := cfg.compressor()
	if err != nil {
		return nil, err
	}
	w := &Writer{cfg: &cfg, partition: partition, stats: cfg.Stats, compressor: compressor,
		told: make(chan struct{}, 1), hurry: make(chan struct{}, 1)}
	if w.stats == nil {
		w.stats = new(WriteStats)
	}
	for out := range w.next {
		w.next[out] = -1
	}
	w.ctx, w.stop = context.WithCancel(context.Background())
	if err := w.open(ctx); err != nil {
		w.Close()
		return nil, err
	}
	w.writing = w.lanes[0]
	w.connect()
	return w, nil
}

// open finds the writer's link and fences older writers.
func (w *Writer) open(ctx context.Context) error {
	links := w.cfg.Links
	if links == nil {
		own, err := NewLinks(w.cfg)
		if err != nil {
			return err
		}
		links, w.links = own, own
	}
	var err error
	if w.link, err = links.of(ctx, w.partition); err != nil {
		return err
	}
	var fenced sync.WaitGroup
	var faults [lanes]error
	for n := range w.lanes {
		w.lanes[n] = &lane{at: n, id: w.cfg.TransactionalID(w.partition, n), link: w.link, patience: w.cfg.CommitTimeout}
		fenced.Go(func() { faults[n] = w.lanes[n].fence(ctx, w.cfg.TransactionTimeout) })
	}
	fenced.Wait()
	return errors.Join(faults[:]...)
}

// connect makes the outlets.
func (w *Writer) connect() {
	nowhere := w.lineTo(-1)
	byTopic := map[string]*outlet{}
	for out, topic := range w.cfg.Topics {
		if topic == "" {
			continue
		}
		o := byTopic[topic]
		if o == nil {
			o = &outlet{topic: topic, line: nowhere}
			byTopic[topic] = o
			w.outlets = append(w.outlets, o)
		}
		o.limit = max(o.limit, w.cfg.batchLimit(task.Output(out)))
		w.outletOf[out] = o
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
// its transaction, by a caller that is about to stop too. The slices are the caller's again.
func (w *Writer) Produce(ctx context.Context, out task.Output, key, value []byte, headers []record.Header) error {
	if err := w.alive(); err != nil {
		return err
	}
	size := len(key) + len(value)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.fits(size) {
		if err := w.await(ctx, size); err != nil {
			return err
		}
	}
	w.taken.add(1, size)
	w.writing.open = true
	o := w.outletOf[out]
	if w.fault == nil {
		if err := o.take(out, key, value, headers); err != nil {
			w.fail(err)
		}
	}
	if w.fault == nil { // else Seal says so
		w.unacked.add(1, size)
		w.kick(o.line)
	}
	return nil
}

// fail ends all sending: nothing of the open transaction will be committed. The caller
// holds w.mu.
func (w *Writer) fail(err error) {
	w.fault = err
	w.stats.ProduceErr.Add(w.unacked.records)
	for _, o := range w.outlets {
		o.drop() // what is on its way may be read yet
	}
	w.unacked = room{}
	w.tell()
}

// tell wakes who waits for acknowledgements.
func (w *Writer) tell() {
	select {
	case w.told <- struct{}{}:
	default:
	}
}

var errClosed = errors.New("writer is closed")

// Next implements task.Writer.
func (w *Writer) Next(out task.Output) int64 { return w.next[out] }

// Close implements task.Writer. It does not wait and does not end the open
// transaction.
func (w *Writer) Close() {
	w.mu.Lock()
	if w.dead == nil {
		w.dead = errClosed
		w.ended.Store(true)
	}
	w.mu.Unlock()
	w.stop()
	if w.links != nil {
		w.links.Close()
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
