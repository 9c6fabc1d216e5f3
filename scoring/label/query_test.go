package label

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// Whatever a program wrote into a query as it should be written is read as it was, once
// encoded or twice.
func TestWellWrittenQueriesAreReadAsWritten(t *testing.T) {
	var d deriver
	rapid.Check(t, func(t *rapid.T) {
		want, list := map[param]string{}, []string{}
		for p := range numParams {
			value := rapid.StringMatching(`[a-zA-Z0-9_.=?#äß€ -]{0,12}`).Draw(t, paramNames[p])
			value = strings.Trim(value, " ")
			if value == "" || p >= gclid && strings.ContainsAny(value, "=?# ") {
				continue
			}
			want[p] = value
			name, text := paramNames[p], url.QueryEscape(value)
			if rapid.Bool().Draw(t, "upper") {
				name = strings.ToUpper(name)
			}
			if rapid.Bool().Draw(t, "twice") {
				text = url.QueryEscape(url.PathEscape(value))
			}
			list = append(list, name+"="+text)
		}
		list = append(list, "variant=1", "q=a%26b", "flag", "=", "")
		list = rapid.Permutation(list).Draw(t, "order")
		text := "https://shop.example/p?" + strings.Join(list, rapid.SampledFrom([]string{"&", "&amp;", "&&"}).Draw(t, "separator"))
		if cutParam(text) != numParams {
			return
		}
		var q query
		d.parse(text, &q)
		for p := range numParams {
			if q.values[p] != want[p] || q.second[p] != "" {
				t.Fatalf("%s\n%s: %q and %q, written %q", text, paramNames[p], q.values[p], q.second[p], want[p])
			}
		}
	})
}

// A URL of a length at which programs cut off may end in half a value.
func TestValuesThatMayBeCutOffAreNotHeldAgainstTheirForm(t *testing.T) {
	pad := func(n int, tail string) string {
		head := "https://shop.example/?x="
		return head + strings.Repeat("a", n-len(head)-len(tail)) + tail
	}
	for _, tail := range []string{"&msclkid=0123456789abcdef", "&gclid=aaaaaaaaaaaaaaaaaaaaaaaa&gclid=aaaaaaaaaa"} {
		for n, want := range map[int]int{1024: 0, 1025: 1} {
			var f Features
			Derive(&schemas.AdClick{LandingURL: pad(n, tail)}, nil, &f)
			if len(f.Findings) != want {
				t.Errorf("%s at %d bytes: %+v", tail, n, f.Findings)
			}
			if f.IDs == 0 {
				t.Errorf("%s at %d bytes: the id is not seen", tail, n)
			}
		}
	}
	var f Features
	Derive(&schemas.AdClick{LandingURL: pad(2048, "&fbclid=IwAR0ab"), FBC: "fb.1.1783683000000.IwAR0abc", EventTime: 1_783_683_000_000}, nil, &f)
	if len(f.Findings) != 0 {
		t.Errorf("half an fbclid against the fbc: %+v", f.Findings)
	}
	long := pad(longestURL+100, "&utm_source=late") // over the bound: not read
	Derive(&schemas.AdClick{LandingURL: "https://shop.example/?utm_medium=early&" + long}, nil, &f)
	if f.UTM.Medium != "early" || f.UTM.Source != "" {
		t.Errorf("%+v", f.UTM)
	}
}

// Features that an older program stored are read, and say nothing about what it did not
// know.
func TestOlderFeaturesAreRead(t *testing.T) {
	var f, old Features
	Derive(derived()["google"], nil, &f)
	if f.ReferrerKind == KindOther || f.Notes == 0 {
		t.Fatal("the click shows nothing of what is new")
	}
	b := AppendFeatures(nil, &f)
	b = append(b[:10:10], b[12:]...) // layout 1 had no kind and no notes there
	b[0] = 1
	if err := ReadFeatures(b, &old); err != nil {
		t.Fatal(err)
	}
	f.ReferrerKind, f.Notes = 0, 0
	if string(AppendFeatures(nil, &old)) != string(AppendFeatures(nil, &f)) {
		t.Errorf("read %+v, written %+v", old, f)
	}
}
