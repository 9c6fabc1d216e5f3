package landtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/truth"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Options say what the events of a set are.
type Options struct {
	Stream int // orders of package gen: late, revised, cancelled and suppressed ones
	Rules  int // orders of package truth: a cause for every reason code
	Seed   uint64
	Bad    int // records of the stream that end as dead letters
}

// Default is a set of a second's work: about 1,300 decisions and 1,500 versions.
func Default() Options { return Options{Stream: 800, Rules: 400, Seed: 6, Bad: 40} }

// Set is what was decided about some events.
type Set struct {
	Events      []Event
	Decisions   []*schemas.Decision   // every version, in the sequence of publication
	PreReviews  []*schemas.PreReview  // likewise
	Differences []*schemas.Difference // likewise
	Letters     []Letter
	Counters    []schemas.RollupRow // of funnel and ledger; of each cell the greatest version holds
}

// Event is one input in the sequence of the topics.
type Event struct {
	Kind   schemas.Kind
	TimeMs int64  // of the record: the event's own time; 0 of a seller site
	JSON   []byte // with the kind in "type"
}

// Make makes a set.
func Make(t testing.TB, o Options) *Set {
	t.Helper()
	s := &Set{Events: events(t, o)}
	var lines, out bytes.Buffer
	for i := range s.Events {
		lines.Write(s.Events[i].JSON)
		lines.WriteByte('\n')
	}
	pack, err := policy.DefaultSet()
	must(t, err)
	scorer := offline.New(offline.Options{Name: "events", Events: schemas.DefaultLimits(), Join: join.DefaultLimits(), PreReviews: true, AllVersions: true},
		offline.Deps{Policy: pack, Out: &out, Bad: func(l *offline.BadLine) { t.Fatalf("landtest: line %d: %v", l.Line, l.Reject) }})
	_, err = scorer.Run(context.Background(), &lines)
	must(t, err)
	for line := range bytes.Lines(out.Bytes()) {
		s.publish(t, line)
	}
	s.compare(pack)
	s.Letters = letters(t, o)
	s.Counters = counters(t, s)
	return s
}

// events are those of both generators by time, the seller sites first.
func events(t testing.TB, o Options) (all []Event) {
	t.Helper()
	var b bytes.Buffer
	// Three days of orders, the records of each within hours.
	must(t, gen.WriteNDJSON(&b, gen.Options{Seed: o.Seed, Orders: o.Stream, OrdersPerSecond: float64(o.Stream) / (3 * 86_400), WindowOrders: max(o.Stream/20, 1)}))
	must(t, truth.New(truth.Options{Seed: o.Seed, Orders: o.Rules}).WriteEvents(&b))
	for line := range bytes.Lines(b.Bytes()) {
		var e struct {
			Type      string `json:"type"`
			At        string `json:"event_time"`
			CheckedAt string `json:"checked_at"`
		}
		must(t, json.Unmarshal(line, &e))
		kind, err := codec.TypeOf(line)
		must(t, err)
		ev := Event{Kind: kind, JSON: bytes.Clone(bytes.TrimSpace(line))}
		if at := cmp.Or(e.At, e.CheckedAt); kind != schemas.KindSellerSite {
			when, err := schemas.ParseTime(at)
			must(t, err)
			ev.TimeMs = int64(when)
		}
		all = append(all, ev)
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.TimeMs, b.TimeMs) })
	return all
}

// publish takes a decision or pre-review from its wire form, decided some milliseconds
// after its newest record.
func (s *Set) publish(t testing.TB, line []byte) {
	t.Helper()
	d, r := &schemas.Decision{}, &schemas.PreReview{}
	switch {
	case codec.ParseDecision(line, d) == nil && d.ShipmentID != "":
		d.DecidedAt = d.Evidence.InputTime + delay(d.ID, d.Version)
		s.Decisions = append(s.Decisions, d)
	case codec.ParsePreReview(line, r) == nil:
		r.DecidedAt = r.Evidence.InputTime + delay(r.ID, r.Version)
		s.PreReviews = append(s.PreReviews, r)
	default:
		t.Fatalf("landtest: neither a decision nor a pre-review: %s", line)
	}
}

// delay is the milliseconds that a version took: about 3 to 45, of some more than 400.
func delay(id schemas.DecisionID, version uint64) schemas.Time {
	h := murmur3.SeedSum64(version, id[:])
	ms := 3 + h%43
	if h>>32%50 == 0 {
		ms += 400
	}
	return schemas.Time(ms)
}

// Newest is the newest version of every decision, by id.
func (s *Set) Newest() []*schemas.Decision {
	newest := map[schemas.DecisionID]*schemas.Decision{}
	for _, d := range s.Decisions {
		if was := newest[d.ID]; was == nil || d.Version > was.Version {
			newest[d.ID] = d
		}
	}
	all := make([]*schemas.Decision, 0, len(newest))
	for _, d := range newest {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *schemas.Decision) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return all
}

// shadowless are the reasons that the shadow pack of a set does not have.
var shadowless = []string{"ECERT_PENDING", "GEO_TARGET_MISMATCH"}

// compare writes down what a pack would say that lacks two rules and is the same otherwise.
func (s *Set) compare(pack *policy.Set) {
	said := map[schemas.DecisionID]*schemas.Difference{}
	for _, d := range s.Decisions {
		v, last := &d.Verdict, said[d.ID]
		route, score, only := schemas.RouteRelease, v.Score, []string(nil)
		for i := range v.Reasons {
			switch r := &v.Reasons[i]; {
			case slices.Contains(shadowless, r.Code):
				only, score = append(only, r.Code), score-r.Weight
			case r.Severity == schemas.SeverityHard:
				route = schemas.RouteHighRisk
			case r.Severity == schemas.SeveritySoft:
				route = max(route, schemas.RouteDocumentReview)
			}
		}
		differs := len(only) > 0
		if !differs && (last == nil || !last.Differs) {
			continue
		}
		diff := &schemas.Difference{ID: d.ID, OrderKey: d.OrderKey, ShipmentID: d.ShipmentID, Version: d.Version, ComparedAt: d.DecidedAt,
			Differs: differs, DecisionVersion: d.Version, InputTime: d.Evidence.InputTime,
			Live:     schemas.Opinion{PackVersion: pack.Version, PackHash: pack.Hash, Route: v.Route, Score: v.Score, PreferenceStatus: v.PreferenceStatus},
			Shadow:   schemas.Opinion{PackVersion: "shadow-1", PackHash: strings.Repeat("5", 64), Route: v.Route, Score: v.Score, PreferenceStatus: v.PreferenceStatus},
			SellerID: v.Dimensions.SellerID, SiteHost: v.Dimensions.SiteHost, Channel: v.Dimensions.Channel, Port: v.Dimensions.Port,
			OriginCountry: v.Dimensions.OriginCountry, Currency: v.Dimensions.Currency, DeclaredValue: v.Dimensions.DeclaredValue, EventTime: v.Dimensions.EventTime}
		if differs {
			diff.Live.Only, diff.Shadow.Route, diff.Shadow.Score = slices.Compact(only), route, score
		}
		if last != nil {
			diff.Supersedes = last.Version
		}
		diff.Hash, _ = codec.DifferenceHash(nil, diff)
		said[d.ID], s.Differences = diff, append(s.Differences, diff)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("landtest: %w", err))
	}
}
