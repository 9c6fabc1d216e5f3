package land_test

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// What an event says of its own time may lie in any month of four centuries, and roll-ups lie
// in one partition a month, of which a server allows no more than a hundred in one insert by
// itself. Such a batch would be tried again for ever, and nothing behind it would land.
func TestOneBatchMayHoldRowsOfAnyNumberOfMonths(t *testing.T) {
	r := newRig(t)
	const months, month = 150, 31 * 86_400_000
	for i := range schemas.Time(months) {
		r.produce(rollupRecord(&schemas.RollupRow{Cell: schemas.Cell{Grain: schemas.GrainDaySeller, Time: 1_893_456_000_000 + i*month, SellerID: "s", Route: schemas.RouteRelease, Currency: "USD"}, Layout: 1, Version: 1, Count: 1}))
	}
	l, stop := r.start(r.cfg)
	defer stop()
	r.caughtUp(l)
	if got := one[uint64](r, "SELECT toUInt64(sum(decisions)) FROM %[1]s.v_day_seller"); got != months {
		t.Errorf("%d cells of %d landed", got, months)
	}
}
