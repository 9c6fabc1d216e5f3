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

// bury writes the dead letter of a record that cannot be landed. It goes with the batch.
func (w *writer) bury(r *kgo.Record, code string, why error) {
	w.letters = append(w.letters, w.l.letter(r, code, why))
	w.l.log.Warn("record cannot be landed, goes to the dead-letter topic", "topic", r.Topic, "partition", r.Partition, "offset", r.Offset, "error", why)
}

// send puts the batch's letters on the dead-letter topic, each in the partition of its
// record, and waits until they are there. Doing so twice makes two letters with one
// identity, which the table knows as one.
func (w *writer) send(ctx context.Context) error {
	if len(w.letters) == 0 {
		return nil
	}
	results, err := w.l.produce(ctx, w.letters...)
	if err != nil {
		return err
	}
	for _, result := range results {
		letter, err := result.Record, result.Err
		if errors.Is(err, kerr.MessageTooLarge) {
			// The headers made it too large: the bytes stay where the letter points to.
			letter.Value = nil
			if results, err = w.l.produce(ctx, letter); err == nil {
				err = results.FirstErr()
			}
		}
		if err != nil {
			return fmt.Errorf("dead letter: %w", err)
		}
		w.l.status.buried()
	}
	clear(w.letters)
	w.letters = w.letters[:0]
	return nil
}

// produce waits for the outcome of letters, or for ctx: the client by itself goes on for ever
// with a letter that was sent and not answered. It drops them as it is closed.
func (l *Lander) produce(ctx context.Context, letters ...*kgo.Record) (kgo.ProduceResults, error) {
	done := make(chan kgo.ProduceResults, 1)
	go func() { done <- l.client.ProduceSync(ctx, letters...) }()
	select {
	case results := <-done:
		return results, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
