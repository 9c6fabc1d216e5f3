package explain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// defaultPack is the one that is compiled in, with a brand to watch.
func defaultPack(t testing.TB) *policy.Pack {
	t.Helper()
	text := strings.Replace(string(policy.DefaultBytes()), "brands: []", `brands: [{name: Watched, reference_price_usd: "100.00", source: a price list}]`, 1)
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func one[T any](t *rapid.T, name string, of ...T) T { return rapid.SampledFrom(of).Draw(t, name) }

// drawClick draws a click whose labels are false more often than not.
func drawClick(t *rapid.T) label.Features {
	const hour = 60 * 60 * 1000
	click := schemas.AdClick{
		ClickID: one(t, "click id", "a", "b", "c"), EventTime: 1_783_680_000_000 - schemas.Time(rapid.IntRange(-1, 12).Draw(t, "hours before"))*hour,
		SiteHost: "shop.example", TargetCountries: one(t, "targets", []string{"US"}, []string{"DE"}, []string{"WORLD", "-US"}, nil),
		UTM: schemas.UTM{ID: one(t, "utm id", "", "", "17", "18"), Source: one(t, "source", "", "google", "facebook", "bing"), Medium: one(t, "medium", "", "cpc", "organic"),
			Campaign: one(t, "campaign", "", "launch", "spring", "{{campaign.name}}")},
		MSCLKID: one(t, "msclkid", "", "0123456789abcdef0123456789abcdef", "short"), TTCLID: one(t, "ttclid", "", "E.C.P"),
		FBP: one(t, "fbp", "", "fb.1.1783600000000.123", "fb.1.1783600000.123", "nonsense"),
		FBC: one(t, "fbc", "", "fb.1.1783600000000.IwAR1", "fb.1.1783600000000.IwAR2"), FBCLID: one(t, "fbclid", "", "IwAR1"),
		UserAgent:       one(t, "agent", "", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"),
		FacebookPixelID: one(t, "pixel", "", "111111111111111", "222222222222222", "{pixel}"), BingCampaignID: one(t, "bing", "", "42", "7"),
		LandingURL: one(t, "url", "", "https://shop.example/?utm_campaign=a&utm_campaign=b"), Referrer: one(t, "referrer", "", "https://www.google.com/", "https://www.facebook.com/"),
	}
	var f, kept label.Features
	label.Derive(&click, nil, &f)
	if err := label.ReadFeatures(label.AppendFeatures(nil, &f), &kept); err != nil {
		t.Fatal(err)
	}
	kept.Country = one(t, "click country", "", "US", "DE")
	return kept
}

// drawCase draws a case with much about it that rules speak against.
func drawCase(t *rapid.T) *scoring.Case {
	c := &scoring.Case{OrderKey: "k", Clicks: rapid.SliceOfN(rapid.Custom(drawClick), 1, 3).Draw(t, "clicks")}
	hs := one(t, "hs", "9405.21.6010", "6109.10.0012", "")
	if rapid.IntRange(0, 7).Draw(t, "order") > 0 {
		c.Order = &schemas.Order{
			OrderKey: "k", OrderID: "O-1", EventTime: 1_783_684_800_000, SellerID: one(t, "seller", "s", "s", "s", ""), SiteHost: "shop.example", Channel: one(t, "channel", "B2B", "B2C", ""),
			ShipToCountry: "US", Platform: one(t, "platform", "", "Shopline"), Currency: "USD", Value: schemas.DecimalOf(int64(rapid.IntRange(1, 5000).Draw(t, "value")), 0),
			Status: schemas.Status(max(0, rapid.IntRange(-9, 1).Draw(t, "status"))),
			Items:  []schemas.Item{{HSCode: hs, Brand: one(t, "brand", "", "Watched"), UnitValue: schemas.DecimalOf(int64(rapid.IntRange(1, 200).Draw(t, "price")), 0), OriginCountry: one(t, "item origin", "MX", "CN", "")}},
		}
		if rapid.Bool().Draw(t, "claims") {
			c.Order.Preference = schemas.Preference{Present: true, Program: "USMCA", SPI: one(t, "order spi", "", "S"), EcertID: one(t, "cert", "", "e1")}
			if rapid.Bool().Draw(t, "certified") {
				c.Order.Preference.Certification = drawCertification(t)
			}
		}
	}
	c.Shipment = &schemas.Shipment{
		OrderKey: "k", ShipmentID: "S-1", EventTime: 1_783_800_000_000, EntryDate: one[schemas.Date](t, "entry", 0, 20649, 20700), DestinationCountry: one(t, "to", "US", "US", "CA"),
		OriginCountry: one(t, "from", "MX", "CN", ""), PortOfEntry: one(t, "port", "2704", "USLAX", "3903", ""), SPI: one(t, "spi", "", "S"),
		HSCodes: []string{hs}, EntryType: one(t, "entry type", "", "01", "11", "86"), DeMinimisClaim: one(t, "de minimis", schemas.Bool(0), schemas.True, schemas.False),
		Warehouse: one(t, "warehouse", schemas.Bool(0), schemas.True), Currency: "USD", DeclaredValue: schemas.DecimalOf(int64(rapid.IntRange(1, 5000).Draw(t, "declared")), 0),
	}
	for range rapid.IntRange(0, 2).Draw(t, "answers") {
		c.Verifications = append(c.Verifications, schemas.EcertVerification{
			EcertID: "e1", Status: schemas.EcertStatus(max(1, rapid.IntRange(-2, 6).Draw(t, "answer"))), CheckedAt: schemas.Time(rapid.Int64Range(1, 3).Draw(t, "checked")),
			ValidTo: one[schemas.Date](t, "valid to", 0, 20000, 30000), HS6: one(t, "hs6", nil, []string{"940521"}, []string{"610910"}), OriginCountry: one(t, "cert origin", "", "MX", "CA"),
		})
	}
	if rapid.IntRange(0, 9).Draw(t, "disposition") == 0 {
		c.Dispositions = []schemas.Disposition{{OrderKey: "k", ShipmentID: "S-1", EventTime: 1_783_900_000_000, Code: one(t, "code", "RELEASED", "HELD", "OVERRIDDEN"),
			Until: one[schemas.Date](t, "until", 0, 20000, 30000)}}
	}
	if rapid.Bool().Draw(t, "site") {
		c.Site = &schemas.SellerSite{SellerID: "s", SiteHost: "shop.example", FacebookPixelIDs: one(t, "pixels", nil, []string{}, []string{"111111111111111"}),
			UTMIDs: one(t, "utm ids", nil, []string{"17"}), Registrations: one(t, "registrations", nil, []schemas.Registration{{Field: "utm_campaign", ID: "launch", Since: 30000}}),
			UTMCampaigns: one(t, "campaigns", nil, []string{"launch"}), BingCampaignIDs: one(t, "bings", nil, []string{"42"}),
			OriginIntegration: schemas.OriginIntegration{Status: schemas.IntegrationStatus(rapid.IntRange(0, 3).Draw(t, "integration")), Since: one[schemas.Date](t, "since", 0, 30000)}}
	}
	return c
}

func drawCertification(t *rapid.T) schemas.Certification {
	name := func(of string) string { return one(t, of, "Firm", "Firm", "") }
	return schemas.Certification{Present: true, CertifierRole: one(t, "role", "PRODUCER", "IMPORTER", "EXPORTER", ""), Certifier: name("certifier"), Exporter: name("exporter"),
		Producer: name("producer"), Importer: name("importer"), Description: name("goods"), HS6: one(t, "certified hs6", "940521", "610910", ""),
		OriginCriterion: one(t, "criterion", "A", "B", ""), BlanketFrom: one[schemas.Date](t, "blanket from", 0, 0, 20500), BlanketTo: one[schemas.Date](t, "blanket to", 0, 0, 20600, 20800, 21500),
		SignedAt: one[schemas.Date](t, "signed", 0, 20500, 20800)}
}

// decided is the input that a case and its verdict make.
func decided(pack *policy.Pack, c *scoring.Case, pre bool) Input {
	d := &schemas.Decision{OrderKey: c.OrderKey, Version: 1, Evidence: schemas.Evidence{PolicyHash: pack.Hash}}
	if pre {
		scoring.New(policy.Alone(pack)).PreReview(c, &d.Verdict)
		d.ID = schemas.MakePreReviewID(c.OrderKey)
	} else {
		scoring.New(policy.Alone(pack)).Score(c, &d.Verdict)
		d.ShipmentID, d.ID = "S-1", schemas.MakeDecisionID(c.OrderKey, "S-1")
	}
	return Input{Decision: d, PreReview: pre, Pack: pack, Case: c}
}
