package task

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// differences are what stands of the shadow topic, and fails on what no reader may see.
func (c *cluster) differences(t *testing.T) map[schemas.DecisionID]string {
	t.Helper()
	stands, versions := map[schemas.DecisionID]string{}, map[schemas.DecisionID]uint64{}
	for _, r := range c.outputs[OutShadow] {
		var d schemas.Difference
		if err := codec.ParseDifference(r.Value, &d); err != nil {
			t.Fatal(err)
		}
		if string(r.Key) != string(d.ID[:]) || d.Version <= versions[d.ID] || d.Supersedes != versions[d.ID] {
			t.Errorf("difference %s: key %x, version %d supersedes %d, the one before is %d", d.ID, r.Key, d.Version, d.Supersedes, versions[d.ID])
		}
		versions[d.ID] = d.Version
		said := toldOf(&d)
		if old, known := stands[d.ID]; known && old == said || !known && !d.Differs {
			t.Errorf("difference %s: version %d says what was said: %s", d.ID, d.Version, said)
		}
		if stands[d.ID] = said; !d.Differs {
			delete(stands, d.ID)
		}
	}
	return stands
}

func toldOf(d *schemas.Difference) string {
	return fmt.Sprint(d.OrderKey, " ", d.ShipmentID, d.Differs, d.Live, d.Shadow, d.Port, d.SellerID, d.Currency, d.DeclaredValue)
}

