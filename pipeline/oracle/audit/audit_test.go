package audit

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// memory is topics of two partitions in memory.
type memory map[string][2][]record.Record

// ReadAll implements naive.Log.
func (m memory) ReadAll(_ context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error) {
	ends := make([]int64, 2)
	for p := range ends {
		ends[p] = int64(len(m[topic][p]))
		for i := range m[topic][p] {
			if err := fn(int32(p), &m[topic][p][i]); err != nil {
				return nil, err
			}
		}
	}
	return ends, nil
}

func (m memory) add(topic string, partition int32, r record.Record) {
	parts := m[topic]
	r.Offset = int64(len(parts[partition]))
	parts[partition] = append(parts[partition], r)
	m[topic] = parts
}

var names = Topics{Decisions: "decisions", HighRisk: "high-risk", PreReviews: "pre-reviews", Rollups: "rollups", DeadLetters: "dead-letters", Progress: "progress", Shadow: "shadow", Group: "g"}

// inputs is a small stream, and what must follow from it.
func inputs(t *testing.T) (memory, *naive.Expected) {
	pack, err := policy.Default()
	must(t, err)
	other, err := policy.Parse(bytes.ReplaceAll(bytes.Replace(policy.DefaultBytes(), []byte(`      - "4601" # Newark / New York-New Jersey`+"\n"), nil, 1), []byte("weight: 60"), []byte("weight: 61")))
	must(t, err)
	s := &naive.Settings{Inputs: map[string]schemas.Kind{}, SellerSites: "seller_site", Events: schemas.DefaultLimits(), MaxAheadMs: 86_400_000,
		RetentionMs: 30 * 86_400_000, Clicks: 16, Verifications: 16, Dispositions: 64, Shipments: 256, Policy: policy.Alone(pack), Shadow: policy.Alone(other)}
	for kind := schemas.KindAdClick; kind <= schemas.KindDisposition; kind++ {
		s.Inputs[kind.String()] = kind
	}
	m := memory{}
	g := gen.New(gen.Options{Seed: 3, Orders: 200, Bad: 30, Partitions: 2})
	for _, e := range g.Sites() {
		m.add("seller_site", 0, record.Record{Key: e.Key, Value: e.Value})
	}
	for e, ok := g.Next(); ok; e, ok = g.Next() {
		m.add(e.Kind.String(), e.Partition, record.Record{Key: e.Key, Value: e.Value, TimeMs: e.TimeMs})
	}
	x, err := naive.Expect(t.Context(), m, s)
	must(t, err)
	return m, x
}

