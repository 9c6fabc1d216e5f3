package land_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

const partitions = 4

var topics = []string{"decisions", "pre-reviews", "rollups", "dead-letters"}

// rig is a broker, an empty database and a lander between them.
type rig struct {
	t      testing.TB
	broker *broker.Broker
	client *kgo.Client
	conn   driver.Conn
	db     string
	cfg    land.Config

	produced int
	topics   int // how many are landed
}

// newRig makes the topics that are always landed, and more.
func newRig(t testing.TB, more ...string) *rig {
	t.Helper()
	conn, db := database(t)
	b, err := broker.Start(partitions, append(more, topics...)...)
	must(t, err)
	t.Cleanup(b.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(t, err)
	t.Cleanup(client.Close)
	cfg := land.Default()
	cfg.ClickHouse.Protocol = land.HTTP
	cfg.ClickHouse.Addrs = []string{chdbtest.Addr(t)}
	cfg.ClickHouse.Database = db
	cfg.BatchInterval = 50 * time.Millisecond
	cfg.MaxRetryInterval = 100 * time.Millisecond
	cfg.LagInterval = 50 * time.Millisecond
	return &rig{t: t, broker: b, client: client, conn: conn, db: db, cfg: cfg, topics: len(topics) + len(more)}
}

// start runs a lander until stop is called.
func (r *rig) start(cfg land.Config) (l *land.Lander, stop func()) {
	r.t.Helper()
	return r.startWith(cfg, func(context.CancelFunc) land.Observer { return nil })
}

// startWith gives the lander an observer that may stop it.
func (r *rig) startWith(cfg land.Config, observer func(context.CancelFunc) land.Observer) (l *land.Lander, stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l, err := land.New(cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(r.broker.Addrs()...)}, Observer: observer(cancel), Dispositions: dispositionReader})
	must(r.t, err)
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	return l, func() {
		r.t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				r.t.Errorf("lander: %v", err)
			}
		case <-time.After(30 * time.Second):
			r.t.Error("lander did not stop within 30 s")
		}
	}
}

func (r *rig) produce(recs ...*kgo.Record) {
	r.t.Helper()
	must(r.t, r.client.ProduceSync(context.Background(), recs...).FirstErr())
	r.produced += len(recs)
}

// caughtUp waits until the group has committed every record.
func (r *rig) caughtUp(l *land.Lander) {
	r.t.Helper()
	r.eventually("lag of 0", func() bool {
		s := l.Status()
		total := int64(0)
		for _, g := range s.Lag {
			total += g.Records
		}
		return len(s.Lag) == partitions*r.topics && total == 0 && s.Ready
	})
}

func (r *rig) eventually(what string, ok func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("no %s within 30 s", what)
		}
	}
}

// one reads a single value.
func one[T any](r *rig, query string) (v T) {
	r.t.Helper()
	must(r.t, r.conn.QueryRow(context.Background(), fmt.Sprintf(query, r.db)).Scan(&v))
	return v
}

