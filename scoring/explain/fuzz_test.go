package explain

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Whatever is read as a decision can be told, in all forms; and what is told is printable.
func FuzzReader(f *testing.F) {
	pack := defaultPack(f)
	v := schemas.Verdict{Route: schemas.RouteHighRisk, Score: 60, Missing: []string{"click"}, Unknowns: []schemas.Unknown{{Field: "x", Why: "y"}},
		Reasons: []schemas.Reason{{Code: "GEO_TARGET_MISMATCH", Severity: schemas.SeverityHard, Weight: 60, Field: "ship_to_country", Observed: "US", Expected: "DE"}}}
	d := schemas.Decision{ID: schemas.MakeDecisionID("k", "s"), OrderKey: "k", ShipmentID: "s", Version: 3, Evidence: schemas.Evidence{PolicyHash: pack.Hash}}
	f.Add(codec.AppendDecision(nil, &d, codec.AppendVerdict(nil, &v)))
	p := schemas.PreReview{ID: schemas.MakePreReviewID("k"), OrderKey: "k", OrderID: "o", Evidence: schemas.Evidence{PolicyHash: pack.Hash}}
	f.Add(codec.AppendPreReview(nil, &p, codec.AppendVerdict(nil, &v)))
	f.Add([]byte(`{"decision_id":"00112233445566778899aabbccddeeff","order_key":"<b>","shipment_id":"\u001b[1m","route":"RELEASE"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		in, err := NewReader().Read(line)
		if err != nil {
			return
		}
		in.Pack = pack
		r := Of(in)
		if text := string(AppendText(nil, r)); !utf8.ValidString(text) || !printable(strings.ReplaceAll(text, "\n", "")) {
			t.Fatalf("not printable: %q", text)
		}
		b, err := AppendJSON(nil, r)
		if err != nil || !json.Valid(b) {
			t.Fatalf("%q: %v", b, err)
		}
		balanced(t, markup(t, page(t, r)))
	})
}

// A decision comes back from its line as it was written; what is none is refused.
func TestReader(t *testing.T) {
	r := NewReader()
	v := schemas.Verdict{Route: schemas.RouteRelease}
	p := schemas.PreReview{ID: schemas.MakePreReviewID("k"), OrderKey: "k", OrderID: "o", Version: 9}
	in, err := r.Read(codec.AppendPreReview(nil, &p, codec.AppendVerdict(nil, &v)))
	if err != nil || !in.PreReview || in.OrderID != "o" || in.Decision.Version != 9 || in.Decision.ID != p.ID {
		t.Errorf("%+v, %v", in, err)
	}
	d := schemas.Decision{ID: schemas.MakeDecisionID("k", "s"), OrderKey: "k", ShipmentID: "s", Retracted: true}
	in, err = r.Read(codec.AppendDecision(nil, &d, codec.AppendVerdict(nil, &v)))
	if err != nil || in.PreReview || in.Decision.ShipmentID != "s" || !Of(in).Subject.Retracted {
		t.Errorf("%+v, %v", in, err)
	}
	for _, line := range []string{``, `null`, `[]`, `{}`, `{"order_key":"k"}`, `{"type":"order","order_key":"k","order_id":"o"}`,
		`{"decision_id":"00112233445566778899aabbccddeeff","order_key":"k"}`, `{"decision_id":"zz"}`, `{"route":"NOWHERE"}`} {
		if in, err := r.Read([]byte(line)); err == nil {
			t.Errorf("%s: %+v", line, in)
		}
	}
}