// publish writes outputs as they have to be: two versions of each decision, the first of
// another route, and one commit a partition.
func publish(m memory, x *naive.Expected) {
	for k, v := range x.Decisions {
		first := *v
		first.Route, first.Score = schemas.RouteRelease+schemas.RouteHighRisk-v.Route, v.Score+1
		if v.Route == schemas.RouteDocumentReview {
			first.Route = schemas.RouteHighRisk
		}
		was := schemas.RouteNone
		for i, verdict := range []*schemas.Verdict{&first, v} {
			members := codec.AppendVerdict(nil, verdict)
			d := schemas.Decision{ID: schemas.MakeDecisionID(k.OrderKey, k.ShipmentID), OrderKey: k.OrderKey, ShipmentID: k.ShipmentID,
				Version: uint64(i+1) * 100, Supersedes: uint64(i) * 100, VerdictHash: codec.VerdictHash(members)}
			m.add(names.Decisions, k.Partition, record.Record{Key: d.ID[:], Value: codec.AppendDecision(nil, &d, members)})
			if verdict.Route == schemas.RouteHighRisk || was == schemas.RouteHighRisk {
				d.Retracted = verdict.Route != schemas.RouteHighRisk
				m.add(names.HighRisk, k.Partition, record.Record{Key: d.ID[:], Value: codec.AppendDecision(nil, &d, members)})
			}
			was = verdict.Route
		}
	}
	for k, v := range x.PreReviews {
		members := codec.AppendVerdict(nil, v)
		p := schemas.PreReview{ID: schemas.MakePreReviewID(k.OrderKey), OrderKey: k.OrderKey, Version: 100, VerdictHash: codec.VerdictHash(members)}
		m.add(names.PreReviews, k.Partition, record.Record{Key: p.ID[:], Value: codec.AppendPreReview(nil, &p, members)})
	}
	for k, d := range x.Differences {
		turns := []schemas.Difference{*d}
		if k.ShipmentID != "" { // of the first decision, then of the second
			v := x.Decisions[k]
			turns = append(turns, *d)
			turns[0].Live.Score = v.Score + 1
			if turns[0].Live.Route = schemas.RouteRelease + schemas.RouteHighRisk - v.Route; v.Route == schemas.RouteDocumentReview {
				turns[0].Live.Route = schemas.RouteHighRisk
			}
		}
		for i := range turns {
			d := &turns[i]
			d.Version, d.Supersedes, d.DecisionVersion = uint64(i+1)*100, uint64(i)*100, uint64(i+1)*100
			d.Hash, _ = codec.DifferenceHash(nil, d)
			m.add(names.Shadow, k.Partition, record.Record{Key: d.ID[:], Value: codec.AppendDifference(nil, d)})
		}
	}
	for k, total := range x.Cells {
		r := schemas.RollupRow{Layout: 2, Partition: k.Partition, Version: 5, Cell: k.Cell, Count: total.Count}
		fmt.Sscan(total.Value, &r.Value.Lo)
		m.add(names.Rollups, k.Partition, record.Record{Value: codec.AppendRollup(nil, &r)})
	}
	for at, l := range x.Letters {
		var headers []record.Header
		for _, h := range [][2]string{{"topic", at.Topic}, {"partition", fmt.Sprint(at.Partition)}, {"offset", fmt.Sprint(at.Offset)}, {"code", l.Code}, {"field", l.Field}} {
			headers = append(headers, record.Header{Key: "clearlane-" + h[0], Value: []byte(h[1])})
		}
		m.add(names.DeadLetters, at.Partition, record.Record{Key: l.Key, Value: l.Value, Headers: headers})
	}
	for p := range int32(2) {
		for commit := range uint64(2) {
			progress := schemas.Progress{Partition: p, Commit: 4 + commit, Watermark: 7, Offsets: map[string]int64{}}
			for topic, ends := range x.Ends {
				progress.Offsets[topic] = ends[p] * int64(commit)
			}
			m.add(names.Progress, p, record.Record{Key: fmt.Appendf(nil, "g/%d", p), Value: codec.AppendProgress(nil, &progress)})
		}
	}
	publishFlow(m, x)
}

// publishFlow writes the rows of the funnel, in two epochs, and those of the ledger.
func publishFlow(m memory, x *naive.Expected) {
	put := func(p int32, c schemas.Cell, count int64, n schemas.Funnel) {
		r := schemas.RollupRow{Layout: 2, Partition: p, Version: 5, Cell: c, Count: count, Funnel: n}
		m.add(names.Rollups, p, record.Record{Value: codec.AppendRollup(nil, &r)})
	}
	for k, n := range x.Funnel {
		one := schemas.Funnel{Clicks: 1, Orders: -1}
		c := k.Cell
		c.Epoch = 20_000
		put(k.Partition, c, 0, one)
		n.Clicks, n.Orders, c.Epoch = n.Clicks-1, n.Orders+1, 20_001
		put(k.Partition, c, 0, n)
	}
	for at, n := range x.Days {
		c := schemas.Cell{Grain: schemas.GrainDayLedger, Time: at.Start, Topic: at.Topic, Outcome: "stale"}
		put(at.Partition, c, 1, schemas.Funnel{})
		c.Outcome = "applied"
		put(at.Partition, c, n.Records-n.Letters-1, schemas.Funnel{})
		if n.Letters > 0 { // whichever day comes first, its row is worth planting a fault in
			c.Outcome = "dead_letter"
			put(at.Partition, c, n.Letters, schemas.Funnel{})
		}
	}
	outputs := []string{names.Decisions, names.HighRisk, names.PreReviews, names.Rollups, names.DeadLetters, names.Progress, names.Shadow}
	for p := range int32(2) {
		for _, topic := range outputs {
			n := len(m[topic][p])
			if topic == names.Rollups {
				n = len(m[topic][p]) + 4 // this row, and those of the three behind it
			}
			put(p, schemas.Cell{Grain: schemas.GrainDayLedger, Topic: topic, Outcome: "published"}, int64(n), schemas.Funnel{})
		}
	}
}

