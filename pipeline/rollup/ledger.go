package rollup

import "github.com/clearlane/clearlane/schemas"

// maxLedgerMs is the end of the last day that the ledger tells apart, 2299-12-31, the last
// one that ClickHouse's Date32 has. Its cells, to which a record of any time may come, are
// kept until then.
const maxLedgerMs = 10_413_792_000_000 - 1

// LedgerDay is the start of the day that a record's timestamp counts in, Unix ms. A record
// without a timestamp counts in 1970-01-01.
func LedgerDay(ms int64) int64 { return min(max(ms, 0), maxLedgerMs) / dayMs * dayMs }

// Ledger counts records: what became of so many of a topic and day.
func (b *Book) Ledger(day int64, topic, outcome string, records int64) error {
	c := schemas.Cell{Grain: schemas.GrainDayLedger, Time: schemas.Time(day), Topic: topic, Outcome: outcome}
	b.key = appendKey(b.key[:0], &c)
	t, err := b.now(b.key)
	if err != nil {
		return err
	}
	t.newest = maxLedgerMs
	t.amounts[countAt] += records
	return nil
}
