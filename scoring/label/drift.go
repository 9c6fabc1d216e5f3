package label

import (
	"strings"

	"github.com/clearlane/clearlane/scoring/reason"
)

// drift finds sloppy labels (false labels, class drift). They say nothing about
// risk and are counted as data quality.
func (d *deriver) drift() {
	d.spellings()
	u := &d.out.UTM
	for _, f := range [...]struct{ name, value string }{{"utm_source", u.Source}, {"utm_medium", u.Medium}} {
		if hasUpper(f.value) && !d.out.HasMacro(f.name) {
			d.find(reason.LabelDrift, f.name, reason.Show(f.value), "lower case")
		}
	}
	if name := d.source.name; name != "" {
		d.find(reason.LabelDrift, "utm_source", reason.Show(u.Source), name)
	}
	if u.Source != "" && u.Medium == "" {
		d.find(reason.LabelDrift, "utm_medium", "none", "a medium beside the source")
	}
	if u.Source != "" && d.internal {
		d.find(reason.LabelDrift, "referrer", "campaign parameters on a link within the site", "none there")
	}
	d.pixel()
	d.numbers()
}

// spellings finds a parameter that the landing URL has in two spellings.
func (d *deriver) spellings() {
	if !d.query.twice {
		return
	}
	for p := range gclid {
		first, second := d.query.values[p], d.query.second[p]
		if second != "" && strings.EqualFold(first, second) {
			d.find(reason.LabelDrift, paramNames[p], d.text.Join(reason.Show(first), " and ", reason.Show(second)), "one spelling")
		}
	}
}

// pixel warns of a Meta pixel id of an unusual form: they have been 15 or 16 digits.
func (d *deriver) pixel() {
	id := d.click.FacebookPixelID
	if id == "" || d.out.HasMacro("facebook_pixel_id") || allOf(id, digit) && (len(id) == 15 || len(id) == 16) {
		return
	}
	d.find(reason.LabelDrift, "facebook_pixel_id", d.text.Count("", len(id), " characters"), "15 or 16 digits")
}

// numbers finds ids that should be digits alone, and a gclsrc that Google does not give.
func (d *deriver) numbers() {
	if id := d.click.BingCampaignID; id != "" && !allOf(id, digit) && !d.out.HasMacro("bing_campaign_id") {
		d.find(reason.LabelDrift, "bing_campaign_id", reason.Show(id), "digits")
	}
	for _, p := range [...]param{gadSource, gadCampaignID} {
		if v := d.values[p]; v != "" && !allOf(v, digit) && !d.out.HasMacro(paramNames[p]) {
			d.find(reason.LabelDrift, paramNames[p], reason.Show(v), "digits")
		}
	}
	switch v := d.values[gclsrc]; v {
	case "", "aw.ds", "3p.ds", "ds":
	default:
		if !d.out.HasMacro(paramNames[gclsrc]) {
			d.find(reason.LabelDrift, paramNames[gclsrc], reason.Show(v), "aw.ds, 3p.ds or ds")
		}
	}
}

// hasUpper is true of a text with an ASCII letter in upper case.
func hasUpper(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}
