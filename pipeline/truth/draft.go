package truth

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// spec is what an order is drawn by. Causes narrow it before anything is made.
type spec struct {
	net          *network
	b2b, claim   bool
	listed       bool // at a seller whose labels are registered
	dated        bool // at one whose register says since when
	unlisted     bool // at one whose labels are not
	site         site // of a claim's seller
	dest, origin string
	hasClick     bool
	early        bool         // entered before the measures of 2026
	before       bool         // ordered in the summer of 2025, before all Section 321 exemptions were suspended
	bulk         bool         // worth more than 2,500 dollars
	lead         schemas.Time // from the click to the order, in ms; 0: some minutes to a day, and now and then by clocks that differ
	country      string       // of the click's address; empty: an address that no database knows
	targets      []string     // of the click's campaign; empty but not nil: not stated
}

// draft is one order in the making, with what must follow from it.
type draft struct {
	r     dice
	spec  spec
	all   []seller
	s     *seller
	visit visit

	click      schemas.AdClick // the one that counts
	hasClick   bool
	attributed bool              // the click is near enough to the order to count
	idle       []schemas.AdClick // that count for nothing
	order      schemas.Order
	ship       schemas.Shipment
	certs      []schemas.EcertVerification

	planted        []planted
	causes, noises []string
}

// planted is a code that must be found, and where a claim stands by it.
type planted struct {
	code     string
	standing schemas.PreferenceStatus
	on       subjects
}

// subjects are those that a code is planted on.
type subjects uint8

const (
	onBoth subjects = iota
	onShipment
	onPreReview
)

// drawSpec draws an honest order's.
func drawSpec(r dice) spec {
	s := spec{
		net:  weighted(r, networks, func(n *network) int { return n.weight }),
		b2b:  r.perMille(450),
		dest: "US", origin: pick(r, otherOrigins), hasClick: !r.perMille(30),
		site: siteIntegrated, listed: r.perMille(600),
	}
	s.claim = r.perMille(100)
	if s.b2b {
		s.claim = r.perMille(400)
	}
	if s.claim {
		s.origin = pick(r, usmcaOrigins)
		if r.perMille(100) {
			s.site = siteSilent
		}
	} else {
		if r.perMille(150) {
			s.dest = pick(r, abroad)
			if r.perMille(150) {
				s.dest = pick(r, []string{"PR", "GU", "VI"}) // territories
			}
		}
		s.early = r.perMille(30)
	}
	return s
}

// seat picks a seller that the spec can be of.
func (d *draft) seat() {
	for {
		s := &d.all[d.r.IntN(len(d.all))]
		if s.b2b != d.spec.b2b || d.spec.listed && !s.listed || d.spec.unlisted && s.listed || d.spec.dated && s.late == nil || d.spec.claim && d.spec.b2b && s.site != d.spec.site {
			continue
		}
		d.s = s
		return
	}
}

// honest makes the events of the spec, with nothing wrong about them.
func (d *draft) honest(n int, start schemas.Time) {
	r, s := d.r, &d.spec
	key := fmt.Sprintf("t-%07d-%s", n, r.text(hexes, 4))
	at := start + schemas.Time(n)*700 + schemas.Time(r.Int64N(20*dayMs))
	if s.before {
		at = schemas.Time(int64(day(2025, 6, 10))*dayMs + r.Int64N(50*dayMs))
	}
	p := pick(r, products)
	d.makeOrder(key, at, &p)
	d.makeShipment(&p)
	if s.claim {
		d.makeClaim(&p)
	}
	if d.hasClick = s.hasClick; d.hasClick {
		if s.lead == 0 {
			s.lead = 90_000 + schemas.Time(r.Int64N(20*3_600_000))
			if s.lead%64 == 0 {
				s.lead = -(s.lead % 60_000)
				d.noises = append(d.noises, "clock of the click ahead of the shop's")
			}
		}
		d.attributed = s.lead <= 90*dayMs
		d.makeClick(at - s.lead)
	}
}

func (d *draft) makeOrder(key string, at schemas.Time, p *product) {
	r, s := d.r, &d.spec
	quantity := int64(1 + r.IntN(4))
	d.order = schemas.Order{
		OrderKey: key, OrderID: "PO-" + key[2:9], Revision: 1, EventTime: at,
		SellerID: d.s.id, SiteHost: d.s.host, Platform: d.s.platform, SellerCountry: d.s.country,
		Channel: "B2C", BuyerRef: "buyer-" + r.text(hexes, 10), BillingCountry: s.dest, ShipToCountry: s.dest,
		Currency: "USD",
	}
	if s.b2b {
		d.order.Channel = "B2B"
		quantity = int64(20 + r.IntN(180))
	}
	if s.bulk {
		quantity = int64(300 + r.IntN(200))
	}
	unit := p.cents + int64(r.IntN(900))
	d.order.Value = cents(quantity * unit)
	d.order.Items = []schemas.Item{{
		SKU: "SKU-" + r.text(digits, 6), HSCode: p.hs, Description: p.description,
		Quantity: schemas.Decimal{E4: quantity * 10_000, Set: true}, UnitValue: cents(unit), OriginCountry: s.origin,
	}}
}

func (d *draft) makeShipment(p *product) {
	r, s, o := d.r, &d.spec, &d.order
	d.ship = schemas.Shipment{
		OrderKey: o.OrderKey, ShipmentID: "S" + o.OrderKey[1:9] + "-1", Revision: 1, EventTime: o.EventTime + schemas.Time(3_600_000+r.Int64N(3*dayMs)),
		OriginCountry: s.origin, DestinationCountry: s.dest,
		Carrier: pick(r, []string{"MATSON", "COSCO", "FEDEX", "UPS", "DHL"}), Mode: pick(r, []string{"OCEAN", "AIR"}),
		TrackingNumber: "1Z" + r.text(digits, 16), MasterBill: "MB" + r.number(9), HouseBill: "HB" + r.number(10),
		ConsigneeRef: "consignee-" + r.text(hexes, 8), Warehouse: schemas.False, DeMinimisClaim: schemas.False,
		Currency: "USD", DeclaredValue: o.Value, HSCodes: []string{p.hs}, Marketplace: "own site", ListedPrice: o.Items[0].UnitValue,
	}
	sh := &d.ship
	if s.dest != "US" && s.dest != "PR" {
		return // no entry of the United States
	}
	sh.EntryType = "01"
	sh.PortOfEntry = pick(r, otherPorts)
	if r.perMille(550) {
		sh.PortOfEntry = pick(r, pilotPorts)
	}
	sh.EntryDate = dayOf(sh.EventTime) + 1 + schemas.Date(r.IntN(20))
	if s.before {
		sh.EntryDate = min(sh.EntryDate, allSuspendedFrom-1)
	}
	if s.early {
		sh.EntryDate = pilotFrom - 1 - schemas.Date(r.IntN(12))
	}
	if r.perMille(60) && !s.early {
		sh.EntryDate = 0 // the shipment's event time is the date
	}
}

// caseDate is the date the shipment is judged at.
func (d *draft) caseDate() schemas.Date {
	if d.ship.EntryDate != 0 {
		return d.ship.EntryDate
	}
	return dayOf(d.ship.EventTime)
}

// isPilot is true of a port that belongs to the pilot.
func isPilot(port string) bool {
	for _, p := range pilotPorts {
		if p == port {
			return true
		}
	}
	return false
}
