package gen

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// numSellers is how many sellers trade, each on one site of its own.
const numSellers = 400

// seller is one seller and its site. Sellers are made once and only read.
type seller struct {
	id, host, platform, country string
	b2b                         bool
	site                        siteState
	listed                      bool // pixels and campaigns are registered in seller-sites
	pixels, bing, campaigns     []string
}

// b2bStates spreads the integration states over the B2B sellers.
var b2bStates = [...]siteState{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, siteNone, siteNone, siteNone, sitePending, sitePending, siteSilent, siteAbsent, siteAbsent}

func makeSellers(seed uint64) []seller {
	all := make([]seller, numSellers)
	for i := range all {
		r := newRNG(seed, saltSeller, uint64(i))
		s := &all[i]
		s.id = fmt.Sprintf("seller-%04d", i)
		s.host = fmt.Sprintf("%s-%s-%d.example", pick(&r, shopWords), pick(&r, shopGoods), i)
		s.platform = pick(&r, platforms)
		s.country = pick(&r, sellerCountries)
		s.b2b = i%2 == 0
		s.site = siteSilent
		if s.b2b {
			s.site = b2bStates[i/2%len(b2bStates)]
		} else if i%22 == 1 {
			s.site = siteAbsent
		}
		s.listed = s.site != siteAbsent && i/2%5 != 4
		for range 1 + r.n(2) {
			s.pixels = append(s.pixels, "1"+r.text(digits, 14))
		}
		for n := range 3 {
			s.bing = append(s.bing, "4"+r.text(digits, 8))
			s.campaigns = append(s.campaigns, fmt.Sprintf("%s-%s-%d", pick(&r, shopGoods), []string{"launch", "brand", "fall"}[n], i))
		}
	}
	return all
}

// event is the seller's record on seller-sites; ok is false for a site that is not
// registered.
func (s *seller) event() (e schemas.SellerSite, ok bool) {
	if s.site == siteAbsent {
		return e, false
	}
	e = schemas.SellerSite{SellerID: s.id, SiteHost: s.host, Platform: s.platform}
	if s.listed {
		e.FacebookPixelIDs, e.BingCampaignIDs, e.UTMCampaigns = s.pixels, s.bing, s.campaigns
	}
	in := schemas.OriginIntegration{Platform: "CROSSNET", Since: day(2026, 5, 4)}
	switch s.site {
	case siteIntegrated:
		in.Status = schemas.Integrated
	case siteNone:
		in = schemas.OriginIntegration{Status: schemas.IntegrationNone}
	case sitePending:
		in.Status = schemas.IntegrationPending
	case siteSilent:
		in = schemas.OriginIntegration{}
	}
	e.OriginIntegration = in
	return e, true
}
