package land

import (
	"context"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"
)

// landTable inserts a table's rows and empties it. Rows that the server refuses are found
// and become dead letters.
func (w *writer) landTable(ctx context.Context, t *table) error {
	if len(t.records) == 0 {
		return nil
	}
	defer t.reset()
	err := w.insert(ctx, t)
	if no := refusalOf(err); no != nil {
		return w.halve(ctx, t, append([]*kgo.Record(nil), t.records...), no)
	}
	return err
}

// halve inserts the halves of rows that were refused together, down to the single row
// that the server will not have.
func (w *writer) halve(ctx context.Context, t *table, records []*kgo.Record, no *Refusal) error {
	if len(records) == 1 {
		return w.refuse(ctx, t, records[0], no)
	}
	half := len(records) / 2
	for _, part := range [2][]*kgo.Record{records[:half], records[half:]} {
		if err := t.fill(part); err != nil {
			return err
		}
		err := w.insert(ctx, t)
		if again := refusalOf(err); again != nil {
			err = w.halve(ctx, t, part, again)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refuse ends the way of a row that ClickHouse refuses. A dead letter among them stays
// on its topic and is tried without its bytes, so that the table shows at least that
// it is there; a letter about a letter would go round for ever.
func (w *writer) refuse(ctx context.Context, t *table, r *kgo.Record, no *Refusal) error {
	if t != w.tables.letters {
		w.bury(r, codeRefused, no)
		return nil
	}
	bare := *r
	bare.Key, bare.Value = nil, nil
	bare.Headers = append(onlyOurs(r.Headers), kgo.RecordHeader{Key: headerPrefix + bytesHeader, Value: strconv.AppendInt(nil, int64(len(r.Value)), 10)})
	if err := t.fill([]*kgo.Record{&bare}); err != nil {
		return err
	}
	err := w.insert(ctx, t)
	if refusalOf(err) != nil {
		w.l.status.unlandable()
		w.l.log.Error("ClickHouse refuses a dead letter; it stays on its topic", "topic", r.Topic, "partition", r.Partition, "offset", r.Offset, "error", err)
		return nil
	}
	return err
}
