package gen

import (
	"slices"
	"strconv"

	"github.com/clearlane/clearlane/schemas"
)

// makeShipments makes the shipments of the order in all their revisions, the newest
// of each in p.shipments at the place its answer has.
func (p *plan) makeShipments(r *rng, hasOrder bool) {
	count := r.weighted([]int{3, 80, 12, 5})
	if count == 0 && !hasOrder && len(p.clicks) == 0 {
		count = 1
	}
	if !hasOrder {
		p.shipmentClaims, p.orderClaims = false, false // without the order nobody can say that it is B2B
	}
	p.shipments = make([]schemas.Shipment, 0, count)
	for i := range count {
		p.shipments = append(p.shipments, p.shipment(r, i, count))
	}
}

func (p *plan) shipment(r *rng, i, count int) schemas.Shipment {
	at := p.orderTime + 1 + r.between(p.width/20, p.width/3)
	carrier := pick(r, carriers)
	s := schemas.Shipment{
		OrderKey: p.key, ShipmentID: "SHP-" + p.key[4:13] + "-" + strconv.Itoa(i+1), Revision: 1,
		EventTime: schemas.Time(at), OriginCountry: p.origin, DestinationCountry: p.destination,
		Carrier: carrier[0], Mode: carrier[1], TrackingNumber: "1Z" + r.text(digits, 16),
		MasterBill: carrier[0][:2] + r.text(digits, 9), HouseBill: "HB" + r.text(digits, 10),
		EntryType: "01", ConsigneeRef: "consignee-" + r.text(hexes, 8), Warehouse: schemas.False, DeMinimisClaim: schemas.False,
		Currency: "USD", HSCodes: []string{p.product.hs}, Marketplace: "own site",
	}
	value := (p.product.cents + int64(r.n(5000))) * int64(1+r.n(20))
	s.DeclaredValue = cents(value)
	s.ListedPrice = cents(p.product.cents + 500)
	if value < 250_000 && r.perMille(300) {
		s.EntryType = "11"
	}
	if r.perMille(150) {
		s.Currency = pick(r, otherCurrency)
	}
	p.entry(r, &s)
	if p.shipmentClaims || p.orderClaims && r.perMille(500) {
		s.SPI = []string{"S", "S+"}[r.n(2)]
	}
	if p.ecertID != "" && (p.shipmentClaims || r.perMille(600)) {
		s.EcertID = p.ecertID
	}
	switch {
	case r.perMille(20):
		s.Status, s.Revision = schemas.StatusCancelled, 2
	case r.perMille(120):
		s.Revision = int64(2 + r.n(2))
	}
	return s
}

// entry sets the port and the date that a shipment enters at.
func (p *plan) entry(r *rng, s *schemas.Shipment) {
	if !p.usBound {
		return // no entry of the United States
	}
	switch {
	case p.forcePilot || r.perMille(550):
		s.PortOfEntry = pick(r, pilotPorts)
	case r.perMille(980):
		s.PortOfEntry = pick(r, otherPorts)
	}
	early := p.earlyEntries() && !p.forcePilot && p.claim == claimVerified
	switch n := r.n(100); {
	case n < 4 && early:
		s.EntryDate = firstEntry + schemas.Date(r.n(int(pilotFrom-firstEntry)))
	case n < 10 && early:
		s.EntryDate = pilotFrom + schemas.Date(r.n(int(ecertFrom-pilotFrom)))
	case n < 15:
		// Not stated: the shipment's event time is the date.
	default:
		s.EntryDate = dayOf(int64(s.EventTime)) + 1 + schemas.Date(r.n(20))
	}
}

// firstEntry is the earliest entry date that is planted: shortly before the measures.
var firstEntry = day(2026, 5, 20)

// earlyEntries is true of orders placed at most ten months after firstEntry: some of
// their shipments entered before one measure or the other.
func (p *plan) earlyEntries() bool {
	d := dayOf(p.orderTime) - firstEntry
	return d >= 0 && d < 300
}

// olderShipment is the shipment as it was in a revision before: announced for another
// port, at another value.
func (p *plan) olderShipment(r *rng, s schemas.Shipment, rev int64) schemas.Shipment {
	s.Status = schemas.StatusActive
	s.EventTime -= schemas.Time((s.Revision - rev) * max(p.width/100, 2))
	s.Revision = rev
	s.DeclaredValue = cents(s.DeclaredValue.E4/100 + int64(1+r.n(900)))
	if p.usBound {
		s.PortOfEntry = pick(r, [][]string{otherPorts, pilotPorts}[r.n(2)])
	}
	return s
}

// isPilot is true of a port that the generator knows to be in the pilot.
func isPilot(port string) bool { return slices.Contains(pilotPorts, port) }

// portCode is what a port is counted under.
func portCode(port string) string {
	if code, ok := countedUnder[port]; ok {
		return code
	}
	return port
}
