package task

import (
	"context"
	"time"
)

// roomWait is how often a full disk is asked for room again.
const roomWait = 250 * time.Millisecond

// room tells whether the disk has room for a flush. Without it the partition goes on as
// far as memory carries: it joins, publishes and commits until the changes have reached
// their bound. Then it takes nothing more in, so that fetching stops in its turn, and goes
// on by itself. The progress record may run ahead of the local state as after any crash,
// the state never ahead of it; what is not flushed is replayed from the inputs, which keep
// it for longer than any order lives.
func (t *Task) room(now time.Time) bool {
	if t.noRoom != nil && now.Sub(t.asked) < roomWait {
		return false
	}
	t.noRoom, t.asked = t.store.Room(), now
	return t.noRoom == nil
}

// full tells whether the changes have reached their bound, those of cells that the local state
// is still to be told of among them: flush now.
func (t *Task) full() bool { return t.store.Full() || t.book.Dirty() >= t.cfg.MaxDirtyCells }

// held tells whether the partition takes nothing in: its changes have reached their
// bound, and the disk has no room for them.
func (t *Task) held() bool { return t.noRoom != nil && t.full() }

// takeIn is batch, unless the partition is held.
func (t *Task) takeIn(ctx context.Context) (int, error) {
	if t.held() {
		t.behind = false // what is open is committed as ever, however long this lasts
		return 0, nil
	}
	return t.batch(ctx)
}

// awaitRoom waits until the disk has room, or ctx ends, whose error it then returns.
func (t *Task) awaitRoom(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !t.room(t.deps.Now()) {
		timer.Reset(roomWait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
	return nil
}

// last ends a graceful stop: everything is committed, and flushed unless there is no room
// for it. What is not flushed is replayed by whoever goes on.
func (t *Task) last(ctx context.Context) error {
	t.asked = time.Time{}
	if t.unflushed && !t.room(t.deps.Now()) {
		t.deps.Log.Warn("stopped without writing the local state; the next start replays what it lacks", "partition", t.cfg.Partition, "err", t.noRoom)
		return t.commitAll(ctx)
	}
	return t.flush(ctx)
}
