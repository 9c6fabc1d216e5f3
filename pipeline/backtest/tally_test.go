package backtest

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
)

func drawVerdict(t *rapid.T, name string) *schemas.Verdict {
	v := &schemas.Verdict{Route: schemas.Route(rapid.IntRange(1, 3).Draw(t, name+" route")), Score: rapid.Int32Range(0, 2).Draw(t, name+" score")}
	for _, code := range []string{"A", "B"} {
		if rapid.Bool().Draw(t, name+code) {
			v.Reasons = append(v.Reasons, schemas.Reason{Code: code, Severity: schemas.Severity(rapid.IntRange(0, 2).Draw(t, name+code+"severity"))})
		}
	}
	v.Dimensions = schemas.Dimensions{SellerID: fmt.Sprint("s", rapid.IntRange(0, 6).Draw(t, name+" seller")), Port: rapid.SampledFrom([]string{"", "2704", "4601"}).Draw(t, name+" port"),
		AdNetwork: rapid.SampledFrom([]string{"", "google", "meta", "tiktok"}).Draw(t, name+" network"),
		Currency:  "USD", DeclaredValue: schemas.DecimalOf(rapid.Int64Range(0, 1000).Draw(t, name+" value"), 0)}
	return v
}

// A report is the same whatever the sequence of its subjects, and what has no row of its
// own is in the last one: totals are exact.
func TestReportsAreSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pairs []offline.Pair
		for i := range rapid.IntRange(0, 40).Draw(t, "pairs") {
			p := offline.Pair{OrderKey: fmt.Sprint("k", i), Subject: fmt.Sprint("s", i), Date: schemas.Date(i), Old: drawVerdict(t, "old"), New: drawVerdict(t, "new")}
			if rapid.IntRange(0, 4).Draw(t, "kind") == 0 {
				p.Subject = ""
				if rapid.Bool().Draw(t, "none") {
					p.Old = nil
				}
			}
			pairs = append(pairs, p)
		}
		report := func(pairs []offline.Pair) *Report {
			tally := NewTally(Options{Top: 2, Examples: 2})
			for i := range pairs {
				tally.Add(&pairs[i])
			}
			return tally.Report(Pack{}, Pack{}, Read{})
		}
		r := report(pairs)
		if again := report(rapid.Permutation(pairs).Draw(t, "sequence")); !reflect.DeepEqual(r, again) {
			t.Fatalf("in another sequence:\n%+v\n%+v", r, again)
		}
		for _, s := range []*Section{&r.Shipments, &r.PreReviews} {
			var routes, moved int64
			for _, m := range s.Routes {
				if routes += m.Count; m.Old != m.New {
					moved += m.Count
				}
			}
			if routes != s.Subjects || moved != s.RouteChanged {
				t.Fatalf("%d and %d by route, %d and %d in all", routes, moved, s.Subjects, s.RouteChanged)
			}
			for _, r := range s.Reasons {
				if r.Old != r.Both+r.OnlyOld || r.New != r.Both+r.OnlyNew || r.Severity > r.Both {
					t.Fatalf("of both and of one do not add up: %+v", r)
				}
			}
			for _, groups := range [][]Group{s.Ports, s.Sellers, s.Networks} {
				var subjects, changed int64
				for _, g := range groups {
					subjects, changed = subjects+g.Subjects, changed+g.Changed
				}
				if len(groups) > 3 || subjects != s.Subjects || changed != s.Changed {
					t.Fatalf("%d rows: %d subjects, %d changed; in all %d and %d", len(groups), subjects, changed, s.Subjects, s.Changed)
				}
			}
		}
	})
}

// The forms for people hold a row of each list, in columns.
func TestTextAndMarkdownHaveEveryTable(t *testing.T) {
	tally := NewTally(DefaultOptions())
	tally.Add(&offline.Pair{OrderKey: "a|b", Subject: "s", Date: 20000,
		Old: &schemas.Verdict{Route: schemas.RouteHighRisk, Score: 60, Reasons: []schemas.Reason{{Code: "GEO_TARGET_MISMATCH"}}, Dimensions: schemas.Dimensions{Port: "4601", SellerID: "s1", Currency: "USD", DeclaredValue: schemas.DecimalOf(12, 5000)}},
		New: &schemas.Verdict{Route: schemas.RouteRelease, Dimensions: schemas.Dimensions{Port: "4601", SellerID: "s1"}}})
	r := tally.Report(Pack{"1", "h1"}, Pack{"2", "h2"}, Read{Events: 3, Orders: 1})
	for form, want := range map[Format][]string{
		Text: {"Backtest of policy 1 against 2", "1 shipments: 1 changed, 1 of them in their route: 0 stricter, 1 milder.", "  HIGH_RISK_CONTROL  RELEASE      1\n",
			"  GEO_TARGET_MISMATCH    1    0     0                    0         1         0\n", "4601", "12.50", "60 > 0"},
		Markdown: {"# Backtest of policy 1 against 2", "| HIGH_RISK_CONTROL | RELEASE | 1 |\n", "| GEO_TARGET_MISMATCH | 1 | 0 | 0 | 0 | 1 | 0 |\n", `| a\|b |`, "| --- | ---: |"},
		JSON:     {`"changed": 1`, `"old_route": "HIGH_RISK_CONTROL"`, `"only_new": []`},
	} {
		var b bytes.Buffer
		if err := Write(&b, r, form); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q in\n%s", form, w, b.String())
			}
		}
	}
}
