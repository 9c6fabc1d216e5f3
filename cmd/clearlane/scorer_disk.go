package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/state"
)

const (
	// roomWait is how often a full disk is asked for room before a partition starts.
	roomWait = 500 * time.Millisecond
	// sayAgain is the pause between two log lines about a wait that lasts.
	sayAgain = 30 * time.Second
)

// diskWaits is which partitions wait for room on the disk, and since when. It logs the
// beginning and the end of the wait of the process, and every sayAgain that it lasts. Safe
// for concurrent use.
type diskWaits struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	of    map[int32]error
	since time.Time // when the first of them began to wait; zero: none waits
	said  time.Time
}

func newDiskWaits(log *slog.Logger, now func() time.Time) *diskWaits {
	return &diskWaits{log: log, now: now, of: map[int32]error{}}
}

// note takes what a partition was told when it asked for room; nil: it has some, or does
// not ask any more.
func (d *diskWaits) note(partition int32, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if err == nil {
		if _, waited := d.of[partition]; !waited {
			return
		}
		delete(d.of, partition)
		if len(d.of) == 0 {
			d.log.Info("no partition waits for room on the disk any more", "waited", now.Sub(d.since))
			d.since, d.said = time.Time{}, time.Time{}
		}
		return
	}
	d.of[partition] = err
	if d.since.IsZero() {
		d.since = now
	}
	if d.said.IsZero() || now.Sub(d.said) >= sayAgain {
		d.said = now
		d.log.Error("waiting for room on the disk of the local state; changes stay in memory up to their bound, nothing is lost",
			"partition", partition, "waiting", len(d.of), "since", d.since.UTC().Format(time.RFC3339), "err", err)
	}
}

// longest is one of the waits, and since when the process has been waiting; nil: none.
func (d *diskWaits) longest() (since time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	least := int32(-1)
	for p := range d.of {
		if least < 0 || p < least {
			least = p
		}
	}
	if least < 0 {
		return time.Time{}, nil
	}
	return d.since, d.of[least]
}

// awaitRoom waits until a partition's local state can be opened and written; false: ctx
// has ended. A fault that is no full disk is left to whoever opens the store.
func (s *scorer) awaitRoom(ctx context.Context, partition int32) bool {
	dir := storeDir(s.cfg.DataDir, s.cfg.Kafka.Group, partition)
	for {
		err := state.RoomIn(dir, int64(s.cfg.State.MinFreeBytes))
		if !state.DiskFull(err) {
			s.disk.note(partition, nil)
			return ctx.Err() == nil
		}
		s.disk.note(partition, err)
		select {
		case <-ctx.Done():
			s.disk.note(partition, nil)
			return false
		case <-time.After(roomWait):
		}
	}
}
