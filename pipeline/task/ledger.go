package task

import (
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// balance is what became of the records of the open transaction. Records of one day are
// counted in an array: that days alternate is rare.
type balance struct {
	day       int64 // Unix ms
	in        [][NumOutcomes]int64
	counted   bool // in is not all zeros
	published [NumOutputs]int64
}

// Published is the outcome of the ledger's rows about output topics.
const Published = "published"

// ledgerOutcomes are what the ledger calls what became of an input record.
var ledgerOutcomes = [NumOutcomes]string{
	OutcomeOK:         "applied",
	OutcomeDuplicate:  "duplicate",
	OutcomeStale:      "stale",
	OutcomeEvicted:    "evicted",
	OutcomeDeadLetter: "dead_letter",
}

// took notes what became of an input record. While replaying nothing is noted: it was when
// the record was first read.
func (t *Task) took(topic int, what Outcome, timeMs int64) error {
	t.counts.In[topic][what]++
	if t.silent {
		return nil
	}
	l := &t.ledger
	if day := rollup.LedgerDay(timeMs); day != l.day {
		if err := t.sumLedger(); err != nil {
			return err
		}
		l.day = day
	}
	if l.in == nil {
		l.in = make([][NumOutcomes]int64, len(t.cfg.Topics))
	}
	l.in[topic][what]++
	l.counted = true
	return nil
}

// sumLedger adds the records of a day to their cells.
func (t *Task) sumLedger() error {
	l := &t.ledger
	if !l.counted {
		return nil
	}
	for topic := range l.in {
		for what, n := range l.in[topic] {
			if n == 0 {
				continue
			}
			if err := t.book.Ledger(l.day, t.cfg.Topics[topic].Name, ledgerOutcomes[what], n); err != nil {
				return err
			}
		}
		l.in[topic] = [NumOutcomes]int64{}
	}
	l.counted = false
	return nil
}

// closeLedger counts what the transaction publishes, in the day that the inputs have come
// to: the roll-up rows that follow are among it, and the progress record.
func (t *Task) closeLedger() error {
	if err := t.sumLedger(); err != nil {
		return err
	}
	l := &t.ledger
	day, out := rollup.LedgerDay(t.watermark), l.published
	l.published = [NumOutputs]int64{}
	out[OutProgress]++
	for o, n := range out {
		if n == 0 {
			continue
		}
		if err := t.book.Ledger(day, t.cfg.Outputs[o], Published, n); err != nil {
			return err
		}
	}
	rows, err := t.book.Rows()
	if err != nil {
		return err
	}
	itself := 1
	return t.book.Ledger(day, t.cfg.Outputs[OutRollups], Published, int64(rows+itself))
}

// adopt takes over what a published row says of a cell of the funnel or the ledger; false
// of any other. Where one stands, records were counted when they were first read.
func (t *Task) adopt(row *schemas.RollupRow) (bool, error) {
	adopted, err := t.book.Adopt(row)
	if adopted && err == nil {
		t.flowing = true
	}
	return adopted, err
}
