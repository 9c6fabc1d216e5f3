package land

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// bury puts a record that cannot be landed on the dead-letter topic, in the partition
// of the record, and waits until it is there. Doing so twice makes two letters with one
// identity, which the table knows as one.
func (l *Lander) bury(ctx context.Context, r *kgo.Record, code string, why error) error {
	letter := l.letter(r, code, why)
	err := l.client.ProduceSync(ctx, letter).FirstErr()
	if errors.Is(err, kerr.MessageTooLarge) {
		// The headers made it too large: the bytes stay where the letter points to.
		letter.Value = nil
		err = l.client.ProduceSync(ctx, letter).FirstErr()
	}
	if err != nil {
		return fmt.Errorf("dead letter of %s partition %d offset %d: %w", r.Topic, r.Partition, r.Offset, err)
	}
	l.status.buried()
	l.log.Warn("record cannot be landed, put on the dead-letter topic", "topic", r.Topic, "partition", r.Partition, "offset", r.Offset, "error", why)
	return nil
}

// maxReason bounds the server's message in a header.
const maxReason = 4 << 10

func (l *Lander) letter(r *kgo.Record, code string, why error) *kgo.Record {
	var fault *schemas.FieldError
	field := ""
	if errors.As(why, &fault) {
		field = fault.Field
	}
	reason := why.Error()
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	headers := make([]kgo.RecordHeader, 0, len(r.Headers)+7)
	headers = append(headers, r.Headers...)
	for _, h := range [...]struct{ key, value string }{
		{"reason", reason}, {"code", code}, {"field", field}, {"topic", r.Topic},
		{"partition", strconv.Itoa(int(r.Partition))}, {"offset", strconv.FormatInt(r.Offset, 10)},
		{"time", strconv.FormatInt(r.Timestamp.UnixMilli(), 10)},
	} {
		headers = append(headers, kgo.RecordHeader{Key: headerPrefix + h.key, Value: []byte(h.value)})
	}
	return &kgo.Record{Topic: l.cfg.Topics.DeadLetters, Partition: r.Partition, Key: r.Key, Value: r.Value, Headers: headers}
}

func onlyOurs(all []kgo.RecordHeader) (ours []kgo.RecordHeader) {
	for _, h := range all {
		if strings.HasPrefix(h.Key, headerPrefix) {
			ours = append(ours, h)
		}
	}
	return ours
}
