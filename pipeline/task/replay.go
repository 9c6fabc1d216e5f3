package task

import (
	"context"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// replay joins the records between the local state and the progress record without
// judging or publishing anything. The join is a function of the set of records, and
// they come in the order of their times again, so that nothing is forgotten that was
// not then: the state is exactly that of the commit.
func (t *Task) replay(ctx context.Context, progress *schemas.Progress) (n int64, err error) {
	t.silent = true
	defer func() {
		t.silent = false
		t.unknown = t.intake.UnknownFields() // counted when they were first read
	}()
	goals := make([]int64, len(t.cfg.Topics))
	for i, topic := range t.cfg.Topics {
		goals[i] = progress.Offsets[topic.Name] // 0 for an input that was added since
	}
	for ctx.Err() == nil {
		took, done, err := t.replayBatch(ctx, goals)
		n += int64(took)
		if err != nil || done {
			return n, err
		}
		if t.store.Full() {
			if err := t.awaitRoom(ctx); err != nil {
				return n, err
			}
			t.committed = t.merge.offsets(t.committed)
			if err := t.flushState(); err != nil {
				return n, err
			}
		}
		if took > 0 {
			continue
		}
		if err := t.feed.Err(); err != nil {
			return n, err
		}
		select {
		case <-ctx.Done():
		case <-t.feed.Wake():
		}
	}
	return n, ctx.Err()
}

// replayBatch joins what has arrived of the records to replay, up to MaxBatch. It is
// done when every topic has come to its offset in the progress record.
func (t *Task) replayBatch(ctx context.Context, goals []int64) (took int, done bool, err error) {
	t.groups.reset()
	t.merge.release()
	for took < t.cfg.MaxBatch {
		var topic int
		var r *record.Record
		if topic, r, done = t.merge.takeBefore(goals); r == nil {
			break
		}
		took++
		if len(r.Key) > 0 {
			t.groups.add(topic, r)
		}
	}
	for i := range t.groups.list {
		if err := t.order(ctx, &t.groups.list[i], 0); err != nil {
			return took, false, err
		}
	}
	return took, done, nil
}
