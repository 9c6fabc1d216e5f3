package land

import (
	"fmt"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// benchRows is one batch of the default size.
const benchRows = 50_000

// benchRecords are decisions as the pipeline writes them, one in three with a reason.
func benchRecords() []*kgo.Record {
	records := make([]*kgo.Record, benchRows)
	for i := range records {
		d := schemas.Decision{
			ID: schemas.MakeDecisionID(fmt.Sprint("order-", i), "s1"), OrderKey: fmt.Sprint("order-", i), ShipmentID: "s1",
			Version: 1_780_000_000_000 + uint64(i), DecidedAt: schemas.Time(1_780_000_000_000 + i),
			Verdict: schemas.Verdict{Route: schemas.Route(1 + i%3), Score: 10, Complete: true, AttributedClick: fmt.Sprint("click-", i), Dimensions: schemas.Dimensions{
				SellerID: fmt.Sprint("seller-", i%500), SiteHost: fmt.Sprintf("shop%d.example", i%500), Platform: "shopify", Channel: "B2B", Port: "2704",
				OriginCountry: "CN", HSChapter: "61", ChannelGroup: "Paid Search", LabelClass: "clean", Currency: "USD",
				DeclaredValue: schemas.DecimalOf(int64(i), 9900), EventTime: schemas.Time(1_779_999_000_000 + i),
			}},
			Evidence: schemas.Evidence{Positions: []schemas.Position{{Topic: "orders", Offset: int64(i)}, {Topic: "shipments", Offset: int64(i)}}, InputTime: 1_779_999_999_000, PolicyHash: "abc", GeoVersion: "2026-06"},
		}
		if i%3 == 0 {
			d.Verdict.Reasons = []schemas.Reason{{Code: "AD_TARGET_MISMATCH", Severity: schemas.SeverityHard, Weight: 60, RuleID: "ad-target", RuleVersion: 1, PackVersion: "2026-07", Field: "click.target_countries", Observed: "DE", Expected: "US", Source: "CBP pilot 2026-06-01", Confidence: "reported"}}
		}
		records[i] = &kgo.Record{Topic: "decisions", Value: codec.AppendDecision(nil, &d, codec.AppendVerdict(nil, &d.Verdict))}
	}
	return records
}

func fillTable(b *testing.B, t *table, records []*kgo.Record) {
	t.reset()
	for _, r := range records {
		if err := t.add(r); err != nil {
			b.Fatal(err)
		}
	}
}

// Record bytes to filled columns: the lander's own work for a row.
func BenchmarkFill(b *testing.B) {
	records, t := benchRecords(), newDecisions()
	b.ReportAllocs()
	spent := cpu(b)
	for b.Loop() {
		fillTable(b, t, records)
	}
	perRow(b, spent)
}

// Filled columns to a Native block.
func BenchmarkEncode(b *testing.B) {
	t := newDecisions()
	fillTable(b, t, benchRecords())
	var buf proto.Buffer
	b.ReportAllocs()
	spent := cpu(b)
	for b.Loop() {
		buf.Reset()
		if err := (proto.Block{Columns: len(t.input()), Rows: benchRows}).EncodeRawBlock(&buf, 0, t.input()); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, spent)
	b.ReportMetric(float64(len(buf.Buf))/benchRows, "B/row")
}

// Record bytes to acknowledged rows, on the engine in this process.
func BenchmarkLand(b *testing.B) { benchInsert(b, true) }

// A filled block to acknowledged rows: the engine's part of BenchmarkLand.
func BenchmarkInsert(b *testing.B) { benchInsert(b, false) }

func benchInsert(b *testing.B, fill bool) {
	o := chdbtest.Options(b)
	cfg := Default().ClickHouse
	cfg.Addrs, cfg.Protocol, cfg.Database = o.Addr, HTTP, o.Auth.Database
	o.Auth.Database = "default"
	if _, err := Migrate(b.Context(), chdbtest.Connect(b, o), cfg.Database, MigrateOptions{}); err != nil {
		b.Fatal(err)
	}
	ins := newInserter(&cfg)
	defer ins.close()
	records, t := benchRecords(), newDecisions()
	fillTable(b, t, records)
	b.ReportAllocs()
	spent := cpu(b)
	for b.Loop() {
		if fill {
			fillTable(b, t, records)
		}
		if err := ins.insert(b.Context(), t.name, benchRows, t.input()); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, spent)
}

// perRow reports what a CPU-second of this process, the engine's threads among them,
// brings: other than rows a second it does not depend on who else is running.
func perRow(b *testing.B, spent func() time.Duration) {
	rows := float64(benchRows) * float64(b.N)
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(rows/spent().Seconds(), "rows/cpu-s")
}

// cpu measures the processor time spent from now on.
func cpu(b *testing.B) func() time.Duration {
	began := cpuTime(b)
	return func() time.Duration { return cpuTime(b) - began }
}
