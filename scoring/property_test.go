package scoring

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/origin"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

var (
	countries = rapid.SampledFrom([]string{"", "US", "DE", "CN", "PR", "EU", "-US", "ZZ", "LATAM", "WORLD", "uk", "-", "\xff"})
	codes     = rapid.SampledFrom([]string{"", "9405.21.6010", "940521", "6109", "x", "610910"})
	words     = rapid.SampledFrom([]string{"", "google", "facebook", "cpc", "organic", "{x}", "__X__", "a=b", "Shopline"})
	dates     = rapid.SampledFrom([]schemas.Date{0, 20604, 20605, 20630, 20631, 20700, -5, 1 << 30})
)

func times(t *rapid.T, name string) schemas.Time {
	return schemas.Time(rapid.Int64Range(0, 200).Draw(t, name))*msPerDay/2 + 1_775_000_000_000
}

func drawClick(t *rapid.T) label.Features {
	click := schemas.AdClick{
		ClickID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), EventTime: times(t, "click"),
		LandingURL:      "https://shop.example/?" + rapid.StringOfN(rapid.RuneFrom([]rune("utm_source=&;%2B{}gclid#?")), 0, 60, -1).Draw(t, "query"),
		TargetCountries: rapid.SliceOfN(countries, 0, 3).Draw(t, "targets"),
		UTM:             schemas.UTM{Source: words.Draw(t, "source"), Medium: words.Draw(t, "medium"), Campaign: words.Draw(t, "campaign")},
		GCLID:           words.Draw(t, "gclid"), MSCLKID: words.Draw(t, "msclkid"), FBP: words.Draw(t, "fbp"),
		FacebookPixelID: words.Draw(t, "pixel"), SiteHost: rapid.SampledFrom([]string{"", "b.example", "WWW.b.example", "x.example"}).Draw(t, "site"),
	}
	var derived, kept label.Features
	label.Derive(&click, nil, &derived)
	if err := label.ReadFeatures(label.AppendFeatures(nil, &derived), &kept); err != nil {
		t.Fatal(err)
	}
	kept.Country = countries.Draw(t, "click country")
	return kept
}

