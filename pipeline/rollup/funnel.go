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

// Funnel adds what a case contributes to its cell, or with sign -1 takes it out again. Of
// the cell, seller, channel, epoch and any time in its hour are looked at. What a cell
// counts may fall below zero where a case was counted in another epoch: the sum over the
// epochs does not.
func (b *Book) Funnel(c schemas.Cell, n *schemas.Funnel, sign int64) error {
	c.Grain = schemas.GrainHourFunnel
	b.key = appendKey(b.key[:0], &c)
	t, err := b.cell(b.key)
	if err != nil {
		return err
	}
	t.newest = EpochEnd(c.Epoch)
	x := &t.funnel
	x.Clicks += sign * n.Clicks
	x.Orders += sign * n.Orders
	x.Shipments += sign * n.Shipments
	x.Joined += sign * n.Joined
	x.Waiting += sign * n.Waiting
	x.Expired += sign * n.Expired
	return nil
}

// Waits tells of a stored cell whether shipments wait in it: before it may be forgotten,
// they have to expire.
func Waits(key, value []byte) bool {
	var t total
	return isFunnel(key) && t.read(value) == nil && t.funnel.Waiting != 0
}

// isFunnel tells a cell of the funnel by its key.
func isFunnel(key []byte) bool {
	return len(key) > 0 && key[0] == byte(schemas.GrainHourFunnel)|byEpoch
}

// ExpireWaiting turns the shipments that wait in a cell into expired ones: all orders that
// are counted in it are forgotten. To do it again changes nothing.
func (b *Book) ExpireWaiting(key []byte) error {
	t, err := b.cell(key)
	if err != nil {
		return err
	}
	t.funnel.Expired += t.funnel.Waiting
	t.funnel.Waiting = 0
	return nil
}

// Adopt makes a cell of the funnel or the ledger what a published row says of it. After a
// crash these rows are the truth, as nothing is counted in them while records are
// replayed. It is false of other rows. No cell may be a changed one.
func (b *Book) Adopt(row *schemas.RollupRow) (bool, error) {
	t := total{amounts: amounts{count: row.Count, funnel: row.Funnel}}
	switch row.Cell.Grain {
	case schemas.GrainHourFunnel:
		t.newest = EpochEnd(row.Cell.Epoch)
	case schemas.GrainDayLedger:
		t.newest = maxLedgerMs
	default:
		return false, nil
	}
	b.key = appendKey(b.key[:0], &row.Cell)
	if l, _ := b.live.find(b.key); l != nil {
		l.amounts, l.newest = t.amounts, t.newest
		b.differs(l)
	}
	return true, b.put(b.key, &t)
}
