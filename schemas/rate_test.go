package schemas

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestRatesAreReadAsWritten(t *testing.T) {
	for s, want := range map[string]Rate{
		"1": OneToOne, "1.0": OneToOne, "0.1395": 1_395_000_000, "0.006776": 67_760_000, "0.0000000001": 1,
		"1000000": MaxRate, "1000000.0000000000": MaxRate, "07.5": 75_000_000_000, "1.2345678901": 12_345_678_901,
	} {
		got, err := ParseRate(s)
		if err != nil || got != want {
			t.Errorf("%q is %d (%v), want %d", s, got, err, want)
		}
		if again, err := ParseRate(got.String()); err != nil || again != got {
			t.Errorf("%q is written as %q, which is %d (%v)", s, got, again, err)
		}
	}
	for _, s := range []string{"", "0", "0.0", ".5", "5.", "-1", "+1", "1e3", "1,5", "0.00000000001", "1000000.1", "1000001",
		"99999999999999999999999999", "1.2.3", " 1", "0x1", "NaN"} {
		if r, err := ParseRate(s); err == nil {
			t.Errorf("%q is taken for %v", s, r)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"1", "0.1395", "1000000", "0.0000000001", "1.", ".1", "00000000000000000000.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRate(s)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok || want.Cmp(big.NewRat(int64(r), int64(OneToOne))) != 0 {
			t.Fatalf("%q is read as %v", s, r)
		}
		if again, err := ParseRate(r.String()); err != nil || again != r {
			t.Fatalf("%v is written as %q", r, r.String())
		}
	})
}

var (
	amounts = rapid.Custom(func(t *rapid.T) Decimal {
		return Decimal{E4: rapid.Int64Range(0, DefaultLimits().Amount*e4).Draw(t, "e4"), Set: true}
	})
	rates = rapid.Custom(func(t *rapid.T) Rate { return Rate(rapid.Uint64Range(1, uint64(MaxRate)).Draw(t, "rate")) })
)

// worth is what a rational number says about an amount at a rate.
func worth(d Decimal, r Rate) *big.Rat {
	return new(big.Rat).Mul(big.NewRat(d.E4, e4), big.NewRat(int64(r), int64(OneToOne)))
}

func TestConversionIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, r := amounts.Draw(t, "amount"), rates.Draw(t, "rate")
		limit := amounts.Draw(t, "limit")
		if rapid.Bool().Draw(t, "close") {
			// The nearest amounts on both sides, where an inexact product goes wrong.
			if at := d.At(r); at.Set {
				limit = Decimal{E4: max(at.E4+rapid.Int64Range(-1, 1).Draw(t, "off"), 0), Set: true}
			}
		}
		exact := worth(d, r)
		if got, want := d.CompareAt(r, limit), exact.Cmp(big.NewRat(limit.E4, e4)); got != want {
			t.Fatalf("%v at %v against %v: %d, want %d", d, r, limit, got, want)
		}
		at := d.At(r)
		if !at.Set {
			if most := big.NewRat(1<<62, e4); exact.Cmp(most) < 0 {
				t.Fatalf("%v at %v is not shown", d, r)
			}
			return
		}
		off := new(big.Rat).Sub(big.NewRat(at.E4, e4), exact)
		if half := big.NewRat(1, 2*e4); off.Cmp(half) > 0 || off.Cmp(new(big.Rat).Neg(half)) <= 0 {
			t.Fatalf("%v at %v is shown as %v, %v off", d, r, at, off)
		}
	})
}

func TestConversionIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, r := amounts.Draw(t, "a"), amounts.Draw(t, "b"), rates.Draw(t, "rate")
		limit := amounts.Draw(t, "limit")
		if a.E4 > b.E4 {
			a, b = b, a
		}
		if a.CompareAt(r, limit) > b.CompareAt(r, limit) {
			t.Fatalf("%v is over %v at %v, and %v is not", a, limit, r, b)
		}
		if more := rates.Draw(t, "other"); more > r && a.CompareAt(r, limit) > a.CompareAt(more, limit) {
			t.Fatalf("%v is over %v at %v, and not at %v", a, limit, r, more)
		}
		if got := a.CompareAt(OneToOne, b); (got == 0) != (a.E4 == b.E4) || got > 0 {
			t.Fatalf("%v against %v at one to one: %d", a, b, got)
		}
	})
}
