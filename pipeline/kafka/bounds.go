package kafka

import (
	"context"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// Bounds is where the log of a partition begins and ends.
type Bounds struct {
	Start  int64 // first offset
	Stable int64 // last stable offset: what a read_committed reader may read up to
	High   int64 // high water mark: what a read_uncommitted reader may read up to
}

func (t *transport) bounds(ctx context.Context, topic string, partition int32) (Bounds, error) {
	b := Bounds{Start: -1, Stable: -1, High: -1}
	for _, level := range []kafkago.IsolationLevel{kafkago.ReadUncommitted, kafkago.ReadCommitted} {
		r, err := t.client().ListOffsets(ctx, &kafkago.ListOffsetsRequest{
			Topics: map[string][]kafkago.OffsetRequest{
				topic: {kafkago.FirstOffsetOf(int(partition)), kafkago.LastOffsetOf(int(partition))},
			},
			IsolationLevel: level,
		})
		if err != nil {
			return b, fmt.Errorf("topic %s partition %d: list offsets: %w", topic, partition, err)
		}
		found := false
		for _, p := range r.Topics[topic] {
			if p.Partition != int(partition) {
				continue
			}
			if p.Error != nil {
				return b, fmt.Errorf("topic %s partition %d: list offsets: %w", topic, partition, p.Error)
			}
			found = true
			b.Start = p.FirstOffset
			if level == kafkago.ReadCommitted {
				b.Stable = p.LastOffset
			} else {
				b.High = p.LastOffset
			}
		}
		if !found {
			return b, fmt.Errorf("topic %s partition %d: list offsets: %w", topic, partition, ErrUnknownTopic)
		}
	}
	return b, nil
}
