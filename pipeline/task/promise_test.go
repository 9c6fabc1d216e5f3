package task

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

var testTopics = []Topic{
	{"ad-clicks", schemas.KindAdClick}, {"orders", schemas.KindOrder}, {"shipments", schemas.KindShipment},
	{"ecert-verifications", schemas.KindEcertVerification}, {"dispositions", schemas.KindDisposition},
}

func testConfig() Config {
	l := join.DefaultLimits()
	return Config{
		Partition: 3, Layout: 4, Topics: testTopics, Outputs: outputNames, Instance: "test", Group: "g",
		CommitInterval: 50 * time.Microsecond, CatchUpInterval: 200 * time.Microsecond, MaxBatch: 64, MaxTransaction: 500, FlushInterval: time.Millisecond, MaxDirtyCells: 1 << 20, CellPuts: 3, StopTimeout: time.Minute,
		SweepOrders: 9, ReferenceWait: time.Minute,
		Bounds: decide.Bounds{Events: schemas.DefaultLimits(), MaxAheadMs: 24 * 3600 * 1000},
		Join:   l,
	}
}

// events are the records of a generated stream by topic, and the reference data.
func events(t testing.TB, seed uint64, orders, bad int) ([][]record.Record, *decide.References) {
	t.Helper()
	g := gen.New(gen.Options{Seed: seed, Orders: orders, Bad: bad, OrdersPerSecond: 10})
	pack, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := codec.NewDecoder(schemas.DefaultLimits())
	var changes []decide.SiteChange
	for _, ev := range g.Sites() {
		site := &schemas.SellerSite{}
		if err := d.SellerSite(ev.Value, site); err != nil {
			t.Fatal(err)
		}
		own := &schemas.SellerSite{}
		if err := codec.ReadSellerSite(codec.AppendSellerSite(nil, site), own); err != nil {
			t.Fatal(err)
		}
		changes = append(changes, decide.SiteChange{SellerID: own.SellerID, SiteHost: own.SiteHost, Site: own})
	}
	in := make([][]record.Record, len(testTopics))
	for {
		ev, ok := g.Next()
		if !ok {
			break
		}
		i := slices.IndexFunc(testTopics, func(x Topic) bool { return x.Kind == ev.Kind })
		in[i] = append(in[i], record.Record{Key: ev.Key, Value: ev.Value, Headers: ev.Headers, TimeMs: ev.TimeMs, Offset: int64(len(in[i]))})
	}
	return in, &decide.References{Policy: policy.Alone(pack), Sites: (&decide.SiteTable{}).With(changes)}
}

func newCluster(in [][]record.Record, seed uint64, crashes int) *cluster {
	return &cluster{rng: rand.New(rand.NewPCG(seed, 1)), inputs: in, crashes: crashes,
		stored: newMemory()}
}

// standing is what stands at the end, as a committed reader sees it.
type standing struct {
	decisions, preReviews, high map[schemas.DecisionID]string
	cells                       map[string]string
	flow                        flow
	dead                        map[string]bool
}

// read reads the committed outputs, and fails on what no reader may ever see.
func (c *cluster) read(t *testing.T) standing {
	t.Helper()
	s := standing{map[schemas.DecisionID]string{}, map[schemas.DecisionID]string{}, map[schemas.DecisionID]string{}, map[string]string{}, flow{}, map[string]bool{}}
	versions := map[schemas.DecisionID]uint64{}
	for _, r := range c.outputs[OutDecisions] {
		var d schemas.Decision
		if err := codec.ParseDecision(r.Value, &d); err != nil {
			t.Fatal(err)
		}
		if d.Version <= versions[d.ID] {
			t.Errorf("decision %s: version %d after %d", d.ID, d.Version, versions[d.ID])
		}
		if anew := c.forgets && d.Supersedes == 0; anew {
			delete(s.decisions, d.ID)
		} else if d.Supersedes != versions[d.ID] {
			t.Errorf("decision %s version %d supersedes %d, the one before is %d", d.ID, d.Version, d.Supersedes, versions[d.ID])
		}
		if s.decisions[d.ID] == verdict(&d.Verdict) {
			t.Errorf("decision %s: version %d says the same as the one before", d.ID, d.Version)
		}
		versions[d.ID] = d.Version
		s.decisions[d.ID] = verdict(&d.Verdict)
	}
	for _, r := range c.outputs[OutHighRisk] {
		var d schemas.Decision
		if err := codec.ParseDecision(r.Value, &d); err != nil {
			t.Fatal(err)
		}
		if d.Retracted == (d.Verdict.Route == schemas.RouteHighRisk) {
			t.Errorf("high-risk %s: retracted %t with route %s", d.ID, d.Retracted, d.Verdict.Route)
		}
		if _, stands := s.high[d.ID]; d.Retracted && !stands {
			t.Errorf("high-risk %s: a retraction of nothing", d.ID)
		}
		delete(s.high, d.ID)
		if !d.Retracted {
			s.high[d.ID] = verdict(&d.Verdict)
		}
	}
	for _, r := range c.outputs[OutPreReviews] {
		var p schemas.PreReview
		if err := codec.ParsePreReview(r.Value, &p); err != nil {
			t.Fatal(err)
		}
		s.preReviews[p.ID] = verdict(&p.Verdict)
	}
	rows := map[string]schemas.RollupRow{}
	for _, r := range c.outputs[OutRollups] {
		var row schemas.RollupRow
		if err := codec.ParseRollup(r.Value, &row); err != nil {
			t.Fatal(err)
		}
		if s.flow.row(t, &row) {
			continue
		}
		rows[rollup.Key(&row.Cell)] = row
	}
	s.cells = overEpochs(t, rows)
	for _, r := range c.outputs[OutDeadLetters] {
		at := ""
		for _, h := range r.Headers {
			switch h.Key {
			case "clearlane-topic", "clearlane-offset":
				at += string(h.Value) + " "
			}
		}
		if s.dead[at] {
			t.Errorf("dead letter of %stwice", at)
		}
		s.dead[at] = true
	}
	return s
}

