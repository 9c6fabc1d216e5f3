package kafka

import (
	"context"
	"slices"
	"sync"
	"time"
)

// commits holds the newest offsets to commit to the group. They are for lag tools
// only: recovery goes by the progress topic.
type commits struct {
	mu         sync.Mutex
	at         place // whose commits they are; the zero value: nobody's
	partitions []int32
	pending    map[string]map[int32]int64
}

// CommitOffsets notes the next offset of each partition of each topic, to be sent
// within CommitEvery. It never blocks; what is not this process's is dropped.
func (g *Group) CommitOffsets(offsets map[string]map[int32]int64) {
	c := &g.commits
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.pending = map[string]map[int32]int64{}
	}
	for topic, parts := range offsets {
		for p, offset := range parts {
			if !slices.Contains(c.partitions, p) {
				continue
			}
			if c.pending[topic] == nil {
				c.pending[topic] = map[int32]int64{}
			}
			c.pending[topic][p] = offset
		}
	}
}

// use makes at the place that commits are made from, and drops what it does not own.
func (c *commits) use(at place, partitions []int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.partitions = at, partitions
	for _, parts := range c.pending {
		for p := range parts {
			if !slices.Contains(partitions, p) {
				delete(parts, p)
			}
		}
	}
}

// take hands out what is pending.
func (c *commits) take() (place, map[string]map[int32]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pending := c.pending
	if c.at.id == "" || len(pending) == 0 {
		return place{}, nil
	}
	c.pending = nil
	return c.at, pending
}

// back keeps what could not be sent, unless newer offsets have come.
func (c *commits) back(old map[string]map[int32]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.pending = map[string]map[int32]int64{}
	}
	for topic, parts := range old {
		for p, offset := range parts {
			if !slices.Contains(c.partitions, p) {
				continue
			}
			if c.pending[topic] == nil {
				c.pending[topic] = map[int32]int64{}
			}
			if _, newer := c.pending[topic][p]; !newer {
				c.pending[topic][p] = offset
			}
		}
	}
}

func (g *Group) commitLoop(ctx context.Context, m *membership) {
	t := time.NewTicker(g.cfg.CommitEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			g.commitOnce(context.WithoutCancel(ctx), m) // the last offsets, before leaving the group
			return
		case <-t.C:
			g.commitOnce(ctx, m)
		}
	}
}

func (g *Group) commitOnce(ctx context.Context, m *membership) {
	at, offsets := g.commits.take()
	if offsets == nil {
		return
	}
	if err := m.commit(ctx, at, offsets); err != nil {
		g.stats.CommitErrors.Add(1)
		g.commits.back(offsets)
		return
	}
	g.stats.Commits.Add(1)
}
