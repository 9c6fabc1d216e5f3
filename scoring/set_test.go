package scoring

import (
	"bytes"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// editedPack is the default pack with pairs of texts changed.
func editedPack(t testing.TB, pairs ...string) *policy.Pack {
	t.Helper()
	text := policy.DefaultBytes()
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(text, []byte(pairs[i])) {
			t.Fatalf("the default pack has no %q", pairs[i])
		}
		text = bytes.Replace(text, []byte(pairs[i]), []byte(pairs[i+1]), 1)
	}
	p, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The date of a case chooses the pack, and with it weights, settings and the hash; where
// none is in force nothing is a reason, and that is said.
func TestEachCaseIsJudgedByThePackOfItsDate(t *testing.T) {
	const from = `valid_from: "2016-03-10"`
	older := editedPack(t, from, `valid_from: "2026-06-01"`, `version: "`, `version: "older-`)
	newer := editedPack(t, from, "valid_from: \"2026-07-15\"\nvalid_to: \"2026-07-31\"", `version: "`, `version: "newer-`, "hard: HIGH_RISK_CONTROL", "hard: DOCUMENT_REVIEW")
	set, err := policy.NewSet(newer, older)
	if err != nil {
		t.Fatal(err)
	}
	s := New(set)
	for _, c := range []struct {
		date   string
		pack   *policy.Pack // nil: none is in force
		route  schemas.Route
		status schemas.PreferenceStatus
	}{
		{"2026-05-31", nil, schemas.RouteRelease, schemas.PreferencePending},
		{"2026-06-01", older, schemas.RouteHighRisk, schemas.PreferenceEligible},
		{"2026-07-14", older, schemas.RouteHighRisk, schemas.PreferenceEligible},
		{"2026-07-15", newer, schemas.RouteDocumentReview, schemas.PreferenceEligible},
		{"2026-07-31", newer, schemas.RouteDocumentReview, schemas.PreferenceEligible},
		{"2026-08-01", nil, schemas.RouteRelease, schemas.PreferencePending},
	} {
		facts := benchCase(t, "claim {event_time: \""+c.date+"T12:00:00Z\"}\nshipment {entry_date: \""+c.date+"\"}\nsite {}\necert {}\n"+
			"click {_country: US, target_countries: [DE], event_time: \""+c.date+"T11:00:00Z\"}")
		for _, judge := range []func(*Case, *schemas.Verdict){s.Score, s.PreReview} {
			var v schemas.Verdict
			judge(facts, &v)
			if c.pack == nil {
				if len(v.Reasons) > 0 || v.Route != c.route || v.PreferenceStatus != c.status || len(v.Unknowns) != 1 || v.Unknowns[0].Field != "policy" || s.PolicyHash() != set.Hash || v.Ecert.ID != "CN-1" || v.Ecert.Status != schemas.EcertVerified {
					t.Errorf("%s: %+v by %s", c.date, v, s.PolicyHash())
				}
				continue
			}
			if s.PolicyHash() != c.pack.Hash || s.Pack() != c.pack || v.PreferenceStatus != c.status {
				t.Errorf("%s: judged by %s %s: %v, want %s", c.date, s.Pack().Version, s.PolicyHash(), v.PreferenceStatus, c.pack.Version)
			}
			for _, r := range v.Reasons {
				if r.PackVersion != c.pack.Version {
					t.Errorf("%s: %s by pack %s", c.date, r.Code, r.PackVersion)
				}
			}
		}
		var v schemas.Verdict
		s.Score(facts, &v)
		if v.Route != c.route {
			t.Errorf("%s: %v, want %v: %+v", c.date, v.Route, c.route, v.Reasons)
		}
	}
}
