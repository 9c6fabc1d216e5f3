package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/origin"
)

// judgeOrigin judges a USMCA claim. A finding whose rule is not in force, because
// of the date, the channel or the destination, is no reason and suspends nothing: a
// claim that nothing in force speaks against stands as ELIGIBLE. What is unknown and
// would have to be known leaves it PENDING; some questions it does not wait for, such as
// the site's integration.
func (s *Scorer) judgeOrigin() {
	claim := origin.Claim{
		Order: s.c.Order, Shipment: s.c.Shipment, Verifications: s.c.Verifications,
		Site: s.c.Site, Date: s.facts.Date, LowValue: s.pack.CertificationLowValue,
	}
	claim.Value, claim.ValueField, claim.ValueWhy = s.goodsValue()
	origin.Judge(&claim, &s.origin)
	r := &s.origin
	if !r.Claimed {
		return
	}
	status := schemas.PreferenceEligible
	if s.facts.Channel == "" {
		s.unknown("channel", "not stated")
		status = schemas.PreferencePending
	}
	if s.facts.Country == 0 {
		s.unknownCountry(s.c.destination())
		status = schemas.PreferencePending
	}
	for i := range r.Findings {
		x := &r.Findings[i]
		if s.find(x.Code, x.Field, x.Observed, x.Expected) {
			status = max(status, origin.Effect(x.Code))
		}
	}
	for i := range r.Unknowns {
		x := &r.Unknowns[i]
		if !s.inForce(x.Code) {
			continue
		}
		s.unknown(x.Field, x.Why)
		if !x.Rest {
			status = max(status, schemas.PreferencePending)
		}
	}
	s.out.PreferenceStatus = status
}

// goodsValue is what the goods are worth in USD; where that is not known it is not
// Set, and field and why say what lacks. An order's value stands for its goods only
// while there is no shipment.
func (s *Scorer) goodsValue() (v schemas.Decimal, field, why string) {
	field, currency := "declared_value", s.out.Dimensions.Currency
	if s.c.Shipment == nil {
		field = "value"
	}
	switch v = s.out.Dimensions.DeclaredValue; {
	case !v.Set:
		return v, field, "not stated"
	case currency == "":
		return schemas.Decimal{}, "currency", "not stated"
	case currency != "USD":
		return schemas.Decimal{}, field, "in another currency than USD"
	}
	return v, "", ""
}
