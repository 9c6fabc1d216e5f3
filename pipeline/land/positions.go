package land

import (
	"context"
	"fmt"
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

// assignment is one span of time in which this member holds a partition. A partition that
// is lost and comes back is another one: what was read in the first is read again in the
// second, so it says nothing about how far that has come.
type assignment struct {
	topic     string
	partition int32
	writer    int // that lands it
}

// progress is how far an assignment has landed.
type progress struct {
	*assignment
	landed    kgo.EpochOffset // the next offset
	uncounted bool            // landed is to be committed
}

// positions are the partitions that this member holds: who lands each, and how far that
// has come. The client's rebalances and the writers move them, the committer and the
// watcher read them.
type positions struct {
	mu      sync.Mutex
	writers int
	held    map[string]map[int32]*progress
}

func newPositions(writers int) *positions {
	return &positions{writers: writers, held: map[string]map[int32]*progress{}}
}

// assigned gives each new partition to the writer that has the fewest of its topic, and
// among those to the one that has the fewest in all: topics differ in size.
func (p *positions) assigned(_ context.Context, client *kgo.Client, got map[string][]int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range got {
		if p.held[topic] == nil {
			p.held[topic] = map[int32]*progress{}
		}
		for _, n := range partitions {
			p.held[topic][n] = &progress{assignment: &assignment{topic: topic, partition: n, writer: p.idlest(topic)}}
		}
	}
	client.ResumeFetchPartitions(got)
}

func (p *positions) idlest(topic string) int {
	load := make([]int, p.writers)
	const ofTopic = 1 << 20 // one of the topic counts for more than all others
	for t, partitions := range p.held {
		for _, h := range partitions {
			load[h.writer]++
			if t == topic {
				load[h.writer] += ofTopic
			}
		}
	}
	best := 0
	for w := range load {
		if load[w] < load[best] {
			best = w
		}
	}
	return best
}

// lost forgets partitions that another member holds now: what is under way of them may
// still land, which changes nothing, but is not committed any more.
func (p *positions) lost(_ context.Context, client *kgo.Client, gone map[string][]int32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range gone {
		for _, n := range partitions {
			delete(p.held[topic], n)
		}
	}
	client.ResumeFetchPartitions(gone) // a pause would outlive the assignment
}

// of is the assignment of a partition, nil when it is not held.
func (p *positions) of(topic string, partition int32) *assignment {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.held[topic][partition]; h != nil {
		return h.assignment
	}
	return nil
}

// lasts is true while the partition has not been lost since.
func (p *positions) lasts(a *assignment) bool { return p.of(a.topic, a.partition) == a }

// ofWriter are the partitions that a writer lands.
func (p *positions) ofWriter(writer int) map[string][]int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string][]int32{}
	for topic, partitions := range p.held {
		for n, h := range partitions {
			if h.writer == writer {
				all[topic] = append(all[topic], n)
			}
		}
	}
	return all
}

// landed notes that all records of an assignment before an offset have landed.
func (p *positions) landed(a *assignment, next kgo.EpochOffset) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.held[a.topic][a.partition]; h != nil && h.assignment == a {
		h.landed, h.uncounted = next, true
	}
}

// toCommit is what has landed and is not committed.
func (p *positions) toCommit() offsets {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := offsets{}
	for topic, partitions := range p.held {
		for n, h := range partitions {
			if !h.uncounted {
				continue
			}
			if o[topic] == nil {
				o[topic] = map[int32]kgo.EpochOffset{}
			}
			o[topic][n] = h.landed
		}
	}
	return o
}

func (p *positions) committed(o offsets) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for topic, partitions := range o {
		for n, at := range partitions {
			if h := p.held[topic][n]; h != nil && h.landed == at {
				h.uncounted = false
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
