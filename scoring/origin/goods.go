package origin

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/reason"
)

// goods compares the subheadings that the e-Cert covers with those of the goods:
// the shipment's hs_codes, else the order's items. Each of them must be covered,
// because the claim is for all.
func (r *Result) goods(c *Claim, v *schemas.EcertVerification) {
	if len(v.HS6) == 0 {
		r.unknown(reason.EcertHS6Mismatch, "ecert.hs6", "not stated")
		return
	}
	known, unclear := false, false
	check := func(field, code string) bool {
		hs, ok := hs6(code)
		if !ok {
			unclear = true
			return true
		}
		known = true
		if covers(v.HS6, hs) {
			return true
		}
		r.find(reason.EcertHS6Mismatch, field, r.text.Bytes(hs[:]), r.text.List("", v.HS6))
		return false
	}
	field := "hs_codes"
	if c.Shipment != nil && len(c.Shipment.HSCodes) > 0 {
		for _, code := range c.Shipment.HSCodes {
			if !check(field, code) {
				return
			}
		}
	} else if c.Order != nil {
		field = "items.hs_code"
		for i := range c.Order.Items {
			if !check(field, c.Order.Items[i].HSCode) {
				return
			}
		}
	}
	if unclear || !known {
		r.unknown(reason.EcertHS6Mismatch, field, "not stated")
	}
}

// country compares the e-Cert's origin with the shipment's, else with that of each
// of the order's items.
func (r *Result) country(c *Claim, v *schemas.EcertVerification) {
	want := geo.ParseCountry(v.OriginCountry)
	if want == 0 {
		r.unknown(reason.EcertOriginMismatch, "ecert.origin_country", "not stated")
		return
	}
	if c.Shipment != nil {
		if got := geo.ParseCountry(c.Shipment.OriginCountry); got != 0 {
			if got != want {
				r.find(reason.EcertOriginMismatch, "origin_country", got.String(), want.String())
			}
			return
		}
	}
	known := c.Order != nil && len(c.Order.Items) > 0
	if known {
		for i := range c.Order.Items {
			got := geo.ParseCountry(c.Order.Items[i].OriginCountry)
			if got != 0 && got != want {
				r.find(reason.EcertOriginMismatch, "items.origin_country", got.String(), want.String())
				return
			}
			known = known && got != 0
		}
	}
	if !known {
		r.unknown(reason.EcertOriginMismatch, "origin_country", "not stated")
	}
}

// hs6 is the first six digits of a tariff number, dots and blanks left out. ok is
// false for one that has fewer, or anything else in it.
func hs6(code string) (hs [6]byte, ok bool) {
	n := 0
	for i := range len(code) {
		switch ch := code[i]; {
		case ch >= '0' && ch <= '9':
			if n < len(hs) {
				hs[n] = ch
				n++
			}
		case ch == '.' || ch == ' ':
		default:
			return hs, false
		}
	}
	return hs, n == len(hs)
}

func covers(list []string, want [6]byte) bool {
	for _, code := range list {
		if hs, ok := hs6(code); ok && hs == want {
			return true
		}
	}
	return false
}
