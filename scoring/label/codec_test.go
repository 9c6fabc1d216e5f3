package label

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

func drawFeatures(t *rapid.T) Features {
	text := rapid.StringN(0, 20, 300)
	f := Features{
		ClickID: text.Draw(t, "id"), EventTime: schemas.Time(rapid.Int64().Draw(t, "time")), SiteHost: text.Draw(t, "host"),
		Targets: rapid.SliceOfN(text, 1, 4).Draw(t, "targets"), Country: text.Draw(t, "country"), GeoBuild: rapid.Uint32().Draw(t, "build"),
		FacebookPixelID: text.Draw(t, "pixel"), BingCampaignID: text.Draw(t, "bing"), IDs: IDSet(rapid.Uint16().Draw(t, "ids")),
		Source: Network(rapid.Byte().Draw(t, "source")), Referrer: Network(rapid.Byte().Draw(t, "referrer")), Channel: Channel(rapid.Byte().Draw(t, "channel")),
		ReferrerKind: Kind(rapid.Byte().Draw(t, "referrer kind")), Notes: Note(rapid.Byte().Draw(t, "notes")),
	}
	u := &f.UTM
	for _, p := range []*string{&u.ID, &u.Source, &u.Medium, &u.Campaign, &u.SourcePlatform, &u.Term, &u.Content, &u.CreativeFormat, &u.MarketingTactic} {
		*p = text.Draw(t, "utm")
	}
	for range rapid.IntRange(1, 3).Draw(t, "findings") {
		f.Findings = append(f.Findings, reason.Finding{
			Code:  reason.Code(rapid.IntRange(0, int(reason.Count)-1).Draw(t, "code")),
			Field: text.Draw(t, "field"), Observed: text.Draw(t, "observed"), Expected: text.Draw(t, "expected"),
		})
	}
	return f
}

func TestFeaturesAreReadAsWritten(t *testing.T) {
	var used Features
	rapid.Check(t, func(t *rapid.T) {
		f := drawFeatures(t)
		b := AppendFeatures([]byte("before"), &f)[len("before"):]
		if err := ReadFeatures(b, &used); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(f, used) {
			t.Fatalf("wrote %+v\nread %+v", f, used)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if err := ReadFeatures(b[:cut], &used); !errors.Is(err, ErrFeaturesCut) {
			t.Fatalf("%d of %d bytes: %v", cut, len(b), err)
		}
	})
	if err := ReadFeatures(make([]byte, 40), &used); !errors.Is(err, ErrFeaturesVersion) {
		t.Errorf("version 0: %v", err)
	}
}

func FuzzReadFeatures(f *testing.F) {
	var x Features
	Derive(ordinaryClick(), nil, &x)
	f.Add(AppendFeatures(nil, &x))
	f.Add([]byte{codecVersion, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second Features
		if ReadFeatures(b, &first) != nil {
			return
		}
		for _, x := range first.Findings {
			_ = x.Code.String()
		}
		_, _, _ = first.Class(), first.Channel.String(), first.Source.String()
		if err := ReadFeatures(AppendFeatures(nil, &first), &second); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%v: read %+v, then %+v", err, first, second)
		}
	})
}

// FuzzDerive holds any labels against what Features promise: no panic, no more than
// the bounds, nothing of what must not leave, the same again in used memory.
func FuzzDerive(f *testing.F) {
	f.Add("https://shop.example/?utm_source=google&utm_medium=cpc&gclid=abc", "google", "fb.1.1783683000000.12", "{x}", "https://t.co/")
	f.Add("?utm_source%3Dgoogle%26utm_medium%3Dcpc;utm_term=%257Bx%257D&amp;utm_id=%C3#?gclid=1", "m.facebook.com", "fb.1.1783683000.IwAR", "Example-123", "//@:/")
	f.Add("#", ".", "fb.1..", "__X__", "...")
	var used Features
	f.Fuzz(func(t *testing.T, url, source, meta, id, referrer string) {
		click := schemas.AdClick{
			ClickID: "c", EventTime: 1_783_683_000_000, LandingURL: url, Referrer: referrer,
			UTM: schemas.UTM{Source: source, Medium: id}, FBP: meta, FBC: meta, MSCLKID: id, GCLID: id,
			FacebookPixelID: id, TargetCountries: []string{source}, UserAgent: source, IP: id, BingCampaignID: id,
		}
		var fresh, read Features
		Derive(&click, nil, &fresh)
		Derive(&click, nil, &used)
		b := AppendFeatures(nil, &fresh)
		if len(fresh.Findings) > MaxFindings || string(b) != string(AppendFeatures(nil, &used)) {
			t.Fatalf("fresh %+v\nused %+v", fresh, used)
		}
		if err := ReadFeatures(b, &read); err != nil {
			t.Fatal(err)
		}
		for _, x := range fresh.Findings {
			if x.Code == reason.None || x.Field == "" || x.Observed == "" || x.Expected == "" {
				t.Fatalf("a finding says too little: %+v", x)
			}
			if (x.Field == "fbp" || x.Field == "fbc") && len(meta) > 16 && (x.Observed == meta || x.Expected == meta) {
				t.Fatalf("a finding repeats an %s: %+v", x.Field, x)
			}
		}
	})
}

func ordinaryClick() *schemas.AdClick {
	return &schemas.AdClick{
		OrderKey: "ord-000000001-ab12", ClickID: "clk-0123456789ab", EventTime: 1_783_683_000_000, SiteHost: "lumen-home-1.example",
		LandingURL:      "https://lumen-home-1.example/products/led-floor-lamp?utm_source=google&utm_medium=cpc&utm_campaign=home-launch-1&utm_term=floor+lamp&gclid=CKSDxc_qhLkCFQyk4AodO24Arg&gad_source=1",
		Referrer:        "https://www.google.com/",
		TargetCountries: []string{"US", "CA"}, GCLID: "CKSDxc_qhLkCFQyk4AodO24Arg",
		FacebookPixelID: "112233445566778", FBP: "fb.1.1783000000000.1234567890",
		IP: "81.2.69.142", UserAgent: "Mozilla/5.0",
	}
}

func BenchmarkFeatures(b *testing.B) {
	var f, g Features
	Derive(ordinaryClick(), nil, &f)
	stored := AppendFeatures(nil, &f)
	b.Run("append", func(b *testing.B) {
		var dst []byte
		b.ReportAllocs()
		b.ReportMetric(float64(len(stored)), "bytes")
		for b.Loop() {
			dst = AppendFeatures(dst[:0], &f)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := ReadFeatures(stored, &g); err != nil {
				b.Fatal(err)
			}
		}
	})
}
