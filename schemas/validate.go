package schemas

import "fmt"

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError. A false label (a gclid that is none, an unknown pixel) is no
// fault of the event: it is what scoring looks for, so labels have only a bound.
func (e *AdClick) Validate(l *Limits) error {
	c := check{l: l}
	c.required("order_key", e.OrderKey, l.KeyBytes)
	c.required("click_id", e.ClickID, l.IDBytes)
	c.requiredTime("event_time", e.EventTime)
	c.text("site_host", e.SiteHost, l.IDBytes)
	c.text("landing_url", e.LandingURL, l.URLBytes)
	c.text("referrer", e.Referrer, l.URLBytes)
	c.count("target_countries", len(e.TargetCountries), l.TargetCountries)
	for i, v := range e.TargetCountries {
		if !isTarget(v) {
			c.fail(fmt.Sprintf("target_countries[%d]", i), v, allowedTarget)
			break
		}
	}
	e.UTM.validate(&c)
	c.text("gclid", e.GCLID, l.LabelBytes)
	c.text("gbraid", e.GBRAID, l.LabelBytes)
	c.text("wbraid", e.WBRAID, l.LabelBytes)
	c.text("dclid", e.DCLID, l.LabelBytes)
	c.text("fbclid", e.FBCLID, l.LabelBytes)
	c.text("msclkid", e.MSCLKID, l.LabelBytes)
	c.text("ttclid", e.TTCLID, l.LabelBytes)
	c.text("facebook_pixel_id", e.FacebookPixelID, l.LabelBytes)
	c.text("fbp", e.FBP, l.LabelBytes)
	c.text("fbc", e.FBC, l.LabelBytes)
	c.text("bing_campaign_id", e.BingCampaignID, l.LabelBytes)
	c.text("ip", e.IP, l.AddressBytes)
	c.text("user_agent", e.UserAgent, l.AgentBytes)
	return c.done()
}

func (u *UTM) validate(c *check) {
	n := c.l.LabelBytes
	c.text("utm_id", u.ID, n)
	c.text("utm_source", u.Source, n)
	c.text("utm_medium", u.Medium, n)
	c.text("utm_campaign", u.Campaign, n)
	c.text("utm_source_platform", u.SourcePlatform, n)
	c.text("utm_term", u.Term, n)
	c.text("utm_content", u.Content, n)
	c.text("utm_creative_format", u.CreativeFormat, n)
	c.text("utm_marketing_tactic", u.MarketingTactic, n)
}

// Validate finds the first field that is missing, malformed or past its bound, as
// a *FieldError.
func (e *Order) Validate(l *Limits) error {
	c := check{l: l}
	c.required("order_key", e.OrderKey, l.KeyBytes)
	c.required("order_id", e.OrderID, l.IDBytes)
	c.revision(e.Revision)
	c.requiredTime("event_time", e.EventTime)
	c.status(e.Status)
	c.text("seller_id", e.SellerID, l.IDBytes)
	c.text("site_host", e.SiteHost, l.IDBytes)
	c.text("platform", e.Platform, l.CodeBytes)
	c.country("seller_country", e.SellerCountry)
	c.form("channel", e.Channel, isChannel, allowedChannel)
	c.text("buyer_ref", e.BuyerRef, l.IDBytes)
	c.country("billing_country", e.BillingCountry)
	c.country("ship_to_country", e.ShipToCountry)
	c.form("currency", e.Currency, isCurrency, allowedCurrency)
	c.amount("value", e.Value)
	c.count("items", len(e.Items), l.Items)
	for i := range e.Items {
		if !e.Items[i].ok(l) {
			c.prefix = fmt.Sprintf("items[%d].", i)
			e.Items[i].validate(&c)
			return c.done()
		}
	}
	if e.Preference.Present {
		c.prefix = "preference."
		e.Preference.validate(&c)
	}
	return c.done()
}

// ok is whether validate finds nothing, without a path at hand.
func (e *Item) ok(l *Limits) bool {
	c := check{l: l}
	e.validate(&c)
	return c.err == nil
}

func (e *Item) validate(c *check) {
	c.text("sku", e.SKU, c.l.IDBytes)
	c.form("hs_code", e.HSCode, isHS, allowedHS)
	c.text("description", e.Description, c.l.TextBytes)
	c.text("brand", e.Brand, c.l.IDBytes)
	c.amount("quantity", e.Quantity)
	c.amount("unit_value", e.UnitValue)
	c.country("origin_country", e.OriginCountry)
}

func (p *Preference) validate(c *check) {
	c.text("program", p.Program, c.l.CodeBytes)
	c.form("spi", p.SPI, isSPI, allowedSPI)
	c.text("e_cert_id", p.EcertID, c.l.IDBytes)
	if !p.Certification.Present {
		return
	}
	c.prefix = "preference.certification."
	e := &p.Certification
	// What its elements say is judged, not refused: a wrong one is a finding.
	c.text("certifier_role", e.CertifierRole, c.l.CodeBytes)
	c.text("certifier", e.Certifier, c.l.TextBytes)
	c.text("exporter", e.Exporter, c.l.TextBytes)
	c.text("producer", e.Producer, c.l.TextBytes)
	c.text("importer", e.Importer, c.l.TextBytes)
	c.text("description", e.Description, c.l.TextBytes)
	c.text("hs6", e.HS6, c.l.CodeBytes)
	c.text("origin_criterion", e.OriginCriterion, c.l.CodeBytes)
	c.date("blanket_from", e.BlanketFrom)
	c.date("blanket_to", e.BlanketTo)
	c.date("signed_at", e.SignedAt)
}
