package scoring

import (
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/reason"
)

// clicks is the clicks whose labels count: the attributed one, or all of them.
func (s *Scorer) clicks(yield func(*label.Features) bool) {
	if !s.pack.AllClicks {
		if s.click != nil {
			yield(s.click)
		}
		return
	}
	for i := range s.c.Clicks {
		if !yield(&s.c.Clicks[i]) {
			return
		}
	}
}

// judgeLabels makes reasons of what was found about the labels when a click was
// taken in, and asks the register for its pixel and campaign ids.
func (s *Scorer) judgeLabels() {
	for f := range s.clicks {
		for i := range f.Findings {
			x := &f.Findings[i]
			s.find(x.Code, x.Field, x.Observed, x.Expected)
		}
		for i := range registered {
			s.judgeRegistered(f, &registered[i])
		}
	}
}

// labelClass is the strictest class of the labels that count, whether or not a rule
// makes reasons of them.
func (s *Scorer) labelClass() label.Class {
	class := label.ClassClean
	for f := range s.clicks {
		class = max(class, f.Class())
		for i := range registered {
			if answer, _ := ask(f, s.c.Site, &registered[i]); answer == isUnregistered {
				class = label.ClassCertain
			}
		}
	}
	return class
}

// registration is one kind of id that a seller registers for a site.
type registration struct {
	code  reason.Code
	field string
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
}

// The answers of the register.
type registerAnswer uint8

const (
	nothingAsked registerAnswer = iota // the click names no id
	isRegistered
	isUnregistered
	isUnknown
)

// ask asks the register for one id of a click. An absent list says nothing. So does
// the register of another site than the click's: a seller may have several. A
// macro is not an id, and has a reason of its own. Case is not held against an id.
func ask(f *label.Features, site *schemas.SellerSite, r *registration) (registerAnswer, string) {
	id := r.id(f)
	if id == "" || id[0] == '(' || f.HasMacro(r.field) {
		return nothingAsked, "" // "(not set)", "(direct)": GA4's words for none
	}
	if site == nil {
		return isUnknown, "the site is not registered"
	}
	if f.SiteHost != "" && site.SiteHost != "" && !sameHost(f.SiteHost, site.SiteHost) {
		return isUnknown, "the click is on another site than the registered one"
	}
	list := r.list(site)
	if list == nil {
		return isUnknown, "no list is registered"
	}
	if slices.ContainsFunc(list, func(l string) bool { return strings.EqualFold(l, id) }) {
		return isRegistered, ""
	}
	return isUnregistered, ""
}

func (s *Scorer) judgeRegistered(f *label.Features, r *registration) {
	if !s.inForce(r.code) {
		return
	}
	switch answer, why := ask(f, s.c.Site, r); answer {
	case isUnknown:
		s.unknown(r.field, why)
	case isUnregistered:
		expected := "none: the registered list is empty"
		if list := r.list(s.c.Site); len(list) > 0 {
			expected = s.text.List("registered: ", list)
		}
		s.find(r.code, r.field, reason.Show(r.id(f)), expected)
	}
}

func sameHost(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www."))
}
