package explain

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// evidence is what the decision was derived from, so that it can be found and derived again.
func (e *explainer) evidence() Section {
	d, ev := e.Decision, &e.Decision.Evidence
	s := Section{Name: "evidence", Title: "Evidence",
		Lead: "The records that the decision was derived from, by their place in the log, and the versions of all data it depends on. From these it can be derived again."}
	for _, p := range ev.Positions {
		s.add("position", "Record", fmt.Sprintf("%s, partition %d, offset %d", clean(p.Topic), p.Partition, p.Offset))
	}
	s.add("input_time", "Time of the newest record", timeOr(ev.InputTime, "not stated"))
	s.add("input_hash", "Hash of all records", fmt.Sprintf("%016x (murmur3-64)", ev.InputHash))
	s.add("verdict_hash", "Hash of the verdict", fmt.Sprintf("%016x (murmur3-64)", d.VerdictHash))
	s.stated("policy_hash", "Hash of the policy pack", ev.PolicyHash)
	if e.pack != nil {
		s.add("policy_version", "Policy pack", clean(e.pack.ID+" "+e.pack.Version))
	}
	s.add("geo_version", "Country database", or(ev.GeoVersion, "none was asked"))
	s.stated("lists_version", "Label lists", ev.ListsVersion)
	if ev.Site.Known {
		s.add("site", "Registered site", fmt.Sprintf("builder %s, connection to a verification platform %s%s",
			or(ev.Site.Platform, "not stated"), ev.Site.Integration, since(ev.Site.Since)))
	} else {
		s.add("site", "Registered site", "none was known")
	}
	if fields := ev.Site.Elsewhere; len(fields) > 0 {
		words := make([]string, 0, len(fields))
		for _, f := range fields {
			words = append(words, wordsOf(f))
		}
		s.add("registered_elsewhere", "Registered by other sellers", and(words))
	}
	return s
}

// counted is what a decision alone says about its case.
func (e *explainer) counted() Section {
	d := &e.verdict.Dimensions
	s := Section{Name: "case", Title: "What the decision says of its case"}
	s.add("event_time", "Time", timeOr(d.EventTime, "not stated"))
	s.stated("seller_id", "Seller", d.SellerID)
	s.stated("site_host", "Site", d.SiteHost)
	s.stated("platform", "Site builder", d.Platform)
	s.stated("channel", "Sales channel", d.Channel)
	if !e.PreReview {
		s.stated("port", "Port of entry (Schedule D)", d.Port)
		s.stated("origin_country", "Origin", d.OriginCountry)
	}
	s.stated("hs_chapter", "Chapter of the tariff", d.HSChapter)
	s.add("declared_value", "Value", money(d.DeclaredValue, d.Currency))
	if e.verdict.AttributedClick != "" {
		s.stated("channel_group", "Channel group of the click (GA4)", d.ChannelGroup)
		s.add("ad_network", "Advertising network of the click", or(d.AdNetwork, "none known"))
		s.add("campaign", "Campaign of the click", or(d.Campaign, "not stated"))
	}
	s.stated("label_class", "Labels of the click", d.LabelClass)
	if c := &e.verdict.Ecert; c.ID != "" {
		s.add("e_cert_id", "e-Cert ID", clean(reason.Show(c.ID)))
		s.add("answer", "Answer about the e-Cert", ecertWords(c))
	}
	return s
}

// limits is what this record can't say.
func (e *explainer) limits() (out []string) {
	if e.Case == nil {
		out = append(out, "It was made of the decision alone. What the campaign identifiers were beside network and campaign, how they link to the order, "+
			"what the order and the shipment say in full and how the claim's chain stands can't be said: that takes the events.")
	}
	switch hash := e.Decision.Evidence.PolicyHash; {
	case e.pack != nil:
	case e.Pack != nil:
		out = append(out, fmt.Sprintf("The decision was made by the pack of hash %s. The pack at hand, %s %s, has hash %s: "+
			"what the route follows from and what would change it is said by the former only.", or(hash, "unknown"), clean(e.Pack.ID), clean(e.Pack.Version), e.Pack.Hash))
	default:
		out = append(out, fmt.Sprintf("The decision was made by the pack of hash %s, which is not at hand.", or(hash, "unknown")))
	}
	return append(out,
		"It repeats no click id, address, user agent or browser id: they are not kept.",
		"It says what the data says. Whether the data is true, it can't say.")
}

func since(d schemas.Date) string {
	if d == 0 {
		return ""
	}
	return " since " + d.String()
}

func timeOr(t schemas.Time, empty string) string {
	if t == 0 {
		return empty
	}
	return t.String()
}

func dateOr(d schemas.Date, empty string) string {
	if d == 0 {
		return empty
	}
	return d.String()
}

func money(v schemas.Decimal, currency string) string {
	if !v.Set {
		return "not stated"
	}
	return v.String() + " " + or(currency, "(currency not stated)")
}
