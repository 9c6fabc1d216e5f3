package policy

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// watching is the default pack with a section of its own.
func watching(t testing.TB, settings string) *Pack {
	t.Helper()
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if p, err = p.With([]byte(settings)); err != nil {
		t.Fatal(err)
	}
	return p
}

const invented = `{"goods": {"brands": [
	{"name": "Examplebrand", "aliases": ["EXB", "例の品"], "reference_price_usd": "129.99", "hs_chapters": ["64", "42"], "source": "x"},
	{"name": "Böse & Söhne", "reference_price_usd": "20", "low_price_percent": 33, "source": "x"}]}}`

func TestBrandsAreKnownHoweverTheyAreWritten(t *testing.T) {
	p := watching(t, invented)
	for name, want := range map[string]string{
		"Examplebrand": "Examplebrand", "EXAMPLE BRAND": "Examplebrand", " example-brand™ ": "Examplebrand", "Ｅxamplebrand": "Examplebrand",
		"Éxämplèbrånd": "Examplebrand", "e.x.b.": "Examplebrand", "例の品": "Examplebrand", "E\u0301xamplebrand": "Examplebrand",
		"Böse & Söhne": "Böse & Söhne", "BOSE SOHNE": "Böse & Söhne", "bose/sohne": "Böse & Söhne",
		"": "", "Example": "", "Examplebrands": "", "™": "", "\xff": "", strings.Repeat("examplebrand", 40): "", strings.Repeat("ö", 200): "",
	} {
		got := ""
		if b := p.Brand(name); b != nil {
			got = b.Name
		}
		if got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestBrandsAreLookedUpWithoutMemory(t *testing.T) {
	p := watching(t, invented)
	for _, name := range []string{"EXAMPLE brand", "Éxämplèbrånd", "例の品", strings.Repeat("ö", 200)} {
		if n := testing.AllocsPerRun(100, func() { p.Brand(name) }); n != 0 {
			t.Errorf("%q: %v allocations", name, n)
		}
	}
}

func TestLowPricesAreExact(t *testing.T) {
	p := watching(t, invented)
	for name, want := range map[string]string{"examplebrand": "64.995", "bose sohne": "6.60"} {
		if b := p.Brand(name); b == nil || b.Low.String() != want {
			t.Errorf("%s: below %v, want %s", name, b, want)
		}
	}
}

func TestBrandsCoverTheirChapters(t *testing.T) {
	p := watching(t, invented)
	some, all := p.Brand("exb"), p.Brand("bose sohne")
	for hs, want := range map[string][2]bool{
		"6404.11": {true, true}, "42": {true, true}, "9503": {false, true}, "": {false, false}, "6": {false, false}, "x4": {false, false},
	} {
		if covered, known := some.Covers(hs); covered != want[0] || known != want[1] {
			t.Errorf("%q: covered %v, known %v", hs, covered, known)
		}
		if covered, known := all.Covers(hs); !covered || !known {
			t.Errorf("%q: a brand of all goods: covered %v, known %v", hs, covered, known)
		}
	}
}

// FuzzBrand looks up whatever name: it is found exactly if a brand is left of it when
// case, accents, forms and all but letters and digits are.
func FuzzBrand(f *testing.F) {
	for _, name := range []string{"Examplebrand", "ÉXAMPLE brand", "e\u0301xb", "\xffexb", "EXB™", "例 の 品", "ﬃ", "İ", "ß"} {
		f.Add(name)
	}
	p := watching(f, invented)
	f.Fuzz(func(t *testing.T, name string) {
		var left strings.Builder
		for _, r := range name {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			for _, r := range norm.NFKD.String(string(r)) {
				if r = unicode.ToLower(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
					left.WriteRune(r)
				}
			}
		}
		known := strings.Contains(" examplebrand exb 例の品 bosesohne ", " "+left.String()+" ") && left.Len() > 0
		if got := p.Brand(name) != nil; got != known {
			t.Fatalf("%q, of which %q is left: known %v", name, left.String(), got)
		}
	})
}

func TestBrandKeysAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		key := string(brandKey(make([]byte, 0, maxBrandBytes), name))
		if again := string(brandKey(make([]byte, 0, maxBrandBytes), key)); again != key || !utf8.ValidString(key) || len(key) > maxBrandBytes {
			t.Fatalf("%q is read as %q, and that as %q", name, key, again)
		}
		spaced := string(brandKey(make([]byte, 0, maxBrandBytes), " "+strings.Join(strings.Split(name, ""), " - ")))
		if spaced != key {
			t.Fatalf("%q is read as %q, with blanks as %q", name, key, spaced)
		}
	})
}
