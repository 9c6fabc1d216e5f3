package scoring

import (
	"github.com/clearlane/clearlane/scoring/entry"
)

// judgeEntry judges how the shipment is entered. A fact whose rule is not in force,
// because of the date, the destination or the origin, is no reason.
func (s *Scorer) judgeEntry() {
	if s.c.Shipment == nil || s.pack.Entry == nil {
		return
	}
	r := &s.entry
	entry.Judge(&entry.Case{Order: s.c.Order, Shipment: s.c.Shipment, Date: s.facts.Date, Pack: s.pack}, r)
	s.out.DataCompleteness = r.Completeness
	if len(r.Findings) > 0 && s.facts.Country == 0 {
		s.unknownCountry(s.c.destination())
	}
	for i := range r.Findings {
		x := &r.Findings[i]
		s.find(x.Code, x.Field, x.Observed, x.Expected)
	}
	for i := range r.Unknowns {
		if x := &r.Unknowns[i]; s.inForce(x.Code) {
			s.unknown(x.Field, x.Why)
		}
	}
}
