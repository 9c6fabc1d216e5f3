package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/origin"
)

// judgeOrigin judges a USMCA claim. A finding whose rule is not in force, because
// of the date, the channel or the destination, is no reason and suspends nothing:
// the claim is then ELIGIBLE with a verified, valid, matching e-Cert, and PENDING
// without one.
func (s *Scorer) judgeOrigin() {
	origin.Judge(&origin.Claim{
		Order: s.c.Order, Shipment: s.c.Shipment, Verifications: s.c.Verifications,
		Site: s.c.Site, Date: s.facts.Date,
	}, &s.origin)
	r := &s.origin
	if !r.Claimed {
		return
	}
	if s.facts.Channel == "" {
		s.unknown("channel", "not stated")
	}
	if s.facts.Country == 0 {
		s.unknownCountry(s.c.destination())
	}
	status := schemas.PreferencePending
	if r.Verified {
		status = schemas.PreferenceEligible
	}
	for i := range r.Findings {
		x := &r.Findings[i]
		if s.find(x.Code, x.Field, x.Observed, x.Expected) {
			status = max(status, origin.Effect(x.Code))
		}
	}
	for i := range r.Unknowns {
		x := &r.Unknowns[i]
		if s.inForce(x.Code) {
			s.unknown(x.Field, x.Why)
		}
	}
	s.out.PreferenceStatus = status
}
