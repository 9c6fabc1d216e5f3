package kafka

import (
	"context"
	"fmt"
	"time"
)

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
	l := w.current()
	if w.sealed != nil || !l.open {
		return nil
	}
	w.count()
	w.deadline = time.Now().Add(w.cfg.CommitTimeout)
	ctx, cancel := context.WithDeadline(ctx, w.deadline)
	defer cancel()
	began := time.Now()
	if err := w.flush(ctx); err != nil {
		return w.die(err)
	}
	w.stats.FlushNs.Add(int64(time.Since(began)))
	w.mu.Lock()
	w.sealed, w.writing = l, w.lanes[(l.at+1)%lanes]
	w.mu.Unlock()
	return nil
}

// current is the lane being written. Only the goroutine that produces and seals asks.
func (w *Writer) current() *lane {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writing
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
	renewed, err := l.end(ctx, true)
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
	w.renew(l, renewed)
	w.sealed = nil
	return nil
}

// renew makes a lane whose transaction has ended ready for the next one.
func (w *Writer) renew(l *lane, renewed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l.reset()
	for _, o := range w.outlets {
		o.added[l.at] = false
		if renewed {
			o.sequence[l.at] = 0
		}
	}
}

// Abort implements task.Writer. An error ends the writer; the transaction is then
// aborted by the next Writer, or by the brokers after TransactionTimeout.
func (w *Writer) Abort(ctx context.Context) error {
	if err := w.alive(); err != nil {
		return err
	}
	l := w.current()
	if !l.open {
		return nil
	}
	w.count()
	ctx, cancel := context.WithTimeout(ctx, w.cfg.CommitTimeout)
	defer cancel()
	w.mu.Lock()
	for _, o := range w.outlets {
		w.unacked.add(o.drop())
	}
	w.mu.Unlock()
	if err := w.flush(ctx); err != nil { // what is on its way
		return w.die(err)
	}
	renewed := false
	if l.sent {
		var err error
		if renewed, err = l.end(ctx, false); err != nil {
			return w.die(fmt.Errorf("abort: %w", err))
		}
	}
	w.renew(l, renewed)
	w.stats.Aborts.Add(1)
	return nil
}

// flush waits until all that was produced is acknowledged.
func (w *Writer) flush(ctx context.Context) error {
	select {
	case w.hurry <- struct{}{}:
	default:
	}
	for {
		w.mu.Lock()
		pending, fault := w.unacked.records, w.fault
		w.mu.Unlock()
		switch {
		case fault != nil:
			return fmt.Errorf("produce: %w", fault)
		case pending == 0:
			return nil
		}
		select {
		case <-w.told:
		case <-ctx.Done():
			return fmt.Errorf("flush: %w", ctx.Err())
		case <-w.ctx.Done():
			return fmt.Errorf("flush: %w", errClosed)
		}
	}
}