// decision is version v of the decision about shipment i; all of it is a function of both.
func decision(i int, v uint64) *schemas.Decision {
	d := &schemas.Decision{
		ID: schemas.MakeDecisionID(fmt.Sprint("order-", i), "s1"), OrderKey: fmt.Sprint("order-", i), ShipmentID: "s1",
		Version: 1_780_000_000_000 + v, DecidedAt: schemas.Time(1_780_000_000_000 + int64(v)), VerdictHash: v,
		Verdict: schemas.Verdict{
			Route: schemas.Route(1 + (i+int(v))%3), Score: int32(i % 100), PreferenceStatus: schemas.PreferenceStatus(i % 4), Complete: i%2 == 0,
			Dimensions: schemas.Dimensions{
				SellerID: fmt.Sprint("seller-", i%5), SiteHost: fmt.Sprintf("shop%d.example", i%5), Platform: "shopify", Channel: "B2B", Port: "2704",
				OriginCountry: "CN", HSChapter: "61", ChannelGroup: "Paid Search", LabelClass: "clean", Currency: "USD",
				DeclaredValue: schemas.DecimalOf(int64(i), 5000), EventTime: schemas.Time(1_779_999_000_000 + int64(i)*1000),
			},
		},
		Evidence: schemas.Evidence{
			Positions: []schemas.Position{{Topic: "orders", Partition: int32(i % partitions), Offset: int64(i)}}, InputTime: 1_779_999_999_000,
			PolicyHash: "abc", GeoVersion: "2026-06", Site: schemas.SiteEvidence{Elsewhere: []string{"facebook_pixel_id"}}, InputHash: uint64(i),
		},
	}
	if v > 1 {
		d.Supersedes = d.Version - 1
	}
	for n := range i % 3 {
		d.Verdict.Reasons = append(d.Verdict.Reasons, schemas.Reason{Code: fmt.Sprint("CODE_", n), Severity: schemas.SeverityHard, Weight: int32(n), RuleID: "r", RuleVersion: 1, PackVersion: "p1", Field: "f", Observed: "it's", Expected: "US", Source: "19 CFR", Confidence: "official"})
	}
	if i%7 == 0 {
		d.Verdict.Missing = []string{"click"}
		d.Verdict.Unknowns = []schemas.Unknown{{Field: "click.country", Why: "no address"}}
		d.Verdict.Dimensions.DeclaredValue = schemas.Decimal{}
	}
	if i%11 == 0 {
		d.Verdict.Suppressed = schemas.Suppression{Code: "RELEASED", Until: 20_700, Route: schemas.RouteHighRisk}
	}
	if i%4 == 0 {
		d.Verdict.Dimensions.AdNetwork, d.Verdict.Dimensions.Campaign = "meta", fmt.Sprint("spring-", i%3)
	}
	if i%6 == 0 {
		d.Verdict.Ecert = schemas.Ecert{ID: fmt.Sprint("CN-", i)}
	}
	if i%12 == 0 {
		d.Verdict.Ecert.Platform, d.Verdict.Ecert.Status, d.Verdict.Ecert.ValidTo = "CROSSNET", schemas.EcertRevoked, 20_700
	}
	if i%5 == 0 {
		d.Verdict.DataCompleteness = schemas.DecimalOf(87, 5000)
	}
	return d
}

func decisionRecord(d *schemas.Decision, partition int) *kgo.Record {
	return &kgo.Record{Topic: "decisions", Partition: int32(partition), Key: d.ID[:], Value: codec.AppendDecision(nil, d, codec.AppendVerdict(nil, &d.Verdict))}
}

func rollupRecord(row *schemas.RollupRow) *kgo.Record {
	return &kgo.Record{Topic: "rollups", Partition: row.Partition, Value: codec.AppendRollup(nil, row)}
}

func preReviewRecord(i int) *kgo.Record {
	d := decision(i, 1)
	p := &schemas.PreReview{ID: schemas.MakePreReviewID(d.OrderKey), OrderKey: d.OrderKey, OrderID: "o", Version: d.Version, DecidedAt: d.DecidedAt, Verdict: d.Verdict, Evidence: d.Evidence}
	return &kgo.Record{Topic: "pre-reviews", Partition: int32(i % partitions), Key: p.ID[:], Value: codec.AppendPreReview(nil, p, codec.AppendVerdict(nil, &p.Verdict))}
}

