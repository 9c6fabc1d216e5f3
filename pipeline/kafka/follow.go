package kafka

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/clearlane/clearlane/pipeline/record"
)

// ReadAll calls fn with every committed record of a topic up to its end at the time
// of the call, partition after partition, and returns the next offset of each
// partition. A record is valid during its call only.
func (r *Reader) ReadAll(ctx context.Context, topic string, fn func(partition int32, rec *record.Record) error) ([]int64, error) {
	n, err := r.Partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	next := make([]int64, n)
	for p := range next {
		b, err := r.ReadPartition(ctx, topic, int32(p), func(rec *record.Record) error { return fn(int32(p), rec) })
		if err != nil {
			return nil, err
		}
		next[p] = b.Stable
	}
	return next, nil
}

// Partitions is how many partitions a topic has.
func (r *Reader) Partitions(ctx context.Context, topic string) (n int, err error) {
	err = r.patiently(ctx, func() error {
		leaders, err := r.tr.leaders(ctx, []string{topic})
		if err != nil {
			return err
		}
		for n = range len(leaders) {
			if _, ok := leaders[topicPartition{topic, int32(n)}]; !ok {
				return fmt.Errorf("topic %s partition %d: %w, or without a leader", topic, n, ErrUnknownTopic)
			}
		}
		if n = len(leaders); n == 0 {
			return fmt.Errorf("topic %s: %w", topic, ErrUnknownTopic)
		}
		return nil
	})
	return n, err
}

// ReadPartition calls fn with every committed record of a partition that there is at the
// time of the call, and returns where they begin and end. A record is valid during its
// call only. Records that Kafka deletes meanwhile are an error of ErrOutOfRange.
func (r *Reader) ReadPartition(ctx context.Context, topic string, partition int32, fn func(*record.Record) error) (Bounds, error) {
	b, err := r.Bounds(ctx, topic, partition)
	if err != nil {
		return b, err
	}
	return b, r.scan(ctx, topic, partition, b.Start, b.Stable, fn)
}

// Follow calls fn with every committed record of a topic from these offsets on, as
// they come, until ctx ends or fn fails. passed, which may be nil, is told the offset to read
// next after each answer: it moves on over what are no records too. Calls of both do not
// overlap. Faults that pass are waited for, without end.
func (r *Reader) Follow(ctx context.Context, topic string, next []int64, fn func(partition int32, rec *record.Record) error, passed func(partition int32, next int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	for p, from := range next {
		wg.Add(1)
		go func() {
			defer wg.Done()
			cancel(r.follow(ctx, topic, int32(p), from, func(rec *record.Record) error {
				mu.Lock()
				defer mu.Unlock()
				return fn(int32(p), rec)
			}, func(next int64) {
				if passed != nil {
					mu.Lock()
					defer mu.Unlock()
					passed(int32(p), next)
				}
			}))
		}()
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (r *Reader) follow(ctx context.Context, topic string, partition int32, from int64, fn func(*record.Record) error, passed func(next int64)) error {
	d := newBatchDecoder()
	for ctx.Err() == nil {
		var refused error
		next, err := r.step(ctx, d, topic, partition, from, math.MaxInt64, r.waits.poll, func(rec *record.Record) error {
			refused = fn(rec)
			return refused
		})
		if refused != nil {
			return refused
		}
		if err != nil {
			if ctx.Err() != nil || accessFault(err) != nil {
				return err
			}
			if isOutOfRange(err) {
				// A compacted topic keeps the last value of every key, so its
				// beginning loses nothing that counts.
				if b, err := r.Bounds(ctx, topic, partition); err == nil {
					next = max(b.Start, min(from, b.Stable))
				}
			}
		}
		if next != from {
			passed(next)
		}
		from = next
	}
	return ctx.Err()
}
