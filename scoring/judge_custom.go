package scoring

import (
	"github.com/clearlane/clearlane/scoring/custom"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeCustom evaluates the rules of the pack's own. One that asks for the shipment has
// nothing to say in a pre-review; one that depends on what is not known is an unknown.
func (s *Scorer) judgeCustom() {
	customs := s.pack.Customs()
	if len(customs) == 0 {
		return
	}
	s.custom = custom.Case{
		Order: s.c.Order, Shipment: s.c.Shipment, Click: s.click, Clicks: s.c.Clicks, Site: s.c.Site, Answers: s.c.Verifications,
		Facts: custom.Facts{Date: s.facts.Date, Port: s.facts.Port, Country: s.facts.Country.String(), Builder: s.builder},
	}
	for i := range customs {
		if rule := customs[i].InForce(&s.facts); rule != nil {
			s.judgeOwn(&customs[i], rule)
		}
	}
	s.custom = custom.Case{}
}

func (s *Scorer) judgeOwn(u *policy.Custom, rule *policy.Rule) {
	x := rule.Custom
	if x.AsksShipment && s.c.Shipment == nil {
		return
	}
	switch outcome, observed, why := x.Eval(&s.custom); outcome {
	case custom.Unknown:
		s.unknown(x.Field, s.text.Join(rule.ID, ": ", why))
	case custom.Match:
		if u.Ports && !s.portKnown && s.c.Shipment != nil {
			s.unknownPort()
		}
		s.add(rule, x.Field, reason.Show(observed), x.Expected)
	}
}
