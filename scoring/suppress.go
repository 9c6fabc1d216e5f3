package scoring

import "github.com/clearlane/clearlane/schemas"

// suppress takes the route of a shipment from a disposition that holds at the date of
// the case, where its reasons lead further than that. Reasons, score and preference
// stay what they are: they say why it was routed so, and what comes back when the
// disposition ends.
func (s *Scorer) suppress() {
	p := &s.pack.Dispositions
	if s.out.Route <= p.Route || s.c.Shipment == nil || len(s.c.Dispositions) == 0 {
		return
	}
	d := s.suppression()
	if d == nil || !p.Hard && s.hard() {
		return
	}
	s.out.Suppressed = schemas.Suppression{Code: d.Code, Until: d.Until, Route: s.out.Route}
	s.out.Route = p.Route
}

// suppression is the disposition in force, nil when there is none. Of those about the
// shipment that suppress or end a suppression the newest counts: one that suppresses
// holds until its last day, one that ends makes the reasons count again. A disposition
// is about the shipment, so it holds whichever version of the decision it was made
// about; versions depend on restarts, and a verdict may not. Of several at one instant
// the strictest counts: one that ends, then the one that ends first.
func (s *Scorer) suppression() *schemas.Disposition {
	var best *schemas.Disposition
	for i := range s.c.Dispositions {
		d := &s.c.Dispositions[i]
		if d.ShipmentID == s.c.Shipment.ShipmentID && s.counts(d) && (best == nil || s.outranks(d, best)) {
			best = d
		}
	}
	if best == nil || s.pack.Dispositions.Ends(best.Code) || s.facts.Date == 0 || s.facts.Date > best.Until {
		return nil
	}
	return best
}

// counts is true for a disposition that ends a suppression, and for one that
// suppresses, which only one with a last day does.
func (s *Scorer) counts(d *schemas.Disposition) bool {
	p := &s.pack.Dispositions
	return p.Ends(d.Code) || d.Until != 0 && p.Suppresses(d.Code)
}

func (s *Scorer) outranks(a, b *schemas.Disposition) bool {
	if a.EventTime != b.EventTime {
		return a.EventTime > b.EventTime
	}
	if ends := s.pack.Dispositions.Ends(a.Code); ends != s.pack.Dispositions.Ends(b.Code) {
		return ends
	}
	if a.Until != b.Until {
		return a.Until < b.Until
	}
	return a.Code < b.Code
}

func (s *Scorer) hard() bool {
	for i := range s.out.Reasons {
		if s.out.Reasons[i].Severity == schemas.SeverityHard {
			return true
		}
	}
	return false
}
