package scoring

import (
	"net/url"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/host"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/reason"
)

// registration is one kind of id that a seller registers for a site.
type registration struct {
	code  reason.Code
	field string // as in schemas.RegisteredFields
	id    func(*label.Features) string
	list  func(*schemas.SellerSite) []string
}

var registered = [...]registration{
	{
		reason.LabelPixelUnregistered, "facebook_pixel_id",
		func(f *label.Features) string { return f.FacebookPixelID },
		func(s *schemas.SellerSite) []string { return s.FacebookPixelIDs },
	},
	{
		reason.LabelCampaignUnregistered, "bing_campaign_id",
		func(f *label.Features) string { return f.BingCampaignID },
		func(s *schemas.SellerSite) []string { return s.BingCampaignIDs },
	},
	{
		reason.LabelCampaignUnregistered, "utm_campaign",
		func(f *label.Features) string { return f.UTM.Campaign },
		func(s *schemas.SellerSite) []string { return s.UTMCampaigns },
	},
	{
		reason.LabelCampaignUnregistered, "utm_id",
		func(f *label.Features) string { return f.UTM.ID },
		func(s *schemas.SellerSite) []string { return s.UTMIDs },
	},
}

// The answers of the register.
type registerAnswer uint8

const (
	nothingAsked registerAnswer = iota // the click names no id
	isRegistered
	isUnregistered
	isLater // registered, after the day of the click
	isUnknown
)

// answer is what the register says about one id of a click.
type answer struct {
	is    registerAnswer
	why   string              // of isUnknown
	site  *schemas.SellerSite // that was asked
	since schemas.Date        // of isLater
}

// siteOf is what the seller has registered about the site that a click was on, else nil
// and why. A click that names no host was on the order's site. Only the seller's own
// register is asked: what other sellers register changes no verdict, so that a change of
// theirs leaves none out of date.
func (c *Case) siteOf(f *label.Features) (site *schemas.SellerSite, why string) {
	if c.Site != nil && (f.SiteHost == "" || host.Same(f.SiteHost, c.Site.SiteHost)) {
		return c.Site, ""
	}
	for _, s := range c.Sites { // with and without "www." may be registered, each as a site of its own
		if host.Same(f.SiteHost, s.SiteHost) && (site == nil || host.Canonical(s.SiteHost) == host.Canonical(f.SiteHost)) {
			site = s
		}
	}
	if site != nil {
		return site, ""
	}
	if c.Site == nil && (f.SiteHost == "" || c.Order != nil && host.Same(f.SiteHost, c.Order.SiteHost)) {
		return nil, "the site is not registered"
	}
	return nil, "the click is on a host that is not registered for the seller"
}

// answers is what the register says about all ids of a click. They hold until another
// click is asked about.
func (s *Scorer) answers(f *label.Features) *[len(registered)]answer {
	if s.asked != f {
		s.asked = f
		site, why := s.c.siteOf(f)
		for i := range registered {
			s.registered[i] = ask(f, &registered[i], site, why)
		}
	}
	return &s.registered
}

// ask asks the register for one id of a click; without a site why says so. An absent list
// says nothing. A macro is not an id, and has a reason of its own. Case is not held
// against an id, nor is how it is written in a URL.
func ask(f *label.Features, r *registration, site *schemas.SellerSite, why string) answer {
	id := r.id(f)
	if id == "" || id[0] == '(' || f.HasMacro(r.field) {
		return answer{} // "(not set)", "(direct)": GA4's words for none
	}
	if site == nil {
		return answer{is: isUnknown, why: why}
	}
	list := r.list(site)
	if list == nil {
		return answer{is: isUnknown, why: "no list is registered", site: site}
	}
	for _, l := range list {
		if strings.EqualFold(l, id) {
			return dated(site, r.field, id, f.EventTime.Date())
		}
	}
	plain := plainID(id)
	for _, l := range list {
		if strings.EqualFold(plainID(l), plain) {
			return dated(site, r.field, id, f.EventTime.Date())
		}
	}
	return answer{is: isUnregistered, site: site}
}

// sameID is true of one id in any case, with blanks around it, or as a URL writes it:
// "summer+sale" and "Summer%20Sale" are "summer sale".
func sameID(a, b string) bool {
	return strings.EqualFold(a, b) || strings.EqualFold(plainID(a), plainID(b))
}

func plainID(s string) string {
	if strings.ContainsAny(s, "%+") {
		if plain, err := url.QueryUnescape(s); err == nil {
			s = plain
		}
	}
	return strings.TrimSpace(s)
}

// dated is the answer about an id that stands in a list, for a click on a day (UTC). A
// registration on that very day was in time: nobody states hours. No id is registered
// before its site is. A register that dates other ids of the field, and not this one,
// leaves open whether it was in time; one that dates none is of those that never do.
func dated(site *schemas.SellerSite, field, id string, day schemas.Date) answer {
	var since, opened schemas.Date
	others := false
	for i := range site.Registrations {
		r := &site.Registrations[i]
		switch {
		case r.Field == field && sameID(r.ID, id):
			since = earlier(since, r.Since)
		case r.Field == field:
			others = true
		case r.Field == "site_host" && host.Same(r.ID, site.SiteHost):
			opened = earlier(opened, r.Since)
		}
	}
	switch {
	case max(since, opened) > day:
		return answer{is: isLater, site: site, since: max(since, opened)}
	case since == 0 && others:
		return answer{is: isUnknown, why: "since when it is registered is not stated", site: site}
	}
	return answer{is: isRegistered, site: site}
}

// earlier is the earlier of two days, 0 being none.
func earlier(a, b schemas.Date) schemas.Date {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// judgeRegistered asks for the ids of a click.
func (s *Scorer) judgeRegistered(f *label.Features) {
	answers := s.answers(f)
	for i := range registered {
		a, r := &answers[i], &registered[i]
		if a.is == nothingAsked || a.is == isRegistered || !s.inForce(r.code) {
			continue
		}
		switch a.is {
		case isUnknown:
			s.unknown(r.field, a.why)
		case isUnregistered:
			expected := "none: the registered list is empty"
			if list := r.list(a.site); len(list) > 0 {
				expected = s.text.List("registered: ", list)
			}
			s.find(r.code, r.field, reason.Show(r.id(f)), expected)
		case isLater:
			s.find(r.code, r.field, s.text.Date(s.text.Join(reason.Show(r.id(f)), ", registered since "), a.since),
				s.text.Date("registered on the day of the click, ", f.EventTime.Date()))
		}
	}
}
