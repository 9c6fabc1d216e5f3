package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

func TestDollarsNeedNoRate(t *testing.T) {
	p := defaultOf(t)
	if r, ok := p.USD("USD", 0); !ok || r != schemas.OneToOne {
		t.Errorf("a dollar is %v dollars, known %v", r, ok)
	}
	for _, currency := range []string{"", "EUR", "usd", "USN", "US"} {
		if r, ok := p.USD(currency, 20_700); ok {
			t.Errorf("%q is worth %v without a rate", currency, r)
		}
	}
}

// The rate in force is that of the newest entry that has begun, unless it has ended. In
// whatever sequence they stand in the pack.
func TestTheRateInForceIsThatOfTheDay(t *testing.T) {
	base := defaultOf(t)
	const first = schemas.Date(20_000)
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 40), 1, 8, rapid.ID[int]).Draw(t, "days")
		var list []map[string]string
		type entry struct {
			from, to schemas.Date
			rate     schemas.Rate
		}
		var entries []entry
		for i, day := range days {
			e := entry{from: first + schemas.Date(day), rate: schemas.Rate(i+1) * 1_000_000}
			m := map[string]string{"currency": rapid.SampledFrom([]string{"EUR", "EUR", "CNY"}).Draw(t, "currency"), "from": e.from.String(), "usd": e.rate.String(), "source": "x"}
			if rapid.Bool().Draw(t, "ends") {
				e.to = e.from + schemas.Date(rapid.IntRange(0, 10).Draw(t, "length"))
				m["to"] = e.to.String()
			}
			list = append(list, m)
			if m["currency"] == "EUR" {
				entries = append(entries, e)
			}
		}
		text, err := json.Marshal(map[string]any{"exchange_rates": list})
		if err != nil {
			t.Fatal(err)
		}
		p, err := base.With(text)
		if err != nil {
			t.Fatal(err)
		}
		for day := first - 2; day < first+60; day++ {
			var want entry
			for _, e := range entries {
				if e.from <= day && e.from > want.from {
					want = e
				}
			}
			known := want.from != 0 && (want.to == 0 || day <= want.to)
			if got, ok := p.USD("EUR", day); ok != known || ok && got != want.rate {
				t.Fatalf("on %v: %v, known %v; want %v, %v; %s", day, got, ok, want.rate, known, text)
			}
		}
	})
}

func TestBadRatesAreRefused(t *testing.T) {
	base := defaultOf(t)
	for _, entry := range []string{
		`"currency": "EUR", "from": "2026-07-01", "usd": "0", "source": "x"`,
		`"currency": "EUR", "from": "2026-07-01", "usd": "1.12345678901", "source": "x"`,
		`"currency": "EUR", "from": "2026-07-01", "usd": "1.1", "source": ""`,
		`"currency": "eur", "from": "2026-07-01", "usd": "1.1", "source": "x"`,
		`"currency": "USD", "from": "2026-07-01", "usd": "1", "source": "x"`,
		`"currency": "EUR", "from": "2026-07-32", "usd": "1.1", "source": "x"`,
		`"currency": "EUR", "from": "2026-07-02", "to": "2026-07-01", "usd": "1.1", "source": "x"`,
		`"currency": "EUR", "usd": "1.1", "source": "x"`,
		`"currency": "EUR", "from": "2026-07-01", "usd": "1.1", "source": "x", "bid": "1"`,
	} {
		if _, err := base.With([]byte(`{"exchange_rates": [{` + entry + `}]}`)); err == nil {
			t.Errorf("accepted: %s", entry)
		}
	}
	twice := `{"currency": "EUR", "from": "2026-07-01", "usd": "1.1", "source": "x"}`
	if _, err := base.With([]byte(fmt.Sprintf(`{"exchange_rates": [%s, %s]}`, twice, twice))); err == nil {
		t.Error("two rates of one currency from one day on are accepted")
	}
}

// Settings of one case are laid over a pack, which stays as it is.
func TestSettingsAreLaidOver(t *testing.T) {
	p := defaultOf(t)
	hash, rules := p.Hash, len(p.Rules)
	q, err := p.With([]byte(`{"attribution": {"window_days": 7}, "ports": {"groups": {"pilot": ["9999"]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if q.AttributionDays != 7 || q.AllClicks != p.AllClicks || len(q.Rules) != rules || q.Hash == hash || q.Version != p.Version {
		t.Errorf("laid over: window %d, %d rules, hash %s", q.AttributionDays, len(q.Rules), q.Hash)
	}
	if p.Hash != hash || p.AttributionDays != 90 {
		t.Error("the pack itself has changed")
	}
	same, err := p.With([]byte(`{}`))
	if err != nil || same.Hash != hash {
		t.Errorf("nothing laid over gives another pack: %v", err)
	}
	again, err := q.With([]byte(`{"attribution": {"window_days": 90}}`))
	if err != nil || again.AttributionDays != 90 || again.Hash == hash {
		t.Errorf("laid over twice: %v", err)
	}
	for _, bad := range []string{``, `[]`, `{"windows": 1}`, `{"attribution": {"window_days": 0}}`, `{"attribution": 1}`} {
		if _, err := p.With([]byte(bad)); err == nil {
			t.Errorf("accepted: %s", bad)
		}
	}
	if !slices.Equal(p.Entry.Carrier, q.Entry.Carrier) {
		t.Error("a section that is not named has changed")
	}
}