// overEpochs adds up what the last rows of cells say, over the epochs: when a decision was
// published, and so in which epoch it is counted, is no function of the records.
func overEpochs(t *testing.T, rows map[string]schemas.RollupRow) map[string]string {
	t.Helper()
	totals := map[string]schemas.RollupRow{}
	for k, row := range rows {
		if row.Count < 0 || row.Count == 0 && row.Value != (schemas.Sum{}) {
			t.Errorf("cell %q: %d of value %v", k, row.Count, row.Value)
		}
		row.Cell.Epoch = 0
		total := totals[rollup.Key(&row.Cell)]
		total.Count += row.Count
		total.Value = total.Value.AddSum(row.Value)
		totals[rollup.Key(&row.Cell)] = total
	}
	cells := map[string]string{}
	for k, total := range totals {
		if total.Count != 0 {
			cells[k] = fmt.Sprint(total.Count, total.Value)
		}
	}
	return cells
}

func verdict(v *schemas.Verdict) string { return string(codec.AppendVerdict(nil, v)) }

func (s *standing) differs(o *standing) string {
	for _, m := range []struct {
		what string
		a, b map[schemas.DecisionID]string
	}{{"decision", s.decisions, o.decisions}, {"pre-review", s.preReviews, o.preReviews}, {"high-risk", s.high, o.high}} {
		if d := differ(m.what, m.a, m.b); d != "" {
			return d
		}
	}
	if d := differ("cell", s.cells, o.cells); d != "" {
		return d
	}
	if d := s.flow.differs(o.flow); d != "" {
		return d
	}
	return differ("dead letter", s.dead, o.dead)
}

func differ[K, V comparable](what string, a, b map[K]V) string {
	for k, v := range a {
		if b[k] != v {
			return fmt.Sprintf("%s %v:\n%v\nnot\n%v", what, k, v, b[k])
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d %ss, not %d", len(a), what, len(b))
	}
	return ""
}

// What stands after any number of crashes, at any place, equals what an undisturbed
// run leaves, and no committed reader ever sees a version twice.
func TestVerdictsSurviveCrashes(t *testing.T) {
	in, refs := events(t, 7, 400, 30)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	calm := newCluster(in, 1, 0)
	cfg := testConfig()
	cfg.MaxBatch = math.MaxInt32
	if err := calm.run(cfg, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	if len(want.decisions) == 0 || len(want.high) == 0 || len(want.preReviews) == 0 || len(want.dead) < 29 {
		t.Fatalf("nothing to compare: %d decisions, %d high-risk, %d pre-reviews, %d dead letters", len(want.decisions), len(want.high), len(want.preReviews), len(want.dead))
	}
	const planted = 40 // at most; a run ends when all is committed
	crashes := 0
	for seed := range uint64(15) {
		c := newCluster(in, seed, planted)
		cfg := testConfig()
		cfg.MaxDirtyCells = 60
		cfg.Format = []codec.Format{codec.FormatJSON, codec.FormatProtobuf}[seed%2]
		if err := c.run(cfg, base); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got := c.read(t)
		if d := got.differs(&want); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		crashes += planted - c.crashes
	}
	if crashes < 15*10 {
		t.Errorf("only %d crashes happened", crashes)
	}
}

// A dead letter carries the bytes, key and headers of its record, and what is wrong.
func TestDeadLettersKeepTheirBytes(t *testing.T) {
	in, refs := events(t, 3, 100, 25)
	c := newCluster(in, 5, 0)
	if err := c.run(testConfig(), Deps{References: func() *decide.References { return refs }, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.outputs[OutDeadLetters] {
		var topic, offset int
		for _, h := range r.Headers {
			switch h.Key {
			case "clearlane-topic":
				topic = slices.IndexFunc(testTopics, func(x Topic) bool { return x.Name == string(h.Value) })
			case "clearlane-offset":
				fmt.Sscan(string(h.Value), &offset)
			}
		}
		orig := in[topic][offset]
		if !bytes.Equal(orig.Key, r.Key) || !bytes.Equal(orig.Value, r.Value) || (orig.Value == nil) != (r.Value == nil) {
			t.Errorf("dead letter of %s offset %d: other bytes than its record", testTopics[topic].Name, offset)
		}
	}
}
