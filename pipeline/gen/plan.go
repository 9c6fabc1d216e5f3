package gen

import (
	"strconv"

	"github.com/clearlane/clearlane/schemas"
)

// What a source of numbers is for: entities of one sort never share one.
const (
	saltSeller = 1 + iota
	saltOrder
	saltBad
)

// plan is one order with all its records and their right answers: a function of the
// options and the order's number.
type plan struct {
	n           int
	key         string
	seller      *seller
	clicks      []schemas.AdClick
	ads         []advert // of the clicks
	orders      []schemas.Order
	shipments   []schemas.Shipment
	certs       []schemas.EcertVerification
	disps       []schemas.Disposition
	bad         []badRecord
	sends       []send
	answers     []Answer
	base, width int64 // Unix ms; ms

	// The causes.
	b2b, usBound   bool
	orderClaims    bool // the order claims USMCA
	shipmentClaims bool // only its shipments do, by their SPI
	claim          claimCause
	ecertID        string
	label          labelCause
	geoMismatch    bool
	forcePilot     bool // all shipments enter at a pilot port, at a date in force
	orderCancelled bool
	orderTime      int64
	product        *product
	origin         string
	destination    string
	attributed     int // index of the click that counts, -1 for none
}

var claimWeights = [numClaimCauses]int{
	claimVerified: 520, claimVerifiedAfterUnavailable: 60, claimIDMissing: 80, claimNoAnswer: 70,
	claimOtherIDAnswered: 10, claimUnavailable: 50, claimInvalid: 40, claimNotFound: 30, claimRevoked: 20,
	claimRevokedAfterVerified: 20, claimExpiredStatus: 20, claimExpiredAtDate: 30, claimHS6Differs: 30, claimOriginDiffers: 20,
}

// advert is what led to a click.
type advert struct{ network, campaign string }

// makePlan makes the order with a number.
func (w *world) makePlan(n int) *plan {
	r := newRNG(w.o.Seed, saltOrder, uint64(n))
	p := &plan{n: n, base: w.o.base(n), width: w.o.spread(), attributed: -1}
	p.key = orderKey(&r, w.o.First+n)
	p.drawCauses(w, &r)
	p.orderTime = p.at(&r, 200, 400)
	hasOrder := !r.perMille(15)
	if hasOrder {
		p.makeOrders(&r)
	}
	p.makeClicks(&r, hasOrder)
	p.makeShipments(&r, hasOrder)
	if hasOrder && (p.orderClaims || p.shipmentClaims) {
		p.makeCerts(&r)
	}
	p.answerAll(hasOrder)
	p.makeDispositions(&r)
	p.makeBad(w)
	p.schedule(&r)
	return p
}

func orderKey(r *rng, n int) string {
	var buf [32]byte
	b := append(buf[:0], "ord-"...)
	s := strconv.Itoa(n)
	for range 9 - len(s) {
		b = append(b, '0')
	}
	b = append(b, s...)
	b = append(b, '-')
	return string(r.chars(b, hexes, 4))
}

// drawCauses decides what is wrong with the order, and picks a seller that it can
// be wrong with.
func (p *plan) drawCauses(w *world, r *rng) {
	p.b2b = r.perMille(450)
	p.orderClaims = r.perMille([]int{40, 500}[b2i(p.b2b)])
	p.shipmentClaims = p.b2b && !p.orderClaims && r.perMille(40)
	claims := p.orderClaims || p.shipmentClaims
	p.usBound = claims || !r.perMille(150)
	if claims && p.b2b {
		p.claim = claimCause(r.weighted(claimWeights[:]))
	}
	if r.perMille(60) {
		p.label = labelCause(1 + r.n(int(numLabelCauses)-1))
	}
	p.geoMismatch = p.usBound && r.perMille(35)
	if labelCodes[p.label] != "" && r.perMille(80) {
		p.geoMismatch = p.usBound // two causes on one order
	}
	want := func(s *seller) bool {
		return s.b2b == p.b2b && (s.listed || !p.label.needsList())
	}
	for p.seller == nil || !want(p.seller) {
		p.seller = &w.sellers[r.n(numSellers)]
	}
	if claims && (p.seller.site == siteNone || p.seller.site == sitePending) {
		p.forcePilot = true // "with another hard reason" is certain only where both are hard
	}
	p.product = &products[r.n(len(products))]
	p.origin = pick(r, otherOrigins)
	if claims {
		p.origin = pick(r, usmcaOrigins)
		if p.claim != claimIDMissing {
			p.ecertID = "CN-" + strconv.Itoa(2026) + "-" + r.text(digits, 10)
		}
	}
	p.destination = "US"
	if !p.usBound {
		p.destination = pick(r, euCountries)
		if r.perMille(300) {
			p.destination = pick(r, otherAbroad)
		}
	}
}

