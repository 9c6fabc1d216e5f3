package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/stall"
)

// The records of the plain producer: as large as a decision is on average, one to each
// partition in turn.
const (
	probeBytes = 1200
	probeEvery = 10 * time.Millisecond
)

// probe is a plain idempotent producer beside a latency run: what the brokers' own
// acknowledgement takes at that time, whatever Clearlane does.
type probe struct {
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	took  []time.Duration
	slow  []stall.Span // acknowledgements that took long
	fault error
}

// probe starts the producer; what it sends before from is not counted.
func (t *trial) probe(ctx context.Context, prefix string, from time.Time) (*probe, error) {
	kc := kafkaConn(&t.cfg.Kafka)
	opts, err := kc.ClientOptions()
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(opts, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	if err != nil {
		return nil, err
	}
	topic := prefix + ".probe"
	if _, err := kadm.NewClient(client).CreateTopic(ctx, int32(t.o.partitions), -1, nil, topic); err != nil {
		client.Close()
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	t.topics = append(t.topics, topic)
	value := make([]byte, probeBytes)
	if _, err := rand.Read(value); err != nil {
		client.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &probe{cancel: cancel}
	p.running.Go(func() {
		defer client.Close()
		for n := 0; pause(ctx, probeEvery); n++ {
			sent := time.Now()
			client.Produce(ctx, &kgo.Record{Topic: topic, Partition: int32(n % t.o.partitions), Value: value}, func(_ *kgo.Record, err error) {
				if ctx.Err() == nil {
					p.acknowledged(sent, time.Since(sent), sent.After(from), err)
				}
			})
		}
	})
	return p, nil
}

func (p *probe) acknowledged(sent time.Time, took time.Duration, counts bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err != nil && p.fault == nil:
		p.fault = fmt.Errorf("plain producer: %w", err)
	case err == nil && counts:
		p.took = append(p.took, took)
		if took >= stall.Least {
			p.slow = append(p.slow, stall.Span{Cause: stall.Broker, Partition: stall.Whole, Began: sent.UnixMicro(), Ended: sent.Add(took).UnixMicro()})
		}
	}
}

// stop ends the producer. It may be called twice.
func (p *probe) stop() {
	p.cancel()
	p.running.Wait()
}

// delays stops the producer; they are from handing a record over to its acknowledgement.
func (p *probe) delays() (*bench.Percentiles, error) {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	return bench.PercentilesOf(p.took), p.fault
}

// spans are the acknowledgements that took long, once the producer has stopped.
func (p *probe) spans() []stall.Span {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.slow
}
