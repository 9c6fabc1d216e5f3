package entry

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

func packOf(t testing.TB, settings string) *policy.Pack {
	t.Helper()
	p, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	if p, err = p.With([]byte(settings)); err != nil {
		t.Fatal(err)
	}
	return p
}

const cny = `{"exchange_rates": [{"currency": "CNY", "from": "2025-01-01", "usd": "0.13946", "source": "x"}]}`

var (
	words   = rapid.SampledFrom([]string{"", " ", "x"})
	truths  = rapid.SampledFrom([]schemas.Bool{schemas.Unstated, schemas.False, schemas.True})
	types   = rapid.SampledFrom([]string{"", " ", "01", "11", "86", " 86", "086", "x"})
	decimal = rapid.Custom(func(t *rapid.T) schemas.Decimal {
		return schemas.Decimal{E4: rapid.Int64Range(0, schemas.DefaultLimits().Amount*10_000).Draw(t, "e4"), Set: rapid.Bool().Draw(t, "set")}
	})
)

func drawCase(t *rapid.T, p *policy.Pack) *Case {
	c := &Case{Pack: p, Date: schemas.Date(rapid.IntRange(0, 21_000).Draw(t, "date")), Shipment: &schemas.Shipment{
		EntryType: types.Draw(t, "type"), DeMinimisClaim: truths.Draw(t, "claim"), Warehouse: truths.Draw(t, "warehouse"),
		OwnerRef: words.Draw(t, "owner"), Carrier: words.Draw(t, "carrier"), Marketplace: words.Draw(t, "marketplace"), Mode: words.Draw(t, "mode"),
		HouseBill: words.Draw(t, "bill"), ConsigneeRef: words.Draw(t, "consignee"), DeclaredValue: decimal.Draw(t, "value"), ListedPrice: decimal.Draw(t, "price"),
		Currency: rapid.SampledFrom([]string{"", "USD", "CNY", "EUR"}).Draw(t, "currency"),
	}}
	if rapid.Bool().Draw(t, "has order") {
		c.Order = &schemas.Order{SellerID: words.Draw(t, "seller"), BuyerRef: words.Draw(t, "buyer")}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			c.Order.Items = append(c.Order.Items, schemas.Item{Description: words.Draw(t, "description")})
		}
	}
	return c
}

func codes(r *Result) (found, unknown []reason.Code) {
	for i := range r.Findings {
		found = append(found, r.Findings[i].Code)
	}
	for i := range r.Unknowns {
		unknown = append(unknown, r.Unknowns[i].Code)
	}
	return found, unknown
}

// Whatever an entry is like: what is found can be defended, nothing is both found and
// unknown, and only a claim has a completeness.
func TestWhatIsFoundOfAnyEntry(t *testing.T) {
	p := packOf(t, cny)
	var used Result
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t, p)
		var fresh Result
		Judge(c, &fresh)
		Judge(c, &used)
		found, unknown := codes(&fresh)
		if again, asked := codes(&used); !slices.Equal(again, found) || !slices.Equal(asked, unknown) || used.Completeness != fresh.Completeness {
			t.Fatalf("judged again: %v %v, before: %v %v", again, asked, found, unknown)
		}
		for _, x := range fresh.Findings {
			if x.Field == "" || x.Observed == "" || x.Expected == "" || slices.Contains(unknown, x.Code) {
				t.Fatalf("%+v, unknown: %v", x, unknown)
			}
		}
		claims := slices.Contains(found, reason.Entry321Suspended)
		if claims != (fresh.Claimed == schemas.True) || fresh.Completeness.Set != claims {
			t.Fatalf("claimed %v, found %v, completeness %v", fresh.Claimed, found, fresh.Completeness)
		}
		if !claims && (slices.Contains(found, reason.Entry321OverLimit) || slices.Contains(found, reason.EntryWarehouseConsignee) || slices.Contains(found, reason.EntryDataIncomplete)) {
			t.Fatalf("found without a claim: %v", found)
		}
		if full := fresh.Completeness == schemas.DecimalOf(100, 0); claims && full == slices.Contains(found, reason.EntryDataIncomplete) {
			t.Fatalf("completeness %v, found %v", fresh.Completeness, found)
		}
		checkLimit(t, c, &fresh, found, unknown)
	})
}

// checkLimit holds the finding about the value against rational numbers.
func checkLimit(t *rapid.T, c *Case, r *Result, found, unknown []reason.Code) {
	s := c.Shipment
	rate := map[string]*big.Rat{"USD": big.NewRat(1, 1), "CNY": big.NewRat(13_946, 100_000)}[s.Currency]
	if s.Currency == "CNY" && c.Date < 20_089 { // 2025-01-01
		rate = nil
	}
	known := s.DeclaredValue.Set && rate != nil
	over := known && new(big.Rat).Mul(rate, big.NewRat(s.DeclaredValue.E4, 10_000)).Cmp(big.NewRat(800, 1)) > 0
	claims := r.Claimed == schemas.True
	if slices.Contains(found, reason.Entry321OverLimit) != (claims && over) {
		t.Fatalf("%v %s on %v: found %v", s.DeclaredValue, s.Currency, c.Date, found)
	}
	if r.Claimed != schemas.Unstated && slices.Contains(unknown, reason.Entry321OverLimit) != (claims && !known) {
		t.Fatalf("%v %s on %v: unknown %v", s.DeclaredValue, s.Currency, c.Date, unknown)
	}
}

// The more that is known of a shipment, the greater its completeness.
func TestCompletenessGrowsWithWhatIsKnown(t *testing.T) {
	p := packOf(t, cny)
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t, p)
		c.Shipment.DeMinimisClaim = schemas.True
		var less, more Result
		Judge(c, &less)
		o := schemas.Order{SellerID: "s", BuyerRef: "b", Items: []schemas.Item{{Description: "d"}}}
		if c.Order != nil && rapid.Bool().Draw(t, "keeps items") {
			o.Items = c.Order.Items
		}
		c.Order = &o
		c.Shipment.Carrier, c.Shipment.TrackingNumber = "c", "t"
		Judge(c, &more)
		if more.Completeness.E4 < less.Completeness.E4 || more.Completeness.E4 > 1_000_000 {
			t.Fatalf("%v, then %v", less.Completeness, more.Completeness)
		}
	})
}

func TestPercentsAreRounded(t *testing.T) {
	for _, c := range []struct {
		n, all int
		want   string
	}{{0, 6, "0.00"}, {1, 6, "16.67"}, {5, 6, "83.33"}, {1, 8, "12.50"}, {7, 8, "87.50"}, {8, 8, "100.00"}, {1, 3, "33.33"}, {2, 3, "66.67"}} {
		if got := percent(c.n, c.all).String(); got != c.want {
			t.Errorf("%d of %d is %s %%, want %s", c.n, c.all, got, c.want)
		}
	}
}

// A pack that asks nothing about entries, as older ones do, finds nothing.
func TestAPackWithoutTheSectionAsksNothing(t *testing.T) {
	p := packOf(t, `{"entry": null}`)
	rapid.Check(t, func(t *rapid.T) {
		var r Result
		Judge(drawCase(t, p), &r)
		if len(r.Findings) > 0 || len(r.Unknowns) > 0 || r.Completeness.Set {
			t.Fatalf("%+v", r)
		}
	})
}
