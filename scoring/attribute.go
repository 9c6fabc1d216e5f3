package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

const msPerDay = 24 * 60 * 60 * 1000

// attribute is the click that counts as the one that led to the order: the newest by
// event_time, then click_id, that is not after the order, but for what the clocks of two
// systems may differ by, and within the pack's window before it. Without an order it is the newest click. It is nil when there
// is none; that there was one outside these bounds does not make it one.
func (s *Scorer) attribute() *label.Features {
	var best *label.Features
	for i := range s.c.Clicks {
		f := &s.c.Clicks[i]
		if !s.attributable(f.EventTime) {
			continue
		}
		if best == nil || f.EventTime > best.EventTime ||
			f.EventTime == best.EventTime && f.ClickID > best.ClickID {
			best = f
		}
	}
	return best
}

func (s *Scorer) attributable(click schemas.Time) bool {
	o := s.c.Order
	if o == nil || o.EventTime == 0 {
		return true
	}
	return s.pack.Precedes(click, o.EventTime) && o.EventTime-click <= schemas.Time(s.pack.AttributionDays)*msPerDay
}
