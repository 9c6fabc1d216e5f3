package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/fetch"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// Reader reads committed records one partition at a time: what a task needs to
// recover, and the seller sites. It is safe for concurrent use.
type Reader struct {
	tr    *transport
	waits readerWaits
}

// readerWaits are the times of a Reader, in one place.
type readerWaits struct {
	poll   time.Duration // long poll of Follow
	stable time.Duration // longest wait for a foreign transaction to end
	retry  time.Duration // longest run of passing faults
}

const (
	readMaxBytes = 4 << 20 // of one answer
	// progressStep is how far before the end LastProgress looks first; each further
	// look reaches progressGrowth times as far back.
	progressStep   = 64
	progressGrowth = 8
)

// NewReader builds a reader; Close ends its connections.
func NewReader(cfg Config) (*Reader, error) {
	tr, err := newTransport(&cfg, nil)
	if err != nil {
		return nil, err
	}
	return &Reader{tr: tr, waits: readerWaits{poll: 500 * time.Millisecond, stable: 10 * time.Second, retry: time.Minute}}, nil
}

// Close ends all connections. Calls under way return an error.
func (r *Reader) Close() { r.tr.close() }

// Bounds asks where the log of a partition begins and ends.
func (r *Reader) Bounds(ctx context.Context, topic string, partition int32) (b Bounds, err error) {
	err = r.patiently(ctx, func() error {
		b, err = r.tr.bounds(ctx, topic, partition)
		return err
	})
	return b, err
}

// Settled is Bounds once no transaction is open in the partition. Whoever has
// fenced a partition's writer may read what it wrote only then: before it, the last
// stable offset may stand below committed records.
func (r *Reader) Settled(ctx context.Context, topic string, partition int32) (Bounds, error) {
	deadline := time.Now().Add(r.waits.stable)
	for n := 0; ; n++ {
		b, err := r.Bounds(ctx, topic, partition)
		if err != nil || b.Stable >= b.High {
			return b, err
		}
		if time.Now().After(deadline) {
			return b, &PartitionError{Topic: topic, Partition: partition, Offset: b.Stable, LogStart: b.Start, LogEnd: b.Stable,
				Err: fmt.Errorf("%w: the high water mark %d is above the last stable offset after %v", ErrOpenTransaction, b.High, r.waits.stable)}
		}
		if err := sleep(ctx, backoff(min(n, 3))); err != nil {
			return b, err
		}
	}
}

// ReadTail calls fn with every committed record of a partition from an offset to
// the end of the log at the time of the call, and returns that end. A record is
// valid during its call only. Call it when the partition's writer has been fenced.
// When records from the offset on are gone, the error is a *PartitionError of
// ErrTruncated, and nothing is read.
func (r *Reader) ReadTail(ctx context.Context, topic string, partition int32, from int64, fn func(*record.Record) error) (int64, error) {
	b, err := r.Settled(ctx, topic, partition)
	if err != nil {
		return from, err
	}
	if from < b.Start {
		return from, &PartitionError{Topic: topic, Partition: partition, Offset: from, LogStart: b.Start, LogEnd: b.Stable, Err: ErrTruncated}
	}
	if from > b.Stable {
		return from, &PartitionError{Topic: topic, Partition: partition, Offset: from, LogStart: b.Start, LogEnd: b.Stable, Err: ErrOutOfRange}
	}
	return b.Stable, r.scan(ctx, topic, partition, from, b.Stable, fn)
}

// LastProgress is the newest committed progress record of a key in a partition; false
// when there is none. Call it when the partition's writer has been fenced. A record that
// parse refuses is an error: going on without it would publish anew.
func (r *Reader) LastProgress(ctx context.Context, topic string, partition int32, key string,
	parse func(value []byte) (*schemas.Progress, error)) (*schemas.Progress, bool, error) {
	b, err := r.Settled(ctx, topic, partition)
	if err != nil {
		return nil, false, err
	}
	step := int64(progressStep)
	for end := b.Stable; end > b.Start; step *= progressGrowth {
		from := max(b.Start, end-step)
		var value []byte
		var at int64
		err := r.scan(ctx, topic, partition, from, end, func(rec *record.Record) error {
			if rec.Value != nil && string(rec.Key) == key {
				value, at = append(value[:0], rec.Value...), rec.Offset
			}
			return nil
		})
		if err != nil {
			return nil, false, err
		}
		if value != nil {
			p, err := parse(value)
			if err != nil {
				return nil, false, fmt.Errorf("topic %s partition %d offset %d: progress record: %w", topic, partition, at, err)
			}
			return p, true, nil
		}
		end = from
	}
	return nil, false, nil
}

