package codec

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/schemas"
)

// What brokers and analysts read is a contract: these are its bytes. Members may
// be added; those here stay as they are.
func TestOutputsAsTheyAreOnTheWire(t *testing.T) {
	d, verdict := sampleDecision()
	p := schemas.PreReview{
		ID: schemas.MakePreReviewID(d.OrderKey), OrderKey: d.OrderKey, OrderID: "o-42", Version: 7, DecidedAt: d.DecidedAt,
		Verdict: schemas.Verdict{Route: schemas.RouteRelease, PreferenceStatus: schemas.PreferenceEligible, Missing: []string{"click"}},
	}
	cell := schemas.Cell{Time: 1782993600000}
	row := schemas.RollupRow{Layout: 4, Partition: 3, Version: 12, Count: 2, Value: schemas.Sum{}.Add(schemas.DecimalOf(129, 9000))}
	minute, hour := row, row
	minute.Cell, hour.Cell = cell, cell
	minute.Cell.Grain, minute.Cell.Port, minute.Cell.Route, minute.Cell.Currency = schemas.GrainMinuteRoute, "2704", schemas.RouteHighRisk, "USD"
	hour.Cell.Grain, hour.Cell.SellerID, hour.Cell.SiteHost, hour.Cell.Reason = schemas.GrainHourReason, "s-0042", "shop-0042.example", "GEO_TARGET_MISMATCH"
	of := func(count int64, c schemas.Cell) []byte {
		c.Time, c.Epoch = 1782950400000, 20636
		r := row
		r.Cell, r.Count = c, count
		return AppendRollup(nil, &r)
	}
	funnel := schemas.RollupRow{Layout: 4, Partition: 3, Version: 12, Funnel: schemas.Funnel{Clicks: 5, Orders: 3, Shipments: 4, Joined: 2, Waiting: 1, Expired: 1},
		Cell: schemas.Cell{Grain: schemas.GrainHourFunnel, Time: cell.Time, SellerID: "s-0042", Channel: "B2B", Epoch: 20636}}
	retracted := d
	retracted.Retracted = true
	progress := schemas.Progress{
		Partition: 3, Layout: 4, Commit: 12, Watermark: 1782993600020, PolicyHash: "7f3a9c", SellerSitesOffset: 9,
		Offsets: map[string]int64{"shipments": 1131, "ad-clicks": 1202, "orders": 1188}, Instance: "clearlane-0",
	}
	samples := map[string][]byte{
		"decision":      AppendDecision(nil, &d, verdict),
		"retraction":    AppendDecision(nil, &retracted, verdict),
		"pre-review":    AppendPreReview(nil, &p, AppendVerdict(nil, &p.Verdict)),
		"minute-cell":   AppendRollup(nil, &minute),
		"hour-cell":     AppendRollup(nil, &hour),
		"origin-cell":   of(2, schemas.Cell{Grain: schemas.GrainDayOrigin, OriginCountry: "MX", HSChapter: "85", Route: schemas.RouteRelease, Currency: "USD"}),
		"label-cell":    of(2, schemas.Cell{Grain: schemas.GrainHourLabel, ChannelGroup: "Paid Search", Platform: "shopline", LabelClass: schemas.LabelDrift, Currency: "USD"}),
		"campaign-cell": of(2, schemas.Cell{Grain: schemas.GrainDayCampaign, AdNetwork: "google", Campaign: "summer", LabelClass: schemas.LabelClean, Route: schemas.RouteRelease}),
		"seller-cell":   of(2, schemas.Cell{Grain: schemas.GrainDaySeller, SellerID: "s-0042", SiteHost: "shop-0042.example", Route: schemas.RouteDocumentReview, Currency: "USD"}),
		"funnel":        AppendRollup(nil, &funnel),
		"ledger":        of(31, schemas.Cell{Grain: schemas.GrainDayLedger, Topic: "orders", Outcome: "applied"}),
		"progress":      AppendProgress(nil, &progress),
	}
	datadriven.RunTest(t, "testdata/outputs", func(t *testing.T, td *datadriven.TestData) string {
		var out bytes.Buffer
		if err := json.Indent(&out, samples[td.Cmd], "", "  "); err != nil {
			t.Fatalf("%s: %v", td.Cmd, err)
		}
		return out.String() + "\n"
	})
}

// Rows of the first releases have no epoch; what they counted is that of epoch 0.
func TestRowsOfOlderReleasesAreRead(t *testing.T) {
	var r schemas.RollupRow
	old := `{"kind":"cell","grain":"hour_reason","time":"2026-07-02T12:00:00.000Z","seller_id":"s","site_host":"h","reason":"R","count":2,"value":"0","layout":4,"partition":3,"version":12}`
	if err := ParseRollup([]byte(old), &r); err != nil {
		t.Fatal(err)
	}
	want := schemas.RollupRow{Layout: 4, Partition: 3, Version: 12, Count: 2,
		Cell: schemas.Cell{Grain: schemas.GrainHourReason, Time: 1782993600000, SellerID: "s", SiteHost: "h", Reason: "R"}}
	if r != want {
		t.Errorf("got %+v\nwant %+v", r, want)
	}
	if err := ParseRollup([]byte(`{"kind":"total","grain":"hour_reason"}`), &r); err == nil || err.Error() != `field kind is "total"; allowed: cell, funnel, ledger` {
		t.Errorf("a row of another kind: %v", err)
	}
}
