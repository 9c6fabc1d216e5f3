package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// latency is a run in which events come at a steady rate. Their records carry the time
// of sending, as a live sender's do, and don't wait for others to share a batch.
func (b *bencher) latency(ctx context.Context, n int) (*bench.Run, error) {
	prefix := fmt.Sprintf("%s-l%d", b.unique, n)
	orders := max(int(b.o.rate*b.o.length.Seconds()), 1)
	opts := b.stream(orders, time.Now(), b.o.rate)
	opts.WindowOrders = max(int(2*b.o.rate), 100) // an order's records come within two seconds
	return b.try(ctx, bench.Latency, prefix, prefix, opts, func(ctx context.Context, t *trial) error {
		t.run.Settings.Rate, t.run.Settings.EventRate = b.o.rate, b.o.rate*eventsOfAnOrder
		if err := t.launch(ctx); err != nil {
			return err
		}
		watch := t.watch(ctx)
		defer watch.stop()
		if err := t.child.live(ctx, b.o.partitions); err != nil {
			return err
		}
		if b.o.idle > 0 {
			if err := t.idle(ctx); err != nil {
				return err
			}
		}
		readers, err := t.read(ctx, time.Now().Add(b.o.warmup))
		if err != nil {
			return err
		}
		defer readers.stop()
		raw, err := t.probe(ctx, prefix, time.Now().Add(b.o.warmup))
		if err != nil {
			return err
		}
		defer raw.stop()
		if err := t.child.begin(ctx); err != nil {
			return err
		}
		b.say("%.0f orders a second for %v", b.o.rate, b.o.length)
		if err := genStream(ctx, &t.cfg, opts, genPace{rate: b.o.rate, clock: true}, io.Discard); err != nil {
			return err
		}
		if t.run.RoundTrip, err = raw.delays(); err != nil {
			return err
		}
		ends, err := t.ends(ctx)
		if err != nil {
			return err
		}
		if err := t.finish(ctx, watch, ends, n); err != nil {
			return err
		}
		readers.stop()
		t.run.Uncommitted, t.run.Committed, err = readers.delays()
		spans := append(t.child.stalls.Spans, raw.spans()...)
		t.run.LateUncommitted = bench.LatenessOf(readers.levels[0].late, lateUncommitted, spans)
		t.run.LateCommitted = bench.LatenessOf(readers.levels[1].late, lateCommitted, spans)
		return err
	})
}

// From these delays on the benchmark says what decisions were late for: what p99 is to be
// for a reader of each level. All later than lateLeast are noted.
const (
	lateLeast       = 10 * time.Millisecond
	lateUncommitted = 10 * time.Millisecond
	lateCommitted   = 60 * time.Millisecond
)

// liveReaders wait for decisions as consumers of the topic do, one of each isolation
// level, and note how old each decision's newest input is when it arrives.
type liveReaders struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
	from    int64        // Unix ms: decisions of older input are not counted
	levels  [2]liveLevel // each is its goroutine's until stop has returned
}

type liveLevel struct {
	delays []time.Duration
	late   []bench.Late // of these, those later than lateLeast
	err    error
}

func (t *trial) read(ctx context.Context, from time.Time) (*liveReaders, error) {
	kc := kafkaConn(&t.cfg.Kafka)
	ctx, cancel := context.WithCancel(ctx)
	r := &liveReaders{cancel: cancel, from: from.UnixMilli()}
	for i, level := range []kgo.IsolationLevel{kgo.ReadUncommitted(), kgo.ReadCommitted()} {
		opts, err := kc.ClientOptions()
		if err != nil {
			cancel()
			return nil, err
		}
		client, err := kgo.NewClient(append(opts, kgo.FetchIsolationLevel(level), kgo.FetchMaxWait(time.Second),
			kgo.ConsumeTopics(kafkaTopics(&t.cfg.Kafka).Decisions), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
		if err != nil {
			r.stop()
			return nil, err
		}
		r.running.Add(1)
		go func() {
			defer r.running.Done()
			defer client.Close()
			r.levels[i].follow(ctx, client, r.from)
		}()
	}
	return r, nil
}

// follow notes delays until ctx ends.
func (l *liveLevel) follow(ctx context.Context, client *kgo.Client, from int64) {
	for {
		fetches := client.PollFetches(ctx)
		seen := time.Now()
		now := seen.UnixMilli()
		if ctx.Err() != nil {
			return
		}
		if err := fetches.Err(); err != nil {
			l.err = err
			return
		}
		fetches.EachRecord(func(r *kgo.Record) {
			input, ok := inputTime(r.Value)
			if !ok && l.err == nil {
				l.err = fmt.Errorf("decision at partition %d, offset %d: no input_time_ms", r.Partition, r.Offset)
			}
			if input >= from {
				delay := time.Duration(now-input) * time.Millisecond
				l.delays = append(l.delays, delay)
				if delay > lateLeast {
					l.late = append(l.late, bench.Late{Partition: r.Partition, At: seen.UnixMicro(), Delay: delay})
				}
			}
		})
	}
}

// inputTime finds the member input_time_ms without reading the rest: the reader shares
// its machine with what it measures.
func inputTime(value []byte) (ms int64, ok bool) {
	_, rest, ok := bytes.Cut(value, []byte(`"input_time_ms":`))
	if !ok {
		return 0, false
	}
	end := bytes.IndexAny(rest, ",}")
	if end < 0 {
		return 0, false
	}
	ms, err := strconv.ParseInt(string(bytes.TrimSpace(rest[:end])), 10, 64)
	return ms, err == nil
}

// stop ends the readers. It may be called twice.
func (r *liveReaders) stop() {
	r.cancel()
	r.running.Wait()
}

// delays are what the readers have seen, once they have stopped.
func (r *liveReaders) delays() (uncommitted, committed *bench.Percentiles, err error) {
	for i := range r.levels {
		if l := &r.levels[i]; l.err != nil {
			return nil, nil, fmt.Errorf("reader of decisions: %w", l.err)
		}
	}
	return bench.PercentilesOf(r.levels[0].delays), bench.PercentilesOf(r.levels[1].delays), nil
}
