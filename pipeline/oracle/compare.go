package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// Compare holds the outputs against the answers of the stream that was sent.
func (o *Outputs) Compare(opts gen.Options) (*Report, *gen.Totals) {
	r := &Report{}
	wrong, wrongPre, wrongHigh, known := 0, 0, 0, map[subject]bool{}
	total := gen.Expect(opts, func(a *gen.Answer) {
		if a.IsPreReview() {
			s, found := o.preReviews[a.OrderKey]
			if d := differs(a, &s, found); d != "" {
				wrongPre++
				r.fault("pre-review of order %s: %s", a.OrderKey, d)
			}
			return
		}
		k := subject{a.OrderKey, a.ShipmentID}
		known[k] = true
		s, found := o.decisions[k]
		if d := differs(a, &s, found); d != "" {
			wrong++
			r.fault("order %s, shipment %s: %s", a.OrderKey, a.ShipmentID, d)
		}
		if o.high[k] != (a.Route == schemas.RouteHighRisk) {
			wrongHigh++
			r.fault("order %s, shipment %s: on high-risk %t, the route is %s", a.OrderKey, a.ShipmentID, o.high[k], a.Route)
		}
	})
	unknown := 0
	for k := range o.decisions {
		if !known[k] {
			unknown++
			r.fault("order %s, shipment %s: decided, but no such shipment was sent", k.order, k.shipment)
		}
	}
	r.line("decisions", "shipments decided", total.Shipments, len(o.decisions))
	for _, route := range []schemas.Route{schemas.RouteRelease, schemas.RouteDocumentReview, schemas.RouteHighRisk} {
		r.line("decisions", route.String(), total.Routes[route], o.routes(route))
	}
	r.line("decisions", "wrong or missing", 0, wrong)
	r.line("decisions", "of unknown shipments", 0, unknown)
	r.line("decisions", "versions twice", 0, o.duplicates)
	r.line("decisions", "versions out of order", 0, o.disorders)
	r.line("decisions", "versions that do not follow the one before", 0, o.superseding)
	r.line("decisions", "subjects in two partitions", 0, o.strays)
	r.line("high-risk", "standing", total.HighRisk, len(o.high))
	r.line("high-risk", "wrong or missing", 0, wrongHigh)
	r.line("high-risk", "retractions of nothing", 0, o.unretracting)
	r.line("pre-reviews", "orders", total.PreReviews, len(o.preReviews))
	r.line("pre-reviews", "wrong or missing", 0, wrongPre)
	o.compareRollups(r, total)
	r.line("dead-letters", "records", total.Bad, sum(o.dead))
	r.line("dead-letters", "twice", 0, o.doubleDead)
	for _, field := range keys(total.DeadLetters, o.dead) {
		r.line("dead-letters", "naming "+field, total.DeadLetters[field], o.dead[field])
	}
	return r, total
}

// compareRollups compares every cell, times added up, and prints those that differ.
func (o *Outputs) compareRollups(r *Report, total *gen.Totals) {
	wrong := 0
	cells := maps.Clone(total.Cells)
	for k := range o.cells {
		if _, known := cells[k]; !known {
			cells[k] = gen.CellTotal{}
		}
	}
	want, got := 0, 0
	for k, w := range cells {
		g := o.cells[k]
		want, got = want+w.Count, got+g.Count
		if w != g {
			wrong++
			r.fault("roll-up port %s, %s, %s, %s: count %d and value %d, not %d and %d", k.Port, k.Route, k.Status, k.Currency, g.Count, g.ValueE4, w.Count, w.ValueE4)
		}
	}
	r.line("rollups", "decisions counted by route", want, got)
	r.line("rollups", "cells wrong in count or value", 0, wrong)
	for _, code := range slices.Sorted(maps.Keys(total.Reasons)) {
		r.line("rollups", code, total.Reasons[code], o.reasons[code])
	}
}

func differs(a *gen.Answer, s *standing, found bool) string {
	switch {
	case !found:
		return "no decision"
	case s.route != a.Route, s.status != a.PreferenceStatus, !slices.Equal(s.reasons, a.Reasons), s.complete != a.Complete, s.cancelled != a.Cancelled, s.click != a.AttributedClick:
		return fmt.Sprintf("%s %s [%s] complete %t cancelled %t click %q, not %s %s [%s] complete %t cancelled %t click %q",
			s.route, s.status, strings.Join(s.reasons, " "), s.complete, s.cancelled, s.click,
			a.Route, a.PreferenceStatus, strings.Join(a.Reasons, " "), a.Complete, a.Cancelled, a.AttributedClick)
	case s.network != a.AdNetwork, s.campaign != a.Campaign, s.ecert != a.Ecert:
		return fmt.Sprintf("network %q campaign %q e-Cert %v, not %q %q %v", s.network, s.campaign, s.ecert, a.AdNetwork, a.Campaign, a.Ecert)
	}
	return ""
}

func (o *Outputs) routes(route schemas.Route) (n int) {
	for _, s := range o.decisions {
		if s.route == route {
			n++
		}
	}
	return n
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func keys(a, b map[string]int) []string {
	all := maps.Clone(a)
	for k := range b {
		all[k] += 0
	}
	return slices.Sorted(maps.Keys(all))
}
