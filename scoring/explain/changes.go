package explain

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Changes is what would have led to a milder route.
type Changes struct {
	Basis string `json:"basis"` // "case", "reasons", or "none" where nothing can be said
	Note  string `json:"note"`
	Ways  []Way  `json:"ways"`
}

// Way is one smallest set of changes: with all of them the route is Route, with fewer of
// them it is not as mild.
type Way struct {
	Changes  []Change `json:"changes"`
	Route    string   `json:"route"`
	Sentence string   `json:"sentence"`
}

// Change is one thing that would be otherwise.
type Change struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

const (
	byCase = "Each of these was tried on a copy of the case, which was decided anew by the same rules. They say what the data would have to say; " +
		"only what is true may be stated, and none of this is advice."
	byReasons = "Worked out of the reasons alone, by leaving some out and adding up the rest by the pack's thresholds: which facts would do away with a reason, the events would tell."
)

// changes looks for the smallest changes that would have led to a milder route.
func (e *explainer) changes() Changes {
	v := e.verdict
	switch {
	case v.Route <= schemas.RouteRelease:
		return Changes{Basis: "none", Note: "There is no milder route than this one.", Ways: []Way{}}
	case e.pack == nil:
		return Changes{Basis: "none", Note: "That takes the pack that the decision was made by, which is not at hand.", Ways: []Way{}}
	case e.Case != nil:
		return e.byCase()
	case e.withoutOrder():
		return Changes{Basis: "none", Note: "The order has not arrived: what it will say decides.", Ways: []Way{}}
	}
	return e.byReasons()
}

// byCase tries repairs on copies of the case.
func (e *explainer) byCase() Changes {
	t := newTrial(e)
	if t.route(nil) != e.verdict.Route {
		return Changes{Basis: "none", Note: "Decided anew, the case at hand leads elsewhere than the decision, so it is not the case that the decision was made of.", Ways: []Way{}}
	}
	chosen := t.catalogue()
	last := slices.IndexFunc(chosen, func(r repair) bool { return r.id == lastResort })
	if last < 0 {
		last = len(chosen)
	}
	s := search{n: len(chosen), last: last, now: e.verdict.Route, eval: func(set []int) schemas.Route {
		return t.route(pick(chosen, set))
	}}
	out := Changes{Basis: "case", Note: byCase, Ways: []Way{}}
	for _, f := range s.run() {
		w := Way{Route: f.route.String()}
		for _, r := range pick(chosen, f.set) {
			w.Changes = append(w.Changes, Change{r.id, r.text})
		}
		out.Ways = append(out.Ways, w.said("With "))
	}
	out.finish(s.cut, "No set of changes that was tried leads to a milder route.")
	if beyond := e.beyondRepair(); len(beyond) > 0 {
		out.Note += fmt.Sprintf(" No change is known that would do away with %s.", and(beyond))
	}
	return out
}

// beyondRepair is the codes that lead somewhere and that no repair speaks to.
func (e *explainer) beyondRepair() (codes []string) {
	for _, severity := range []schemas.Severity{schemas.SeverityHard, schemas.SeveritySoft} {
		for _, code := range codesOf(e.verdict.Reasons, severity) {
			if !slices.ContainsFunc(repairs, func(r repair) bool { return speaksTo(r, code) }) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

func speaksTo(r repair, code string) bool {
	c := reason.Parse(code)
	return c != reason.None && slices.Contains(r.codes, c)
}

// byReasons leaves reasons out.
func (e *explainer) byReasons() Changes {
	codes := []string{}
	for i := range e.verdict.Reasons {
		if c := e.verdict.Reasons[i].Code; !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	var left []schemas.Reason
	s := search{n: len(codes), last: len(codes), monotone: true, now: e.verdict.Route, eval: func(set []int) schemas.Route {
		without := pick(codes, set)
		left = left[:0]
		for i := range e.verdict.Reasons {
			if r := &e.verdict.Reasons[i]; !slices.Contains(without, r.Code) {
				left = append(left, *r)
			}
		}
		_, route := scoring.RouteOf(e.pack, left)
		if e.PreReview {
			route = min(route, e.pack.PreReviewHighest)
		}
		if e.verdict.Suppressed.Code != "" { // fewer reasons leave it in force
			route = min(route, e.pack.Dispositions.Route)
		}
		return route
	}}
	out := Changes{Basis: "reasons", Note: byReasons, Ways: []Way{}}
	for _, f := range s.run() {
		w := Way{Route: f.route.String()}
		for _, code := range pick(codes, f.set) {
			w.Changes = append(w.Changes, Change{clean(code), clean(code)})
		}
		out.Ways = append(out.Ways, w.said("Without "))
	}
	out.finish(s.cut, "No reasons can be left out so that the route is milder.")
	return out
}

func (w Way) said(before string) Way {
	words := make([]string, 0, len(w.Changes))
	for _, c := range w.Changes {
		words = append(words, c.Text)
	}
	w.Sentence = fmt.Sprintf("%s%s: %s.", before, and(words), w.Route)
	return w
}

func (c *Changes) finish(cut bool, none string) {
	if len(c.Ways) == 0 {
		c.Note = none
	}
	if cut {
		c.Note += fmt.Sprintf(" Not all sets were looked at: at most %d are tried, and at most %d to a route are named.", MaxTries, MaxWays)
	}
}

func pick[T any](of []T, set []int) []T {
	out := make([]T, 0, len(set))
	for _, i := range set {
		out = append(out, of[i])
	}
	return out
}

// trial decides copies of a case.
type trial struct {
	e      *explainer
	scorer *scoring.Scorer
	out    schemas.Verdict
}

func newTrial(e *explainer) *trial { return &trial{e: e, scorer: scoring.New(policy.Alone(e.pack))} }

// route is where the case goes with some repairs, in their order.
func (t *trial) route(repairs []repair) schemas.Route {
	d := newDraft(t.e)
	for _, r := range repairs {
		r.apply(d)
	}
	if t.e.PreReview {
		t.scorer.PreReview(&d.c, &t.out)
	} else {
		t.scorer.Score(&d.c, &t.out)
	}
	return t.out.Route
}

// catalogue is the repairs that speak to the reasons of the case, or to those that show when
// one of the others is made.
func (t *trial) catalogue() (chosen []repair) {
	in := make([]bool, len(repairs))
	t.route(nil)
	for grown := true; grown; {
		var codes []reason.Code
		note := func() {
			for i := range t.out.Reasons {
				codes = append(codes, reason.Parse(t.out.Reasons[i].Code))
			}
			if slices.Contains(t.out.Missing, "order") {
				codes = append(codes, reason.None)
			}
		}
		t.route(nil)
		note()
		for i := range repairs {
			if in[i] {
				t.route(repairs[i : i+1])
				note()
			}
		}
		grown = false
		for i := range repairs {
			if !in[i] && slices.ContainsFunc(repairs[i].codes, func(c reason.Code) bool { return slices.Contains(codes, c) }) {
				in[i], grown = true, true
			}
		}
	}
	for i := range repairs {
		if in[i] {
			chosen = append(chosen, repairs[i])
		}
	}
	return chosen
}
