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
	retracted := d
	retracted.Retracted = true
	progress := schemas.Progress{
		Partition: 3, Layout: 4, Commit: 12, Watermark: 1782993600020, PolicyHash: "7f3a9c", SellerSitesOffset: 9,
		Offsets: map[string]int64{"shipments": 1131, "ad-clicks": 1202, "orders": 1188}, Instance: "clearlane-0",
	}
	samples := map[string][]byte{
		"decision":    AppendDecision(nil, &d, verdict),
		"retraction":  AppendDecision(nil, &retracted, verdict),
		"pre-review":  AppendPreReview(nil, &p, AppendVerdict(nil, &p.Verdict)),
		"minute-cell": AppendRollup(nil, &minute),
		"hour-cell":   AppendRollup(nil, &hour),
		"progress":    AppendProgress(nil, &progress),
	}
	datadriven.RunTest(t, "testdata/outputs", func(t *testing.T, td *datadriven.TestData) string {
		var out bytes.Buffer
		if err := json.Indent(&out, samples[td.Cmd], "", "  "); err != nil {
			t.Fatalf("%s: %v", td.Cmd, err)
		}
		return out.String() + "\n"
	})
}
