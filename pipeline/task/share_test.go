package task

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
)

// The partitions of a process share its commits: the more there are, the longer each waits,
// up to a second, and as soon as there are few again none waits longer than its interval.
func TestPartitionsShareTheCommitsOfAProcess(t *testing.T) {
	in, refs := events(t, 31, 200, 0)
	cfg := testConfig()
	cfg.Topics = testTopics[:1]
	cfg.CommitInterval, cfg.CatchUpInterval, cfg.FlushInterval = 25*time.Millisecond, 25*time.Millisecond, time.Hour
	cfg.MaxTransaction, cfg.MaxCommits = 1<<20, 100
	synctest.Test(t, func(t *testing.T) {
		feed := &tricklingFeed{input: in[0], wake: make(chan struct{}, 1)}
		c := newCluster(in[:1], 1, 0)
		seen := &commitTimes{watcher: watcher{c: c, stop: func() {}}}
		ctx, stop := context.WithCancel(t.Context())
		partitions := 1
		d := c.deps(&seen.watcher, Deps{References: func() *decide.References { return refs }, Now: time.Now})
		d.Observer = seen
		d.Feed = func(context.Context, []int64) (Feed, error) { return feed, nil }
		d.Partitions = func() int { return partitions }
		end := make(chan error, 1)
		go func() { end <- New(cfg, d).Run(ctx) }()
		for _, c := range []struct {
			partitions int
			after      time.Duration
		}{{1, 25 * time.Millisecond}, {2, 25 * time.Millisecond}, {20, 200 * time.Millisecond}, {5000, time.Second}, {1, 25 * time.Millisecond}} {
			synctest.Wait()
			partitions = c.partitions
			sent, before := time.Now(), len(seen.at)
			feed.brings = true
			feed.wake <- struct{}{}
			time.Sleep(3 * time.Second)
			synctest.Wait()
			if len(seen.at) != before+1 {
				t.Errorf("%d partitions: %d commits of one record", c.partitions, len(seen.at)-before)
			} else if after := seen.at[before].Sub(sent); after < c.after || after > c.after+10*time.Millisecond {
				t.Errorf("%d partitions: committed after %v, not %v", c.partitions, after, c.after)
			}
		}
		stop()
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}
