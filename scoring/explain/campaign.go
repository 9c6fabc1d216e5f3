package explain

import (
	"fmt"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/reason"
)

// idWords names the kinds of click ids. Their values are not kept.
var idWords = [...]struct {
	id   label.IDSet
	name string
}{
	{label.GCLID, "gclid (Google)"},
	{label.GBRAID, "gbraid (Google)"},
	{label.WBRAID, "wbraid (Google)"},
	{label.DCLID, "dclid (Google)"},
	{label.FBCLID, "fbclid (Meta)"},
	{label.MSCLKID, "msclkid (Microsoft)"},
	{label.TTCLID, "ttclid (TikTok)"},
	{label.FBP, "fbp (Meta's browser cookie)"},
	{label.FBC, "fbc (Meta's click cookie)"},
}

// click is the attributed one, nil without.
func (e *explainer) click() *label.Features {
	if e.Case == nil || e.verdict.AttributedClick == "" {
		return nil
	}
	for i := range e.Case.Clicks {
		if e.Case.Clicks[i].ClickID == e.verdict.AttributedClick {
			return &e.Case.Clicks[i]
		}
	}
	return nil
}

// campaign is what the labels of the attributed click said.
func (e *explainer) campaign() Section {
	s := Section{Name: "campaign", Title: "Campaign identifiers"}
	f := e.click()
	if f == nil {
		s.Lead = "No click is linked to the order, so there are none."
		return s
	}
	s.Lead = "What the labels of the click said that the order is attributed to, as they were sent or stood in its landing page's address."
	s.add("site_host", "Site", or(reason.Show(f.SiteHost), "not stated"))
	for _, u := range [...]struct{ name, value string }{
		{"utm_id", f.UTM.ID}, {"utm_source", f.UTM.Source}, {"utm_medium", f.UTM.Medium}, {"utm_campaign", f.UTM.Campaign},
		{"utm_source_platform", f.UTM.SourcePlatform}, {"utm_term", f.UTM.Term}, {"utm_content", f.UTM.Content},
		{"utm_creative_format", f.UTM.CreativeFormat}, {"utm_marketing_tactic", f.UTM.MarketingTactic},
	} {
		s.add(u.name, u.name, or(reason.Show(u.value), "none"))
	}
	s.add("click_ids", "Click ids present", or(strings.Join(idNames(f.IDs), ", "), "none"))
	s.add("facebook_pixel_id", "Facebook pixel id", or(reason.Show(f.FacebookPixelID), "none"))
	s.add("bing_campaign_id", "Microsoft campaign id", or(reason.Show(f.BingCampaignID), "none"))
	s.add("channel_group", "Channel group (GA4)", or(f.Channel.String(), "none"))
	s.add("ad_network", "Advertising network", or(e.verdict.Dimensions.AdNetwork, "none known"))
	s.add("source_network", "Network of the source", f.Source.String())
	s.add("referrer_network", "Network of the referrer", f.Referrer.String())
	s.add("target_countries", "Countries that the campaign targets", list(f.Targets, "not stated"))
	s.add("click_country", "Country of the click's address", or(f.Country, "not known"))
	s.add("label_class", "Labels", classWords(f.Class()))
	return s
}

func idNames(set label.IDSet) (names []string) {
	for _, w := range idWords {
		if set.Has(w.id) {
			names = append(names, w.name)
		}
	}
	return names
}

// link is how the click links to the order.
func (e *explainer) link() Section {
	s := Section{Name: "link", Title: "How the click links to the order"}
	c, f := e.Case, e.click()
	after, days := "not after the order", ""
	if e.pack != nil {
		days = fmt.Sprintf(" and at most %d days before it", e.pack.AttributionDays)
		s.add("attribution_window", "Attribution window", fmt.Sprintf("%d days", e.pack.AttributionDays))
		if skew := e.pack.ClockSkew; skew > 0 {
			after = fmt.Sprintf("at most %d seconds after the order, as clocks differ,", skew)
			s.add("clock_skew", "Clocks of click and order", fmt.Sprintf("may differ by %d seconds", skew))
		}
	}
	s.Lead = fmt.Sprintf("Both carry the order key %s. The click that counts is the newest that is %s%s.", clean(c.OrderKey), after, days)
	s.add("clicks", "Clicks kept of the order", fmt.Sprint(len(c.Clicks)))
	if f == nil {
		s.add("attributed_click", "Attributed click", "none")
	} else {
		s.add("attributed_click", "Attributed click", clean(reason.Show(f.ClickID)))
		s.add("click_time", "Time of the click", timeOr(f.EventTime, "not stated"))
	}
	var ordered schemas.Time
	if c.Order != nil {
		ordered = c.Order.EventTime
		s.add("order_time", "Time of the order", timeOr(ordered, "not stated"))
	}
	if f != nil && ordered != 0 && f.EventTime != 0 {
		if between := ordered - f.EventTime; between >= 0 {
			s.add("before_order", "From the click to the order", span(between))
		} else {
			s.add("before_order", "From the click to the order", "not known: it is stamped after the order, by "+span(-between))
		}
	}
	for i := range c.Clicks {
		if o := &c.Clicks[i]; f == nil || o.ClickID != f.ClickID {
			s.Notes = append(s.Notes, fmt.Sprintf("Considered and not taken: click %s of %s, %s.",
				clean(reason.Show(o.ClickID)), timeOr(o.EventTime, "no stated time"), e.whyNot(o, f, ordered)))
		}
	}
	return s
}

func (e *explainer) whyNot(o, taken *label.Features, ordered schemas.Time) string {
	switch {
	case ordered != 0 && !e.precedes(o.EventTime, ordered):
		return "which is after the order"
	case taken == nil || e.pack != nil && ordered-o.EventTime > schemas.Time(e.pack.AttributionDays)*24*60*60*1000:
		return "which is before the attribution window"
	case o.EventTime == taken.EventTime:
		return "of the same instant; the greater click_id counts"
	}
	return "which is older"
}

// precedes is whether a click counts as before an order.
func (e *explainer) precedes(click, order schemas.Time) bool {
	if e.pack == nil {
		return click <= order
	}
	return e.pack.Precedes(click, order)
}

// span is a time of milliseconds as people read it: its two greatest units.
func span(ms schemas.Time) string {
	units := [...]struct {
		name string
		ms   schemas.Time
	}{{"day", 24 * 60 * 60 * 1000}, {"hour", 60 * 60 * 1000}, {"minute", 60 * 1000}, {"second", 1000}}
	var words []string
	for _, u := range units {
		n := ms / u.ms
		ms -= n * u.ms
		if len(words) == 2 || n == 0 {
			if len(words) > 0 {
				break
			}
			continue
		}
		word := fmt.Sprintf("%d %s", n, u.name)
		if n > 1 {
			word += "s"
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "less than a second"
	}
	return and(words)
}

// classWords says what was found of a click's labels.
func classWords(c label.Class) string {
	switch c {
	case label.ClassCertain:
		return "certainly false in part; the reasons say where"
	case label.ClassLikely:
		return "likely false in part; the reasons say where"
	case label.ClassDrift:
		return "carelessly written; nothing false was found"
	}
	return "nothing false was found in them"
}

func list(values []string, empty string) string {
	if len(values) == 0 {
		return empty
	}
	shown := make([]string, 0, len(values))
	for _, v := range values[:min(len(values), reason.MaxListed)] {
		shown = append(shown, clean(reason.Show(v)))
	}
	text := strings.Join(shown, ", ")
	if more := len(values) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
