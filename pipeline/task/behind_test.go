package task

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// tricklingFeed brings a record of its only topic each time that it is told to, and says
// whether more stable ones are left with the brokers.
type tricklingFeed struct {
	input  []record.Record
	at     int
	brings bool
	behind bool
	wake   chan struct{}
}

func (f *tricklingFeed) Poll(int) *record.Batch {
	if !f.brings {
		return nil
	}
	f.brings = false
	f.at++
	return &record.Batch{Records: f.input[f.at-1 : f.at : f.at], Next: int64(f.at), LastStable: int64(len(f.input))}
}
func (f *tricklingFeed) CaughtUp(int) bool     { return !f.brings && !f.behind }
func (f *tricklingFeed) Wake() <-chan struct{} { return f.wake }
func (f *tricklingFeed) Err() error            { return nil }
func (f *tricklingFeed) Close()                {}

// commitTimes notes when each commit ended.
type commitTimes struct {
	watcher
	at []time.Time
}

func (c *commitTimes) Committed(*Committed) { c.at = append(c.at, time.Now()) }

// While the inputs are behind, a commit comes each catch-up interval; once they have caught
// up what is open is committed at once, and from then on at the commit interval again.
func TestCommitsAreStretchedWhileBehind(t *testing.T) {
	in, refs := events(t, 31, 200, 0)
	cfg := testConfig()
	cfg.Topics = testTopics[:1]
	cfg.CommitInterval, cfg.CatchUpInterval, cfg.FlushInterval = 25*time.Millisecond, time.Second, time.Hour
	cfg.MaxTransaction = 1 << 20
	const pause = 50 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		feed := &tricklingFeed{input: in[0], behind: true, wake: make(chan struct{}, 1)}
		c := newCluster(in[:1], 1, 0)
		seen := &commitTimes{watcher: watcher{c: c, stop: func() {}}}
		ctx, stop := context.WithCancel(t.Context())
		d := c.deps(&seen.watcher, Deps{References: func() *decide.References { return refs }, Now: time.Now})
		d.Observer = seen
		d.Feed = func(context.Context, []int64) (Feed, error) { return feed, nil }
		end := make(chan error, 1)
		go func() { end <- New(cfg, d).Run(ctx) }()
		trickle := func(lasts time.Duration) (commits int) {
			before := len(seen.at)
			for until := time.Now().Add(lasts); time.Now().Before(until); {
				synctest.Wait() // nobody looks at the feed
				feed.brings = true
				feed.wake <- struct{}{}
				time.Sleep(pause)
			}
			synctest.Wait()
			return len(seen.at) - before
		}
		trickle(pause)
		if n := trickle(3500 * time.Millisecond); n != 3 {
			t.Errorf("%d commits in 3.5 s behind, not one a second", n)
		}
		caught := time.Now()
		feed.behind = false
		feed.wake <- struct{}{}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if last := seen.at[len(seen.at)-1]; last.Before(caught) {
			t.Errorf("caught up, and what is open has waited for longer than a commit interval: committed %v before", caught.Sub(last))
		}
		if n := trickle(6 * pause); n != 6 {
			t.Errorf("%d commits of 6 records when caught up, not one each", n)
		}
		stop()
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}
