package kafka

import (
	"context"
	"slices"
	"sync"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// commits holds the newest offsets to commit to the group. They are for lag tools
// only: recovery goes by the progress topic.
type commits struct {
	mu         sync.Mutex
	gen        *kafkago.Generation
	partitions []int32
	pending    map[string]map[int]int64
}

// CommitOffsets notes the next offset of each partition of each topic, to be sent
// within CommitEvery. It never blocks; what is not this process's is dropped.
func (g *Group) CommitOffsets(offsets map[string]map[int32]int64) {
	c := &g.commits
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.pending = map[string]map[int]int64{}
	}
	for topic, parts := range offsets {
		for p, offset := range parts {
			if !slices.Contains(c.partitions, p) {
				continue
			}
			if c.pending[topic] == nil {
				c.pending[topic] = map[int]int64{}
			}
			c.pending[topic][int(p)] = offset
		}
	}
}

// use makes gen the generation that commits go to, and drops what it does not own.
func (c *commits) use(gen *kafkago.Generation, partitions []int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen, c.partitions = gen, partitions
	for _, parts := range c.pending {
		for p := range parts {
			if !slices.Contains(partitions, int32(p)) {
				delete(parts, p)
			}
		}
	}
}

// take hands out what is pending.
func (c *commits) take() (*kafkago.Generation, map[string]map[int]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pending := c.pending
	if c.gen == nil || len(pending) == 0 {
		return nil, nil
	}
	c.pending = nil
	return c.gen, pending
}

// back keeps what could not be sent, unless newer offsets have come.
func (c *commits) back(old map[string]map[int]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == nil {
		c.pending = map[string]map[int]int64{}
	}
	for topic, parts := range old {
		for p, offset := range parts {
			if !slices.Contains(c.partitions, int32(p)) {
				continue
			}
			if c.pending[topic] == nil {
				c.pending[topic] = map[int]int64{}
			}
			if _, newer := c.pending[topic][p]; !newer {
				c.pending[topic][p] = offset
			}
		}
	}
}

func (g *Group) commitLoop(ctx context.Context) {
	t := time.NewTicker(g.cfg.CommitEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			g.commitOnce() // the last offsets, before leaving the group
			return
		case <-t.C:
			g.commitOnce()
		}
	}
}

func (g *Group) commitOnce() {
	gen, offsets := g.commits.take()
	if gen == nil {
		return
	}
	if err := gen.CommitOffsets(offsets); err != nil {
		g.stats.CommitErrors.Add(1)
		g.commits.back(offsets)
		return
	}
	g.stats.Commits.Add(1)
}
