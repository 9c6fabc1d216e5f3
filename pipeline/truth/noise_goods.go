package truth

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// fairBrand sells goods of a watched brand at a fair price, or of its name in goods
// that it does not make.
func fairBrand(d *draft) bool {
	if d.spec.claim {
		return false // the goods of a claim are those of its certification
	}
	g := brandedGoods(d.r)
	if g.brand.Chapters != nil && d.r.perMille(300) {
		g.hs, g.what = "4911.10.0080", "Poster with the name of "+g.spelled
		d.sell(&g, 5)
		return true
	}
	d.sell(&g, d.r.between(65, 140))
	return true
}

func otherBrand(d *draft) bool {
	d.order.Items[0].Brand = pick(d.r, []string{"Lumenhome", "No brand", "Aurelia", "Peak", "Vane"})
	return true
}

// certVariant writes a certification as the text allows it: without what the certifier
// need not know, in another spelling.
func certVariant(d *draft) bool {
	if !d.spec.claim {
		return false
	}
	c := &d.order.Preference.Certification
	switch d.r.IntN(7) {
	case 0:
		c.CertifierRole, c.Exporter = "PRODUCER", ""
	case 1:
		c.CertifierRole, c.Producer = "EXPORTER", ""
	case 2:
		c.Importer = "" // of several importations
	case 3:
		c.BlanketFrom, c.BlanketTo = 0, 0 // of a single one
	case 4:
		c.HS6 = c.HS6[:4] + "." + c.HS6[4:]
	case 5:
		c.CertifierRole = strings.ToLower(c.CertifierRole)
	default:
		c.OriginCriterion = strings.ToLower(c.OriginCriterion)
	}
	c.SignedAt = min(c.SignedAt, dayOf(d.order.EventTime)-schemas.Date(d.r.IntN(5)))
	return true
}

func foreignCurrency(d *draft) bool {
	if d.spec.claim {
		return false // what a claim is worth decides what it has to show
	}
	d.order.Currency = pick(d.r, []string{"CNY", "EUR", "MXN"})
	d.ship.Currency = d.order.Currency
	return true
}

// severalItems adds lines of other goods to the order.
func severalItems(d *draft) bool {
	if d.spec.claim {
		return false
	}
	for range 1 + d.r.IntN(3) {
		p := pick(d.r, products)
		d.order.Items = append(d.order.Items, schemas.Item{
			SKU: "SKU-" + d.r.number(6), HSCode: p.hs, Description: p.description, Quantity: schemas.Decimal{E4: 10_000, Set: true},
			UnitValue: cents(p.cents), OriginCountry: d.spec.origin,
		})
		d.ship.HSCodes = append(d.ship.HSCodes, p.hs)
	}
	return true
}

// askedBefore has an earlier answer of the platform, which a newer one outdates.
func askedBefore(d *draft) bool {
	if len(d.certs) == 0 {
		return false
	}
	older := d.certs[0]
	older.Status = pick(d.r, []schemas.EcertStatus{schemas.EcertUnavailable, schemas.EcertNotFound, schemas.EcertVerified})
	older.CheckedAt -= schemas.Time(1 + d.r.IntN(3_600_000))
	d.certs = append(d.certs, older)
	return true
}
