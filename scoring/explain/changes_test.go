package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/policy"
)

// decidedAnew is the route of the case with the repairs of these ids, by a Scorer of its own.
func decidedAnew(t *rapid.T, in Input, ids []string) schemas.Route {
	e := &explainer{Input: in, verdict: &in.Decision.Verdict, pack: in.Pack}
	d := newDraft(e)
	for i := range repairs {
		if slices.Contains(ids, repairs[i].id) {
			repairs[i].apply(d)
		}
	}
	var v schemas.Verdict
	if in.PreReview {
		scoring.New(policy.Alone(in.Pack)).PreReview(&d.c, &v)
	} else {
		scoring.New(policy.Alone(in.Pack)).Score(&d.c, &v)
	}
	return v.Route
}

func ids(w Way) (out []string) {
	for _, c := range w.Changes {
		out = append(out, c.ID)
	}
	return out
}

// smallest checks of a way that it leads where it says, which is milder than now, that no
// proper subset leads as far, and that nothing at all leads nowhere.
func smallest(t *rapid.T, now schemas.Route, w Way, route func(ids []string) schemas.Route) {
	set := ids(w)
	if len(set) == 0 {
		t.Fatalf("an empty set is named: %+v", w)
	}
	got := route(set)
	if got.String() != w.Route || got >= now {
		t.Fatalf("%v: leads to %s, said to lead to %s, now %s", set, got, w.Route, now)
	}
	if len(set) > 12 {
		t.Skip("too many subsets")
	}
	for mask := range 1<<len(set) - 1 {
		var some []string
		for i, id := range set {
			if mask>>i&1 == 1 {
				some = append(some, id)
			}
		}
		if r := route(some); r <= got {
			t.Fatalf("%v leads to %s, and so does its subset %v: %s", set, got, some, r)
		}
	}
}

// Each way is a smallest one, and the case it was tried on is as it was.
func TestWaysOfACaseAreSmallest(t *testing.T) {
	pack := defaultPack(t)
	named := 0
	rapid.Check(t, func(t *rapid.T) {
		in := decided(pack, drawCase(t), rapid.Bool().Draw(t, "pre-review"))
		before, now := fmt.Sprintf("%+v", dump(t, in.Case)), in.Decision.Verdict.Route
		r := Of(in)
		if after := fmt.Sprintf("%+v", dump(t, in.Case)); after != before {
			t.Fatalf("the case was changed:\n%s\n%s", before, after)
		}
		named += len(r.Changes.Ways)
		if now == schemas.RouteRelease && len(r.Changes.Ways) > 0 {
			t.Fatalf("milder than RELEASE: %+v", r.Changes)
		}
		for _, w := range r.Changes.Ways {
			smallest(t, now, w, func(ids []string) schemas.Route { return decidedAnew(t, in, ids) })
		}
	})
	if named < 20 {
		t.Errorf("%d ways were named: the check would prove nothing", named)
	}
}

// dump is what a case points to.
func dump(t *rapid.T, c *scoring.Case) string {
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Of a decision alone each way is a smallest set of codes; with the reasons of these codes
// gone the pack's thresholds lead where it says.
func TestWaysOfReasonsAreSmallest(t *testing.T) {
	pack := defaultPack(t)
	rapid.Check(t, func(t *rapid.T) {
		in := decided(pack, drawCase(t), rapid.Bool().Draw(t, "pre-review"))
		in.Case = nil
		v := &in.Decision.Verdict
		changes := Of(in).Changes
		for _, w := range changes.Ways {
			smallest(t, v.Route, w, func(ids []string) schemas.Route {
				left := slices.DeleteFunc(slices.Clone(v.Reasons), func(r schemas.Reason) bool { return slices.Contains(ids, r.Code) })
				_, route := scoring.RouteOf(pack, left)
				if in.PreReview {
					route = min(route, pack.PreReviewHighest)
				}
				if v.Suppressed.Code != "" {
					route = min(route, pack.Dispositions.Route)
				}
				return route
			})
		}
		// Without any reason every case is released, so there always is a way.
		if v.Route > schemas.RouteRelease && len(changes.Ways) == 0 {
			t.Fatalf("no way out of %+v: %+v", v, changes)
		}
	})
}

// The sets found are the smallest that exist: what is said about a route by trying all
// subsets is what the search says.
func TestSearchFindsTheSmallestSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "n")
		routes := rapid.SliceOfN(rapid.SampledFrom([]schemas.Route{schemas.RouteRelease, schemas.RouteDocumentReview, schemas.RouteHighRisk, schemas.RouteHighRisk, schemas.RouteHighRisk}), 1<<n, 1<<n).Draw(t, "routes")
		routes[0] = schemas.RouteHighRisk
		s := search{n: n, last: n, now: schemas.RouteHighRisk, eval: func(set []int) schemas.Route {
			mask := 0
			for _, i := range set {
				mask |= 1 << i
			}
			return routes[mask]
		}}
		ways := s.run()
		for _, target := range []schemas.Route{schemas.RouteDocumentReview, schemas.RouteRelease} {
			least := n + 1
			for mask, r := range routes {
				if r <= target {
					least = min(least, len(members(uint64(mask))))
				}
			}
			found := slices.ContainsFunc(ways, func(f found) bool { return f.route <= target && len(f.set) == least })
			if least <= min(MaxTogether, n) && !found {
				t.Fatalf("%d changes lead to %s, found: %+v", least, target, ways)
			}
		}
	})
}

// A bound that cuts the search is said.
func TestSearchSaysWhatItLeavesOut(t *testing.T) {
	never := func([]int) schemas.Route { return schemas.RouteHighRisk }
	s := search{n: 60, last: 60, now: schemas.RouteHighRisk, eval: never}
	if ways := s.run(); len(ways) > 0 || !s.cut || s.tries != MaxTries {
		t.Errorf("%d tries, cut %v, %v", s.tries, s.cut, ways)
	}
	s = search{n: 70, last: 70, now: schemas.RouteHighRisk, eval: func([]int) schemas.Route { return schemas.RouteRelease }}
	if ways := s.run(); len(ways) != MaxWays || !s.cut {
		t.Errorf("%d ways, cut %v", len(ways), s.cut)
	}
}
