package main

import (
	"slices"
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/task"
)

// standings is what is known of the partitions of this process beside their tasks: how
// far they are committed, how far their inputs go, and since when records wait. It
// outlives a task that fails. Safe for concurrent use.
type standings struct {
	inputs []string // topics
	now    func() time.Time

	mu sync.Mutex
	of map[int32]*standing
}

type standing struct {
	committed []int64   // next offset by input; -1: not known yet
	stable    []int64   // last stable offset by input, as of the last fetch; -1: not known yet
	moved     time.Time // of the last commit, or when last no record waited
}

func newStandings(inputs []string, now func() time.Time) *standings {
	return &standings{inputs: inputs, now: now, of: map[int32]*standing{}}
}

// get makes what is not there yet. The caller holds mu.
func (s *standings) get(partition int32) *standing {
	p := s.of[partition]
	if p == nil {
		none := slices.Repeat([]int64{-1}, len(s.inputs))
		p = &standing{committed: none, stable: slices.Clone(none), moved: s.now()}
		s.of[partition] = p
	}
	return p
}

// committed notes the offsets that a commit covers.
func (s *standings) committed(partition int32, offsets []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(partition)
	p.committed = append(p.committed[:0], offsets...)
	p.moved = s.now()
}

// recovering notes what the last progress record says, by topic, so that the lag is
// known before the first commit.
func (s *standings) recovering(partition int32, offsets map[string]int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(partition)
	for i, topic := range s.inputs {
		if o, known := offsets[topic]; known {
			p.committed[i] = o
		}
	}
}

// begun notes where inputs begin that no progress record speaks of.
func (s *standings) begun(partition int32, offsets []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(partition)
	for i, o := range offsets {
		if p.committed[i] < 0 {
			p.committed[i] = o
		}
	}
}

// look takes in how far the inputs go, and where the tasks stand; partitions that are no
// longer there are forgotten. It is called often: what stalls is measured by it.
func (s *standings) look(status []task.Status, stable func(func(topic string, partition int32, offset int64))) {
	s.mu.Lock()
	defer s.mu.Unlock()
	here := make(map[int32]bool, len(status))
	for _, st := range status {
		here[st.Partition] = true
		s.get(st.Partition)
	}
	for partition := range s.of {
		if !here[partition] {
			delete(s.of, partition)
		}
	}
	stable(func(topic string, partition int32, offset int64) {
		for i, name := range s.inputs {
			if p := s.of[partition]; p != nil && name == topic {
				p.stable[i] = offset
			}
		}
	})
	for _, st := range status {
		if p := s.of[st.Partition]; st.Phase == task.PhaseLive && !p.pending() {
			p.moved = s.now()
		}
	}
}

// pending tells whether records wait for a commit, or may: nothing was fetched yet.
func (p *standing) pending() bool {
	for i, stable := range p.stable {
		if stable < 0 || p.committed[i] < 0 || stable > p.committed[i] {
			return true
		}
	}
	return false
}

// sample adds the lag of every topic, and how long each partition has stalled.
func (s *standings) sample(x *serve.Sample, status []task.Status, keys func(partition int32) int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, topic := range s.inputs {
		x.Lag[topic] += 0 // each has a series from the start
	}
	for _, st := range status {
		p := serve.Partition{Number: st.Partition, Phase: st.Phase.String(), Keys: keys(st.Partition)}
		if known := s.of[st.Partition]; known != nil {
			if known.pending() || st.Phase != task.PhaseLive {
				p.Stalled = max(s.now().Sub(known.moved), 0)
			}
			for i, topic := range s.inputs {
				if known.committed[i] >= 0 {
					x.Lag[topic] += max(known.stable[i]-known.committed[i], 0)
				}
			}
		}
		x.Partitions = append(x.Partitions, p)
	}
}