// at is a time between two thousandths of the order's sending window.
func (p *plan) at(r *rng, from, to int64) int64 {
	return p.base + r.between(p.width*from/1000, p.width*to/1000)
}

// hs6 is the first six digits of a product's number.
func hs6(hs string) string { return hs[:4] + hs[5:7] }

// makeCerts makes the platform's answers about the claim.
func (p *plan) makeCerts(r *rng) {
	if p.ecertID == "" {
		return
	}
	first := p.orderTime + 1 + r.between(0, p.width/4)
	second := first + 1 + p.width/20 + r.between(0, p.width/20)
	add := func(status schemas.EcertStatus, at int64) *schemas.EcertVerification {
		p.certs = append(p.certs, schemas.EcertVerification{
			OrderKey: p.key, EcertID: p.ecertID, Platform: "CROSSNET", Status: status, CheckedAt: schemas.Time(at),
		})
		v := &p.certs[len(p.certs)-1]
		if status == schemas.EcertUnavailable || status == schemas.EcertNotFound {
			return v
		}
		v.ValidFrom, v.ValidTo = p.firstDate()-90, max(p.lastDate(), dayOf(p.orderTime))+60+schemas.Date(r.n(200))
		v.HS6, v.OriginCountry = []string{hs6(p.product.hs)}, p.origin
		if r.perMille(300) {
			v.HS6 = append(v.HS6, hs6(products[r.n(len(products))].hs))
		}
		return v
	}
	switch p.claim {
	case claimVerified:
		add(schemas.EcertVerified, first)
	case claimVerifiedAfterUnavailable:
		add(schemas.EcertUnavailable, first)
		add(schemas.EcertVerified, second)
	case claimOtherIDAnswered:
		add(schemas.EcertVerified, first).EcertID = "CN-2025-" + r.text(digits, 10)
	case claimUnavailable:
		add(schemas.EcertUnavailable, first)
	case claimInvalid:
		add(schemas.EcertInvalid, first)
	case claimNotFound:
		add(schemas.EcertNotFound, first)
	case claimRevoked:
		add(schemas.EcertRevoked, first)
	case claimRevokedAfterVerified:
		add(schemas.EcertVerified, first)
		add(schemas.EcertRevoked, second)
	case claimExpiredStatus:
		v := add(schemas.EcertExpired, first)
		v.ValidTo = p.firstDate() - 1 - schemas.Date(r.n(30))
	case claimExpiredAtDate:
		v := add(schemas.EcertVerified, first)
		v.ValidTo = p.firstDate() - 1 - schemas.Date(r.n(30))
	case claimHS6Differs:
		add(schemas.EcertVerified, first).HS6 = []string{"610910", "847180"}[b2i(p.product.hs[:4] == "6109"):][:1]
	case claimOriginDiffers:
		add(schemas.EcertVerified, first).OriginCountry = map[string]string{"MX": "CA", "CA": "MX"}[p.origin]
	}
}

// firstDate and lastDate bound the dates that the order's subjects are judged at.
func (p *plan) firstDate() schemas.Date {
	d := dayOf(p.orderTime)
	for i := range p.shipments {
		d = min(d, caseDate(&p.shipments[i]))
	}
	return d
}

func (p *plan) lastDate() schemas.Date {
	var d schemas.Date
	for i := range p.shipments {
		d = max(d, caseDate(&p.shipments[i]))
	}
	return d
}

// caseDate is the date a shipment is judged at.
func caseDate(s *schemas.Shipment) schemas.Date {
	if s.EntryDate != 0 {
		return s.EntryDate
	}
	return dayOf(int64(s.EventTime))
}
