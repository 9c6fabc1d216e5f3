package scoring

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// ownRules is the default pack with rules of its own behind the others.
func ownRules(t testing.TB, rules ...string) *policy.Pack {
	text := string(policy.DefaultBytes())
	for i, r := range rules {
		text += fmt.Sprintf("\n  - {id: own-%d, code: CUSTOM_%d, version: 2, effective_from: \"2026-07-01\", source: the test, source_confidence: heuristic, weight: 7, %s}", i, i, r)
	}
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRulesOfThePacksOwnAddReasons(t *testing.T) {
	p := ownRules(t,
		`severity: hard, field: order.channel, when: 'order.channel == "B2C" && facts.port == "2704"', observed: 'order.channel + " at " + facts.port', expected: B2B`,
		`severity: soft, field: shipment.carrier, when: 'shipment.carrier == "X"'`,
		`severity: soft, field: order.seller_id, when: 'order.seller_id == "s1"', scope: {ports: ["1001"]}`,
		`severity: info, field: order.billing_country, when: 'order.billing_country != order.ship_to_country'`)
	c, s := benchCase(t, benchCases[0].script), New(policy.Alone(p))
	var v schemas.Verdict
	s.Score(c, &v)
	if len(v.Reasons) != 1 || v.Route != schemas.RouteHighRisk || v.Score != 7 {
		t.Fatalf("%+v", v)
	}
	want := schemas.Reason{
		Code: "CUSTOM_0", Severity: schemas.SeverityHard, Weight: 7, RuleID: "own-0", RuleVersion: 2, PackVersion: p.Version,
		Field: "order.channel", Observed: "B2C at 2704", Expected: "B2B", Source: "the test", Confidence: "heuristic",
	}
	if v.Reasons[0] != want {
		t.Errorf("%+v", v.Reasons[0])
	}
	for _, u := range []schemas.Unknown{
		{Field: "shipment.carrier", Why: "own-1: not known: shipment.carrier"},
		{Field: "order.billing_country", Why: "own-3: not known: order.billing_country"},
	} {
		if !strings.Contains(fmt.Sprint(v.Unknowns), fmt.Sprint(u)) {
			t.Errorf("%v is not among %v", u, v.Unknowns)
		}
	}
	s.PreReview(c, &v)
	if len(v.Reasons) != 0 || strings.Contains(fmt.Sprint(v.Unknowns), "shipment.carrier") {
		t.Errorf("a pre-review is asked about a shipment: %+v", v)
	}
}

// What is not to leave Clearlane is not shown, whoever asks for it.
func TestRulesOfThePacksOwnShowNoAddress(t *testing.T) {
	p := ownRules(t, `severity: soft, field: click.utm_term, when: 'has(click.utm_term)', observed: click.utm_term`)
	c, s := benchCase(t, "order {}\nshipment {}\nclick {utm_term: \"someone@example.com\"}\nsite {}"), New(policy.Alone(p))
	var v schemas.Verdict
	s.Score(c, &v)
	if len(v.Reasons) != 1 || v.Reasons[0].Observed != "(an address)" {
		t.Errorf("%+v", v.Reasons)
	}
}

func BenchmarkScoreOwnRules(b *testing.B) {
	five := []string{
		`severity: soft, field: a, when: 'order.channel == "B2B" && order.value > 100000'`,
		`severity: soft, field: b, when: 'facts.port in ["4601", "1001"] && shipment.declared_value > 2500'`,
		`severity: soft, field: c, when: 'order.items.exists(i, i.hs_code.startsWith("8517"))'`,
		`severity: soft, field: d, when: 'click.source_network == "tiktok" && order.platform == "Shopline"'`,
		`severity: soft, field: e, when: 'facts.date < date("2026-07-01") && shipment.origin_country == "CN"'`,
	}
	for n := 0; n <= 5; n += 5 {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			c, s := benchCase(b, benchCases[0].script), New(policy.Alone(ownRules(b, five[:n]...)))
			var v schemas.Verdict
			b.ReportAllocs()
			for b.Loop() {
				s.Score(c, &v)
			}
			if len(v.Reasons) != 0 {
				b.Fatal(v.Reasons)
			}
		})
	}
}
