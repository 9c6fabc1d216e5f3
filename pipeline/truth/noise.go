package truth

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// noise is an oddity of honest orders. It has no codes.
type noise struct {
	name   string
	weight int
	// add adds it to an order that it fits; ok is false of one that it does not fit.
	add func(*draft) (ok bool)
}

var noises = []noise{
	{"privacy tool strips click ids", 6, stripIDs},
	{"referrer withheld", 8, onClick(func(d *draft) { d.click.Referrer = "" })},
	{"referrer cut to its origin", 4, onClick(cutReferrer)},
	{"pixel blocked", 5, onClick(func(d *draft) { d.click.FBP, d.click.FBC, d.click.FacebookPixelID = "", "", "" })},
	{"shared device", 5, onClick(sharedDevice)},
	{"agency's naming", 6, onPaid(agencyLabels)},
	{"freight forwarder", 8, forwarder},
	{"gift to another country's buyer", 4, func(d *draft) bool { d.order.BillingCountry = pick(d.r, abroad); return true }},
	{"odd encoding", 14, onClick(func(d *draft) { d.visit.style = style(1 + d.r.IntN(int(numStyles)-1)) })},
	{"parameter repeated", 4, onClick(repeated)},
	{"foreign parameters", 6, onClick(foreignParams)},
	{"macro look-alikes", 5, onPaid(lookAlikes)},
	{"in-app browser", 6, onClick(inApp)},
	{"odd but human user agent", 3, onClick(func(d *draft) { d.click.UserAgent = pick(d.r, oddAgents) })},
	{"redirect of a third party", 6, onClick(redirected)},
	{"AMP or cached page", 3, onClick(amp)},
	{"fbclid on a shared link", 5, onClick(sharedLink)},
	{"GA4's words for none", 8, ga4Words},
	{"app campaign ids", 4, appIDs},
	{"cookie of an earlier visit", 3, oldCookie},
	{"visitor's clock ahead", 3, onClick(clockAhead)},
	{"internationalised host", 6, onClick(idnHost)},
	{"collector keeps no URL", 4, onClick(func(d *draft) { d.visit.noURL = true })},
	{"campaign id as a label", 3, onPaid(func(d *draft) { d.visit.set("utm_id", d.r.number(11)) })},
	{"other clicks of the order", 8, idleClicks},
	{"port not stated", 3, func(d *draft) bool { d.ship.PortOfEntry = ""; return true }},
	{"paid in another currency", 4, foreignCurrency},
	{"several items", 5, severalItems},
	{"platform asked more than once", 6, askedBefore},
	{"brand at its price", 5, fairBrand},
	{"brand that nobody watches", 4, otherBrand},
	{"certification in its legal variants", 12, certVariant},
}

// onClick is a noise that fits any click.
func onClick(add func(*draft)) func(*draft) bool {
	return func(d *draft) bool {
		if d.hasClick {
			add(d)
		}
		return d.hasClick
	}
}

// onPaid is a noise that fits the click of an advertisement.
func onPaid(add func(*draft)) func(*draft) bool {
	return func(d *draft) bool {
		if d.hasClick && d.spec.net.paid {
			add(d)
			return true
		}
		return false
	}
}

// addNoise adds one to three oddities to two of three orders.
func (d *draft) addNoise() {
	if d.r.perMille(330) {
		return
	}
	for range 1 + d.r.IntN(3) {
		n := weighted(d.r, noises, func(n *noise) int { return n.weight })
		fresh := true
		for _, had := range d.noises {
			fresh = fresh && had != n.name
		}
		if fresh && n.add(d) {
			d.noises = append(d.noises, n.name)
		}
	}
}

// stripIDs takes the click ids away, as link tracking protection of browsers does. The
// campaign parameters stay.
func stripIDs(d *draft) bool {
	if !d.hasClick || d.spec.net.id == "" {
		return false
	}
	for _, name := range []string{"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid"} {
		d.visit.set(name, "")
	}
	d.click.FBC = ""
	d.click.UserAgent = pick(d.r, strippers)
	return true
}

func cutReferrer(d *draft) {
	scheme, rest, ok := strings.Cut(d.click.Referrer, "://")
	if ok {
		host, _, _ := strings.Cut(rest, "/")
		d.click.Referrer = scheme + "://" + host + "/"
	}
}

// sharedDevice gives the click the address, browser and cookie of a device that many
// buyers use.
func sharedDevice(d *draft) {
	n := d.r.IntN(40)
	device := newDice(9, uint64(n))
	if d.spec.country == "" {
		d.click.IP = unknownAddress(device)
	}
	d.click.UserAgent = pick(device, browsers)
	if d.click.FBP != "" {
		d.click.FBP = fbp(device, int64(day(2026, 3, 1))*dayMs+device.Int64N(dayMs))
	}
}

func agencyLabels(d *draft) {
	v, r := &d.visit, d.r
	v.set("utm_source_platform", pick(r, []string{"Search Ads 360", "Meta Ads Manager", "DV360", "SA360"}))
	v.set("utm_creative_format", pick(r, []string{"video_9x16", "native", "carousel|static"}))
	v.set("utm_marketing_tactic", pick(r, []string{"remarketing", "prospecting", "Prospecting+LAL 1%"}))
	v.set("utm_content", pick(r, agencyContents)+r.text(digits, 2))
}

