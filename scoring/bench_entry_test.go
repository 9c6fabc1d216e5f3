package scoring

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// What a pack may hold for entries and goods beside the built-in one.
const watching = `{"goods": {"brands": [
	{"name": "Examplebrand", "aliases": ["EXB"], "reference_price_usd": "129.90", "hs_chapters": ["64"], "source": "x"},
	{"name": "Otherbrand", "reference_price_usd": "20", "source": "x"}]},
	"exchange_rates": [{"currency": "CNY", "from": "2025-01-01", "usd": "0.13946", "source": "x"}]}`

var entryCases = []struct{ name, script string }{
	{"clean entry of watched goods", `order {currency: CNY, items: [{sku: A, brand: "Example Brand", hs_code: "6404.11", unit_value: "650.00"}, {sku: B, brand: "Öther", unit_value: "1"}]}
		shipment {de_minimis_claim: false, owner_ref: w1}
		click {_country: US}
		site {}`},
	{"clean claim of Section 321", `order {event_time: "2025-01-10T12:00:00Z", buyer_ref: b1, items: [{sku: A, brand: Nobody, description: lamp}]}
		shipment {entry_type: null, entry_date: "2025-01-15", de_minimis_claim: true, declared_value: "5736.41", currency: CNY, owner_ref: w1, marketplace: m, tracking_number: T1, mode: AIR, consignee_ref: r1, listed_price: "9.90"}
		click {_country: US, event_time: "2025-01-10T11:30:00Z"}
		site {}`},
	{"four reasons of an entry", `order {items: [{sku: A, brand: exb, hs_code: "6404.11", unit_value: "9.90"}]}
		shipment {entry_type: null, de_minimis_claim: true, warehouse: true}
		click {_country: US}
		site {}`},
}

func entryScorer(tb testing.TB) *Scorer {
	p, err := packs(tb)[0].With([]byte(watching))
	if err != nil {
		tb.Fatal(err)
	}
	return New(policy.Alone(p))
}

func BenchmarkScoreEntry(b *testing.B) {
	for _, bc := range entryCases {
		b.Run(bc.name, func(b *testing.B) {
			c, s := benchCase(b, bc.script), entryScorer(b)
			var v schemas.Verdict
			b.ReportAllocs()
			for b.Loop() {
				s.Score(c, &v)
			}
		})
	}
}

func TestScoringEntriesAllocatesNothing(t *testing.T) {
	want := map[string]int{entryCases[0].name: 0, entryCases[1].name: 0, entryCases[2].name: 4}
	for _, bc := range entryCases {
		c, s := benchCase(t, bc.script), entryScorer(t)
		var v schemas.Verdict
		s.Score(c, &v)
		if len(v.Reasons) != want[bc.name] {
			t.Errorf("%s: %+v", bc.name, v.Reasons)
		}
		if n := testing.AllocsPerRun(100, func() { s.Score(c, &v); s.PreReview(c, &v) }); n != 0 {
			t.Errorf("%s: %v allocations", bc.name, n)
		}
	}
}
