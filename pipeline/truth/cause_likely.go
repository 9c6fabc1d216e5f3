package truth

import "strings"

// likelyCauses are labels that are probably false, and sloppy ones.
var likelyCauses = []cause{
	{name: "click ids of two networks", family: ofLabels, weight: 8, want: onNetworks("google", "bing", "tiktok"), plant: plantTwoIDs},
	{name: "paid medium without a click id", family: ofLabels, weight: 8, want: onNetworks(adNetworks...), plant: func(d *draft) {
		d.dropIDs()
		d.add("LABEL_PAID_WITHOUT_CLICKID")
	}},
	{name: "organic medium with a click id", family: ofLabels, weight: 7, want: onNetworks("google", "bing", "tiktok"), plant: func(d *draft) {
		d.hasID()
		d.visit.set("utm_medium", "organic")
		d.add("LABEL_ORGANIC_WITH_CLICKID")
	}},
	{name: "referrer of another network", family: ofLabels, weight: 8, want: onNetworks(adNetworks...), plant: func(d *draft) {
		for {
			if n := byName(pick(d.r, adNetworks)); n.id != d.spec.net.id {
				d.click.Referrer = pick(d.r, n.referrer)
				break
			}
		}
		d.add("LABEL_REFERRER_CONFLICT")
	}},
	{name: "upper case", family: ofLabels, weight: 4, want: onNetworks(adNetworks...), plant: func(d *draft) {
		name := pick(d.r, []string{"utm_source", "utm_medium"})
		v := d.visit.get(name)
		d.visit.set(name, pick(d.r, []string{strings.ToUpper(v), strings.ToUpper(v[:1]) + v[1:]}))
		d.add("LABEL_DRIFT")
	}},
	{name: "alias of a source", family: ofLabels, weight: 4, want: onNetworks("google", "facebook", "instagram"), plant: func(d *draft) {
		aliases := map[string][]string{"google": {"adwords", "google_ads"}, "facebook": {"fb", "fb-ads", "fbad", "facebook-ads"}, "instagram": {"ig"}}
		d.visit.set("utm_source", pick(d.r, aliases[d.spec.net.name]))
		d.add("LABEL_DRIFT")
	}},
	{name: "source without a medium", family: ofLabels, weight: 3, want: onNetworks(adNetworks...), plant: func(d *draft) {
		d.visit.set("utm_medium", "")
		d.add("LABEL_DRIFT")
	}},
	{name: "campaign parameters on a link within the site", family: ofLabels, weight: 3, want: onNetworks(adNetworks...), plant: func(d *draft) {
		d.click.Referrer = "https://" + d.s.host + "/collections/all"
		d.add("LABEL_DRIFT")
	}},
	{name: "pixel of an unusual length", family: ofLabels, weight: 2, want: func(s *spec, r dice) {
		onNetworks("facebook", "instagram")(s, r)
		s.listed, s.unlisted = false, true
	}, plant: plantShortPixel},
}

// plantTwoIDs adds another network's paid id. The source is a partner's, which goes with
// any network, so that only the two ids contradict each other.
func plantTwoIDs(d *draft) {
	v, r := &d.visit, d.r
	own := d.spec.net.id
	d.hasID()
	other := own
	for other == own {
		other = pick(r, []string{"gclid", "dclid", "msclkid", "ttclid"})
		if own == "gclid" && other == "dclid" {
			other = own // both are Google's
		}
	}
	v.set(other, anotherID(d, other))
	v.set("utm_source", pick(r, []string{"partner-network", "impact", "deals.example"}))
	d.click.Referrer = ""
	d.add("LABEL_CLICKIDS_CONFLICT")
}

func plantShortPixel(d *draft) {
	d.click.FacebookPixelID = d.r.number(9)
	d.add("LABEL_DRIFT")
}
