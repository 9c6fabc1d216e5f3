package naive

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// What the oracle reads out of the records is what the generator planted in them: two
// ways to the same answers that share no code.
func TestOracleFindsThePlantedAnswers(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			g := gen.Options{Seed: seed, Orders: 400, Bad: 60, OrdersPerSecond: float64(1 + seed*10), Partitions: 1 + int(seed%5), Format: gen.Format(seed % 3)}
			log, bad := generated(g)
			x := expect(t, log, settings(t))
			total := gen.Expect(g, func(a *gen.Answer) {
				all := x.Decisions
				if a.IsPreReview() {
					all = x.PreReviews
				}
				v := find(t, all, a.OrderKey, a.ShipmentID)
				switch {
				case v == nil:
					t.Errorf("order %s, shipment %q: no verdict", a.OrderKey, a.ShipmentID)
				case v.Route != a.Route, v.PreferenceStatus != a.PreferenceStatus, v.Complete != a.Complete, v.Cancelled != a.Cancelled,
					v.AttributedClick != a.AttributedClick, !slices.Equal(v.Missing, a.Missing), !slices.Equal(codes(v), a.Reasons),
					v.Dimensions.EventTime != a.EventTime, v.Dimensions.AdNetwork != a.AdNetwork, v.Dimensions.Campaign != a.Campaign, v.Ecert != a.Ecert, !a.IsPreReview() && (v.Dimensions.Port != a.Port || v.Dimensions.Currency != a.Currency || v.Dimensions.DeclaredValue != a.DeclaredValue):
					t.Errorf("planted %+v\nfound   %+v", *a, *v)
				}
			})
			if len(x.Decisions) != total.Shipments || len(x.PreReviews) != total.PreReviews || len(x.Letters) != total.Bad {
				t.Errorf("%d decisions, %d pre-reviews, %d dead letters; planted %d, %d, %d",
					len(x.Decisions), len(x.PreReviews), len(x.Letters), total.Shipments, total.PreReviews, total.Bad)
			}
			for at, e := range bad {
				if l, ok := x.Letters[at]; !ok || l.Field != e.Field {
					t.Errorf("%v: %+v, planted as bad in %s", at, l, e.Field)
				}
			}
			sums(t, x, total)
		})
	}
}

// sums holds the cells, times and partitions added up, against what was planted.
func sums(t *testing.T, x *Expected, total *gen.Totals) {
	cells, reasons := map[gen.Cell]Total{}, map[string]int{}
	for c, n := range x.Cells {
		if c.Grain == schemas.GrainHourReason {
			reasons[c.Reason] += int(n.Count)
			continue
		}
		if c.Grain != schemas.GrainMinuteRoute {
			continue // nothing of the others is planted
		}
		k := gen.Cell{Port: c.Port, Route: c.Route, Status: c.PreferenceStatus, Currency: c.Currency}
		cells[k] = cells[k].Add(n)
	}
	want := map[gen.Cell]Total{}
	for k, c := range total.Cells {
		want[k] = Total{int64(c.Count), fmt.Sprint(c.ValueE4)}
	}
	if !maps.Equal(cells, want) {
		t.Errorf("cells %v\nplanted %v", cells, want)
	}
	for code, n := range total.Reasons { // info reasons, which nobody plants, count too
		if reasons[code] != n {
			t.Errorf("%d decisions with %s, planted %d", reasons[code], code, n)
		}
	}
}
