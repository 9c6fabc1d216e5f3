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
			if !sameTerritory(got, want) {
				r.find(reason.EcertOriginMismatch, "origin_country", got.String(), want.String())
			}
			return
		}
	}
	known := c.Order != nil && len(c.Order.Items) > 0
	if known {
		for i := range c.Order.Items {
			got := geo.ParseCountry(c.Order.Items[i].OriginCountry)
			if got != 0 && !sameTerritory(got, want) {
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

// territory finds goods of another origin than the countries of the agreement. It is
// no proof against the claim, since a good may originate under the agreement's rules
// and be marked with another country, but it has to be explained.
func (r *Result) territory(c *Claim) {
	const want = "US, CA or MX"
	said := false
	if c.Shipment != nil {
		if got := geo.ParseCountry(c.Shipment.OriginCountry); got != 0 {
			if !member(got) {
				r.find(reason.OriginNotUSCAMX, "origin_country", got.String(), want)
				return
			}
			said = true // but an order none of whose goods are from there contradicts it
		}
	}
	var outside geo.Country
	inside, unclear := said && (c.Order == nil || len(c.Order.Items) == 0), false
	if c.Order != nil {
		for i := range c.Order.Items {
			switch got := geo.ParseCountry(c.Order.Items[i].OriginCountry); {
			case got == 0:
				unclear = true
			case member(got):
				inside = true
			case outside == 0 || got < outside:
				outside = got
			}
		}
	}
	switch {
	case outside != 0 && (!said || !inside && !unclear):
		r.find(reason.OriginNotUSCAMX, "items.origin_country", outside.String(), want)
	case !said && (unclear || !inside):
		r.unknown(reason.OriginNotUSCAMX, "origin_country", "not stated")
	}
}

// The customs territories of the agreement: the United States' includes Puerto Rico
// (USMCA Article 1.5), not its other islands.
var unitedStates, puertoRico, canada, mexico = geo.ParseCountry("US"), geo.ParseCountry("PR"), geo.ParseCountry("CA"), geo.ParseCountry("MX")

func member(c geo.Country) bool {
	return c == unitedStates || c == puertoRico || c == canada || c == mexico
}

// sameTerritory is true of one country, and of the two codes of the United States'
// customs territory: goods of Puerto Rico are goods of the United States.
func sameTerritory(a, b geo.Country) bool {
	return a == b || (a == unitedStates || a == puertoRico) && (b == unitedStates || b == puertoRico)
}

// ordered finds a subheading that is shipped and was not ordered.
func (r *Result) ordered(c *Claim) {
	if c.Shipment == nil || len(c.Shipment.HSCodes) == 0 || c.Order == nil {
		return
	}
	unclear := len(c.Order.Items) == 0
	for i := range c.Order.Items {
		_, ok := hs6(c.Order.Items[i].HSCode)
		unclear = unclear || !ok
	}
	for _, code := range c.Shipment.HSCodes {
		hs, ok := hs6(code)
		switch {
		case !ok:
			r.rest(reason.HS6Mismatch, "hs_codes", "fewer than six digits")
		case itemHas(c.Order.Items, hs):
		case unclear:
			r.rest(reason.HS6Mismatch, "items.hs_code", "not stated")
		default:
			r.find(reason.HS6Mismatch, "hs_codes", r.text.Bytes(hs[:]), "a subheading of the order's items")
		}
	}
}

func itemHas(items []schemas.Item, want [6]byte) bool {
	for i := range items {
		if hs, ok := hs6(items[i].HSCode); ok && hs == want {
			return true
		}
	}
	return false
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
