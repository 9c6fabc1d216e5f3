package custom

import (
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

func dec(t testing.TB, s string) schemas.Decimal {
	d, err := schemas.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func sample(t testing.TB) *Case {
	date, err := schemas.ParseDate("2026-07-12")
	if err != nil {
		t.Fatal(err)
	}
	o := &schemas.Order{
		OrderID: "o1", Channel: "B2B", Value: dec(t, "1200.50"), Currency: "USD", EventTime: date.Time(),
		Items: []schemas.Item{{SKU: "a", HSCode: "851712", Brand: "Examplia", UnitValue: dec(t, "99.95")}, {SKU: "b", HSCode: "940360"}},
	}
	return &Case{
		Order: o, Shipment: &schemas.Shipment{ShipmentID: "s1", DeclaredValue: dec(t, "80"), Warehouse: schemas.True, HSCodes: []string{"851712"}},
		Click: &label.Features{Targets: []string{"US", "CA"}, Source: label.NetworkGoogle},
		Facts: Facts{Date: date, Port: "2704", Country: "US"},
	}
}

func TestRulesSayWhatIsKnown(t *testing.T) {
	for _, x := range []struct {
		when string
		want Outcome
		why  string
	}{
		{`order.channel == "B2B"`, Match, ""},
		{`order.channel == "B2C"`, NoMatch, ""},
		{`order.seller_country == "CN"`, Unknown, "not known: order.seller_country"},
		{`order.seller_country != "CN"`, Unknown, "not known: order.seller_country"},
		{`order.seller_country == "CN" || order.channel == "B2B"`, Match, ""},
		{`order.seller_country == "CN" && order.channel == "B2C"`, NoMatch, ""},
		{`order.seller_country == order.billing_country`, Unknown, "not known: order.billing_country, order.seller_country"},
		{`has(order.seller_country)`, NoMatch, ""},
		{`!has(order.seller_country) && has(order.channel)`, Match, ""},
		{`order.value > 1200 && order.value < 1201`, Match, ""},
		{`order.value == decimal("1200.5")`, Match, ""},
		{`order.value >= decimal("1200.51")`, NoMatch, ""},
		{`shipment.declared_value <= 80 && shipment.declared_value == decimal("80.0")`, Match, ""},
		{`shipment.declared_value < 9223372036854775807 && shipment.declared_value > -9223372036854775807`, Match, ""},
		{`order.items.exists(i, i.hs_code.startsWith("8517"))`, Match, ""},
		{`order.items.all(i, i.brand == "Examplia")`, Unknown, "not known: order.items.brand"},
		{`order.items.exists(i, has(i.brand) && i.brand.lowerAscii() == "examplia" && i.unit_value < 100)`, Match, ""},
		{`order.items.size() == 2 && "851712" in shipment.hs_codes`, Match, ""},
		{`shipment.warehouse && !has(shipment.de_minimis_claim)`, Match, ""},
		{`site.integrated`, Unknown, "not known: site"},
		{`clicks.size() == 0`, Match, ""},
		{`click.source_network == "google" && sets.contains(["US", "CA", "MX"], click.target_countries)`, Match, ""},
		{`facts.date >= date("2026-06-27") && facts.date - order.event_time == duration("0s")`, Match, ""},
		{`facts.date < timestamp("2026-06-27T00:00:00Z")`, NoMatch, ""},
		{`1 / (order.items.size() - 2) == 1`, Unknown, "it could not be evaluated: division by zero"},
		{`shipment.port_of_entry.matches("^27[0-9]+$")`, Unknown, "not known: shipment.port_of_entry"},
		{`facts.port.matches("^27[0-9]+$")`, Match, ""},
		{`date(order.order_id) == facts.date`, Unknown, "it could not be evaluated: date: allowed: a date YYYY-MM-DD"},
	} {
		r, err := Compile(x.when, "", 1_000_000)
		if err != nil {
			t.Errorf("%s: %v", x.when, err)
			continue
		}
		got, _, why := r.Eval(sample(t))
		if got != x.want || why != x.why {
			t.Errorf("%s: %d %q, want %d %q", x.when, got, why, x.want, x.why)
		}
	}
}

func TestUnknownsRepeatNoValue(t *testing.T) {
	c := sample(t)
	c.Order.BuyerRef = "jane@doe.example(["
	for when, want := range map[string]string{
		`{"a": 1}[order.buyer_ref] == 1`:            "no such key",
		`timestamp(order.buyer_ref) > facts.date`:   "invalid RFC 3339 timestamp",
		`facts.date.getHours(order.buyer_ref) == 1`: "unknown time zone",
		`order.order_id.matches(order.buyer_ref)`:   "error parsing regexp",
		`int(order.buyer_ref) > 5`:                  "type conversion error",
		`order.buyer_ref.charAt(1000) == "x"`:       "index out of range",
		`decimal(order.buyer_ref) > 1`:              "decimal: allowed: " + schemas.AllowedDecimal,
	} {
		r, err := Compile(when, "", 1_000_000)
		if err != nil {
			t.Errorf("%s: %v", when, err)
			continue
		}
		if got, _, why := r.Eval(c); got != Unknown || why != "it could not be evaluated: "+want {
			t.Errorf("%s: %d %q, want %q", when, got, why, want)
		}
	}
}

func TestWhatIsNoRuleIsRefusedWithItsPlace(t *testing.T) {
	for when, want := range map[string]string{
		``:                           "when: it is empty",
		`order.chanel == "B2B"`:      "when: line 1, column 6: undefined field 'chanel'",
		`order.channel`:              "when: it is of type string; allowed: bool",
		`order.value > 1.5`:          "when: line 1, column 13: found no matching overload",
		`order.channel == 7`:         "when: line 1, column 15: found no matching overload",
		`ip == "203.0.113.7"`:        "when: line 1, column 1: undeclared reference to 'ip'",
		`order.value > decimal("x")`: `when: "x": decimal: allowed: a decimal string`,
		`facts.date > date("2026")`:  `when: "2026": date: allowed: a date YYYY-MM-DD`,
		`site.utm_campaigns.exists(a, site.utm_campaigns.exists(b, a.contains(b)))`: "allowed: at most 1000000, custom.cost_limit",
		`order.channel == "` + strings.Repeat("x", MaxExpression) + `"`:             "allowed: at most 4096",
		`order.items.exists(shipment, shipment.sku == "x")`:                         "when: shipment is a variable of the case; allowed: another name",
		`order.channel ==`: "when: line 1, column",
	} {
		_, err := Compile(when, "", 1_000_000)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", when, err, want)
		}
	}
	if _, err := Compile("true", "order.value", 1000); err == nil || err.Error() != "observed: it is of type decimal; allowed: string" {
		t.Error(err)
	}
}

func TestAMatchSaysWhatWasObserved(t *testing.T) {
	for observed, want := range map[string]string{
		`order.channel + " for " + string(order.value) + " " + order.currency`: "B2B for 1200.50 USD",
		`order.billing_country`: "",
		``:                      "",
	} {
		r, err := Compile("true", observed, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, _ := r.Eval(sample(t)); got != want {
			t.Errorf("%s: %q, want %q", observed, got, want)
		}
	}
}

func TestARuleEndsAtItsCostLimit(t *testing.T) {
	r, err := Compile(`order.items.exists(i, has(i.sku) && i.sku == "never")`, "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	c := sample(t)
	c.Order.Items = make([]schemas.Item, 100_000)
	for i := range c.Order.Items {
		c.Order.Items[i].SKU = "x"
	}
	if o, _, why := r.Eval(c); o != Unknown || !strings.Contains(why, "cost limit") {
		t.Errorf("%d %q", o, why)
	}
}

func TestARuleKnowsWhetherItAsksTheShipment(t *testing.T) {
	for when, want := range map[string]bool{
		`order.channel == "B2B"`: false, `shipment.warehouse`: true,
		`clicks.exists(c, c.site_host == shipment.marketplace)`: true,
	} {
		r, err := Compile(when, "", 1_000_000)
		if err != nil || r.AsksShipment != want {
			t.Errorf("%s: %v %v", when, r, err)
		}
	}
}

func TestEveryMemberIsDocumentedOnce(t *testing.T) {
	for _, o := range Document() {
		seen := map[string]bool{}
		for _, m := range o.Members {
			if seen[m.Name] || m.Type == "" {
				t.Errorf("%s.%s", o.Type, m.Name)
			}
			seen[m.Name] = true
		}
	}
}

func BenchmarkEval(b *testing.B) {
	for _, when := range []string{
		`order.channel == "B2B"`,
		`order.channel == "B2B" && order.value > 1200 && facts.port in ["2704", "1001"]`,
		`order.items.exists(i, i.hs_code.startsWith("9403"))`,
	} {
		r, err := Compile(when, "", 1_000_000)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(when, func(b *testing.B) {
			c := sample(b)
			b.ReportAllocs()
			for b.Loop() {
				r.Eval(c)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`order.items.exists(i, i.hs_code.startsWith("9403"))`)
	f.Add(`decimal("1") < order.value`)
	f.Add(`has(site.integrated)?true:1/0==1`)
	f.Fuzz(func(t *testing.T, when string) {
		r, err := Compile(when, "", 10_000)
		if err != nil {
			return
		}
		r.Eval(sample(t))
		r.Eval(&Case{})
	})
}
