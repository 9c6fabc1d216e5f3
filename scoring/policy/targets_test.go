package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/scoring/geo"
)

// covers is the countries asked for that a list covers, and with a "?" those of which
// that is unclear.
func covers(p *Pack, list, countries string) string {
	var t Targets
	p.Targets(strings.Split(list, ","), &t)
	if t.None() {
		return "none"
	}
	var said []string
	for name := range strings.FieldsSeq(countries) {
		switch t.Covers(geo.ParseCountry(name)) {
		case Covered:
			said = append(said, name)
		case Unclear:
			said = append(said, name+"?")
		}
	}
	return strings.Join(said, " ")
}

func TestTargets(t *testing.T) {
	p := defaultOf(t)
	const all = "US PR GU VI CA MX DE AT GB GR CN HK MO TW XK RS BR"
	for _, c := range []struct{ list, want string }{
		{"", "none"},
		{"-", "none"},
		{" , -, ", "none"},
		{"US", "US PR GU VI"}, // with its territories
		{"us", "US PR GU VI"},
		{" us ", "US PR GU VI"},
		{"PR", "PR"}, // which are not the country
		{"US,-PR", "US GU VI"},
		{"-PR,US", "US GU VI"},
		{"PR,-US", ""}, // an exclusion wins
		{"usmca", "US PR CA MX"},
		{"US,CA", "US PR GU VI CA"},
		{"EU", "DE AT GR"},
		{"EU,-DE", "AT GR"},
		{"DACH,EU", "DE AT GR"},
		{"UK", "GB"}, // not ISO 3166-1, but known
		{"EL", "GR"},
		{"CN", "CN"}, // Hong Kong, Macau and Taiwan have codes of their own
		{"HK,TW,MO", "HK MO TW"},
		{"-CN", "US PR GU VI CA MX DE AT GB GR HK MO TW XK RS BR"},
		{"XK", "XK"}, // Kosovo: user-assigned, used by customs
		{"RS", "RS"},
		{"WORLD", all},
		{"WORLD,-EU", "US PR GU VI CA MX GB CN HK MO TW XK RS BR"},
		{"-EU,WORLDWIDE", "US PR GU VI CA MX GB CN HK MO TW XK RS BR"},
		{"EU,-EU", ""},
		{"LATAM", strings.ReplaceAll(all, " ", "? ") + "?"},
		{"LATAM,-BR", "US? PR? GU? VI? CA? MX? DE? AT? GB? GR? CN? HK? MO? TW? XK? RS?"}, // excluded for sure
		{"LATAM,EU", "US? PR? GU? VI? CA? MX? DE AT GB? GR CN? HK? MO? TW? XK? RS? BR?"},
		{"DE,-LATAM", "DE?"}, // nothing else is named: outside for sure
		{"-LATAM", strings.ReplaceAll(all, " ", "? ") + "?"},
		{"ZZ", strings.ReplaceAll(all, " ", "? ") + "?"},
		{strings.Repeat("X", 100), strings.ReplaceAll(all, " ", "? ") + "?"},
	} {
		if got := covers(p, c.list, all); got != c.want {
			t.Errorf("%q: %s, want %s", c.list, got, c.want)
		}
	}
}

// What a list covers does not depend on its order or on names said twice; an exclusion
// wins; a name that is not known never turns an answer round, it only makes it unclear.
func TestTargetsAreASet(t *testing.T) {
	p := defaultOf(t)
	names := rapid.SampledFrom([]string{"US", "us", "PR", "-PR", "DE", "-DE", "EU", "-EU", "USMCA", "WORLD", "-WORLD", "CN", "-HK", "LATAM", "-LATAM", "zz", "", "-", "XK", "UK"})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(names, 0, 6).Draw(t, "list")
		var a, b, more Targets
		p.Targets(list, &a)
		p.Targets(append(rapid.Permutation(list).Draw(t, "shuffled"), list...), &b)
		if a != b {
			t.Fatalf("%q in another order: %+v, %+v", list, a, b)
		}
		strange := rapid.SampledFrom([]string{"NOWHERE", "-NOWHERE"}).Draw(t, "strange")
		p.Targets(append(list[:len(list):len(list)], strange), &more)
		var excluded Targets
		name := rapid.SampledFrom([]string{"DE", "EU", "US", "WORLD", "CN"}).Draw(t, "excluded")
		p.Targets(append(list[:len(list):len(list)], "-"+name), &excluded)
		var region Targets
		p.Targets([]string{name}, &region)
		for c := range geo.Country(26*26 + 2) {
			was, is := a.Covers(c), more.Covers(c)
			if c == 0 || geo.ParseCountry(c.String()) == 0 {
				continue
			}
			if !a.None() && is != was && is != Unclear {
				t.Fatalf("%q and %s: %v was %d, is %d", list, strange, c, was, is)
			}
			if a.None() && is != Unclear {
				t.Fatalf("%q and %s: %v is %d", list, strange, c, is)
			}
			if region.Covers(c) == Covered && excluded.Covers(c) != NotCovered {
				t.Fatalf("%q without %s covers %v", list, name, c)
			}
		}
	})
}

func TestTerritoriesAreOneWithTheirCountry(t *testing.T) {
	p := defaultOf(t)
	for _, c := range []struct {
		a, b string
		one  bool
	}{
		{"US", "US", true}, {"US", "PR", true}, {"US", "GU", true}, {"VI", "US", true}, {"PR", "GU", true},
		{"CN", "HK", false}, {"CN", "MO", false}, {"CN", "TW", false}, {"RS", "XK", false}, {"GB", "IM", false},
		{"US", "", false}, {"", "", false}, {"DE", "AT", false},
	} {
		a, b := geo.ParseCountry(c.a), geo.ParseCountry(c.b)
		if p.OneCountry(a, b) != c.one || p.OneCountry(b, a) != c.one {
			t.Errorf("%s and %s: one country is %v, want %v", c.a, c.b, !c.one, c.one)
		}
	}
}

// As a country a name has to be one: a region of several is none.
func TestCountriesAsSent(t *testing.T) {
	p := defaultOf(t)
	for sent, want := range map[string]string{
		"US": "US", "us": "US", "UK": "GB", "uk": "GB", "EL": "GR", "XK": "XK", "PR": "PR", "TW": "TW",
		"EU": "", "": "", " US": "", "USA": "", "ZZ": "", "SU": "", "AN": "", "YU": "", "TP": "", "QU": "", "AA": "", "XX": "", "-US": "", "WORLD": "", "U1": "",
	} {
		if got := p.Country(sent).String(); got != want {
			t.Errorf("%q is %q, want %q", sent, got, want)
		}
	}
}

func TestTargetsTakeNoMemory(t *testing.T) {
	p := defaultOf(t)
	list := []string{"US", "eu", "-DE", "WORLD"}
	var set Targets
	if n := testing.AllocsPerRun(100, func() { p.Targets(list, &set) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