// change is something done to the records of partition 0 of a topic.
type change func(records []record.Record) []record.Record

func without(i int) change {
	return func(r []record.Record) []record.Record { return slices.Delete(slices.Clone(r), i, i+1) }
}

// withoutOne takes out the first record that contains text.
func withoutOne(text string) change {
	return func(r []record.Record) []record.Record {
		i := slices.IndexFunc(r, func(r record.Record) bool { return bytes.Contains(r.Value, []byte(text)) })
		return without(i)(r)
	}
}

// again repeats a record, of the last ones with a negative number.
func again(i int) change {
	return func(r []record.Record) []record.Record { return append(slices.Clone(r), r[(i+len(r))%len(r)]) }
}

func swapped(r []record.Record) []record.Record {
	r = slices.Clone(r)
	r[0], r[1] = r[1], r[0]
	return r
}

func replaced(old, new string) change { return replacedIn(0, old, new) }

// replacedIn changes the first record from one on that contains old.
func replacedIn(from int, old, new string) change {
	return func(r []record.Record) []record.Record {
		r = slices.Clone(r)
		for i := from; i < len(r); i++ {
			if bytes.Contains(r[i].Value, []byte(old)) {
				r[i].Value = bytes.Replace(r[i].Value, []byte(old), []byte(new), 1)
				return r
			}
		}
		panic("nothing contains " + old)
	}
}

// lastOf is where the first record of version 200 in partition 0 of a topic stands; the
// one before it is of its subject.
func lastOf(m memory, topic string) int {
	return slices.IndexFunc(m[topic][0], func(r record.Record) bool { return bytes.Contains(r.Value, []byte(`"version":200`)) })
}

