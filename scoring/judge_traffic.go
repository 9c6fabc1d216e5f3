package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/reason"
)

// judgeTraffic looks at the time from the click to the order, and says what could not be
// known of the visit. That it was a robot's or came out of a hosting network was found
// when the click was taken in (judgeLabels makes reasons of it). A single visit proves
// nothing: these reasons never route.
func (s *Scorer) judgeTraffic() {
	fast, late := s.inForce(reason.TrafficTooFast), s.inForce(reason.TrafficTooLate)
	if fast || late {
		s.judgeTiming(fast, late)
	}
	robot, centre := s.inForce(reason.TrafficRobot), s.inForce(reason.TrafficDatacenter)
	paid := s.inForce(reason.LabelPaidWithoutClickID)
	for f := range s.clicks {
		if robot && !f.Notes.Has(label.NoteAgent) {
			s.unknown("user_agent", "not stated")
		}
		if centre && !f.Notes.Has(label.NoteNetworksAsked) {
			s.unknown("ip", "no database of networks was asked")
		} else if centre && !f.Notes.Has(label.NoteNetwork) {
			s.unknown("ip", "the database of networks does not know the address")
		}
		if paid && f.Notes.Has(label.NoteIDsStripped) {
			s.unknown("click_ids", "none beside a paid medium, as privacy tools leave it")
		}
	}
}

// judgeTiming finds an order that came too fast after the attributed click, or too late
// after the newest one before it. One too late is outside the attribution window, so it is
// looked for among all clicks.
func (s *Scorer) judgeTiming(fast, late bool) {
	if len(s.c.Clicks) == 0 {
		s.unknown("click", "none has arrived")
		return
	}
	o := s.c.Order
	if o == nil || o.EventTime == 0 {
		return
	}
	if fast && s.click != nil {
		after := o.EventTime - s.click.EventTime
		switch {
		case after < 0:
			// The two clocks differ by at least so much: what really lay between the click and
			// the order may be less than the bound or more.
			s.unknown("event_time", "the click is stamped after its order, so their clocks differ")
		case after <= schemas.Time(s.pack.Traffic.TooFastSeconds)*1000:
			s.find(reason.TrafficTooFast, "event_time", s.text.Count("the order came ", int(after/1000), " s after the click"),
				s.text.Count("more than ", int(s.pack.Traffic.TooFastSeconds), " s"))
		}
	}
	if !late {
		return
	}
	newest := schemas.Time(-1)
	for i := range s.c.Clicks {
		if t := s.c.Clicks[i].EventTime; s.pack.Precedes(t, o.EventTime) {
			newest = max(newest, t)
		}
	}
	after := o.EventTime - newest
	if newest >= 0 && after > schemas.Time(s.pack.Traffic.TooLateDays)*msPerDay {
		days := int((after + msPerDay - 1) / msPerDay) // begun
		s.find(reason.TrafficTooLate, "event_time", s.text.Count("the order came ", days, " days after the newest click before it"),
			s.text.Count("at most ", int(s.pack.Traffic.TooLateDays), " days"))
	}
}
