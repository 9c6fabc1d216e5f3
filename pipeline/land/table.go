package land

import (
	"fmt"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// rows fills the columns of one table. One goroutine owns it.
type rows interface {
	// add appends the row of a record, or returns why the record is none, having
	// appended nothing. What was appended aliases the record until it is encoded.
	add(r *kgo.Record) error
}

// table is the insert in the making of one table.
type table struct {
	name    string
	cols    *columns
	rows    rows
	records []*kgo.Record // those whose rows are in cols, in the same order
}

func newTable(name string, cols *columns, rows rows) *table {
	return &table{name: name, cols: cols, rows: rows}
}

func (t *table) add(r *kgo.Record) error {
	if err := t.rows.add(r); err != nil {
		return err
	}
	t.records = append(t.records, r)
	return nil
}

// fill makes records that have been added before the only ones.
func (t *table) fill(records []*kgo.Record) error {
	t.reset()
	for _, r := range records {
		if err := t.add(r); err != nil {
			return fmt.Errorf("record read before cannot be read again: %w", err)
		}
	}
	return nil
}

func (t *table) input() proto.Input { return t.cols.input }

func (t *table) reset() {
	t.cols.input.Reset()
	clear(t.records)
	t.records = t.records[:0]
}

// checkAmount holds an amount to what the column holds.
func checkAmount(field string, d schemas.Decimal) error {
	if d.Set && (d.E4 > maxAmount || d.E4 < -maxAmount) {
		return &schemas.FieldError{Field: field, Value: d.String(), Allowed: "at most 14 digits before the point"}
	}
	return nil
}

// checkTimes holds times to what DateTime64(3) holds: 1900 to 2299.
func checkTime(field string, t schemas.Time) error {
	const first, last = -2_208_988_800_000, 10_413_791_999_999
	if t < first || t > last {
		return &schemas.FieldError{Field: field, Value: fmt.Sprint(int64(t)), Allowed: "a time of 1900 to 2299"}
	}
	return nil
}
