package explain

import (
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

var repairsOfClaims = []repair{
	{"site-integrated", "a site connected to a verification platform since before the date", []reason.Code{reason.SiteNotIntegrated}, (*draft).integrate},
	{"ecert-verified", "a verified e-Cert that matches the goods", codesBetween(reason.EcertIDMissing, reason.EcertOriginMismatch), (*draft).verifiedEcert},
	{"ecert-valid", "an e-Cert valid at the date", []reason.Code{reason.EcertExpired}, (*draft).validEcert},
	{"ecert-covers", "an e-Cert that covers the goods' subheadings", []reason.Code{reason.EcertHS6Mismatch}, (*draft).coveringEcert},
	{"ecert-origin", "an e-Cert that names the goods' origin", []reason.Code{reason.EcertOriginMismatch}, (*draft).originEcert},
	{lastResort, "no claim of USMCA preference",
		slices.Concat(codesBetween(reason.SiteNotIntegrated, reason.EcertOriginMismatch), codesBetween(reason.CertMissing, reason.CertAfterClaim)), (*draft).withdrawClaim},

	{"goods-agree", "the same goods on order, shipment and certification", []reason.Code{reason.HS6Mismatch}, (*draft).sameGoods},
	{"certification-supplied", "a certification of origin with all its elements",
		slices.Concat([]reason.Code{reason.SPIWithoutCert}, codesBetween(reason.CertMissing, reason.CertElement9Missing)), (*draft).certify},
	{"element-1", "the certifier's role", []reason.Code{reason.CertElement1Missing}, element(1)},
	{"element-2", "the certifier", []reason.Code{reason.CertElement2Missing}, element(2)},
	{"element-3", "the exporter on the certification", []reason.Code{reason.CertElement3Missing}, element(3)},
	{"element-4", "the producer on the certification", []reason.Code{reason.CertElement4Missing}, element(4)},
	{"element-5", "the importer on the certification", []reason.Code{reason.CertElement5Missing}, element(5)},
	{"element-6", "the goods and their subheading on the certification", []reason.Code{reason.CertElement6Missing}, element(6)},
	{"element-7", "the origin criterion on the certification", []reason.Code{reason.CertElement7Missing}, element(7)},
	{"element-8", "a whole blanket period on the certification", []reason.Code{reason.CertElement8Missing}, element(8)},
	{"element-9", "the signature's date on the certification", []reason.Code{reason.CertElement9Missing}, element(9)},
	{"blanket-holds", "a blanket period of at most twelve months that holds at the date", []reason.Code{reason.BlanketExpired, reason.BlanketGT12M}, (*draft).blanket},
	{"certified-before", "a certification from before the claim", []reason.Code{reason.CertAfterClaim}, (*draft).certifyBefore},
}

// codesBetween is the codes from first to last: a family that stands together.
func codesBetween(first, last reason.Code) (codes []reason.Code) {
	for c := first; c <= last; c++ {
		codes = append(codes, c)
	}
	return codes
}

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
