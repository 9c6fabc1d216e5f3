package task

import (
	"context"

	"github.com/clearlane/clearlane/schemas"
)

// replay joins the records between the local state and the progress record without
// judging or publishing anything. The join is a function of the set of records, so
// the state is then exactly that of the commit.
func (t *Task) replay(ctx context.Context, progress *schemas.Progress) (n int64, err error) {
	t.silent = true
	defer func() { t.silent = false }()
	for {
		took, done, err := t.replayBatch(ctx, progress)
		n += int64(took)
		if err != nil || done {
			return n, err
		}
		if t.store.Full() {
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
			return n, ctx.Err()
		case <-t.feed.Wake():
		}
	}
}

// replayBatch joins what has arrived of the records to replay, up to MaxBatch. It is
// done when every topic has come to its offset in the progress record.
func (t *Task) replayBatch(ctx context.Context, progress *schemas.Progress) (took int, done bool, err error) {
	t.groups.reset()
	t.merge.release()
	done = true
	for i, topic := range t.cfg.Topics {
		goal := progress.Offsets[topic.Name]
		for took < t.cfg.MaxBatch {
			r := t.merge.takeBefore(i, goal)
			if r == nil {
				break
			}
			took++
			if len(r.Key) > 0 {
				t.groups.add(i, r)
			}
		}
		done = done && t.merge.heads[i].next >= goal
	}
	for i := range t.groups.list {
		if err := t.order(ctx, &t.groups.list[i], 0); err != nil {
			return took, false, err
		}
	}
	return took, done, nil
}
