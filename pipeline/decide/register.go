package decide

import (
	"slices"

	"github.com/clearlane/clearlane/scoring/host"
)

// otherSites looks up what the seller has registered about sites of its own, other than
// the order's, that clicks were on.
func (d *Decider) otherSites() {
	c := &d.facts
	c.Sites = c.Sites[:0]
	if c.Order == nil || d.refs.Sites == nil {
		return
	}
	for i := range c.Clicks {
		h := c.Clicks[i].SiteHost
		if h == "" || c.Site != nil && host.Same(h, c.Site.SiteHost) {
			continue
		}
		if c.Site == nil && h == c.Order.SiteHost {
			continue // nothing is registered about it: that was asked for the order
		}
		if site := d.refs.Sites.Site(d.order.SellerID, h); site != nil && !slices.Contains(c.Sites, site) {
			c.Sites = append(c.Sites, site)
		}
	}
}

// elsewhere is the fields of the attributed click whose value other sellers have
// registered, and this one has not.
func (d *Decider) elsewhere() []string {
	d.foreign = d.foreign[:0]
	if d.facts.Order == nil || d.refs.Sites == nil {
		return d.foreign
	}
	f := d.attributed()
	if f == nil {
		return d.foreign
	}
	for _, v := range [...]struct{ field, value string }{
		{"bing_campaign_id", f.BingCampaignID}, {"facebook_pixel_id", f.FacebookPixelID}, {"site_host", f.SiteHost}} {
		if d.refs.Sites.Elsewhere(d.order.SellerID, v.field, v.value) {
			d.foreign = append(d.foreign, v.field)
		}
	}
	return d.foreign
}