func drawCase(t *rapid.T) *Case {
	c := &Case{OrderKey: "k", Clicks: rapid.SliceOfN(rapid.Custom(drawClick), 0, 4).Draw(t, "clicks")}
	if rapid.Bool().Draw(t, "has order") {
		c.Order = &schemas.Order{
			EventTime: times(t, "order"), Channel: rapid.SampledFrom([]string{"", "B2B", "B2C"}).Draw(t, "channel"),
			Status: schemas.Status(rapid.IntRange(0, 1).Draw(t, "status")), ShipToCountry: countries.Draw(t, "to"),
			Platform: words.Draw(t, "platform"),
			Items:    []schemas.Item{{HSCode: codes.Draw(t, "item"), OriginCountry: countries.Draw(t, "item origin")}},
		}
		if rapid.Bool().Draw(t, "claims") {
			c.Order.Preference = schemas.Preference{Present: true, Program: "USMCA", EcertID: rapid.SampledFrom([]string{"", "e1", "e2"}).Draw(t, "cert")}
		}
		if rapid.Bool().Draw(t, "certified") {
			c.Order.Preference.Certification = schemas.Certification{
				Present: true, CertifierRole: rapid.SampledFrom([]string{"", "IMPORTER", "EXPORTER", "PRODUCER", "x"}).Draw(t, "role"),
				Certifier: words.Draw(t, "certifier"), Exporter: words.Draw(t, "exporter"), Producer: words.Draw(t, "producer"), Importer: words.Draw(t, "importer"),
				Description: words.Draw(t, "goods"), HS6: codes.Draw(t, "certified hs6"), OriginCriterion: rapid.SampledFrom([]string{"", "A", "E"}).Draw(t, "criterion"),
				BlanketFrom: dates.Draw(t, "blanket from"), BlanketTo: dates.Draw(t, "blanket to"), SignedAt: dates.Draw(t, "signed"),
			}
		}
		c.Order.Currency = rapid.SampledFrom([]string{"", "USD", "EUR"}).Draw(t, "currency")
		c.Order.Value = schemas.Decimal{E4: rapid.Int64Range(-1, 40_000_000).Draw(t, "value"), Set: rapid.Bool().Draw(t, "has value")}
	}
	if rapid.Bool().Draw(t, "has shipment") {
		c.Shipment = &schemas.Shipment{
			EventTime: times(t, "shipment"), EntryDate: dates.Draw(t, "entry"), DestinationCountry: countries.Draw(t, "dest"),
			OriginCountry: countries.Draw(t, "orig"), HSCodes: rapid.SliceOfN(codes, 0, 3).Draw(t, "hs"),
			PortOfEntry: rapid.SampledFrom([]string{"", "2704", "USLAX", "3903", "x"}).Draw(t, "port"),
			SPI:         rapid.SampledFrom([]string{"", "S", "S+", "A"}).Draw(t, "spi"),
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "answers") {
		c.Verifications = append(c.Verifications, schemas.EcertVerification{
			EcertID: rapid.SampledFrom([]string{"e1", "e2"}).Draw(t, "about"), Status: schemas.EcertStatus(rapid.IntRange(0, 9).Draw(t, "answer")),
			CheckedAt: schemas.Time(rapid.Int64Range(1, 3).Draw(t, "checked")), ValidFrom: dates.Draw(t, "from"), ValidTo: dates.Draw(t, "to"),
			HS6: rapid.SliceOfN(codes, 0, 2).Draw(t, "hs6"), OriginCountry: countries.Draw(t, "cert origin"),
		})
	}
	for range rapid.IntRange(0, 4).Draw(t, "dispositions") {
		c.Dispositions = append(c.Dispositions, schemas.Disposition{
			ShipmentID: rapid.SampledFrom([]string{"", "", "", "other"}).Draw(t, "of"), EventTime: schemas.Time(rapid.Int64Range(1, 3).Draw(t, "done")),
			Code: rapid.SampledFrom([]string{"RELEASED", "OVERRIDDEN", "HELD", "1H", "1C"}).Draw(t, "did"), Until: dates.Draw(t, "until"),
			By: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "by"),
		})
	}
	if rapid.Bool().Draw(t, "has site") {
		c.Site = &schemas.SellerSite{FacebookPixelIDs: []string{"google"}, OriginIntegration: schemas.OriginIntegration{
			Status: schemas.IntegrationStatus(rapid.IntRange(0, 5).Draw(t, "integration")), Since: dates.Draw(t, "since"),
		}}
	}
	for _, h := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"b.example", "www.b.example", "c.example"}), 0, 3, rapid.ID[string]).Draw(t, "other sites") {
		c.Sites = append(c.Sites, &schemas.SellerSite{SiteHost: h, FacebookPixelIDs: []string{words.Draw(t, "pixel of "+h)},
			Registrations: []schemas.Registration{{Field: "facebook_pixel_id", ID: words.Draw(t, "dated"), Since: dates.Draw(t, "registered")}}})
	}
	return c
}

func packs(t testing.TB) []*policy.Pack {
	def, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	all := *def
	all.AllClicks, all.Shipping = true, policy.ShippingEither
	return []*policy.Pack{def, &all}
}

// A verdict is a function of the set of records: neither their order nor what the
// Scorer decided before changes it.
func TestVerdictIsAFunctionOfTheSet(t *testing.T) {
	all := packs(t)
	rapid.Check(t, func(t *rapid.T) {
		pack := rapid.SampledFrom(all).Draw(t, "pack")
		used := New(policy.Alone(pack))
		var first, second, other schemas.Verdict
		used.Score(drawCase(t), &second)

		c := drawCase(t)
		pre := rapid.Bool().Draw(t, "pre-review")
		decide := func(s *Scorer, c *Case, v *schemas.Verdict) {
			if pre {
				s.PreReview(c, v)
			} else {
				s.Score(c, v)
			}
		}
		decide(New(policy.Alone(pack)), c, &first)
		shuffled := *c
		shuffled.Clicks = rapid.Permutation(c.Clicks).Draw(t, "clicks shuffled")
		shuffled.Sites = rapid.Permutation(c.Sites).Draw(t, "sites shuffled")
		shuffled.Verifications = rapid.Permutation(c.Verifications).Draw(t, "answers shuffled")
		shuffled.Dispositions = rapid.Permutation(c.Dispositions).Draw(t, "dispositions shuffled")
		if !sameAnswersAtOneInstant(c.Verifications) || sameClicks(c.Clicks) {
			shuffled = *c // what the pipeline keeps has one record for each id and instant
		}
		decide(used, &shuffled, &second)
		if !equal(&first, &second) {
			t.Fatalf("verdicts differ:\n%+v\n%+v", first, second)
		}
		check(t, &first, pre)
		used.Score(&Case{}, &other)
	})
}

