package decide

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/host"
)

// Whatever sites come, change and go, an id is elsewhere when another seller has it on a
// site that stands, and the one asked for has it on none; tables handed out do not change.
func TestElsewhereIsWhatStandsOfOthers(t *testing.T) {
	sellers := rapid.SampledFrom([]string{"s1", "s2", "s3"})
	hosts := rapid.SampledFrom([]string{"a.example", "www.a.example", "B.example:443", "b.example"})
	ids := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "x", "X"}), 0, 3)
	type key struct{ seller, host string }
	rapid.Check(t, func(t *rapid.T) {
		table := new(SiteTable)
		model := map[key]*schemas.SellerSite{}
		elsewhere := func(seller, field, value string) bool {
			others, own := false, false
			for _, s := range model {
				has := false
				switch field {
				case "facebook_pixel_id":
					has = slices.ContainsFunc(s.FacebookPixelIDs, func(v string) bool { return v == value || v+value == "xX" || v+value == "Xx" })
				case "bing_campaign_id":
					has = slices.ContainsFunc(s.BingCampaignIDs, func(v string) bool { return v == value || v+value == "xX" || v+value == "Xx" })
				case "site_host":
					has = host.Same(s.SiteHost, value)
				}
				own = own || has && s.SellerID == seller
				others = others || has && s.SellerID != seller
			}
			return others && !own
		}
		type answer struct{ seller, field, value string }
		var before *SiteTable
		said := map[answer]bool{}
		for n := range rapid.IntRange(1, 12).Draw(t, "changes") {
			c := SiteChange{SellerID: sellers.Draw(t, "seller"), SiteHost: hosts.Draw(t, "host"), At: int64(n + 1)}
			k := key{c.SellerID, host.Canonical(c.SiteHost)}
			if rapid.IntRange(0, 2).Draw(t, "deleted") == 0 {
				delete(model, k)
			} else {
				c.Site = &schemas.SellerSite{SellerID: c.SellerID, SiteHost: c.SiteHost, FacebookPixelIDs: ids.Draw(t, "pixels"), BingCampaignIDs: ids.Draw(t, "campaigns"), UTMCampaigns: []string{"1"}}
				model[k] = c.Site
			}
			table = table.With([]SiteChange{c})
			for a, want := range said {
				if before.Elsewhere(a.seller, a.field, a.value) != want {
					t.Fatalf("after a change the table before it answers otherwise about %v", a)
				}
			}
			before = table
			clear(said)
			for _, seller := range []string{"s1", "s2", "s3", "", "s4"} {
				for _, field := range []string{"facebook_pixel_id", "bing_campaign_id", "site_host", "utm_campaign"} {
					for _, value := range []string{"", "1", "2", "X", "A.example.", "b.example", "c.example"} {
						want := elsewhere(seller, field, value)
						if got := table.Elsewhere(seller, field, value); got != want {
							t.Fatalf("%s %q of %q: %v, want %v", field, value, seller, got, want)
						}
						said[answer{seller, field, value}] = want
					}
				}
			}
		}
	})
	if (*SiteTable)(nil).Elsewhere("s", "facebook_pixel_id", "1") {
		t.Error("no table knows another seller")
	}
}

// An order's site is found by its host however it is spelt, with and without www.
func TestSitesAreFoundHoweverTheHostIsSpelt(t *testing.T) {
	bare, www := &schemas.SellerSite{SellerID: "s", SiteHost: "Shop.example."}, &schemas.SellerSite{SellerID: "s", SiteHost: "www.both.example"}
	both := &schemas.SellerSite{SellerID: "s", SiteHost: "both.example"}
	idn := &schemas.SellerSite{SellerID: "s", SiteHost: "münchen.example"}
	table := new(SiteTable).With([]SiteChange{{"s", bare.SiteHost, bare, 1}, {"s", www.SiteHost, www, 2}, {"s", both.SiteHost, both, 3}, {"s", idn.SiteHost, idn, 4}})
	for given, want := range map[string]*schemas.SellerSite{
		"shop.example": bare, "WWW.shop.example:443": bare, "https://shop.example/": bare, "m.shop.example": nil, "": nil,
		"both.example": both, "WWW.BOTH.example": www, "XN--MNCHEN-3YA.example": idn,
	} {
		if got := table.Site("s", given); got != want {
			t.Errorf("%q: %v, want %v", given, got, want)
		}
		if table.Site("t", given) != nil {
			t.Errorf("%q: another seller has it too", given)
		}
	}
}

// What others have registered stands in the evidence and never in the verdict: their
// changes would leave it out of date, and only the seller's own orders are decided anew.
func TestOtherSellersChangeTheEvidenceAlone(t *testing.T) {
	in, st, limits := NewIntake(testBounds(), nil), new(join.State), join.DefaultLimits()
	click := `{"order_key":"k","click_id":"c","event_time":1791201600000,"site_host":"h","facebook_pixel_id":"123456789012345","utm_campaign":"sale","bing_campaign_id":"42"}`
	for _, kind := range testKinds {
		r := event(kind)
		if kind == schemas.KindAdClick {
			r = &record.Record{Key: []byte("k"), Value: []byte(click), TimeMs: testMs}
		}
		var out join.Record
		_, err := in.Take(kind, r, &out)
		must(t, err)
		st.Apply(&limits, &out)
	}
	refs := testReferences(t)
	own := refs.Sites.(*SiteTable)
	other := &schemas.SellerSite{SellerID: "t", SiteHost: "t.example", FacebookPixelIDs: []string{"123456789012345"}, UTMCampaigns: []string{"sale"}}
	listed := &schemas.SellerSite{SellerID: "s", SiteHost: "h", FacebookPixelIDs: []string{"1", "123456789012345"}}
	lists := &schemas.SellerSite{SellerID: "s", SiteHost: "h", FacebookPixelIDs: []string{"1"}}
	decide := func(sites *SiteTable) (hash uint64, elsewhere []string) {
		d := NewDecider(&References{Policy: refs.Policy, Sites: sites}, testTopics(), 5)
		d.Load("k", st)
		e, _ := st.Current().Shipment("p")
		j, err := d.Shipment(e)
		must(t, err)
		return j.Hash, slices.Clone(d.Evidence().Site.Elsewhere)
	}
	for _, own := range []*SiteTable{own, own.With([]SiteChange{{"s", "h", listed, 1}}), own.With([]SiteChange{{"s", "h", lists, 1}})} {
		before, none := decide(own)
		after, elsewhere := decide(own.With([]SiteChange{{"t", "t.example", other, 2}}))
		if before != after || len(none) > 0 {
			t.Errorf("another seller's register changes the verdict, or is there before it: %v", none)
		}
		want := []string{"facebook_pixel_id"} // a campaign's name means nothing elsewhere
		if slices.Contains(own.Site("s", "h").FacebookPixelIDs, "123456789012345") {
			want = nil // an agency's pixel: both have it
		}
		if !slices.Equal(elsewhere, want) {
			t.Errorf("elsewhere %v, want %v", elsewhere, want)
		}
	}
}

func BenchmarkElsewhere(b *testing.B) {
	var changes []SiteChange
	for _, seller := range []string{"s1", "s2"} {
		changes = append(changes, SiteChange{seller, seller, &schemas.SellerSite{SellerID: seller, SiteHost: seller, FacebookPixelIDs: []string{"123456789012345"}}, 1})
	}
	table := new(SiteTable).With(changes)
	b.ReportAllocs()
	for b.Loop() {
		if !table.Elsewhere("s3", "facebook_pixel_id", "123456789012345") {
			b.Fatal("not found")
		}
	}
}
