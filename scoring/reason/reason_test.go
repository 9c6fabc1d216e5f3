package reason

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCodesAreReadAsPublished(t *testing.T) {
	for c := None + 1; c < Count; c++ {
		if c.String() == "" || Parse(c.String()) != c {
			t.Errorf("code %d: %q is read as %d", c, c, Parse(c.String()))
		}
	}
	if Parse("") != None || Parse("ECERT") != None || Count.String() != "" {
		t.Error("what is no code is read as one")
	}
}

// The numbers stand in stored click features.
func TestNumbersOfStoredCodesStay(t *testing.T) {
	for code, number := range map[Code]Code{LabelMacroUnexpanded: 5, LabelParameterConflict: 12, LabelClickIDsConflict: 13, LabelDrift: 17} {
		if code != number {
			t.Errorf("%v is %d, was %d", code, code, number)
		}
	}
}

func TestShowWithholds(t *testing.T) {
	for s, want := range map[string]string{
		"google": "google", "https://a.example/?x": "(an address)", "me@shop.example": "(an address)",
		"fb.1.1783683000000.123": "(a browser id)", "fb.com": "fb.com", "\xff": "(not UTF-8)", "": "",
		"me%40shop.example": "(an address)", "me%2540shop": "(an address)", "https%3A%2F%2Fa.example": "(an address)", "https%253a%252F/a": "(an address)",
		"%3A//": "(an address)", "shop.example/p?gclid=1": "(an address)",
		"50%": "50%", "%": "%", "%25": "%25", "spring%20sale": "spring%20sale", "a%3Ab": "a%3Ab", "a%3A%2Fb": "a%3A%2Fb", "why?": "why?", "a=b": "a=b", "%7B%7Bad.name%7D%7D": "%7B%7Bad.name%7D%7D",
	} {
		if got := Show(s); got != want {
			t.Errorf("%q is shown as %q, want %q", s, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "value")
		if got := Show(strings.Repeat(s, 9)); len(got) > MaxKept || !utf8.ValidString(got) {
			t.Fatalf("shown as %q", got)
		}
		var text Text
		got := text.Name(strings.Repeat(s, 9))
		if len(got) > MaxName || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Fatalf("named %q", got)
		}
		if plain(s) && (hidden(s) != "" || text.Name(s) != s) {
			t.Fatalf("%q is taken as plain, and is %q", s, hidden(s))
		}
	})
}

func TestTextsOutliveGrowth(t *testing.T) {
	var text Text
	first := text.Join("kept", " ", "before")
	for range 1000 {
		text.Join("more")
	}
	list := text.List("of ", strings.Fields("1 2 3 4 5 6 7 8 9 10"))
	if first != "kept before" || list != "of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more" {
		t.Errorf("%q %q", first, list)
	}
}
