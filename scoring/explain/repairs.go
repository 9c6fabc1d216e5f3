package explain

import (
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// repair is one thing about a case that could be otherwise, and the reasons it speaks to;
// reason.None stands for an order that has not arrived. Making one twice is making it once.
type repair struct {
	id    string
	text  string // behind "with"
	codes []reason.Code
	apply func(*draft)
}

// repairs is the catalogue, in the order in which its repairs are made. That the goods could enter at another port is not in it: who holds
// a record in hand is not to be sent looking for a port that asks less. Nor is
// what nobody can supply afterwards, as how fast an order followed its click.
var repairs = slices.Concat(repairsOfLabels, repairsOfClaims, repairsOfEntries)

var repairsOfLabels = []repair{
	{"order-arrives", "an order that no rule speaks against", []reason.Code{reason.None}, (*draft).orderArrives},
	{"campaign-targets", "a campaign that targets the shipping country", []reason.Code{reason.GeoTargetMismatch}, (*draft).targetCountry},

	{"macro-filled-in", "every macro filled in", []reason.Code{reason.LabelMacroUnexpanded}, (*draft).fillMacros},
	{"source-agrees", "a source and a click id of the same network", []reason.Code{reason.LabelClickIDSourceConflict}, without(reason.LabelClickIDSourceConflict)},
	{"id-well-formed", "click ids in their published form", []reason.Code{reason.LabelIDMalformed}, without(reason.LabelIDMalformed)},
	{"id-time", "click ids made before the click", []reason.Code{reason.LabelIDTimeInvalid}, without(reason.LabelIDTimeInvalid)},
	{"fbc-agrees", "a Meta click cookie that agrees with the landing page", []reason.Code{reason.LabelFBCConflict}, without(reason.LabelFBCConflict)},
	{"parameter-once", "each parameter with one value", []reason.Code{reason.LabelParameterConflict}, without(reason.LabelParameterConflict)},
	{"pixel-registered", "the Facebook pixel registered for the site in time", []reason.Code{reason.LabelPixelUnregistered}, (*draft).registerPixel},
	{"campaign-registered", "the campaign registered for the site in time", []reason.Code{reason.LabelCampaignUnregistered}, (*draft).registerCampaigns},
	{"click-ids-of-one", "paid click ids of one network only", []reason.Code{reason.LabelClickIDsConflict}, without(reason.LabelClickIDsConflict)},
	{"click-id-there", "a click id beside the paid medium", []reason.Code{reason.LabelPaidWithoutClickID}, without(reason.LabelPaidWithoutClickID)},
	{"medium-paid", "a medium that says the click was paid for", []reason.Code{reason.LabelOrganicWithClickID}, without(reason.LabelOrganicWithClickID)},
	{"referrer-agrees", "a referrer of the source's network", []reason.Code{reason.LabelReferrerConflict}, without(reason.LabelReferrerConflict)},
}

// draft is a copy of a case that repairs change.
type draft struct {
	c     scoring.Case
	pack  *policy.Pack
	click *label.Features // the attributed one; nil without
}

// lastResort gives up what the claim was made for: a way that keeps it is named beside.
const lastResort = "claim-withdrawn"

const assumed = "(assumed)"

func newDraft(e *explainer) *draft {
	d := &draft{c: *e.Case, pack: e.pack}
	c := &d.c
	if c.Order != nil {
		o := *c.Order
		o.Items = slices.Clone(o.Items)
		c.Order = &o
	}
	if c.Shipment != nil {
		s := *c.Shipment
		s.HSCodes = slices.Clone(s.HSCodes)
		c.Shipment = &s
	}
	if c.Site != nil {
		s := *c.Site
		c.Site = &s
	}
	c.Sites = slices.Clone(c.Sites)
	for i, site := range c.Sites {
		s := *site
		c.Sites[i] = &s
	}
	if e.PreReview {
		c.Shipment = nil
	}
	c.Verifications = slices.Clone(c.Verifications)
	c.Clicks = slices.Clone(c.Clicks)
	for i := range c.Clicks {
		f := &c.Clicks[i]
		f.Findings = slices.Clone(f.Findings)
		if f.ClickID == e.verdict.AttributedClick {
			d.click = f
		}
	}
	return d
}

// orderArrives assumes an order of the shipment's own time and destination.
func (d *draft) orderArrives() {
	if d.c.Order != nil || d.c.Shipment == nil {
		return
	}
	d.c.Order = &schemas.Order{OrderKey: d.c.OrderKey, OrderID: assumed, EventTime: d.c.Shipment.EventTime,
		ShipToCountry: d.c.Shipment.DestinationCountry, Channel: schemas.ChannelB2C}
}

// shippingCountry is the country that the pack holds the advertising against.
func (d *draft) shippingCountry() string {
	switch {
	case d.pack.Shipping == policy.ShippingOrigin && d.c.Shipment != nil:
		return d.c.Shipment.OriginCountry
	case d.c.Shipment != nil && d.c.Shipment.DestinationCountry != "":
		return d.c.Shipment.DestinationCountry
	case d.c.Order != nil:
		return d.c.Order.ShipToCountry
	}
	return ""
}

func (d *draft) targetCountry() {
	if country := d.shippingCountry(); d.click != nil && country != "" {
		kept := slices.DeleteFunc(slices.Clone(d.click.Targets), func(t string) bool { return strings.HasPrefix(t, "-") })
		d.click.Targets = append(kept, country)
	}
}

// without takes the findings of a code away from every click.
func without(code reason.Code) func(*draft) {
	return func(d *draft) {
		for i := range d.c.Clicks {
			f := &d.c.Clicks[i]
			f.Findings = slices.DeleteFunc(f.Findings, func(x reason.Finding) bool { return x.Code == code })
		}
	}
}

// fillMacros puts registered values where macros stood: a macro filled in names a campaign.
func (d *draft) fillMacros() {
	first := func(list func(*schemas.SellerSite) []string) string {
		if d.c.Site == nil || len(list(d.c.Site)) == 0 {
			return ""
		}
		return list(d.c.Site)[0]
	}
	for i := range d.c.Clicks {
		f := &d.c.Clicks[i]
		if f.HasMacro("utm_id") {
			f.UTM.ID = first(func(s *schemas.SellerSite) []string { return s.UTMIDs })
		}
		if f.HasMacro("utm_campaign") {
			f.UTM.Campaign = first(func(s *schemas.SellerSite) []string { return s.UTMCampaigns })
		}
		if f.HasMacro("facebook_pixel_id") {
			f.FacebookPixelID = first(func(s *schemas.SellerSite) []string { return s.FacebookPixelIDs })
		}
		if f.HasMacro("bing_campaign_id") {
			f.BingCampaignID = first(func(s *schemas.SellerSite) []string { return s.BingCampaignIDs })
		}
	}
	without(reason.LabelMacroUnexpanded)(d)
}

func (d *draft) registerPixel() {
	d.register(func(s *schemas.SellerSite, f *label.Features) { with(&s.FacebookPixelIDs, f.FacebookPixelID) }, "facebook_pixel_id")
}

func (d *draft) registerCampaigns() {
	d.register(func(s *schemas.SellerSite, f *label.Features) {
		with(&s.UTMCampaigns, f.UTM.Campaign)
		with(&s.UTMIDs, f.UTM.ID)
		with(&s.BingCampaignIDs, f.BingCampaignID)
	}, "utm_campaign", "utm_id", "bing_campaign_id")
}

// register registers what the clicks name in some fields, on each site of the seller's and
// since ever; no id is registered before its site, so that is moved too.
func (d *draft) register(add func(*schemas.SellerSite, *label.Features), fields ...string) {
	sites := slices.Clone(d.c.Sites)
	if d.c.Site != nil {
		sites = append(sites, d.c.Site)
	}
	for _, s := range sites {
		s.Registrations = slices.DeleteFunc(slices.Clone(s.Registrations), func(r schemas.Registration) bool {
			return r.Field == "site_host" || slices.Contains(fields, r.Field)
		})
		for i := range d.c.Clicks {
			add(s, &d.c.Clicks[i])
		}
	}
}

// with adds to a list that is registered; one that is not says nothing about any id.
func with(list *[]string, id string) {
	if *list != nil && id != "" {
		*list = append(slices.Clone(*list), id)
	}
}
