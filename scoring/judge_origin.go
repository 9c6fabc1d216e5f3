package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/entry"
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
		Site: s.c.Site, Date: s.facts.Date,
	}
	claim.Waived, claim.ValueField, claim.ValueWhy = s.lowValue()
	origin.Judge(&claim, &s.origin)
	r := &s.origin
	if !r.Claimed {
		return
	}
	s.out.Ecert = r.Ecert
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

// pending leaves a claim open where it is not judged.
func (s *Scorer) pending() {
	if !origin.Claimed(s.c.Order, s.c.Shipment) {
		return
	}
	s.out.PreferenceStatus = schemas.PreferencePending
	s.out.Ecert, _ = origin.EcertOf(s.c.Order, s.c.Shipment, s.c.Verifications)
}

// lowValue is true where the goods are worth no more than the pack's low value; where
// that is not known, field and why say what lacks. An order's value stands for its
// goods only while there is no shipment.
func (s *Scorer) lowValue() (low bool, field, why string) {
	limit := s.pack.CertificationLowValue
	if !limit.Set {
		return false, "", ""
	}
	value, currency := s.out.Dimensions.DeclaredValue, s.out.Dimensions.Currency
	if s.c.Shipment != nil {
		currency = s.c.Shipment.Currency // the order's is not known to be that of the declared value
	}
	if !value.Set || value.E4 < 0 {
		if s.c.Shipment == nil {
			return false, "value", "not stated"
		}
		return false, "declared_value", "not stated"
	}
	rate, why := entry.Rate(s.pack, currency, s.facts.Date)
	if why != "" {
		return false, "currency", why
	}
	return value.CompareAt(rate, limit) <= 0, "", ""
}
