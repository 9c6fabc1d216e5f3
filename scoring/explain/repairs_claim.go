package explain

import (
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

func (d *draft) integrate() {
	if d.c.Site != nil {
		d.c.Site.OriginIntegration = schemas.OriginIntegration{Platform: d.c.Site.OriginIntegration.Platform, Status: schemas.Integrated}
	}
}

// withdrawClaim takes back what claims the preference, on the order and the shipment.
func (d *draft) withdrawClaim() {
	if d.c.Order != nil {
		d.c.Order.Preference = schemas.Preference{}
	}
	if d.c.Shipment != nil {
		d.c.Shipment.SPI, d.c.Shipment.EcertID = "", ""
	}
}

// ecertID is the claim's, one that is assumed where none is stated.
func (d *draft) ecertID() string {
	if d.c.Shipment != nil && d.c.Shipment.EcertID != "" {
		return d.c.Shipment.EcertID
	}
	if d.c.Order == nil {
		return ""
	}
	if d.c.Order.Preference.EcertID == "" {
		d.c.Order.Preference.EcertID = assumed
	}
	return d.c.Order.Preference.EcertID
}

// answer changes what was answered last about the claim's e-Cert.
func (d *draft) answer(change func(*schemas.EcertVerification)) {
	id := d.ecertID()
	if id == "" {
		return
	}
	v := schemas.EcertVerification{OrderKey: d.c.OrderKey, EcertID: id}
	for i := range d.c.Verifications {
		if x := &d.c.Verifications[i]; x.EcertID == id && x.CheckedAt >= v.CheckedAt {
			v = *x
		}
	}
	change(&v)
	rest := slices.DeleteFunc(d.c.Verifications, func(x schemas.EcertVerification) bool { return x.EcertID == id })
	d.c.Verifications = append(rest, v)
}

func (d *draft) verifiedEcert() {
	d.answer(func(v *schemas.EcertVerification) {
		v.Status, v.ValidFrom, v.ValidTo = schemas.EcertVerified, 0, 0
		v.HS6, v.OriginCountry = d.subheadings(), d.origin()
	})
}

func (d *draft) validEcert() {
	d.answer(func(v *schemas.EcertVerification) { v.Status, v.ValidFrom, v.ValidTo = schemas.EcertVerified, 0, 0 })
}

func (d *draft) coveringEcert() {
	d.answer(func(v *schemas.EcertVerification) { v.HS6 = d.subheadings() })
}

func (d *draft) originEcert() {
	d.answer(func(v *schemas.EcertVerification) { v.OriginCountry = d.origin() })
}

// subheadings are the first six digits of the goods' tariff numbers.
func (d *draft) subheadings() (out []string) {
	add := func(code string) {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, code)
		if len(digits) >= 6 {
			out = append(out, digits[:6])
		}
	}
	if d.c.Shipment != nil && len(d.c.Shipment.HSCodes) > 0 {
		for _, code := range d.c.Shipment.HSCodes {
			add(code)
		}
	} else if d.c.Order != nil {
		for i := range d.c.Order.Items {
			add(d.c.Order.Items[i].HSCode)
		}
	}
	return out
}

// origin is the goods' country of origin, as the shipment, else the first item has it.
func (d *draft) origin() string {
	if d.c.Shipment != nil && d.c.Shipment.OriginCountry != "" {
		return d.c.Shipment.OriginCountry
	}
	if d.c.Order != nil && len(d.c.Order.Items) > 0 {
		return d.c.Order.Items[0].OriginCountry
	}
	return ""
}
