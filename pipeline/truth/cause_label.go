package truth

import (
	"net/url"
	"strconv"
	"strings"
)

var adNetworks = []string{"google", "facebook", "instagram", "bing", "tiktok"}

// labelCauses are false labels of the class certain that stand in the URL.
var labelCauses = []cause{
	{name: "macro unexpanded", family: ofLabels, weight: 14, want: onNetworks(adNetworks...), plant: plantMacro},
	{name: "macro in the place of an id", family: ofLabels, weight: 4, want: onNetworks(adNetworks...), plant: plantIDMacro},
	{name: "macro in the place of the pixel", family: ofLabels, weight: 2, want: onNetworks("facebook", "instagram"), plant: func(d *draft) {
		d.click.FacebookPixelID = pick(d.r, []string{"{{pixel.id}}", "{pixel_id}", "__PIXEL_ID__", "%7B%7Bpixel_id%7D%7D"})
		d.add("LABEL_MACRO_UNEXPANDED")
	}},
	{name: "macro in the place of the campaign's id", family: ofLabels, weight: 2, want: onNetworks("bing"), plant: func(d *draft) {
		d.click.BingCampaignID = pick(d.r, []string{"{CampaignId}", "{campaignid}", "%7BCampaignId%7D"})
		d.add("LABEL_MACRO_UNEXPANDED")
	}},
	{name: "click id of another network than the source", family: ofLabels, weight: 14, want: onNetworks(adNetworks...), plant: plantForeignID},
	{name: "parameter twice with different values", family: ofLabels, weight: 8, want: onNetworks(adNetworks...), plant: plantTwice},
	{name: "click id twice with different values", family: ofLabels, weight: 3, want: onNetworks("google", "bing", "tiktok"), plant: func(d *draft) {
		name := d.spec.net.id
		d.hasID()
		d.inQuery()
		d.visit.params = append(d.visit.params, param{name: name, value: anotherID(d, name)})
		d.add("LABEL_PARAMETER_CONFLICT")
	}},
}

// macros are placeholders as Meta, Google, Microsoft and TikTok document them.
var macros = []string{
	"{{campaign.name}}", "{{campaign.id}}", "{{adset.name}}", "{{adset.id}}", "{{ad.name}}", "{{ad.id}}", "{{placement}}", "{{site_source_name}}",
	"{campaignid}", "{adgroupid}", "{keyword}", "{creative}", "{matchtype}", "{network}", "{device}", "{placement}", "{lpurl}", "{loc_physical_ms}", "{_campaign}",
	"{CampaignId}", "{AdGroupId}", "{AdId}", "{QueryString}", "{TargetId}", "{BidMatchType}", "{OrderItemId}",
	"__CAMPAIGN_NAME__", "__CAMPAIGN_ID__", "__AID_NAME__", "__AID__", "__CID_NAME__", "__CID__", "__PLACEMENT__",
}

