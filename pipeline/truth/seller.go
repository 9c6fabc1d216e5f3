package truth

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// numSellers is how many sellers trade, each on one site of its own.
const numSellers = 480

// site is what the register says of a seller's integration.
type site uint8

const (
	siteIntegrated site = iota
	siteNone
	sitePending
	siteLater  // integrated after all cases of the set
	siteSilent // registered, its integration is not
	numSites
)

// seller is one seller and its site. Sellers are made once and only read.
type seller struct {
	id, host, platform, country string
	unicode                     string // the host as people write it, where it differs
	b2b                         bool
	site                        site
	listed                      bool // pixels and campaigns are registered
	pixels, bing, campaigns     []string
	late                        map[string]string // by field, an id that is registered after all clicks of the set
}

// makeSellers makes the sellers of a seed. Every agency's pixel is registered with all
// sellers that the agency works for, beside their own.
func makeSellers(seed uint64) []seller {
	all := make([]seller, numSellers)
	r := newDice(seed, 1<<63)
	agencies := make([]string, numSellers/20)
	for i := range agencies {
		agencies[i] = "7" + r.text(digits, 14)
	}
	for i := range all {
		s := &all[i]
		s.id = fmt.Sprintf("vendor-%04d", i)
		s.host = fmt.Sprintf("%s-%s-%d.example", pick(r, brandWords), pick(r, goodsWords), i)
		if i%16 == 7 {
			name := pick(r, hostNames)
			s.host, s.unicode = fmt.Sprintf("shop%d.%s.example", i, name[0]), fmt.Sprintf("shop%d.%s.example", i, name[1])
		}
		s.platform, s.country = pick(r, platforms), pick(r, sellerCountries)
		s.b2b = i%2 == 0
		s.site = siteIntegrated
		if i%4 == 2 {
			s.site = site(i / 4 % int(numSites))
		}
		s.listed = i%7 != 6
		for range 1 + r.IntN(3) {
			s.pixels = append(s.pixels, "1"+r.text(digits, 14+r.IntN(2)))
		}
		if r.perMille(350) {
			s.pixels = append(s.pixels, pick(r, agencies))
		}
		for range 3 {
			s.bing = append(s.bing, "4"+r.text(digits, 8))
			s.campaigns = append(s.campaigns, fmt.Sprintf(pick(r, campaignNames), pick(r, goodsWords), 100+i))
		}
		if i%3 == 0 {
			s.late = map[string]string{
				"facebook_pixel_id": "6" + r.text(digits, 14), "bing_campaign_id": "5" + r.text(digits, 8), "utm_campaign": fmt.Sprintf("late-%d", i),
			}
		}
	}
	return all
}

// event is the seller's record on seller-sites.
func (s *seller) event() schemas.SellerSite {
	e := schemas.SellerSite{SellerID: s.id, SiteHost: s.host, Platform: s.platform}
	if s.listed {
		e.FacebookPixelIDs, e.BingCampaignIDs, e.UTMCampaigns = s.pixels, s.bing, s.campaigns
		if s.late != nil {
			e.FacebookPixelIDs = s.date(&e, "facebook_pixel_id", s.pixels)
			e.BingCampaignIDs = s.date(&e, "bing_campaign_id", s.bing)
			e.UTMCampaigns = s.date(&e, "utm_campaign", s.campaigns)
		}
	}
	in := schemas.OriginIntegration{Platform: "CROSSNET", Status: schemas.Integrated, Since: day(2026, 4, 20)}
	switch s.site {
	case siteNone:
		in = schemas.OriginIntegration{Status: schemas.IntegrationNone}
	case sitePending:
		in.Status = schemas.IntegrationPending
	case siteLater:
		in.Since = day(2030, 1, 1)
	case siteSilent:
		in = schemas.OriginIntegration{}
	}
	e.OriginIntegration = in
	return e
}

// date registers the ids of a field since the beginning, and a late one beside them.
func (s *seller) date(e *schemas.SellerSite, field string, ids []string) []string {
	for _, id := range ids {
		e.Registrations = append(e.Registrations, schemas.Registration{Field: field, ID: id, Since: day(2024, 11, 4)})
	}
	e.Registrations = append(e.Registrations, schemas.Registration{Field: field, ID: s.late[field], Since: day(2029, 3, 1)})
	return append(slices.Clip(ids), s.late[field])
}