// In outputs as they have to be nothing is found; of every single fault planted in them
// something is, of the right class.
func TestAuditFindsWhatIsPlanted(t *testing.T) {
	m, x := inputs(t)
	publish(m, x)
	check := func(t *testing.T) *Findings {
		t.Helper()
		o, err := Read(t.Context(), m, names)
		must(t, err)
		return o.Check(x)
	}
	if f := check(t); !f.OK() {
		var b strings.Builder
		must(t, f.Write(&b))
		t.Fatalf("planted nothing, found\n%s", &b)
	}
	for _, planted := range []struct {
		what, topic string
		change      change
		class       Class
		text        string
	}{
		{"a decision lost", names.Decisions, without(1), Wrong, "decision of"},
		{"a subject lost", names.Decisions, func(r []record.Record) []record.Record { return r[2:] }, Missing, "decision of"},
		{"a decision twice", names.Decisions, again(1), Duplicate, "decision of"},
		{"an old decision again", names.Decisions, again(0), Duplicate, "decision of"},
		{"versions swapped", names.Decisions, swapped, Disorder, "behind version"},
		{"a chain broken", names.Decisions, replaced(`"supersedes":100`, `"supersedes":99`), Disorder, "supersedes 99"},
		{"one member changed", names.Decisions, replacedIn(1, `"label_class":"`, `"label_class":"x`), Wrong, "label_class"},
		{"another hash", names.Decisions, replaced(`"label_class":"`, `"label_class":"x`), Wrong, "hash of another"},
		{"another order's", names.Decisions, replaced(`"order_key":"ord`, `"order_key":"old`), Wrong, "nothing was to be said"},
		{"a high-risk decision lost", names.HighRisk, without(0), Missing, "high-risk of"},
		{"a high-risk decision twice", names.HighRisk, again(0), Duplicate, "high-risk of"},
		{"a high-risk decision changed", names.HighRisk, replaced(`"label_class":"`, `"label_class":"x`), Wrong, "another one than on decisions"},
		{"a pre-review lost", names.PreReviews, without(0), Missing, "pre-review of"},
		{"a roll-up row lost", names.Rollups, without(0), Missing, "roll-up"},
		{"a count changed", names.Rollups, replaced(`"count":`, `"count":1`), Wrong, "roll-up"},
		{"a roll-up row twice", names.Rollups, again(0), Duplicate, "roll-up"},
		{"a funnel row lost", names.Rollups, withoutOne(`"grain":"hour_funnel"`), Wrong, "funnel of"},
		{"a funnel cell moved", names.Rollups, replaced(`"grain":"hour_funnel","time":"2026`, `"grain":"hour_funnel","time":"2025`), Wrong, "hour 2025"},
		{"the funnel lost", names.Rollups, func(r []record.Record) []record.Record {
			return slices.DeleteFunc(slices.Clone(r), func(r record.Record) bool { return bytes.Contains(r.Value, []byte(`"hour_funnel"`)) })
		}, Missing, "funnel of"},
		{"one shipment more", names.Rollups, replaced(`"joined":`, `"joined":1`), Wrong, "funnel of"},
		{"one that waits counted as expired", names.Rollups, replaced(`"expired":`, `"expired":1`), Wrong, "funnel of"},
		{"records uncounted", names.Rollups, withoutOne(`"outcome":"applied"`), Wrong, "ledger of"},
		{"records counted twice", names.Rollups, replaced(`"outcome":"stale","count":1`, `"outcome":"stale","count":2`), Wrong, "ledger of"},
		{"a dead letter taken for a record", names.Rollups, replaced(`"outcome":"dead_letter"`, `"outcome":"duplicate"`), Wrong, "ledger of"},
		{"an outcome unheard of", names.Rollups, replaced(`"outcome":"stale"`, `"outcome":"lost"`), Wrong, "no outcome"},
		{"published and not counted", names.Rollups, withoutOne(`"outcome":"published"`), Wrong, "published, there are"},
		{"a ledger row twice", names.Rollups, again(-1), Duplicate, "ledger of"},
		{"a dead letter lost", names.DeadLetters, without(0), Missing, "dead letter"},
		{"a dead letter twice", names.DeadLetters, again(0), Duplicate, "dead letter"},
		{"a difference lost", names.Shadow, without(lastOf(m, names.Shadow)), Wrong, "not\n"},
		{"a subject's differences lost", names.Shadow, func(r []record.Record) []record.Record { return r[lastOf(m, names.Shadow)+1:] }, Missing, "difference of"},
		{"a difference twice", names.Shadow, again(lastOf(m, names.Shadow)), Duplicate, "difference of"},
		{"an old difference again", names.Shadow, again(lastOf(m, names.Shadow) - 1), Disorder, "difference of"},
		{"a difference without its predecessor", names.Shadow, without(lastOf(m, names.Shadow) - 1), Disorder, "supersedes 100"},
		{"a difference changed", names.Shadow, replaced(`"shadow_score":`, `"shadow_score":1`), Wrong, "hash of another"},
		{"a difference of another order's", names.Shadow, replaced(`"order_key":"ord`, `"order_key":"old`), Wrong, "the key or the id of another"},
		{"a difference of a decision that is none", names.Shadow, replaced(`"decision_version":100`, `"decision_version":7`), Wrong, "which was not published"},
		{"a commit twice", names.Progress, again(1), Duplicate, "commit 5 twice"},
		{"an old commit", names.Progress, again(0), Disorder, "commit 4"},
		{"the last commit lost", names.Progress, without(1), Missing, "progress"},
	} {
		t.Run(planted.what, func(t *testing.T) {
			right := m[planted.topic]
			changed := right
			changed[0] = planted.change(right[0])
			m[planted.topic] = changed
			defer func() { m[planted.topic] = right }()
			f := check(t)
			var b strings.Builder
			must(t, f.Write(&b))
			if f.Count(planted.class) == 0 || !f.Has(planted.class, planted.text) {
				t.Errorf("found\n%s", &b)
			}
		})
	}
}