// scan calls fn with the committed records of from <= offset < to.
func (r *Reader) scan(ctx context.Context, topic string, partition int32, from, to int64, fn func(*record.Record) error) error {
	d := newBatchDecoder()
	for from < to {
		next, err := r.step(ctx, d, topic, partition, from, to, 0, fn)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// step reads one answer from an offset on, calls fn with its records below to, and
// returns the offset to read next: unchanged when nothing came within wait.
func (r *Reader) step(ctx context.Context, d *batchDecoder, topic string, partition int32,
	from, to int64, wait time.Duration, fn func(*record.Record) error) (next int64, err error) {
	var a *arena
	err = r.patiently(ctx, func() error {
		a, next, err = r.fetchOne(ctx, d, topic, partition, from, wait)
		return err
	})
	if err != nil || a == nil {
		return from, err
	}
	defer a.free()
	for i := range a.records {
		if a.records[i].Offset >= to {
			return to, nil
		}
		if err := fn(&a.records[i]); err != nil {
			return from, err
		}
	}
	return next, nil
}

func (r *Reader) fetchOne(ctx context.Context, d *batchDecoder, topic string, partition int32, from int64, wait time.Duration) (*arena, int64, error) {
	leaders, err := r.tr.leaders(ctx, []string{topic})
	if err != nil {
		return nil, from, err
	}
	leader, ok := leaders[topicPartition{topic, partition}]
	if !ok {
		return nil, from, fmt.Errorf("topic %s partition %d: %w, or without a leader", topic, partition, ErrUnknownTopic)
	}
	timeout, cancel := context.WithTimeout(ctx, wait+defaultReadTimeout)
	defer cancel()
	answer, err := r.tr.fetch(timeout, leader, &fetch.Request{
		ReplicaID: -1, MaxWaitTime: int32(wait.Milliseconds()), MinBytes: 1, MaxBytes: readMaxBytes,
		IsolationLevel: readCommitted, SessionEpoch: -1,
		Topics: []fetch.RequestTopic{{Topic: topic, Partitions: []fetch.RequestPartition{{
			Partition: partition, CurrentLeaderEpoch: -1, FetchOffset: from, LogStartOffset: -1, PartitionMaxBytes: readMaxBytes,
		}}}},
	})
	if err != nil {
		return nil, from, err
	}
	defer answer.free()
	if answer.code != 0 {
		return nil, from, kafkago.Error(answer.code)
	}
	for i := range answer.parts {
		p := &answer.parts[i]
		if p.topic != topic || p.partition != partition {
			continue
		}
		if code := kafkago.Error(p.code); code == kafkago.OffsetOutOfRange {
			return nil, from, &PartitionError{Topic: topic, Partition: partition, Offset: from, LogStart: p.logStart, LogEnd: -1, Err: ErrOutOfRange}
		} else if code != 0 {
			return nil, from, fmt.Errorf("topic %s partition %d: fetch: %w", topic, partition, code)
		}
		a := p.data
		if a == nil {
			return nil, from, nil
		}
		p.data = nil
		next, _, err := d.decode(a, p.aborted, from)
		if err != nil {
			a.free()
			return nil, from, fmt.Errorf("topic %s partition %d: %w", topic, partition, err)
		}
		return a, next, nil
	}
	return nil, from, fmt.Errorf("topic %s partition %d: %w: missing in the answer", topic, partition, ErrCorrupt)
}

const defaultReadTimeout = 10 * time.Second

// patiently tries again what fails in passing, up to waits.retry.
func (r *Reader) patiently(ctx context.Context, try func() error) error {
	deadline := time.Now().Add(r.waits.retry)
	for n := 0; ; n++ {
		err := try()
		if err == nil || ctx.Err() != nil || accessFault(err) != nil || errors.Is(err, ErrOutOfRange) || time.Now().After(deadline) {
			return err
		}
		if err := sleep(ctx, backoff(min(n, 5))); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
