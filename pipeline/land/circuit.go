package land

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// circuit is open while ClickHouse does not take rows. Then nothing is read and nothing is
// inserted but a probe now and then: a small insert by one of the writers that have failed.
// It closes when every writer that failed has been answered, so that a fault of one table
// is not hidden by another. All methods may be called by several goroutines.
type circuit struct {
	most   time.Duration                       // longest pause between two probes
	opened func(err error, since time.Time)    // at every fault
	shut   func(since time.Time, failures int) // once it is closed again

	mu       sync.Mutex
	failing  map[int]bool // by writer
	since    time.Time    // of the first fault
	failures int          // since then
	tries    int          // failed in a row: the pause grows with them
	probing  bool
	next     time.Time // of the next probe
	changed  chan struct{}
}

// firstPause is the pause after the first failed try; it doubles from try to try.
const firstPause = 50 * time.Millisecond

func newCircuit(most time.Duration, opened func(error, time.Time), shut func(time.Time, int)) *circuit {
	return &circuit{most: most, opened: opened, shut: shut, failing: map[int]bool{}, changed: make(chan struct{})}
}

// enter waits until a writer may insert; probe says that it has to try with few rows.
func (c *circuit) enter(ctx context.Context, writer int) (probe bool, err error) {
	for {
		c.mu.Lock()
		if len(c.failing) == 0 {
			c.mu.Unlock()
			return false, nil
		}
		changed, wait := c.changed, time.Hour // another one's probe, which ends with a change
		if c.failing[writer] && !c.probing {
			if wait = time.Until(c.next); wait <= 0 {
				c.probing = true
				c.mu.Unlock()
				return true, nil
			}
		}
		c.mu.Unlock()
		if err := sleep(ctx, wait, changed); err != nil {
			return false, err
		}
	}
}

// closed waits until it is.
func (c *circuit) closed(ctx context.Context) error {
	for {
		c.mu.Lock()
		shut, changed := len(c.failing) == 0, c.changed
		c.mu.Unlock()
		if shut {
			return nil
		}
		if err := sleep(ctx, time.Hour, changed); err != nil {
			return err
		}
	}
}

// failed opens it, or keeps it open.
func (c *circuit) failed(writer int, probe bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.failing) == 0 {
		c.since, c.failures, c.tries = time.Now(), 0, 0
	}
	first := len(c.failing) == 0
	c.failing[writer] = true
	c.failures++
	if probe || first {
		c.tries++
		c.next = time.Now().Add(c.pause())
	}
	if probe {
		c.probing = false
	}
	c.opened(err, c.since)
	c.change()
}

// answered notes that ClickHouse has taken or judged a writer's rows.
func (c *circuit) answered(writer int, probe bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if probe {
		c.probing, c.tries, c.next = false, 0, time.Time{}
	}
	if !c.failing[writer] {
		return
	}
	delete(c.failing, writer)
	if len(c.failing) == 0 {
		c.shut(c.since, c.failures)
	}
	c.change()
}

func (c *circuit) change() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// pause before the next probe: twice as long each time up to the bound, the later half of
// it by chance, so that several landers do not come back at once.
func (c *circuit) pause() time.Duration { return pauseAfter(c.tries, c.most) }

func pauseAfter(tries int, most time.Duration) time.Duration {
	d := most
	if tries < 16 {
		d = min(d, firstPause<<(tries-1))
	}
	return d/2 + rand.N(d/2+1)
}

// sleep ends after d, with a change, or with ctx, which alone is an error.
func sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
