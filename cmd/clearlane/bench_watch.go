package main

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/record"
)

// benchEnds are the ends of the input topics, by partition and topic.
type benchEnds []map[string]int64

func (e benchEnds) total() (n int64) {
	for _, topics := range e {
		for _, end := range topics {
			n += end
		}
	}
	return n
}

// ends is where the inputs end. What a transaction of the sender has in them appears partition by
// partition, some time after its commit was answered.
func (t *trial) ends(ctx context.Context) (benchEnds, error) {
	topics := kafkaTopics(&t.cfg.Kafka)
	ends := make(benchEnds, t.o.partitions)
	for p := range ends {
		ends[p] = map[string]int64{}
		for _, topic := range topics.Inputs() {
			b, err := t.reader.Settled(ctx, topic, int32(p))
			if err != nil {
				return nil, err
			}
			ends[p][topic] = b.Stable
		}
	}
	return ends, nil
}

// progressWatch follows the progress topic as any committed reader does, so that the end of
// a run is the time at which its last commit could be seen.
type progressWatch struct {
	stop func()

	mu    sync.Mutex
	done  benchEnds
	at    time.Time     // when the last record came
	moved chan struct{} // closed and renewed when one has
	err   error         // that ended the following
}

func (t *trial) watch(ctx context.Context) *progressWatch {
	ctx, cancel := context.WithCancel(ctx)
	w := &progressWatch{done: make(benchEnds, t.o.partitions), moved: make(chan struct{})}
	stopped := make(chan struct{})
	w.stop = func() { cancel(); <-stopped }
	go func() {
		defer close(stopped)
		topic := kafkaTopics(&t.cfg.Kafka).Progress
		err := t.reader.Follow(ctx, topic, make([]int64, t.o.partitions), func(partition int32, r *record.Record) error {
			progress, err := parseProgress(r.Value)
			if err != nil {
				return fmt.Errorf("progress of partition %d: %w", partition, err)
			}
			w.step(func() { w.done[partition], w.at = maps.Clone(progress.Offsets), time.Now() })
			return nil
		}, nil)
		if ctx.Err() == nil {
			w.step(func() { w.err = err })
		}
	}()
	return w
}

func (w *progressWatch) step(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	close(w.moved)
	w.moved = make(chan struct{})
}

// await waits until commits cover these ends. It gives up when nothing has come for
// so long, or died says that the process has.
func (w *progressWatch) await(ctx context.Context, ends benchEnds, patience time.Duration, died func() error) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	last := time.Now()
	for {
		w.mu.Lock()
		left, err, moved := w.left(ends), w.err, w.moved
		w.mu.Unlock()
		if err != nil || left == 0 {
			return err
		}
		select {
		case <-moved:
			last = time.Now()
		case <-tick.C:
			if err := died(); err != nil {
				return err
			}
			if time.Since(last) > patience {
				return fmt.Errorf("%d records are not processed, and nothing has been committed for %v", left, patience)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// left needs the mutex.
func (w *progressWatch) left(ends benchEnds) (n int64) {
	for p, topics := range ends {
		for topic, end := range topics {
			n += max(end-w.done[p][topic], 0)
		}
	}
	return n
}

// reached is when the last record came.
func (w *progressWatch) reached() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// total is how many records the commits seen so far cover.
func (w *progressWatch) total() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done.total()
}
