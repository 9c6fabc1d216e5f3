package host

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHostsOfOneSite(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"shop.example", "shop.example", true},
		{"shop.example", "WWW.Shop.Example.", true},
		{"shop.example", "https://shop.example:8443/cart?x=1#y", true},
		{"shop.example:443", "user:pw@shop.example", true},
		{"shop.example", " shop.example ", true},
		{"shop.example", "m.shop.example", false}, // a site of its own
		{"shop.example", "shop.example.org", false},
		{"shop.example", "wwwshop.example", false},
		{"www.com", "com", false}, // www is the name itself
		{"www.com", "WWW.COM", true},
		{"www.www.shop.example", "www.shop.example", false}, // one www is nobody's choice, two are
		{"münchen.example", "xn--mnchen-3ya.example", true},
		{"MÜNCHEN.example", "www.XN--MNCHEN-3YA.example.", true},
		{"mu\u0308nchen.example", "m\u00fcnchen.example", true}, // composed or not
		{"商店。example", "商店.example", true},                      // the ideographic full stop
		{"straße.example", "strasse.example", false},            // IDNA 2008: ß is a letter
		{"ｓｈｏｐ.example", "shop.example", true},                  // full width
		{"[2001:db8::1]:8080", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
		{"192.0.2.1:80", "192.0.2.1", true},
		{"under_score.example", "UNDER_SCORE.example", true},
		{"", "", false}, // not stated is no site
		{"", "shop.example", false},
		{".", ".", true}, // rubbish equals itself
		{".", "www.", false},
		{"\xff.example", "\xff.example", true},
	} {
		if got := Same(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
		if got := Same(c.b, c.a); got != c.same {
			t.Errorf("%q and %q, turned: %v", c.b, c.a, got)
		}
	}
}

// What is looked up by its canonical form is found by every host that is the same.
func TestCanonicalIsTheFormOfAllThatAreTheSame(t *testing.T) {
	label := rapid.SampledFrom([]string{"shop", "MÜNCHEN", "münchen", "xn--mnchen-3ya", "商店", "www", "a-b", "x_y", "1"})
	rapid.Check(t, func(t *rapid.T) {
		h := strings.Join(rapid.SliceOfN(label, 2, 4).Draw(t, "labels"), ".")
		spelt := h
		if rapid.Bool().Draw(t, "upper") {
			spelt = strings.ToUpper(spelt)
		}
		spelt = rapid.SampledFrom([]string{"", "https://", "u:p@", " "}).Draw(t, "before") + spelt + rapid.SampledFrom([]string{"", ".", ":443", "/x", " "}).Draw(t, "after")
		if Canonical(spelt) != Canonical(h) {
			t.Fatalf("%q is %q, %q is %q", spelt, Canonical(spelt), h, Canonical(h))
		}
		if !Same(spelt, h) {
			t.Fatalf("%q and %q are not the same", spelt, h)
		}
		if c := Canonical(h); Canonical(c) != c {
			t.Fatalf("%q: the canonical form %q has another, %q", h, c, Canonical(c))
		}
	})
}

func TestHostsAreComparedWithoutMemory(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		if Canonical("shop.example:443") != "shop.example" || !Same("WWW.Shop.Example", "shop.example.") {
			t.Error("not the same")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever comes in as a host, the answers agree and nothing panics.
func FuzzHosts(f *testing.F) {
	f.Add("www.Shop.Example.:443", "xn--mnchen-3ya.example")
	f.Add("[::1]:80", "http://a@b:c@d/e")
	f.Add("\xff。www", "www.。")
	f.Fuzz(func(t *testing.T, a, b string) {
		if Same(a, b) != Same(b, a) {
			t.Errorf("%q and %q: it matters which comes first", a, b)
		}
		if a != "" && !Same(a, a) {
			t.Errorf("%q is not itself", a)
		}
		x, _ := Apex(Canonical(a))
		y, _ := Apex(Canonical(b))
		if Same(a, b) && a != b && x != y {
			t.Errorf("%q and %q are the same, and found by %q and %q", a, b, x, y)
		}
	})
}

// What is taken to be in canonical form without a further look is.
func TestWhatLooksCanonicalIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z0-9.-]{0,12}[a-zA-Z0-9.:@/ \[é-]{0,2}`).Draw(t, "host")
		if got, want := Canonical(s), canonicalOf(strip(s)); got != want {
			t.Fatalf("%q is %q, want %q", s, got, want)
		}
	})
}
