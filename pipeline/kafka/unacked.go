package kafka

import (
	"context"
	"sync/atomic"
	"time"
)

// room is what records take.
type room struct{ records, bytes int64 }

// unacked counts the records of a writer that are on their way. One goroutine adds, which
// waits while there are too many of them; those of kgo remove, each record on its own, so
// that they do without a lock and wake nobody who does not wait.
type unacked struct {
	records, bytes atomic.Int64
	waits          atomic.Bool
	wake           chan struct{}
}

func newUnacked() unacked { return unacked{wake: make(chan struct{}, 1)} }

// add takes room for a record of that size as soon as there is some, and says how long it
// has waited. A single record has room, however large it is. The error is that of ctx.
func (u *unacked) add(ctx context.Context, size, maxRecords, maxBytes int) (waited time.Duration, err error) {
	if u.fits(size, maxRecords, maxBytes) {
		return 0, nil
	}
	began := time.Now()
	u.waits.Store(true)
	defer u.waits.Store(false)
	for !u.fits(size, maxRecords, maxBytes) { // asked again: one may have been removed before waits was seen
		select {
		case <-ctx.Done():
			return time.Since(began), ctx.Err()
		case <-u.wake:
		}
	}
	return max(time.Since(began), 1), nil
}

// fits adds a record if there is room. Only add calls it, so what it has read can but shrink.
func (u *unacked) fits(size, maxRecords, maxBytes int) bool {
	n := u.records.Load()
	if n > 0 && (n >= int64(maxRecords) || u.bytes.Load()+int64(size) > int64(maxBytes)) {
		return false
	}
	u.records.Add(1)
	u.bytes.Add(int64(size))
	return true
}

// remove gives back the room of a record.
func (u *unacked) remove(size int) {
	u.bytes.Add(int64(-size))
	u.records.Add(-1)
	if u.waits.Load() {
		select {
		case u.wake <- struct{}{}:
		default:
		}
	}
}
