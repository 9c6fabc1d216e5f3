package truth

// registerCauses are labels that the register of the seller's site does not have.
var registerCauses = []cause{
	{name: "pixel registered nowhere", family: ofLabels, weight: 5, want: atListed(onNetworks("facebook", "instagram")), plant: func(d *draft) {
		d.click.FacebookPixelID = "9" + d.r.text(digits, 14)
		d.add("LABEL_PIXEL_UNREGISTERED")
	}},
	{name: "pixel of another seller", family: ofLabels, weight: 4, want: atListed(onNetworks("facebook", "instagram")), plant: func(d *draft) {
		d.click.FacebookPixelID = d.other().pixels[0]
		d.add("LABEL_PIXEL_UNREGISTERED")
	}},
	{name: "campaign id registered nowhere", family: ofLabels, weight: 4, want: atListed(onNetworks("bing")), plant: func(d *draft) {
		d.click.BingCampaignID = "8" + d.r.text(digits, 8)
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
	{name: "campaign id of another seller", family: ofLabels, weight: 3, want: atListed(onNetworks("bing")), plant: func(d *draft) {
		d.click.BingCampaignID = d.other().bing[0]
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
	{name: "campaign registered nowhere", family: ofLabels, weight: 5, want: atListed(onNetworks(adNetworks...)), plant: func(d *draft) {
		d.visit.set("utm_campaign", "clearance-"+d.r.number(6))
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
	{name: "campaign of another seller", family: ofLabels, weight: 4, want: atListed(onNetworks(adNetworks...)), plant: func(d *draft) {
		d.visit.set("utm_campaign", d.other().campaigns[1])
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
	{name: "pixel registered after the click", family: ofLabels, weight: 3, want: atDated(onNetworks("facebook", "instagram")), plant: func(d *draft) {
		d.click.FacebookPixelID = d.s.late["facebook_pixel_id"]
		d.add("LABEL_PIXEL_UNREGISTERED")
	}},
	{name: "campaign id registered after the click", family: ofLabels, weight: 3, want: atDated(onNetworks("bing")), plant: func(d *draft) {
		d.click.BingCampaignID = d.s.late["bing_campaign_id"]
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
	{name: "campaign registered after the click", family: ofLabels, weight: 3, want: atDated(onNetworks(adNetworks...)), plant: func(d *draft) {
		d.visit.set("utm_campaign", d.s.late["utm_campaign"])
		d.add("LABEL_CAMPAIGN_UNREGISTERED")
	}},
}

// atDated wants a seller whose register says since when, beside what want wants.
func atDated(want func(*spec, dice)) func(*spec, dice) {
	return func(s *spec, r dice) {
		want(s, r)
		s.listed, s.dated = true, true
	}
}

// other is another seller than the order's.
func (d *draft) other() *seller {
	for {
		if s := &d.all[d.r.IntN(len(d.all))]; s != d.s {
			return s
		}
	}
}
