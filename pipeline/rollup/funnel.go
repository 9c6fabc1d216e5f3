package rollup

import (
	"math"

	"github.com/clearlane/clearlane/schemas"
)

// EpochOf is the epoch that a time lies in: its Unix day.
func EpochOf(ms int64) uint32 {
	return uint32(min(max(ms, 0)/dayMs, math.MaxUint32))
}

// EpochEnd is the last millisecond of an epoch, Unix ms.
func EpochEnd(epoch uint32) int64 { return endOf(epoch) - 1 }

// Stage is a cell of the funnel: whose the case is, any time in its hour, and its epoch.
type Stage struct {
	SellerID, Channel string
	Time              schemas.Time
	Epoch             uint32
}

// Funnel takes what a case contributed out of its cell, and puts in what it does now. What
// a cell counts may fall below zero where a case was counted in another epoch: the sum over
// the epochs does not.
func (b *Book) Funnel(c *Stage, before, now *schemas.Funnel) error {
	from := len(b.keys)
	b.keys = append(b.keys, byte(schemas.GrainHourFunnel)|byEpoch)
	b.keys = appendWhen(b.keys, c.Epoch, c.Time, hourMs)
	b.keys = appendString(appendString(b.keys, c.SellerID), c.Channel)
	by, less := stagesOf(now), stagesOf(before)
	for i := range by {
		by[i] -= less[i]
	}
	if i := len(b.moves) - 1; i >= 0 { // cases without an order have few cells
		if last := &b.moves[i]; string(b.keys[last.from:last.to]) == string(b.keys[from:]) {
			last.addStages(&by)
			b.keys = b.keys[:from]
			return nil
		}
	}
	b.putOff(from, EpochEnd(c.Epoch)).amounts = by
	return b.due()
}

// Waits tells of a stored cell whether shipments wait in it: before it may be forgotten,
// they have to expire.
func Waits(key, value []byte) bool {
	var t total
	return isFunnel(key) && t.read(value, true) == nil && t.amounts[waitingAt] != 0
}

// isFunnel tells a cell of the funnel by its key.
func isFunnel(key []byte) bool {
	return len(key) > 0 && key[0] == byte(schemas.GrainHourFunnel)|byEpoch
}

// ExpireWaiting turns the shipments that wait in a cell into expired ones: all orders that
// are counted in it are forgotten. To do it again changes nothing.
func (b *Book) ExpireWaiting(key []byte) error {
	t, err := b.now(key)
	if err != nil {
		return err
	}
	t.amounts[expiredAt] += t.amounts[waitingAt]
	t.amounts[waitingAt] = 0
	return nil
}

// Adopt makes a cell of the funnel or the ledger what a published row says of it. After a
// crash these rows are the truth, as nothing is counted in them while records are
// replayed. It is false of other rows. No cell may be a changed one.
func (b *Book) Adopt(row *schemas.RollupRow) (bool, error) {
	t := total{amounts: amountsOf(row), putMs: unknown}
	switch row.Cell.Grain {
	case schemas.GrainHourFunnel:
		t.newest = EpochEnd(row.Cell.Epoch)
	case schemas.GrainDayLedger:
		t.amounts = amounts{countAt: row.Count}
		t.newest = maxLedgerMs
	default:
		return false, nil
	}
	if err := b.Apply(); err != nil {
		return false, err
	}
	b.key = appendKey(b.key[:0], &row.Cell)
	if number, found := b.live.find(b.key, b.live.hash(b.key)); found {
		l := b.live.total(number)
		l.amounts, l.newest, l.putMs = t.amounts, t.newest, unknown
		b.differs(number, l)
	}
	return true, b.put(b.key, &t)
}