// expected are the differences of two packs, by the verdicts that stand after a run of each
// alone.
func expected(t *testing.T, cfg Config, c func() *cluster, live, shadow *decide.References) map[schemas.DecisionID]string {
	t.Helper()
	verdicts := func(refs *decide.References) (map[schemas.DecisionID]schemas.Decision, map[schemas.DecisionID]schemas.PreReview) {
		own := *refs
		own.Shadow = nil
		x := c()
		if err := x.run(cfg, Deps{References: func() *decide.References { return &own }, Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		if len(x.outputs[OutShadow]) > 0 {
			t.Error("differences without a shadow pack")
		}
		ds, ps := map[schemas.DecisionID]schemas.Decision{}, map[schemas.DecisionID]schemas.PreReview{}
		for _, r := range x.outputs[OutDecisions] {
			var d schemas.Decision
			if err := codec.ParseDecision(r.Value, &d); err != nil {
				t.Fatal(err)
			}
			ds[d.ID] = d
		}
		for _, r := range x.outputs[OutPreReviews] {
			var p schemas.PreReview
			if err := codec.ParsePreReview(r.Value, &p); err != nil {
				t.Fatal(err)
			}
			ps[p.ID] = p
		}
		return ds, ps
	}
	a, aReviews := verdicts(live)
	b, bReviews := verdicts(shadow)
	for id, p := range aReviews { // in the form of decisions
		a[id] = schemas.Decision{ID: id, OrderKey: p.OrderKey, Verdict: p.Verdict}
		b[id] = schemas.Decision{Verdict: bReviews[id].Verdict}
	}
	want := map[schemas.DecisionID]string{}
	for id, x := range a {
		y := b[id]
		codes := func(v *schemas.Verdict) map[string]schemas.Severity {
			m := map[string]schemas.Severity{}
			for _, r := range v.Reasons {
				m[r.Code] = max(m[r.Code], r.Severity)
			}
			return m
		}
		ours, theirs := codes(&x.Verdict), codes(&y.Verdict)
		only := func(a, b map[string]schemas.Severity) (list []string) {
			for _, code := range slices.Sorted(maps.Keys(a)) {
				if s, both := b[code]; !both || s != a[code] {
					list = append(list, code)
				}
			}
			return list
		}
		d := schemas.Difference{OrderKey: x.OrderKey, ShipmentID: x.ShipmentID, Differs: true,
			Live:   opinion(live.Policy.Version, live.Policy.Hash, &x.Verdict, only(ours, theirs)),
			Shadow: opinion(shadow.Policy.Version, shadow.Policy.Hash, &y.Verdict, only(theirs, ours))}
		dims := &x.Verdict.Dimensions
		d.Port, d.SellerID, d.Currency, d.DeclaredValue = dims.Port, dims.SellerID, dims.Currency, dims.DeclaredValue
		if len(d.Live.Only) > 0 || len(d.Shadow.Only) > 0 || d.Live.Route != d.Shadow.Route || d.Live.Score != d.Shadow.Score || d.Live.PreferenceStatus != d.Shadow.PreferenceStatus {
			want[id] = toldOf(&d)
		}
	}
	return want
}

// What the shadow topic says in the end is the difference of what each pack alone decides,
// wherever a task crashed; no version comes twice, and none says what was said. What is
// decided is the same with a shadow pack and without.
func TestShadowDifferencesSurviveCrashes(t *testing.T) {
	in, refs := events(t, 7, 400, 30)
	pack, _ := packs(t)
	other := policy.Alone(pack)
	shadow := *refs
	shadow.Policy = other
	refs.Shadow = other
	cfg := testConfig()
	cfg.MaxBatch = math.MaxInt32
	want := expected(t, cfg, func() *cluster { return newCluster(in, 1, 0) }, refs, &shadow)
	if len(want) < 20 {
		t.Fatalf("only %d differences: nothing to show", len(want))
	}
	alone := *refs
	alone.Shadow = nil
	calm := newCluster(in, 1, 0)
	if err := calm.run(cfg, Deps{References: func() *decide.References { return &alone }, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	decided := calm.read(t)
	crashes, ended := 0, 0
	for seed := range uint64(12) {
		const planted = 40
		c := newCluster(in, seed, planted)
		if seed%2 == 1 {
			c.open = newDisk(c).open
		}
		cfg := testConfig()
		cfg.MaxBatch = 3 // so that many an order is judged half joined, and its difference ends
		cfg.Shadow, cfg.Format = true, []codec.Format{codec.FormatJSON, codec.FormatProtobuf}[seed/2%2]
		if err := c.run(cfg, Deps{References: func() *decide.References { return refs }, Now: time.Now}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if d := differ("difference", c.differences(t), want); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		got := c.read(t)
		if d := got.differs(&decided); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		for _, r := range c.outputs[OutShadow] {
			var d schemas.Difference
			if err := codec.ParseDifference(r.Value, &d); err == nil && !d.Differs {
				ended++
			}
		}
		crashes += planted - c.crashes
	}
	if crashes < 12*10 || ended == 0 {
		t.Errorf("%d crashes happened, %d differences ended: nothing to show", crashes, ended)
	}
}

// A shadow pack that comes, changes and goes while open orders are decided anew leaves, in
// the end, the differences of the last one.
func TestOpenOrdersFollowTheShadowPack(t *testing.T) {
	in, refs := events(t, 7, 300, 0)
	otherPack, finalPack := packs(t)
	other, final := policy.Alone(otherPack), policy.Alone(finalPack)
	last := *refs
	last.Policy, last.Shadow = final, other
	shadow := last
	shadow.Policy = other
	cfg := testConfig()
	cfg.Redecide, cfg.Shadow = true, true
	want := expected(t, cfg, func() *cluster { return newCluster(in, 1, 0) }, &last, &shadow)
	none, same := last, last
	none.Shadow, same.Shadow = nil, final
	for seed := range uint64(8) {
		c := newCluster(in, seed, 25)
		c.settled = func(p *schemas.Progress) bool { return p.ShadowHash == other.Hash && !p.Redecide }
		if seed%2 == 1 {
			c.open = newDisk(c).open
		}
		if err := c.run(cfg, Deps{Now: time.Now, References: func() *decide.References {
			switch share := c.share(); {
			case share < 0.2:
				return &none
			case share < 0.4:
				return &last
			case share < 0.6:
				return &same
			case share < 0.8:
				return &none
			}
			return &last
		}}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if d := differ("difference", c.differences(t), want); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}
