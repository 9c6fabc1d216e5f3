package gen

import (
	"slices"
	"strconv"

	"github.com/clearlane/clearlane/schemas"
)

// tooLate is by how many ms a click is stamped after its order, at least, that counts for
// nothing: clocks that differ by up to a minute are allowed for.
const tooLate = 60_001

// makeOrders makes the order in all its revisions. The newest one is built first: it
// is what the answers are about. An older one says something else, which must not count.
func (p *plan) makeOrders(r *rng) {
	quantity := int64(1 + r.n(4))
	if p.b2b {
		quantity = int64(10 + r.n(190))
	}
	unit := p.product.cents + int64(r.n(2000))
	o := schemas.Order{
		OrderKey: p.key, OrderID: "SO-" + p.key[4:13], Revision: 1, EventTime: schemas.Time(p.orderTime),
		SellerID: p.seller.id, SiteHost: p.seller.host, Platform: p.seller.platform, SellerCountry: p.seller.country,
		Channel: "B2C", BuyerRef: "buyer-" + r.text(hexes, 10), BillingCountry: p.destination, ShipToCountry: p.destination,
		Currency: "USD", Value: cents(quantity * unit),
		Items: []schemas.Item{{
			SKU: "SKU-" + r.text(digits, 6), HSCode: p.product.hs, Description: p.product.description,
			Quantity: schemas.Decimal{E4: quantity * 10_000, Set: true}, UnitValue: cents(unit), OriginCountry: p.origin,
		}},
	}
	if p.b2b {
		o.Channel = "B2B"
	}
	if r.perMille(150) {
		o.Currency = pick(r, otherCurrency)
	}
	if p.orderClaims || p.shipmentClaims {
		o.Preference = p.preference(r)
	}
	if p.shipmentClaims { // the order shows the certification and leaves the claim to the entry
		o.Preference.Program, o.Preference.SPI, o.Preference.EcertID = "", "", ""
	}
	if r.perMille(25) {
		o.Status, p.orderCancelled = schemas.StatusCancelled, true
		o.Revision = 2
	} else if r.perMille(100) {
		o.Revision = int64(2 + r.n(2))
	}
	for rev := int64(1); rev < o.Revision; rev++ {
		p.orders = append(p.orders, p.olderOrder(r, o, rev))
	}
	p.orders = append(p.orders, o)
}

// olderOrder is the order as it was in a revision before: placed earlier, another
// amount, another e-Cert ID.
func (p *plan) olderOrder(r *rng, o schemas.Order, rev int64) schemas.Order {
	o.Revision, o.Status = rev, schemas.StatusActive
	o.EventTime -= schemas.Time((4 - rev) * max(p.width/40, 4))
	o.Value = cents(o.Value.E4/100 + int64(100+r.n(900)))
	o.Items = slices.Clone(o.Items)
	o.Items[0].Quantity.E4 += 10_000
	if p.orderClaims && r.perMille(500) {
		o.Preference.EcertID = "CN-2024-" + r.text(digits, 10)
	}
	return o
}

// preference is a USMCA claim with a full certification (Annex 5-A).
func (p *plan) preference(r *rng) schemas.Preference {
	from := dayOf(p.orderTime) - 30 - schemas.Date(r.n(10))
	if p.earlyEntries() {
		from = firstEntry - 10 // twelve months from here cover all entry dates of the order
	}
	return schemas.Preference{
		Present: true, Program: "USMCA", SPI: []string{"S", "S+", ""}[r.n(3)], EcertID: p.ecertID,
		Certification: schemas.Certification{
			Present: true, CertifierRole: []string{"EXPORTER", "PRODUCER", "IMPORTER"}[r.n(3)],
			Certifier: "Compliance desk, " + p.seller.id, Exporter: p.seller.id + " Export",
			Producer: "Planta " + strconv.Itoa(1+r.n(40)) + ", " + p.origin, Importer: "Importer of record " + strconv.Itoa(100+r.n(900)),
			Description: p.product.description, HS6: hs6(p.product.hs), OriginCriterion: []string{"A", "B", "C", "D"}[r.n(4)],
			BlanketFrom: from, BlanketTo: from + 364, SignedAt: from,
		},
	}
}

// makeClicks makes the clicks of the order: the one that counts is the newest that is
// not after the order, and only that one carries what was planted. The others may be
// as false as they like.
func (p *plan) makeClicks(r *rng, hasOrder bool) {
	if r.perMille(50) {
		p.label, p.geoMismatch = labelNone, false
		if hasOrder && r.perMille(100) {
			p.addClick(r, p.orderTime+tooLate+r.between(0, p.width/5), true) // counts for nothing
		}
		return
	}
	if !hasOrder {
		p.label, p.geoMismatch = labelNone, false
	}
	count := 1 + r.weighted([]int{70, 22, 8})
	lead := 15_000 + r.between(0, 3_600_000)
	if r.perMille(250) {
		lead += r.between(0, 20*3_600_000)
	}
	at := p.orderTime - lead
	for i := range count {
		if i > 0 {
			at -= 60_000 + r.between(0, 10*3_600_000)
		}
		p.addClick(r, at, i > 0)
	}
	p.attributed = 0
	if hasOrder && r.perMille(60) {
		p.addClick(r, p.orderTime+tooLate+r.between(0, p.width/5), true)
	}
}

// addClick adds a click at a time. idle is true of one that counts for nothing.
func (p *plan) addClick(r *rng, at int64, idle bool) {
	p.clicks = append(p.clicks, schemas.AdClick{
		OrderKey: p.key, ClickID: "clk-" + r.text(hexes, 12), EventTime: schemas.Time(at),
	})
	c := &p.clicks[len(p.clicks)-1]
	label, geo := p.label, p.geoMismatch
	if idle {
		label, geo = labelNone, false
		if len(p.orders) > 0 && r.perMille(150) {
			label = labelCause(1 + r.n(int(numLabelCauses)-1))
			geo = r.perMille(500)
		}
	}
	net := network(r.weighted(networkWeights))
	switch {
	case label != labelNone:
		net = pick(r, labelNetworks[label])
	case geo:
		net = network(r.n(int(netTikTok) + 1))
	}
	p.ads = append(p.ads, advert{networkNames[net], makeClick(r, c, p.seller, net, label)})
	if net.paid() {
		c.TargetCountries = p.targets(r, geo)
	}
}

// targets are the countries that a click's campaign is aimed at.
func (p *plan) targets(r *rng, mismatch bool) []string {
	switch {
	case mismatch:
		return pick(r, awayFromUS)
	case r.perMille(50):
		return nil // not stated: unknown, which is no mismatch
	case p.usBound:
		return pick(r, usTargets)
	case slices.Contains(euCountries, p.destination) && r.perMille(500):
		return []string{"EU"}
	case r.perMille(500):
		return []string{p.destination}
	}
	return []string{"US", p.destination}
}
