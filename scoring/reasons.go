package scoring

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

func (s *Scorer) inForce(code reason.Code) bool { return s.pack.Rule(code, &s.facts) != nil }

// find makes a reason of a fact when a rule of its code is in force, and says
// whether one is. Several facts of one code and field are one reason: the one that
// sorts first, whichever was found first.
func (s *Scorer) find(code reason.Code, field, observed, expected string) bool {
	rule := s.pack.Rule(code, &s.facts)
	if s.facts.Origin == 0 && s.pack.AsksOrigin(code, &s.facts) {
		s.unknownCountry(s.c.origin())
	}
	if rule == nil {
		return false
	}
	if !s.portKnown && s.c.Shipment != nil && s.pack.AsksPort(code) {
		s.unknownPort()
	}
	s.add(rule, field, observed, expected)
	return true
}

// add makes a reason by a rule that is in force.
func (s *Scorer) add(rule *policy.Rule, field, observed, expected string) {
	for i := range s.out.Reasons {
		r := &s.out.Reasons[i]
		if r.Code == rule.Name && r.Field == field {
			if observed < r.Observed || observed == r.Observed && expected < r.Expected {
				r.Observed, r.Expected = observed, expected
			}
			return
		}
	}
	s.out.Reasons = append(s.out.Reasons, schemas.Reason{
		Code: rule.Name, Severity: rule.Severity, Weight: s.weight(rule),
		RuleID: rule.ID, RuleVersion: rule.Version, PackVersion: s.pack.Version,
		Field: field, Observed: observed, Expected: expected,
		Source: rule.Source, Confidence: rule.Confidence,
	})
}

func (s *Scorer) weight(r *policy.Rule) int32 {
	if s.builder {
		return r.BuilderWeight
	}
	return r.Weight
}

func (s *Scorer) unknown(field, why string) {
	s.out.Unknowns = append(s.out.Unknowns, schemas.Unknown{Field: field, Why: why})
}

// unknownPort notes that a rule differs by port and the port is not known: the rule
// for any port applies.
func (s *Scorer) unknownPort() {
	if s.c.Shipment.PortOfEntry == "" {
		s.unknown("port_of_entry", "not stated")
	} else {
		s.unknown("port_of_entry", "the policy pack has no Schedule D code for it")
	}
}

// RouteOf adds up the weights of reasons, cut off at the pack's greatest score, and gives
// the strictest route that the score, a hard or a soft reason leads to.
func RouteOf(pack *policy.Pack, reasons []schemas.Reason) (score int32, route schemas.Route) {
	route = schemas.RouteRelease
	for i := range reasons {
		r := &reasons[i]
		score = min(score+r.Weight, pack.MaxScore)
		switch r.Severity {
		case schemas.SeverityHard:
			route = max(route, pack.HardRoute)
		case schemas.SeveritySoft:
			route = max(route, pack.SoftRoute)
		}
	}
	return score, max(route, pack.RouteOf(score))
}

func (s *Scorer) route() (route schemas.Route) {
	s.out.Score, route = RouteOf(s.pack, s.out.Reasons)
	return route
}

// sortReasons orders by code, then field. The lists are short: inserting beats
// slices.SortFunc here and allocates nothing.
func sortReasons(rs []schemas.Reason) {
	for i := 1; i < len(rs); i++ {
		for j := i; j > 0 && lessReason(&rs[j], &rs[j-1]); j-- {
			rs[j], rs[j-1] = rs[j-1], rs[j]
		}
	}
}

func lessReason(a, b *schemas.Reason) bool {
	if c := strings.Compare(a.Code, b.Code); c != 0 {
		return c < 0
	}
	return a.Field < b.Field
}

// sortUnknowns orders by field, then why, and keeps one of each.
func sortUnknowns(us []schemas.Unknown) []schemas.Unknown {
	for i := 1; i < len(us); i++ {
		for j := i; j > 0 && lessUnknown(&us[j], &us[j-1]); j-- {
			us[j], us[j-1] = us[j-1], us[j]
		}
	}
	kept := us[:0]
	for i := range us {
		if len(kept) == 0 || kept[len(kept)-1] != us[i] {
			kept = append(kept, us[i])
		}
	}
	return kept
}

func lessUnknown(a, b *schemas.Unknown) bool {
	if a.Field != b.Field {
		return a.Field < b.Field
	}
	return a.Why < b.Why
}
