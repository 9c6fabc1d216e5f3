package policy

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/reason"
)

const (
	maxWeight        = 1000
	maxWeightPercent = 1000
	maxWindowDays    = 3650
	maxClockSkew     = 3600
)

func (c *compiler) settings() {
	p, f := c.pack, c.file
	p.AttributionDays = c.between("attribution.window_days", f.Attribution.WindowDays, 1, maxWindowDays)
	p.ClockSkew = c.between("attribution.clock_skew_seconds", f.Attribution.ClockSkew, 0, maxClockSkew)
	switch f.Attribution.LabelScope {
	case "attributed":
	case "all":
		p.AllClicks = true
	default:
		c.fault("attribution.label_scope", f.Attribution.LabelScope, "attributed or all")
	}
	p.builders = f.Builders.Platforms
	c.between("builders.weight_percent", f.Builders.WeightPercent, 100, maxWeightPercent)
	p.MaxScore = c.between("routes.max_score", f.Routes.MaxScore, 1, maxWeight*maxWeight)
	p.HardRoute = c.route("routes.hard", f.Routes.Hard)
	p.SoftRoute = c.route("routes.soft", f.Routes.Soft)
	p.IncompleteRoute = c.route("routes.incomplete", f.Routes.Incomplete)
	for i, t := range f.Routes.Scores {
		path := fmt.Sprintf("routes.scores[%d]", i)
		p.Thresholds = append(p.Thresholds, Threshold{
			AtLeast: c.between(path+".at_least", t.AtLeast, 1, p.MaxScore),
			Route:   c.route(path+".route", t.Route),
		})
	}
	slices.SortStableFunc(p.Thresholds, func(a, b Threshold) int { return int(a.AtLeast - b.AtLeast) })
	switch f.PreReviews.Orders {
	case "claims_preference":
		p.PreReviews = PreReviewClaims
	case "all":
		p.PreReviews = PreReviewAll
	case "none":
		p.PreReviews = PreReviewNone
	default:
		c.fault("pre_reviews.orders", f.PreReviews.Orders, "claims_preference, all or none")
	}
	p.PreReviewHighest = c.route("pre_reviews.highest_route", f.PreReviews.Highest)
}

func (c *compiler) between(path string, v, low, high int32) int32 {
	if v < low || v > high {
		c.fault(path, v, fmt.Sprintf("%d to %d", low, high))
	}
	return v
}

func (c *compiler) route(path, s string) schemas.Route {
	switch s {
	case "RELEASE":
		return schemas.RouteRelease
	case "DOCUMENT_REVIEW":
		return schemas.RouteDocumentReview
	case "HIGH_RISK_CONTROL":
		return schemas.RouteHighRisk
	}
	c.fault(path, s, "RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL")
	return schemas.RouteNone
}

func (c *compiler) rules() {
	if len(c.file.Rules) == 0 {
		c.fault("rules", 0, "at least one rule")
	}
	seen := make(map[string]bool)
	c.pack.Rules = make([]Rule, len(c.file.Rules))
	for i := range c.file.Rules {
		f := &c.file.Rules[i]
		path := fmt.Sprintf("rules[%d].", i)
		if key := fmt.Sprintf("%s/%d", f.ID, f.Version); f.ID == "" || seen[key] {
			c.fault(path+"id", f.ID, "a name that no other rule of the same version has")
		} else {
			seen[key] = true
		}
		c.rule(path, f, &c.pack.Rules[i])
	}
	for i := range c.pack.Rules {
		r := &c.pack.Rules[i]
		if r.Custom != nil {
			c.pack.addCustom(r)
			continue
		}
		c.pack.byCode[r.Code] = append(c.pack.byCode[r.Code], r)
	}
}

func (c *compiler) rule(path string, f *fileRule, r *Rule) {
	*r = Rule{ID: f.ID, Name: f.Code, Code: reason.Parse(f.Code), Source: f.Source, Confidence: f.Confidence}
	c.customRule(path, f, r)
	if r.Code == reason.None && !ownCode(f.Code) {
		c.fault(path+"code", f.Code, "a reason code, or one of the pack's own: CUSTOM_ and capital letters, digits, _")
	}
	r.Version = c.between(path+"version", f.Version, 1, 1<<30)
	r.From, r.To = c.period(path, "effective_from", f.From, "effective_to", f.To)
	if f.Source == "" {
		c.fault(path+"source", f.Source, "where the rule comes from")
	}
	if !slices.Contains([]string{"official", "reported", "vendor", "heuristic"}, f.Confidence) {
		c.fault(path+"source_confidence", f.Confidence, "official, reported, vendor or heuristic")
	}
	r.Weight = c.between(path+"weight", f.Weight, 0, maxWeight)
	r.BuilderWeight = r.Weight
	if f.Builders {
		r.BuilderWeight = r.Weight * c.file.Builders.WeightPercent / 100
	}
	switch f.Severity {
	case "hard":
		r.Severity = schemas.SeverityHard
	case "soft":
		r.Severity = schemas.SeveritySoft
	case "info":
		r.Severity = schemas.SeverityInfo
	default:
		c.fault(path+"severity", f.Severity, "hard, soft or info")
	}
	c.scope(path+"scope.", &f.Scope, r)
}

// scope compiles what a rule is limited to. An absent list limits nothing; an empty
// one would never hold and is refused.
func (c *compiler) scope(path string, f *fileScope, r *Rule) {
	if c.limits(path+"ports", f.Ports) {
		r.ports = make(map[string]bool)
		for i, name := range f.Ports {
			if group, ok := c.file.Ports.Groups[name]; ok {
				for _, port := range group {
					r.ports[port] = true
				}
			} else if len(name) == 4 && digits(name) {
				r.ports[name] = true
			} else {
				c.fault(fmt.Sprintf("%sports[%d]", path, i), name, "a group of ports.groups or a Schedule D code")
			}
		}
	}
	r.countries = c.scopeCountries(path+"countries", f.Countries)
	r.origins = c.scopeCountries(path+"origins", f.Origins)
	if c.limits(path+"channels", f.Channels) {
		r.channels = f.Channels
		for i, name := range f.Channels {
			if name != "B2B" && name != "B2C" {
				c.fault(fmt.Sprintf("%schannels[%d]", path, i), name, "B2B or B2C")
			}
		}
	}
	if c.limits(path+"platforms", f.Platforms) {
		r.platforms = f.Platforms
	}
}

// scopeCountries is the countries that a list names, nil where there is none.
func (c *compiler) scopeCountries(path string, list []string) *geo.Set {
	if !c.limits(path, list) {
		return nil
	}
	set := new(geo.Set)
	for i, name := range list {
		if country := geo.ParseCountry(name); country != 0 {
			set.Add(country)
		} else if region := c.pack.regions[name]; region != nil {
			set.Union(region)
		} else {
			c.fault(fmt.Sprintf("%s[%d]", path, i), name, "an alpha-2 code or a region of countries.regions")
		}
	}
	return set
}

func (c *compiler) limits(path string, list []string) bool {
	if list != nil && len(list) == 0 {
		c.fault(path, list, "one or more; leave it out where the rule is not limited")
	}
	return list != nil
}
