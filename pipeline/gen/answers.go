package gen

import "github.com/clearlane/clearlane/schemas"

// answerAll writes the right answers beside the order: one of each shipment, and the
// pre-review when the order claims a preference.
func (p *plan) answerAll(hasOrder bool) {
	s := subject{
		usBound: p.usBound, b2b: p.b2b, hasOrder: hasOrder, hasClick: p.attributed >= 0,
		geoMismatch: p.geoMismatch, claim: p.claim, site: p.seller.site, hasID: p.ecertID != "",
		claimed: p.orderClaims || p.shipmentClaims,
	}
	if code := labelCodes[p.label]; code != "" {
		s.labels = []string{code}
	}
	click, ad := "", advert{}
	if p.attributed >= 0 {
		click, ad = p.clicks[p.attributed].ClickID, p.ads[p.attributed]
	}
	p.answers = make([]Answer, 0, len(p.shipments)+1)
	for i := range p.shipments {
		sh := &p.shipments[i]
		s.date, s.pilotPort = caseDate(sh), isPilot(sh.PortOfEntry)
		s.cancelled = p.orderCancelled || sh.Status == schemas.StatusCancelled
		a := Answer{
			OrderKey: p.key, ShipmentID: sh.ShipmentID, AttributedClick: click, AdNetwork: ad.network, Campaign: ad.campaign, Ecert: p.ecert(s.claimed && !s.cancelled),
			Port: portCode(sh.PortOfEntry), Currency: sh.Currency, DeclaredValue: sh.DeclaredValue, EventTime: sh.EventTime,
		}
		s.answer(&a)
		p.answers = append(p.answers, a)
	}
	if !hasOrder || !p.orderClaims {
		return
	}
	o := &p.orders[len(p.orders)-1]
	s.preReview, s.pilotPort, s.date, s.cancelled = true, false, dayOf(p.orderTime), p.orderCancelled
	a := Answer{OrderKey: p.key, AttributedClick: click, AdNetwork: ad.network, Campaign: ad.campaign, Ecert: p.ecert(!p.orderCancelled), Currency: o.Currency, DeclaredValue: o.Value, EventTime: o.EventTime}
	s.answer(&a)
	p.answers = append(p.answers, a)
}

// ecert is what a claim rests on, by the last answer.
func (p *plan) ecert(claimed bool) schemas.Ecert {
	if !claimed || p.ecertID == "" {
		return schemas.Ecert{}
	}
	e := schemas.Ecert{ID: p.ecertID}
	for i := range p.certs { // in the order of their answers
		if v := &p.certs[i]; v.EcertID == p.ecertID {
			e.Platform, e.Status, e.ValidTo = v.Platform, v.Status, v.ValidTo
		}
	}
	return e
}

// makeDispositions makes what officers did with the shipments: mostly with those in
// high-risk control. The version is a guess at what was published, because only the
// pipeline knows it.
func (p *plan) makeDispositions(r *rng) {
	for i := range p.shipments {
		a := &p.answers[i]
		if share := []int{4, 300}[b2i(a.Route == schemas.RouteHighRisk)]; !r.perMille(share) {
			continue
		}
		at := int64(a.EventTime) + 1 + r.between(p.width/20, p.width/6)
		p.disps = append(p.disps, schemas.Disposition{
			OrderKey: p.key, ShipmentID: a.ShipmentID, DecisionID: decisionID(p.key, a.ShipmentID), Version: uint64(a.EventTime),
			EventTime: schemas.Time(at), Code: pick(r, dispositionCodes), By: "officer-" + r.text(digits, 4), Note: "manifest review",
		})
		own := *r // numbers that the rest of the plan takes too: what it is stays as it was
		if own.perMille(300) {
			p.suppress(&own, &p.disps[len(p.disps)-1], a, caseDate(&p.shipments[i]))
		}
	}
}

// suppress makes a disposition one that lets the shipment go until a day, which may have
// passed on its date. Its answer goes to release while it holds; the reasons stay.
func (p *plan) suppress(r *rng, d *schemas.Disposition, a *Answer, date schemas.Date) {
	d.Code = []string{"RELEASED", "OVERRIDDEN"}[r.n(2)]
	d.Until = date - 4 + schemas.Date(r.n(30))
	if d.Until >= date {
		a.Route = schemas.RouteRelease
	}
}
