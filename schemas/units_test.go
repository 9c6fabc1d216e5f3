package schemas

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimesReadAndWriteAsTheStandardLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(int64(MinTime), int64(MaxTime)).Draw(t, "ms")
		want := time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
		if got := Time(ms).String(); got != want {
			t.Fatalf("%d is written %s, want %s", ms, got, want)
		}
		zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "zone"))
		format := rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00"}).Draw(t, "format")
		text := time.UnixMilli(ms).In(zone).Format(format)
		std, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseTime(text); err != nil || int64(got) != std.UnixMilli() {
			t.Fatalf("%s is read as %d (%v), want %d", text, got, err, std.UnixMilli())
		}
		if d := Time(ms).Date(); d.String() != want[:10] {
			t.Fatalf("day of %s: %s", want, d)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-07-01T12:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T23:59:60Z", "2026-07-01T12:00:00.1234567+02:30", "1999-12-31T23:59:59-01:00", "2026-07-01T12:00:00+02:60"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		std, stdErr := time.Parse(time.RFC3339, s)
		inRange := stdErr == nil && std.UnixMilli() >= int64(MinTime) && std.UnixMilli() <= int64(MaxTime)
		// The standard library also takes a comma before the fraction, one digit for the
		// hour, and an offset of 24 hours or 60 minutes; RFC 3339 does not.
		if err == nil && (!inRange || got != Time(std.UnixMilli())) {
			t.Fatalf("%q is read as %v; the standard library: %v %v", s, got, std, stdErr)
		}
		if err != nil && inRange && !strings.Contains(s, ",") && s[10] == 'T' && s[13] == ':' &&
			!strings.HasSuffix(s, ":60") && s[len(s)-5:len(s)-3] != "24" {
			t.Fatalf("%q is refused: %v", s, err)
		}
	})
}

func TestDates(t *testing.T) {
	for d := MinDate; d <= MaxDate; d++ {
		want := time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
		if d != 0 && d.String() != want {
			t.Fatalf("%d is written %s, want %s", d, d, want)
		}
		if got, err := ParseDate(want); err != nil || got != d {
			t.Fatalf("%s is read as %d (%v), want %d", want, got, err, d)
		}
	}
	for _, s := range []string{"", "1989-12-31", "2101-01-01", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01Z", "2026/01/01", "abcd-01-01"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func TestDecimals(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-0": "0.00", "129.9": "129.90", "129.90": "129.90", "0.0001": "0.0001", "12.345": "12.345",
		"-12.5": "-12.50", "007": "7.00", "100000000000": "100000000000.00",
	} {
		if d, err := ParseDecimal(in); err != nil || d.String() != want || !d.Set {
			t.Errorf("%s is %s (%v), want %s", in, d, err, want)
		}
	}
	for _, in := range []string{"", "-", ".", "1.", ".5", "1.00000", "1e3", "+1", " 1", "1 ", "1,5", "0x1", "--1", "1.-5", "9999999999999999", "999999999999999.9999"} {
		if d, err := ParseDecimal(in); err == nil {
			t.Errorf("%q is read as %s", in, d)
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sum
		want := new(big.Int)
		for _, v := range rapid.SliceOfN(rapid.Int64(), 0, 50).Draw(t, "amounts") {
			if rapid.Bool().Draw(t, "taken away") {
				s = s.Sub(Decimal{E4: v, Set: true})
				want.Sub(want, big.NewInt(v))
			} else {
				s = s.Add(Decimal{E4: v, Set: true})
				want.Add(want, big.NewInt(v))
			}
		}
		if s = s.Add(Decimal{E4: 7}); bigOf(s).Cmp(want) != 0 {
			t.Fatalf("%v, want %v", bigOf(s), want)
		}
	})
}

func TestSumsReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Sum{Hi: rapid.Int64Range(-1<<62, 1<<62).Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		rat, ok := new(big.Rat).SetString(s.String())
		if !ok || rat.Cmp(new(big.Rat).SetFrac(bigOf(s), big.NewInt(e4))) != 0 {
			t.Fatalf("%v is written %s", bigOf(s), s)
		}
		if again, err := ParseSum(s.String()); err != nil || again != s {
			t.Fatalf("%s is read as %s (%v)", s, again, err)
		}
	})
	for _, in := range []string{"", "-", ".", "1.", ".5", "1.2.3", "1.00001", "x", strings.Repeat("9", 40)} {
		if s, err := ParseSum(in); err == nil {
			t.Errorf("%q is read as %s", in, s)
		}
	}
}

func bigOf(s Sum) *big.Int {
	v := new(big.Int).Lsh(big.NewInt(s.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(s.Lo))
}

func TestAppendsAllocateNothing(t *testing.T) {
	buf := make([]byte, 0, 256)
	at, _ := ParseTime("2026-07-01T12:00:00.250Z")
	if n := testing.AllocsPerRun(100, func() {
		b := at.Append(buf)
		b = at.Date().Append(b)
		b = DecimalOf(129, 9000).Append(b)
		b = Sum{}.Add(DecimalOf(129, 9000)).Append(b)
		b = RouteHighRisk.Append(b)
		id := MakeDecisionID("o-000000042", "sh-000000042")
		_ = id.Append(b)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Decision ids are for ever: these were computed once, by the rule of MakeDecisionID.
func TestDecisionIDsNeverChange(t *testing.T) {
	if got := MakeDecisionID("o-000000042", "sh-000000042").String(); got != goldenDecision {
		t.Errorf("decision: %s", got)
	}
	if got := MakePreReviewID("o-000000042").String(); got != goldenPreReview {
		t.Errorf("pre-review: %s", got)
	}
	if MakeDecisionID("ab", "c") == MakeDecisionID("a", "bc") {
		t.Error("the border between the two keys does not count")
	}
	id := MakeDecisionID("k", "s")
	if again, err := ParseDecisionID(id.String()); err != nil || again != id {
		t.Errorf("%s is read as %s (%v)", id, again, err)
	}
	for _, s := range []string{"", "00", strings.Repeat("g", 32), strings.Repeat("A", 32), strings.Repeat("0", 33)} {
		if _, err := ParseDecisionID(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

const (
	goldenDecision  = "4a36c903d596e7a8618e8580b106a97d"
	goldenPreReview = "35c03e0300ac58cdde72858c0a98ccd9"
)
