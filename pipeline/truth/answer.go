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
	Causes           []string `json:"causes,omitempty"` // the names of what was planted
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
		Complete: d.hasClick, Causes: d.causes, Noise: d.noises,
	}
	if d.hasClick {
		a.AttributedClick = d.click.ClickID
	}
	if preReview {
		a.ShipmentID, pilot, date = "", false, dayOf(d.order.EventTime)
	}
	route := schemas.RouteRelease
	for _, name := range d.codes {
		c := codeOf(name)
		if date < c.from || preReview && c.shipmentOnly() {
			continue
		}
		switch {
		case c.effect == info:
			a.Info = append(a.Info, name)
			continue
		case (c.effect == hard || c.effect == byPort && pilot) && !preReview:
			route = schemas.RouteHighRisk
		default:
			route = max(route, schemas.RouteDocumentReview)
		}
		a.Reasons = append(a.Reasons, name)
	}
	slices.Sort(a.Reasons)
	a.Reasons = slices.Compact(a.Reasons)
	slices.Sort(a.Info)
	a.Info = slices.Compact(a.Info)
	a.Route, a.PreferenceStatus = route.String(), d.status().String()
	return a
}

// shipmentOnly is true of a code that an order alone can't have.
func (c *Code) shipmentOnly() bool {
	return len(c.Name) > 6 && c.Name[:6] == "ENTRY_"
}

// status is where the claim stands, by the e-Cert table.
func (d *draft) status() schemas.PreferenceStatus {
	if !d.spec.claim {
		return schemas.PreferenceNotClaimed
	}
	return max(d.standing, schemas.PreferenceEligible)
}
