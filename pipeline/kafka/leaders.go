package kafka

import (
	"context"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

// topicPartition names one partition.
type topicPartition struct {
	topic     string
	partition int32
}

// leaders asks which broker leads each partition of the topics. kafka-go answers
// from what it last heard, at most metadataTTL ago. A partition without a leader,
// or a topic that does not exist, is absent.
func (t *transport) leaders(ctx context.Context, topics []string) (map[topicPartition]int32, error) {
	r, err := t.RoundTrip(ctx, t.addr, &metadata.Request{TopicNames: topics})
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	leaders := map[topicPartition]int32{}
	for _, topic := range r.(*metadata.Response).Topics {
		if kafkago.Error(topic.ErrorCode) == kafkago.TopicAuthorizationFailed {
			return nil, fmt.Errorf("topic %s: %w", topic.Name, ErrAuthorization)
		}
		for _, p := range topic.Partitions {
			if p.LeaderID >= 0 {
				leaders[topicPartition{topic.Name, p.PartitionIndex}] = p.LeaderID
			}
		}
	}
	return leaders, nil
}
