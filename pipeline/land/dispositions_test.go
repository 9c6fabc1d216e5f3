package land_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// dispositionReader takes what is valid, whatever the record's key and time.
func dispositionReader() land.DispositionReader {
	d := codec.NewDecoder(schemas.DefaultLimits())
	return func(r *kgo.Record, to *schemas.Disposition) error { return d.Disposition(r.Value, to) }
}

func disposition(partition int32, d *schemas.Disposition) *kgo.Record {
	return &kgo.Record{Topic: "dispositions", Partition: partition, Key: []byte(d.OrderKey), Value: codec.AppendDispositionJSON(nil, d), Timestamp: time.UnixMilli(1_780_000_000_777)}
}

// Each disposition is one row however often it is said, beside what had been decided when
// it was made and what is decided now; what the pipeline refuses makes no second letter.
func TestDispositionsLandWithWhatWasDecided(t *testing.T) {
	r := newRig(t, "dispositions")
	r.cfg.Topics.Dispositions = "dispositions"
	// Routes of order-1: DOCUMENT_REVIEW, HIGH_RISK_CONTROL, RELEASE; each a second after the other.
	for v := range uint64(3) {
		d := decision(1, 1+1000*v)
		d.Verdict.Route = []schemas.Route{schemas.RouteDocumentReview, schemas.RouteHighRisk, schemas.RouteRelease}[v]
		r.produce(decisionRecord(d, 1))
	}
	r.produce(decisionRecord(decision(2, 1), 2))
	const begun = 1_780_000_000_001
	make := func(order, code string, at schemas.Time, version uint64) *schemas.Disposition {
		return &schemas.Disposition{OrderKey: order, ShipmentID: "s1", Code: code, EventTime: at, Version: version, By: "officer-7", Note: "call Ms Doe"}
	}
	named := make("order-1", "EXAMINED", begun+5000, begun+1000)
	named.DecisionID = schemas.MakeDecisionID("order-1", "s1").String()
	named.Until = 20_700
	all := []*schemas.Disposition{
		named,
		make("order-1", "HELD", begun+1500, 0), // about the second version
		make("order-1", "RELEASED", begun+90_000, 0), // about the third
		make("order-1", "1A", begun-1, 0),            // before anything was decided
		make("order-9", "HELD", begun, 0),            // nothing is known of it
	}
	for range 3 {
		for _, d := range all {
			r.produce(disposition(1, d))
		}
	}
	again := *all[1]
	again.By, again.Note = "officer-8", "the same, as another has it"
	r.produce(disposition(1, &again))
	bad := make("order-1", "no code", begun, 0)
	r.produce(disposition(3, bad), &kgo.Record{Topic: "dispositions", Partition: 3, Value: []byte("{")}, &kgo.Record{Topic: "dispositions", Partition: 3})

	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	if s := l.Status(); s.Skipped != 3 || s.Buried != 0 {
		t.Errorf("%d skipped, %d buried; want 3 and none", s.Skipped, s.Buried)
	}
	stop()
	got := rowsOf(t, r.conn, fmt.Sprintf(`SELECT concat(order_key, ' ', code, ' ', toString(until), ' then ', toString(version_then), ' ', route_then, ' now ', toString(version_now), ' ', route_now, ' ', seller_id) FROM %s.v_dispositions ORDER BY order_key, event_time`, r.db))
	want := []string{
		"order-1 1A 1970-01-01 then 0  now 1780000002001 RELEASE seller-1",
		"order-1 HELD 1970-01-01 then 1780000001001 HIGH_RISK_CONTROL now 1780000002001 RELEASE seller-1",
		"order-1 EXAMINED 2026-09-04 then 1780000001001 HIGH_RISK_CONTROL now 1780000002001 RELEASE seller-1",
		"order-1 RELEASED 1970-01-01 then 1780000002001 RELEASE now 1780000002001 RELEASE seller-1",
		"order-9 HELD 1970-01-01 then 0  now 0  ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// The row says where its record stands: of those that say the same, the last.
	if at := one[string](r, "SELECT concat(toString(partition), '/', toString(offset), ' ', toString(record_time)) FROM %s.dispositions FINAL WHERE code = 'HELD' AND order_key = 'order-1'"); at != "1/15 2026-05-28 20:26:40.777" {
		t.Errorf("position %s", at)
	}
}

func TestDispositionsAreLandedOnlyWithAReader(t *testing.T) {
	cfg := land.Default()
	cfg.ClickHouse.Addrs, cfg.Topics.Dispositions = []string{"127.0.0.1:1"}, "dispositions"
	if _, err := land.New(cfg, land.Deps{}); err == nil || !strings.Contains(err.Error(), "topics.dispositions") {
		t.Error(err)
	}
}
