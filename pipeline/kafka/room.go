package kafka

import (
	"context"
	"time"
)

// room is what records take.
type room struct{ records, bytes int64 }

func (r *room) add(records, bytes int) {
	r.records += int64(records)
	r.bytes += int64(bytes)
}

// fits tells whether one more record of that size may be on its way. A single one may,
// however large it is. The caller holds w.mu.
func (w *Writer) fits(size int) bool {
	u := &w.unacked
	return u.records == 0 || u.records < int64(w.cfg.MaxBufferedRecords) && u.bytes+int64(size) <= int64(w.cfg.MaxBufferedBytes)
}

// await waits for room for a record. The error is that of ctx. The caller holds w.mu, which
// is free meanwhile.
func (w *Writer) await(ctx context.Context, size int) (err error) {
	began := time.Now()
	for err == nil && !w.fits(size) {
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-w.ctx.Done():
			err = errClosed
		case <-w.told:
		}
		w.mu.Lock()
	}
	w.stats.Waits.Add(1)
	w.stats.WaitedNs.Add(max(int64(time.Since(began)), 1))
	return err
}
