package codec

import (
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Rows written out by hand are what the layout of their grain says, whatever they hold.
func TestRowsAreWrittenAsTheirLayoutSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r schemas.RollupRow
		fill(t, layout.Rollup, unsafe.Pointer(&r))
		c := &r.Cell
		c.Grain = schemas.Grain(rapid.IntRange(0, len(grains)).Draw(t, "grain"))
		if rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
			c.Time = schemas.Time(rapid.SampledFrom([]int64{0, -1, 1 << 62}).Draw(t, "time"))
			c.Route, c.PreferenceStatus = schemas.Route(rapid.Byte().Draw(t, "route")), schemas.PreferenceStatus(rapid.Byte().Draw(t, "status"))
			c.Campaign, c.SellerID, r.Count = rapid.String().Draw(t, "campaign"), rapid.String().Draw(t, "seller"), rapid.Int64().Draw(t, "count")
			r.Value = schemas.Sum{Hi: rapid.Int64().Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		}
		if got, want := AppendRollup(nil, &r), appendRollupMembers(nil, &r); string(got) != string(want) {
			t.Fatalf("row\n%s\nby its layout\n%s", got, want)
		}
	})
}

func BenchmarkRollup(b *testing.B) {
	rows := [...]schemas.RollupRow{
		{Cell: schemas.Cell{Grain: schemas.GrainHourReason, SellerID: "s-0042", SiteHost: "shop-0042.example", Reason: "GEO_TARGET_MISMATCH"}},
		{Cell: schemas.Cell{Grain: schemas.GrainDaySeller, Route: schemas.RouteRelease, Currency: "USD", SellerID: "s-0042", SiteHost: "shop-0042.example"}},
		{Cell: schemas.Cell{Grain: schemas.GrainHourFunnel, SellerID: "s-0042", Channel: "B2B"}, Funnel: schemas.Funnel{Clicks: 31, Orders: 30, Shipments: 29, Joined: 28, Waiting: 1}},
	}
	for i := range rows {
		r := &rows[i]
		r.Layout, r.Partition, r.Version, r.Count, r.Cell.Time, r.Cell.Epoch = 4, 3, 1234, 57, 1_782_990_000_000, 20_636
		r.Value = schemas.Sum{}.Add(schemas.DecimalOf(1293, 9000))
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		for i := range rows {
			buf = AppendRollup(buf[:0], &rows[i])
		}
	}
}
