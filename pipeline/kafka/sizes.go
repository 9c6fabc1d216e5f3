package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

const (
	// maxMessageBytes is the setting that bounds a topic's record batches.
	maxMessageBytes = "max.message.bytes"
	// defaultMessageBytes is that setting's default (Apache Kafka 4.1).
	defaultMessageBytes = 1_048_588
	// deadLetterRoom is what a dead letter may be larger than its record: the headers
	// that say why, and the batch around it.
	deadLetterRoom = 64 << 10
)

// settings are the topics' settings, by topic and key. A topic that was deleted after it
// was listed leaves have: brokers hear of a deletion one after the other.
func (a *Admin) settings(ctx context.Context, all []named, have kadm.TopicDetails) (map[string]map[string]string, error) {
	var names []string
	for _, t := range all {
		if have.Has(t.name) {
			names = append(names, t.name)
		}
	}
	out := map[string]map[string]string{}
	if len(names) == 0 {
		return out, nil
	}
	described, err := a.adm.DescribeTopicConfigs(ctx, names...)
	if err != nil {
		return nil, fmt.Errorf("describe topics: %w", err)
	}
	for _, d := range described {
		if errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
			delete(have, d.Name)
			continue
		}
		if d.Err != nil {
			return nil, fmt.Errorf("describe topic %s: %w", d.Name, d.Err)
		}
		out[d.Name] = map[string]string{}
		for _, c := range d.Configs {
			out[d.Name][c.Key] = c.MaybeValue()
		}
	}
	return out, nil
}

// largestInput is the largest batch that an input topic takes, bytes.
func largestInput(all []named, settings map[string]map[string]string) int {
	largest := defaultMessageBytes
	for _, t := range all {
		if n, err := strconv.Atoi(settings[t.name][maxMessageBytes]); t.role == roleInput && err == nil {
			largest = max(largest, n)
		}
	}
	return largest
}

// MaxMessageBytes is the largest batch that a topic takes, bytes.
func (a *Admin) MaxMessageBytes(ctx context.Context, topic string) (int, error) {
	one := []named{{name: topic}}
	have, err := a.list(ctx, one)
	if err != nil {
		return 0, err
	}
	settings, err := a.settings(ctx, one, have)
	if err != nil {
		return 0, err
	}
	if n, err := strconv.Atoi(settings[topic][maxMessageBytes]); err == nil {
		return n, nil
	}
	return defaultMessageBytes, nil
}