// sameAnswersAtOneInstant is false when two answers about one e-Cert share checked_at.
func sameAnswersAtOneInstant(vs []schemas.EcertVerification) bool {
	for i := range vs {
		for j := range i {
			if vs[i].EcertID == vs[j].EcertID && vs[i].CheckedAt == vs[j].CheckedAt {
				return false
			}
		}
	}
	return true
}

// sameClicks is true when two clicks share id and time.
func sameClicks(cs []label.Features) bool {
	for i := range cs {
		for j := range i {
			if cs[i].ClickID == cs[j].ClickID && cs[i].EventTime == cs[j].EventTime {
				return true
			}
		}
	}
	return false
}

func equal(a, b *schemas.Verdict) bool {
	x, y := *a, *b
	same := slices.Equal(x.Reasons, y.Reasons) && slices.Equal(x.Unknowns, y.Unknowns) && slices.Equal(x.Missing, y.Missing)
	x.Reasons, x.Unknowns, x.Missing, y.Reasons, y.Unknowns, y.Missing = nil, nil, nil, nil, nil, nil
	return same && reflect.DeepEqual(x, y)
}

// check holds a verdict against what every verdict promises.
func check(t *rapid.T, v *schemas.Verdict, pre bool) {
	hard := false
	for i, r := range v.Reasons {
		if reason.Parse(r.Code) == reason.None || r.RuleID == "" || r.RuleVersion < 1 || r.PackVersion == "" ||
			r.Field == "" || r.Observed == "" || r.Expected == "" || r.Source == "" || r.Confidence == "" {
			t.Fatalf("a reason lacks what it needs to be defended: %+v", r)
		}
		if i > 0 && !lessReason(&v.Reasons[i-1], &v.Reasons[i]) {
			t.Fatalf("reasons out of order: %+v", v.Reasons)
		}
		hard = hard || r.Severity == schemas.SeverityHard
	}
	effect := schemas.PreferenceNotClaimed
	for i := range v.Reasons {
		effect = max(effect, origin.Effect(reason.Parse(v.Reasons[i].Code)))
	}
	if v.PreferenceStatus < effect || v.PreferenceStatus == schemas.PreferenceSuspended && effect < schemas.PreferenceSuspended {
		t.Fatalf("the preference is %s, the reasons make it %s: %+v", v.PreferenceStatus, effect, v.Reasons)
	}
	for i := 1; i < len(v.Unknowns); i++ {
		if !lessUnknown(&v.Unknowns[i-1], &v.Unknowns[i]) {
			t.Fatalf("unknowns out of order: %+v", v.Unknowns)
		}
	}
	switch {
	case v.Route == schemas.RouteNone:
		t.Fatal("no route")
	case v.Route == schemas.RouteHighRisk && (!hard || pre):
		t.Fatalf("high-risk control without a hard reason, or of a pre-review: %+v", v)
	case v.Cancelled && (v.Route != schemas.RouteRelease || len(v.Reasons) > 0):
		t.Fatalf("a cancelled subject with a reason: %+v", v)
	case v.Suppressed.Code != "" && (pre || v.Cancelled || v.Route != schemas.RouteRelease || v.Suppressed.Route <= v.Route || v.Suppressed.Until == 0):
		t.Fatalf("a suppression that holds nothing back: %+v", v)
	case v.Complete != (len(v.Missing) == 0):
		t.Fatalf("complete and missing disagree: %+v", v)
	}
}
