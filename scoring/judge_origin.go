package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/origin"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeOrigin judges a USMCA claim. A finding whose rule is not in force, because
// of the date, the channel or the destination, is no reason and suspends nothing: a
// claim that nothing in force speaks against stands as ELIGIBLE. What is unknown and
// would have to be known leaves it PENDING; the site's integration would not, because
// the claim then goes by the rest.
func (s *Scorer) judgeOrigin() {
	origin.Judge(&origin.Claim{
		Order: s.c.Order, Shipment: s.c.Shipment, Verifications: s.c.Verifications,
		Site: s.c.Site, Date: s.facts.Date,
	}, &s.origin)
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
		if x.Code != reason.SiteNotIntegrated {
			status = max(status, schemas.PreferencePending)
		}
	}
	s.out.PreferenceStatus = status
}