// plantMacro leaves a macro in a campaign parameter: as it is, encoded once or twice,
// alone or within other words.
func plantMacro(d *draft) {
	v, r := &d.visit, d.r
	name := pick(r, []string{"utm_content", "utm_content", "utm_campaign", "utm_term", "utm_id", "utm_source_platform", "utm_creative_format", "utm_medium", "utm_source"})
	text := pick(r, macros)
	switch r.IntN(4) {
	case 0:
		text = "spring-" + text
	case 1:
		text += " | v2"
	}
	switch r.IntN(3) {
	case 0:
		text = strings.ReplaceAll(text, " ", "%20")
	case 1:
		text = url.QueryEscape(text)
	case 2:
		text = url.QueryEscape(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
	}
	v.style, v.utmStated, v.noURL = plain, false, false
	v.set(name, "")
	at := r.IntN(len(v.params) + 1)
	v.params = append(v.params[:at], append([]param{{name: name, value: text, raw: true}}, v.params[at:]...)...)
	d.add("LABEL_MACRO_UNEXPANDED")
}

func plantIDMacro(d *draft) {
	name := d.spec.net.id
	d.visit.set(name, map[string]string{"gclid": "{gclid}", "fbclid": "{{fbclid}}", "msclkid": "{msclkid}", "ttclid": "__CLICKID__"}[name])
	if d.visit.style == twice || d.visit.style == whole {
		d.visit.style = plain // a third decoding is one too many
	}
	if name == "fbclid" {
		d.click.FBC = ""
	}
	d.add("LABEL_MACRO_UNEXPANDED")
}

// sourceNames are names of a source, as agencies write them: the plain ones first, and
// after "|" its aliases, which are sloppy by themselves.
var sourceNames = map[string]string{
	"meta": "facebook instagram meta|fb ig fb-ads fbad facebook-ads", "google": "google|adwords google_ads", "microsoft": "bing microsoft|", "tiktok": "tiktok|",
}

// foreignIDs has the click ids that a source cannot come with.
var foreignIDs = map[string][]string{
	"meta": {"gclid", "dclid", "msclkid", "ttclid"}, "microsoft": {"gclid", "dclid"}, "tiktok": {"gclid", "dclid"}, "google": {"msclkid", "ttclid"},
}

// networkWords are a medium and a referrer that go with a source.
var networkWords = map[string][2]string{
	"meta": {"paid_social", "https://l.facebook.com/"}, "google": {"cpc", "https://www.google.com/"},
	"microsoft": {"cpc", "https://www.bing.com/"}, "tiktok": {"paid_social", "https://www.tiktok.com/"},
}

func plantForeignID(d *draft) {
	v, r := &d.visit, d.r
	group := pick(r, []string{"meta", "meta", "google", "microsoft", "tiktok"})
	names, aliases, _ := strings.Cut(sourceNames[group], "|")
	source := pick(r, strings.Fields(names))
	if list := strings.Fields(aliases); len(list) > 0 && r.perMille(400) {
		source = pick(r, list)
		d.add("LABEL_DRIFT")
	}
	if r.perMille(150) {
		source = strings.ToUpper(source[:1]) + source[1:]
		d.add("LABEL_DRIFT")
	}
	d.dropIDs()
	v.set("utm_source", source)
	v.set("utm_medium", networkWords[group][0])
	if d.click.Referrer != "" {
		d.click.Referrer = networkWords[group][1]
	}
	id := pick(r, foreignIDs[group])
	v.set(id, anotherID(d, id))
	if group == "meta" && r.perMille(300) {
		v.set("fbclid", fbclid(r)) // its own id beside the other one
	}
	d.add("LABEL_CLICKID_SOURCE_CONFLICT")
}

// dropIDs takes all click ids away.
func (d *draft) dropIDs() {
	for _, name := range []string{"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid"} {
		d.visit.set(name, "")
	}
	d.click.FBC, d.click.BingCampaignID = "", ""
}

// anotherID is a well-made click id for a parameter.
func anotherID(d *draft, name string) string {
	ms := int64(d.click.EventTime) - 1500
	switch name {
	case "gclid":
		return gclid(d.r, ms)
	case "dclid":
		return timedGclid(d.r, ms)
	case "msclkid":
		return msclkid(d.r)
	case "ttclid":
		return ttclid(d.r)
	}
	return fbclid(d.r)
}

// hasID puts the network's click id back where noise has taken it away.
func (d *draft) hasID() {
	if name := d.spec.net.id; d.visit.get(name) == "" {
		d.visit.set(name, anotherID(d, name))
	}
}

// inQuery has the parameters in the URL, before its #: what is behind it a script put
// there, and nothing about it is certain.
func (d *draft) inQuery() {
	d.visit.noURL = false
	if d.visit.style == inFragment {
		d.visit.style = plain
	}
}

// plantTwice has a campaign parameter twice, with values that differ in more than case.
func plantTwice(d *draft) {
	v, r := &d.visit, d.r
	name := pick(r, []string{"utm_source", "utm_medium", "utm_content", "utm_term", "utm_campaign", "utm_id"})
	first := v.get(name)
	other := "other-" + strconv.Itoa(r.IntN(900))
	if first == "" {
		first = "first-" + strconv.Itoa(r.IntN(900))
		v.set(name, first)
	}
	d.inQuery()
	if r.perMille(300) {
		name = strings.ToUpper(name)
	}
	v.params = append(v.params, param{name: name, value: other})
	d.add("LABEL_PARAMETER_CONFLICT")
}
