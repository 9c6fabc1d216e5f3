package truth

import (
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// Answer is what must be decided about a subject: the form of a line of
// answers.ndjson. An answer without Codes of severity info (Info nil) says nothing
// about them.
type Answer struct {
	OrderKey         string   `json:"order_key"`
	ShipmentID       string   `json:"shipment_id"` // empty: the pre-review of the order
	Route            string   `json:"route"`
	PreferenceStatus string   `json:"preference_status"`
	Reasons          []string `json:"reasons"` // of severity hard and soft, sorted
	Info             []string `json:"info"`    // of severity info, sorted
	Complete         bool     `json:"complete"`
	AttributedClick  string   `json:"attributed_click"`
	Campaign         string   `json:"campaign,omitempty"` // of the attributed click, where one is stated well-formed and once; empty: not judged
	Unknowns         []string `json:"unknowns,omitempty"` // fields that must be among the unknowns
	Causes           []string `json:"causes,omitempty"`   // the names of what was planted
	Noise            []string `json:"noise,omitempty"`
}

// Clean is true of an answer without a code.
func (a *Answer) Clean() bool { return len(a.Reasons) == 0 && len(a.Info) == 0 }

// answer writes down what must follow from the codes that were planted, by the
// default routes.
func (d *draft) answer(preReview bool) Answer {
	date, pilot := d.caseDate(), isPilot(d.ship.PortOfEntry)
	a := Answer{
		OrderKey: d.order.OrderKey, ShipmentID: d.ship.ShipmentID, Reasons: []string{}, Info: []string{},
		Complete: d.attributed, Causes: d.causes, Noise: d.noises,
	}
	if d.attributed {
		a.AttributedClick, a.Campaign = d.click.ClickID, d.visit.campaign()
	}
	if preReview {
		a.ShipmentID, pilot, date = "", false, dayOf(d.order.EventTime)
	}
	route, status := schemas.RouteRelease, schemas.PreferenceNotClaimed
	if d.spec.claim {
		status = schemas.PreferenceEligible
	}
	for _, p := range d.planted {
		c := codeOf(p.code)
		if date < c.from || preReview && p.on == onShipment || !preReview && p.on == onPreReview {
			continue
		}
		status = max(status, p.standing)
		switch e := c.effectAt(date); {
		case e == info:
			a.Info = append(a.Info, c.Name)
			continue
		case (e == hard || e == byPort && pilot) && !preReview:
			route = schemas.RouteHighRisk
		default:
			route = max(route, schemas.RouteDocumentReview)
		}
		a.Reasons = append(a.Reasons, c.Name)
	}
	if date >= pilotFrom {
		a.Unknowns = d.unknowns()
	}
	slices.Sort(a.Reasons)
	a.Reasons = slices.Compact(a.Reasons)
	slices.Sort(a.Info)
	a.Info = slices.Compact(a.Info)
	a.Route, a.PreferenceStatus = route.String(), status.String()
	return a
}

// unknowns are the questions that the order's events leave open.
func (d *draft) unknowns() (fields []string) {
	switch {
	case !d.hasClick:
		return []string{"click"}
	case !d.attributed:
		return nil
	}
	if d.spec.net.paid && d.click.TargetCountries == nil {
		fields = append(fields, "target_countries")
	}
	if d.spec.claim && d.spec.b2b && d.spec.site == siteSilent {
		fields = append(fields, "site.origin_integration")
	}
	return fields
}