// Everything published arrives in its table, each field in its column.
func TestEveryTopicLands(t *testing.T) {
	r := newRig(t)
	r.cfg.ClickHouse.DeadLetterBytes = true
	const n = 500
	for i := range n {
		r.produce(decisionRecord(decision(i, 1), i%partitions), preReviewRecord(i))
	}
	r.produce(decisionRecord(decision(7, 2), 7%partitions), decisionRecord(decision(8, 2), 8%partitions))
	letter := &kgo.Record{Topic: "dead-letters", Partition: 2, Key: []byte{0, 255}, Value: []byte("{\"broken\x00"), Headers: []kgo.RecordHeader{
		{Key: "trace", Value: []byte("t1")}, {Key: "clearlane-reason", Value: []byte("field order_key: missing")}, {Key: "clearlane-field", Value: []byte("order_key")},
		{Key: "clearlane-topic", Value: []byte("orders")}, {Key: "clearlane-partition", Value: []byte("2")}, {Key: "clearlane-offset", Value: []byte("41")}, {Key: "clearlane-time", Value: []byte("1780000000123")},
	}}
	r.produce(letter, &kgo.Record{Topic: "dead-letters", Partition: 1, Value: []byte("no headers")})
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	stop()

	for query, want := range map[string]uint64{
		"SELECT count() FROM %s.v_decision_history":                                                    n + 2,
		"SELECT count() FROM %s.v_decisions":                                                           n,
		"SELECT count() FROM %s.v_pre_reviews":                                                         n,
		"SELECT count() FROM %s.v_dead_letters":                                                        2,
		"SELECT version FROM %s.v_decisions WHERE order_key = 'order-7'":                               1_780_000_000_002,
		"SELECT count() FROM %s.v_decision_reasons":                                                    reasonsOf(n),
		"SELECT countIf(declared_value IS NULL) FROM %s.v_decisions":                                   (n + 6) / 7,
		"SELECT count() FROM %s.v_decisions WHERE has(missing, 'click')":                               (n + 6) / 7,
		"SELECT count() FROM %s.v_decisions WHERE NOT has(site_elsewhere, 'facebook_pixel_id')":        0,
		"SELECT count() FROM %s.v_decision_history WHERE NOT has(site_elsewhere, 'facebook_pixel_id')": 0,
		"SELECT count() FROM %s.v_decisions WHERE suppressed_code = 'RELEASED' AND suppressed_until = '2026-09-04' AND suppressed_route = 'HIGH_RISK_CONTROL'":        (n + 10) / 11,
		"SELECT count() FROM %s.v_decision_history WHERE suppressed_code = 'RELEASED' AND suppressed_until = '2026-09-04' AND suppressed_route = 'HIGH_RISK_CONTROL'": (n + 10) / 11,
		"SELECT countIf(suppressed_route = '' AND suppressed_until = '1970-01-01') FROM %s.v_decisions":                                                               n - (n+10)/11,
		"SELECT countIf(positions.offset[1] = toInt64(input_hash)) FROM %s.v_decisions":                                                                               n,
		"SELECT count() FROM %s.v_decision_reasons WHERE observed = 'it\\'s' AND weight = 1":                                                                          reasonsOf(n) - (n - (n+2)/3),
		"SELECT countIf(data_completeness = 87.5) FROM %s.v_decisions":                                                                                                (n + 4) / 5,
		"SELECT countIf(ad_network = 'meta' AND startsWith(campaign, 'spring-')) FROM %s.v_decisions":                                                                 (n + 3) / 4,
		"SELECT countIf(ad_network = '' AND campaign = '') FROM %s.v_decisions":                                                                                       n - (n+3)/4,
		"SELECT countIf(ecert_id = concat('CN-', substring(order_key, 7))) FROM %s.v_decisions":                                                                       (n + 5) / 6,
		"SELECT countIf(ecert_platform = 'CROSSNET' AND ecert_status = 'REVOKED' AND ecert_valid_to = '2026-09-04') FROM %s.v_decisions":                              (n + 11) / 12,
		"SELECT countIf(ecert_platform = '' AND ecert_status = '' AND ecert_valid_to = '1970-01-01') FROM %s.v_decisions":                                             n - (n+11)/12,
		"SELECT countIf(ad_network = 'meta' AND startsWith(campaign, 'spring-')) FROM %s.v_pre_reviews":                                                               (n + 3) / 4,
		"SELECT countIf(ad_network = '' AND campaign = '') FROM %s.v_pre_reviews":                                                                                     n - (n+3)/4,
		"SELECT countIf(ecert_id = concat('CN-', substring(order_key, 7))) FROM %s.v_pre_reviews":                                                                     (n + 5) / 6,
		"SELECT countIf(ecert_platform = 'CROSSNET' AND ecert_status = 'REVOKED' AND ecert_valid_to = '2026-09-04') FROM %s.v_pre_reviews":                            (n + 11) / 12,
		"SELECT countIf(ecert_platform = '' AND ecert_status = '' AND ecert_valid_to = '1970-01-01') FROM %s.v_pre_reviews":                                           n - (n+11)/12,
		"SELECT countIf(data_completeness IS NULL) FROM %s.v_decision_history":                                                                                        n - n/5 + 2,
	} {
		if got := one[uint64](r, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	if got := one[string](r, "SELECT toDecimalString(sum(declared_value), 2) FROM %s.v_decisions"); got != sumOfValues(n) {
		t.Errorf("sum of declared values %s, want %s", got, sumOfValues(n))
	}
	got := one[string](r, "SELECT concat(topic, '/', toString(partition), '/', toString(offset), '/', reason, '/', field, '/', hex(key), '/', hex(value), '/', toString(record_time), '/', headers.name[1], headers.value[1]) FROM %s.v_dead_letters WHERE topic = 'orders'")
	if want := "orders/2/41/field order_key: missing/order_key/00FF/7B2262726F6B656E00/2026-05-28 20:26:40.123/tracet1"; got != want {
		t.Errorf("dead letter\n got %s\nwant %s", got, want)
	}
}

func reasonsOf(n int) (sum uint64) {
	for i := range n {
		sum += uint64(i % 3)
	}
	return sum
}

func sumOfValues(n int) string {
	var s schemas.Sum
	for i := range n {
		s = s.Add(decision(i, 1).Verdict.Dimensions.DeclaredValue)
	}
	return s.String()
}

// Reading everything once more, from the start, changes no row that people see.
func TestReplayChangesNothing(t *testing.T) {
	r := newRig(t)
	for i := range 300 {
		r.produce(decisionRecord(decision(i, 1), i%partitions), decisionRecord(decision(i, 2), i%partitions), decisionRecord(decision(i, 1), i%partitions))
	}
	digest := func() string {
		return one[string](r, "SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toString(tuple(*))))), ' ', toString(sum(version))) FROM %s.v_decisions")
	}
	var first string
	for round := range 3 {
		cfg := r.cfg
		cfg.Group = fmt.Sprint("land-", round)
		l, stop := r.start(cfg)
		r.caughtUp(l)
		stop()
		if got := one[uint64](r, "SELECT count() FROM %s.v_decision_history"); got != 600 {
			t.Fatalf("round %d: history of %d rows, want 600", round, got)
		}
		if round == 0 {
			first = digest()
		} else if got := digest(); got != first {
			t.Fatalf("round %d: %s, want %s", round, got, first)
		}
	}
}

// gate is a TCP way to the engine that can be shut.
func gate(t testing.TB, to string) (addr string, open *atomic.Bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	open = &atomic.Bool{}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			if !open.Load() {
				in.Close()
				continue
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go pipe(in, out, open)
			go pipe(out, in, open)
		}
	}()
	return l.Addr().String(), open
}

// pipe copies until either end closes or the gate is shut.
func pipe(from, to net.Conn, open *atomic.Bool) {
	defer from.Close()
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		_ = from.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := from.Read(buf)
		if !open.Load() {
			return
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if ne, ok := err.(net.Error); err != nil && !(ok && ne.Timeout()) {
			return
		}
	}
}

func letterRecord(partition int32, value string) *kgo.Record {
	return &kgo.Record{Topic: "dead-letters", Partition: partition, Value: []byte(value)}
}
