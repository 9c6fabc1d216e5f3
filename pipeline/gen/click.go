package gen

import (
	"github.com/clearlane/clearlane/schemas"
)

// network is where a click comes from.
type network uint8

const (
	netGoogle network = iota
	netFacebook
	netBing
	netTikTok
	netOrganic
	netEmail
	netReferral
	netDirect
	netFBOnly // a shared post: fbclid and nothing else, which is not false
	numNetworks
)

var networkWeights = []int{30, 26, 8, 10, 10, 4, 4, 5, 3}

// paid is true of the networks that sell clicks: only they have target countries.
func (n network) paid() bool { return n <= netTikTok }

// source, medium and referrer of a network's clicks.
var networkWords = [numNetworks][3]string{
	netGoogle:   {"google", "cpc", "https://www.google.com/"},
	netFacebook: {"facebook", "paid_social", "https://l.facebook.com/"},
	netBing:     {"bing", "cpc", "https://www.bing.com/"},
	netTikTok:   {"tiktok", "paid_social", "https://www.tiktok.com/"},
	netOrganic:  {"google", "organic", "https://www.google.com/"},
	netEmail:    {"newsletter", "email", ""},
	netReferral: {"gift-guides.example", "referral", "https://gift-guides.example/lamps"},
	netDirect:   {"", "", ""},
	netFBOnly:   {"", "", "https://m.facebook.com/"},
}

// networkNames are the networks as decisions name them, by what the labels say.
var networkNames = [numNetworks]string{
	netGoogle: "google", netFacebook: "meta", netBing: "microsoft", netTikTok: "tiktok", netOrganic: "google", netFBOnly: "meta",
}

// visit is a click in the making: the event, and the query string of its landing URL.
type visit struct {
	c     *schemas.AdClick
	s     *seller
	net   network
	utm   bool // the sender states the utm fields beside the URL
	query []byte
}

// param adds a parameter to the query string, already encoded.
func (v *visit) param(name, value string) {
	if value == "" {
		return
	}
	v.query = append(v.query, "&?"[b2i(len(v.query) == 0)])
	v.query = append(v.query, name...)
	v.query = append(v.query, '=')
	v.query = append(v.query, value...)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// makeClick fills in a click of the network at its event time, with the planted cause
// in its labels, and says which campaign it states. Without a cause nothing about it is
// false.
func makeClick(r *rng, c *schemas.AdClick, s *seller, net network, cause labelCause) (campaign string) {
	var buf [768]byte
	v := visit{c: c, s: s, net: net, utm: r.perMille(700), query: buf[:0]}
	ms := int64(c.EventTime)
	words := networkWords[net]
	c.SiteHost = s.host
	c.UTM = schemas.UTM{Source: words[0], Medium: words[1]}
	if !r.perMille(80) { // privacy tools take the referrer away
		c.Referrer = words[2]
	}
	if !r.perMille(30) {
		c.IP = address(r)
		c.UserAgent = pick(r, agents)
	}
	if net.paid() || net == netEmail {
		c.UTM.Campaign = pick(r, s.campaigns)
	}
	switch net {
	case netGoogle:
		c.GCLID = gclid(r, ms-1000-int64(r.n(4000)))
		c.UTM.Term = pick(r, shopGoods)
		if r.perMille(20) {
			c.FBCLID = fbclid(r) // a link shared on: not false beside gclid
		}
	case netFacebook:
		c.FBCLID = fbclid(r)
		c.UTM.Content = "carousel-" + r.text(digits, 2)
	case netBing:
		c.MSCLKID = msclkid(r)
		c.BingCampaignID = pick(r, s.bing)
	case netTikTok:
		c.TTCLID = ttclid(r)
	case netFBOnly:
		c.FBCLID = fbclid(r)
	}
	if net == netFacebook || r.perMille(400) {
		c.FacebookPixelID = pick(r, s.pixels)
		c.FBP = fbp(r, ms-int64(r.n(30*86_400_000)))
		if c.FBCLID != "" {
			c.FBC = fbc(ms-int64(r.n(900)), c.FBCLID)
		}
	}
	v.plant(r, cause)
	campaign = c.UTM.Campaign
	v.finish(r)
	return campaign
}

// finish writes the landing URL and leaves out the utm fields of a sender that
// states them in the URL alone.
func (v *visit) finish(r *rng) {
	c, u := v.c, &v.c.UTM
	// Planted parameters stand first in the query string; those of the event follow.
	v.param("utm_source", u.Source)
	v.param("utm_medium", u.Medium)
	v.param("utm_campaign", u.Campaign)
	v.param("utm_term", u.Term)
	v.param("utm_content", u.Content)
	v.param("gclid", c.GCLID)
	v.param("dclid", c.DCLID)
	v.param("fbclid", c.FBCLID)
	v.param("msclkid", c.MSCLKID)
	v.param("ttclid", c.TTCLID)
	if c.GCLID != "" && r.perMille(500) {
		v.param("gad_source", "1")
	}
	c.LandingURL = "https://" + v.s.host + "/products/" + pick(r, products).slug + string(v.query)
	if !v.utm {
		*u = schemas.UTM{}
	}
}
