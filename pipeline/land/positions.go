package land

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type (
	kmsgCommitRequest  = kmsg.OffsetCommitRequest
	kmsgCommitResponse = kmsg.OffsetCommitResponse
	offsets            = map[string]map[int32]kgo.EpochOffset
)

// positions is how far every partition of this member has been read. The
// lander's goroutine moves it, the client's rebalances cut it, the watcher reads it.
type positions struct {
	mu    sync.Mutex
	owned map[string]map[int32]bool
	next  offsets // to be committed once what is in hand has landed
}

func newPositions() *positions {
	return &positions{owned: map[string]map[int32]bool{}, next: offsets{}}
}

func (p *positions) assigned(_ context.Context, _ *kgo.Client, got map[string][]int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range got {
		if p.owned[topic] == nil {
			p.owned[topic] = map[int32]bool{}
		}
		for _, n := range partitions {
			p.owned[topic][n] = true
		}
	}
}

// lost forgets partitions that another member holds now: what is in hand of them may
// still be landed, which changes nothing, but is not committed any more.
func (p *positions) lost(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range gone {
		for _, n := range partitions {
			delete(p.owned[topic], n)
			delete(p.next[topic], n)
		}
	}
}

func (p *positions) taken(r *kgo.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.owned[r.Topic][r.Partition] {
		set(p.next, r.Topic, r.Partition, kgo.EpochOffset{Epoch: r.LeaderEpoch, Offset: r.Offset + 1})
	}
}

func (p *positions) owns(topic string, partition int32) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.owned[topic][partition]
}

func set(o offsets, topic string, partition int32, at kgo.EpochOffset) {
	if o[topic] == nil {
		o[topic] = map[int32]kgo.EpochOffset{}
	}
	o[topic][partition] = at
}

// toCommit is a copy of what has been taken and not committed.
func (p *positions) toCommit() offsets {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := offsets{}
	for topic, partitions := range p.next {
		if len(partitions) > 0 {
			o[topic] = maps.Clone(partitions)
		}
	}
	return o
}

func (p *positions) committed(o offsets) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range o {
		for n, at := range partitions {
			if p.next[topic][n] == at {
				delete(p.next[topic], n)
			}
		}
	}
}

// commitError is the first fault of a commit.
func commitError(res *kmsgCommitResponse, err error) error {
	if err != nil {
		return err
	}
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("%s partition %d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	return nil
}
