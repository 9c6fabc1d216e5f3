package label

import (
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

const chromeAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"

// derived are clicks as they come, and the worst ones that are let in.
func derived() map[string]*schemas.AdClick {
	google := ordinaryClick()
	google.UserAgent = chromeAgent
	meta := &schemas.AdClick{
		OrderKey: "ord-000000001-ab12", ClickID: "clk-0123456789ab", EventTime: 1_783_683_000_000, SiteHost: "lumen-home-1.example",
		LandingURL: "https://lumen-home-1.example/p?utm_source=facebook&utm_medium=paid_social&utm_campaign=home%20launch&utm_content=carousel-17" +
			"&utm_term=lookalike&fbclid=IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk",
		Referrer: "https://l.facebook.com/", TargetCountries: []string{"US"},
		FacebookPixelID: "112233445566778", FBP: "fb.1.1783000000000.1234567890",
		FBC: "fb.1.1783682999000.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk",
		IP:  "81.2.69.142",
		UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 " +
			"[FBAN/FBIOS;FBAV/467.0.0.39.107;FBBV/607;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]",
	}
	worst := *meta
	worst.LandingURL = "https://a.example/?" + strings.Repeat("utm_term=%2526utm_id%253D%25257B;", 500)
	return map[string]*schemas.AdClick{"google": google, "meta": meta, "worst": &worst}
}

func BenchmarkDerive(b *testing.B) {
	clicks := derived()
	for _, name := range []string{"google", "meta", "worst"} {
		b.Run(name, func(b *testing.B) {
			var f Features
			b.ReportAllocs()
			b.ReportMetric(float64(len(clicks[name].LandingURL)), "URL-bytes")
			for b.Loop() {
				Derive(clicks[name], nil, &f)
			}
		})
	}
}

func TestDeriveAllocatesNothing(t *testing.T) {
	for name, click := range derived() {
		var f Features
		Derive(click, nil, &f)
		if n := testing.AllocsPerRun(50, func() { Derive(click, nil, &f) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// What deriving costs grows with the length of a URL, whatever stands in it: the memory
// for decoded values is a measure of it.
func TestWorkIsBoundedByTheLengthOfTheURL(t *testing.T) {
	for _, piece := range []string{"utm_term=%2526utm_id%253D%25257B;", "%3D%26", "%25253D", "&amp;", "utm_id=a%26", "?utm_id=", ";utm_id=", "#", "{", "__A", "%7B%7B"} {
		url := "https://a.example/?"
		for depth := range 8 { // encoded again and again
			url += strings.Repeat(strings.Replace(piece, "%", "%"+strings.Repeat("25", depth), -1), 250)
		}
		url += strings.Repeat(piece, longestURL/len(piece))
		var f Features
		Derive(&schemas.AdClick{LandingURL: url}, nil, &f)
		if got, bound := len(f.memory.buf), 40*longestURL; got > bound {
			t.Errorf("%q: %d bytes were decoded of at most %d; allowed %d", piece, got, longestURL, bound)
		}
	}
}
