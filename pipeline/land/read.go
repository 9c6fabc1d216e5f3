package land

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	// pollRows are the most records that one poll hands to the writers: so many more than
	// its bound may one of them be given.
	pollRows = 10_000
	// fetchBytes bounds the answer of one broker, of which one at a time waits for a poll.
	fetchBytes = 16 << 20
)

func (l *Lander) options() []kgo.Opt {
	return append(append([]kgo.Opt{}, l.deps.Kafka...),
		kgo.ConsumerGroup(l.cfg.Group),
		kgo.SessionTimeout(l.cfg.SessionTimeout),
		kgo.HeartbeatInterval(l.cfg.Heartbeat),
		kgo.ConsumeTopics(l.cfg.Topics.used()...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // so that offsets and lag pass the ends of transactions
		kgo.FetchMaxWait(min(l.cfg.BatchInterval, 500*time.Millisecond)),
		kgo.FetchMaxBytes(fetchBytes),
		kgo.DisableAutoCommit(),
		// Between a poll and the end of its hand-out no partition comes or goes: each record
		// then belongs to the assignment that it was read in.
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(l.pos.assigned),
		kgo.OnPartitionsRevoked(l.pos.lost),
		kgo.OnPartitionsLost(l.pos.lost),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), // a dead letter keeps its partition
	)
}

// read hands what arrives to the writers until ctx ends. While the circuit is open it
// stands still.
func (l *Lander) read(ctx context.Context) error {
	for {
		if err := l.circuit.closed(ctx); err != nil {
			return err
		}
		fetches := l.client.PollRecords(ctx, min(pollRows, l.cfg.BatchRows))
		l.handOut(fetches)
		l.client.AllowRebalance()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case fetches.IsClientClosed():
			return errors.New("lander: Kafka client closed")
		}
		l.sayFaults(fetches)
	}
}

// handOut gives each partition's records to its writer.
func (l *Lander) handOut(fetches kgo.Fetches) {
	now := time.Now()
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if from := l.pos.of(p.Topic, p.Partition); from != nil && len(p.Records) > 0 {
			l.writers[from.writer].in.put(chunk{from: from, records: p.Records, bytes: bytesOf(p.Records), at: now})
		}
	})
}

func (l *Lander) sayFaults(fetches kgo.Fetches) {
	fetches.EachError(func(topic string, partition int32, err error) {
		l.reading.failed(func() {
			l.log.Warn("reading a topic failed, trying again", "topic", topic, "partition", partition, "error", err)
		})
	})
	if !fetches.Empty() {
		l.reading.over(func() { l.log.Info("reading goes on") })
	}
}
