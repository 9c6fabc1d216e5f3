package truth

import "github.com/clearlane/clearlane/schemas"

// makeClick makes the click that counts.
func (d *draft) makeClick(at schemas.Time) {
	r, s, net := d.r, &d.spec, d.spec.net
	ms := int64(at)
	d.click = schemas.AdClick{OrderKey: d.order.OrderKey, ClickID: "c-" + r.text(hexes, 14), EventTime: at, SiteHost: d.s.host, UserAgent: pick(r, browsers)}
	c, v := &d.click, &d.visit
	*v = visit{host: d.s.host, path: "/products/" + pick(r, products).slug, utmStated: r.perMille(600), idsStated: r.perMille(600)}
	c.Referrer = pick(r, net.referrer)
	c.IP = unknownAddress(r)
	if s.country == "" && r.perMille(600) {
		s.country = s.dest
	}
	if s.country != "" {
		c.IP = addressIn(r, s.country)
	}
	if net.sources != nil {
		v.add("utm_source", pick(r, net.sources))
		v.add("utm_medium", pick(r, net.mediums))
	}
	if net.paid || net.name == "email" {
		v.add("utm_campaign", pick(r, d.s.campaigns))
		v.add("utm_content", "v"+r.text(digits, 2))
	}
	switch net.id {
	case "gclid":
		v.add("gclid", gclid(r, ms-1000-r.Int64N(4000)))
		v.add("utm_term", pick(r, goodsWords)+" "+pick(r, brandWords))
	case "fbclid":
		v.add("fbclid", fbclid(r))
		d.metaCookies()
	case "msclkid":
		v.add("msclkid", msclkid(r))
		c.BingCampaignID = pick(r, d.s.bing)
	case "ttclid":
		v.add("ttclid", ttclid(r))
	}
	if net.id != "fbclid" && r.perMille(300) {
		d.metaCookies()
	}
	if net.paid {
		if s.targets == nil && !r.perMille(60) { // else not stated: unknown
			s.targets = honestTargets(r, s.dest)
		}
		c.TargetCountries = s.targets
	}
}

// metaCookies are what Meta's pixel leaves at a visitor's browser.
func (d *draft) metaCookies() {
	r, c, ms := d.r, &d.click, int64(d.click.EventTime)
	c.FacebookPixelID = pick(r, d.s.pixels)
	c.FBP = fbp(r, ms-r.Int64N(30*dayMs))
	if id := d.visit.get("fbclid"); id != "" {
		c.FBC = fbc(r, ms-r.Int64N(900), id)
	}
}
