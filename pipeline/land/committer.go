package land

import (
	"context"
	"time"
)

// committer moves the group's offsets after what has landed, beside the writers: none of
// them waits for a commit, and none can overtake another.
type committer struct {
	send   func(context.Context, offsets) error
	pos    *positions
	due    chan struct{}
	trying repeats
	say    func(err error) // nil: over
}

// commitRetry is the pause after a commit that failed.
const commitRetry = time.Second

func newCommitter(send func(context.Context, offsets) error, pos *positions, say func(error)) *committer {
	return &committer{send: send, pos: pos, due: make(chan struct{}, 1), say: say}
}

func (c *committer) wake() {
	select {
	case c.due <- struct{}{}:
	default:
	}
}

// run commits until the writers have ended and what they have landed is committed, or ctx
// ends.
func (c *committer) run(ctx context.Context, ended <-chan struct{}) {
	for {
		last := false
		select {
		case <-c.due:
		case <-ended:
			last = true
		case <-ctx.Done():
			return
		}
		again := !c.commit(ctx)
		if last || ctx.Err() != nil {
			return
		}
		if again {
			_ = sleep(ctx, commitRetry, ended) // what ends it is looked at above
			c.wake()
		}
	}
}

// commit is false when it failed, which costs nothing but reading again: the next one
// makes up for it.
func (c *committer) commit(ctx context.Context) bool {
	offsets := c.pos.toCommit()
	if len(offsets) == 0 {
		return true
	}
	if failed := c.send(ctx, offsets); failed != nil {
		if ctx.Err() == nil {
			c.trying.failed(func() { c.say(failed) })
		}
		return false
	}
	c.trying.over(func() { c.say(nil) })
	c.pos.committed(offsets)
	return true
}