// forwarder makes the consignee a freight forwarder: goods of a named owner, that
// travel with others' in one master bill.
func forwarder(d *draft) bool {
	sh := &d.ship
	name := pick(d.r, forwarders)
	sh.ConsigneeRef, sh.Carrier = name, pick(d.r, []string{"MAERSK", "MSC", "ATLAS", "KALITTA"})
	sh.OwnerRef = d.order.BuyerRef
	sh.MasterBill = "MBCONSOL" + d.r.text(digits, 2)
	if d.spec.dest == "US" && d.r.perMille(400) {
		sh.Warehouse = schemas.True // it has one, and the owner is named
	}
	return true
}

// repeated has a parameter twice with the same value, as templates that are applied
// twice leave it.
func repeated(d *draft) {
	v := &d.visit
	if len(v.params) > 0 {
		v.params = append(v.params, pick(d.r, v.params))
	}
}

func foreignParams(d *draft) {
	for range 1 + d.r.IntN(4) {
		p := pick(d.r, otherParams)
		at := d.r.IntN(len(d.visit.params) + 1)
		d.visit.params = append(d.visit.params[:at], append([]param{{name: p[0], value: p[1], raw: true}}, d.visit.params[at:]...)...)
	}
}

func lookAlikes(d *draft) { d.visit.set("utm_content", pick(d.r, notMacros)) }

func inApp(d *draft) {
	d.click.UserAgent = pick(d.r, appAgents)
	d.click.Referrer = ""
	if d.spec.net.name == "google" && d.r.perMille(500) {
		d.click.Referrer = "android-app://com.google.android.googlequicksearchbox/"
	}
}

// redirected loses the network's referrer on the way through somebody else's host.
func redirected(d *draft) { d.click.Referrer = pick(d.r, redirects) }

func amp(d *draft) {
	d.click.Referrer = "https://" + strings.ReplaceAll(d.s.host, ".", "-") + ".cdn.ampproject.org/v/s/" + d.s.host + d.visit.path
}

// sharedLink puts Meta's id on a link that was passed on, which it does to unpaid links
// too. Of a visitor who followed it there, it is the referrer as well.
func sharedLink(d *draft) {
	if d.visit.get("fbclid") == "" && d.click.FBC == "" {
		d.visit.add("fbclid", fbclid(d.r))
		if d.r.perMille(300) {
			d.click.Referrer = "https://l.facebook.com/"
		}
	}
}

func ga4Words(d *draft) bool {
	if !d.hasClick || d.spec.net.name != "direct" {
		return false
	}
	d.visit.utmStated = false
	d.visit.set("utm_source", "(direct)")
	d.visit.set("utm_medium", "(none)")
	d.visit.set("utm_campaign", pick(d.r, []string{"(not set)", "(direct)"}))
	return true
}

// appIDs has Google's ids for apps in the place of a gclid, or beside it.
func appIDs(d *draft) bool {
	if !d.hasClick || d.spec.net.name != "google" {
		return false
	}
	if d.r.perMille(500) {
		d.visit.set("gclid", "")
	}
	d.visit.set(pick(d.r, []string{"gbraid", "wbraid"}), "0AAAAA"+d.r.text(token, 24))
	d.visit.params = append(d.visit.params, param{name: "gad_source", value: "1"}, param{name: "gad_campaignid", value: d.r.number(11)})
	return true
}

// oldCookie has Meta's cookie of an earlier visit, whose fbclid this URL has not.
func oldCookie(d *draft) bool {
	if !d.hasClick || d.visit.get("fbclid") != "" {
		return false
	}
	ms := int64(d.click.EventTime) - d.r.Int64N(60*dayMs)
	d.click.FBP, d.click.FBC = fbp(d.r, ms), fbc(d.r, ms, fbclid(d.r))
	return true
}

// clockAhead has cookies that the visitor's browser dated by its own clock, and after
// the page had loaded.
func clockAhead(d *draft) {
	ms := int64(d.click.EventTime) + 500 + d.r.Int64N(100_000)
	if d.click.FBP != "" {
		d.click.FBP = fbp(d.r, ms)
	}
	if id := d.visit.get("fbclid"); id != "" && d.click.FBC != "" {
		d.click.FBC = fbc(d.r, ms, id)
	}
}

func idnHost(d *draft) {
	if d.s.unicode != "" {
		d.visit.host = d.s.unicode
	} else {
		d.visit.host = "www." + d.s.host
	}
}

// idleClicks adds clicks that do not count, with labels as false as can be: one before
// the one that counts, one so long after the order that no clock excuses it.
func idleClicks(d *draft) bool {
	if !d.hasClick {
		return false
	}
	for _, at := range []schemas.Time{d.click.EventTime - schemas.Time(60_000+d.r.Int64N(5*dayMs)), d.order.EventTime + schemas.Time(60_001+d.r.Int64N(dayMs))} {
		c := d.click
		c.ClickID, c.EventTime = "c-"+d.r.text(hexes, 14), at
		c.LandingURL, c.UTM = "https://"+d.s.host+"/?utm_source=facebook&gclid="+timedGclid(d.r, int64(at)+dayMs)+"&utm_content={{ad.id}}", schemas.UTM{}
		c.GCLID, c.GBRAID, c.WBRAID, c.DCLID, c.FBCLID, c.MSCLKID, c.TTCLID = "", "", "", "", "", "nonsense", ""
		c.TargetCountries = []string{"BR"}
		d.idle = append(d.idle, c)
	}
	return true
}
