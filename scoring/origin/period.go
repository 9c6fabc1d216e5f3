package origin

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// period judges the blanket period at the date of the case. It may be twelve months
// (19 CFR 182.12(a)(4)(viii)): to the same day of the next year, so that no way of
// counting its last day makes it too long. Of a longer one the first twelve months
// hold. One that begins after the claim is CERT_AFTER_CLAIM: nothing covered the
// claim when it was made.
func (r *Result) period(c *Claim, e *schemas.Certification) {
	end := e.BlanketTo
	if e.BlanketFrom != 0 {
		r.notAfterClaim(c, "certification.blanket_from", e.BlanketFrom)
		if last := e.BlanketFrom.NextYear(); end > last {
			r.find(reason.BlanketGT12M, "certification.blanket_to", r.text.Date("", end), r.text.Date("not after ", last))
			end = last
		}
		if end < e.BlanketFrom {
			return // no period, which element 8 says
		}
	}
	if end != 0 && c.Date > end {
		r.find(reason.BlanketExpired, "certification.blanket_to", r.text.Date("", end), r.text.Date("not before ", c.Date))
	}
}

// signature holds the day of the signature against the day of the claim: the importer
// has the certification when the claim is made (19 CFR 182.12(a)(3)).
func (r *Result) signature(c *Claim, e *schemas.Certification) {
	if e.SignedAt != 0 {
		r.notAfterClaim(c, "certification.signed_at", e.SignedAt)
	}
}

// notAfterClaim finds a day after that of the claim. An order alone does not say when
// its goods will be entered and claimed for.
func (r *Result) notAfterClaim(c *Claim, field string, day schemas.Date) {
	switch {
	case day <= c.Date:
	case c.Shipment == nil:
		r.rest(reason.CertAfterClaim, field, "after the order; when its goods will be entered is not known")
	default:
		r.find(reason.CertAfterClaim, field, r.text.Date("", day), r.text.Date("not after ", c.Date))
	}
}

// covers finds goods that the certification does not name: the shipment's hs_codes,
// else the order's items.
func (r *Result) covers(c *Claim, e *schemas.Certification) {
	want, ok := hs6(e.HS6)
	if !ok {
		return // which element 6 says
	}
	unclear, known := false, false
	differs := func(code string) bool {
		hs, ok := hs6(code)
		unclear, known = unclear || !ok, known || ok
		if !ok || hs == want {
			return false
		}
		r.find(reason.HS6Mismatch, "certification.hs6", r.text.Bytes(want[:]), r.text.Join("of the goods: ", r.text.Bytes(hs[:])))
		return true
	}
	field := "hs_codes"
	if c.Shipment != nil && len(c.Shipment.HSCodes) > 0 {
		for _, code := range c.Shipment.HSCodes {
			if differs(code) {
				return
			}
		}
	} else {
		field = "items.hs_code"
		for i := range c.Order.Items {
			if differs(c.Order.Items[i].HSCode) {
				return
			}
		}
	}
	if unclear || !known {
		r.unknown(reason.HS6Mismatch, field, "not stated")
	}
}
