package truth

import (
	"strconv"

	"github.com/clearlane/clearlane/schemas"
)

// makeClaim states a USMCA claim with its certification, and of B2B a verified e-Cert.
func (d *draft) makeClaim(p *product) {
	r, o, sh := d.r, &d.order, &d.ship
	from, to := d.year()
	o.Preference = schemas.Preference{
		Present: true, Program: "USMCA", SPI: pick(r, []string{"S", "S+", ""}),
		Certification: schemas.Certification{
			Present: true, CertifierRole: pick(r, []string{"EXPORTER", "PRODUCER", "IMPORTER"}),
			Certifier: "Compliance desk, " + d.s.id, Exporter: d.s.id + " Export",
			Producer: "Planta " + strconv.Itoa(1+r.IntN(40)) + ", " + d.spec.origin, Importer: "Importer of record " + r.number(3),
			Description: p.description, HS6: hs6(p.hs), OriginCriterion: pick(r, []string{"A", "B", "C", "D"}),
			BlanketFrom: from, BlanketTo: to, SignedAt: from,
		},
	}
	if r.perMille(500) {
		sh.SPI = pick(r, []string{"S", "S+"})
	}
	if !d.spec.b2b {
		return
	}
	o.Preference.EcertID = "CN-2026-" + r.number(10)
	if r.perMille(600) {
		sh.EcertID = o.Preference.EcertID
	}
	d.certs = []schemas.EcertVerification{{
		OrderKey: o.OrderKey, EcertID: o.Preference.EcertID, Platform: "CROSSNET", Status: schemas.EcertVerified,
		CheckedAt: o.EventTime + schemas.Time(1+r.IntN(600_000)),
		ValidFrom: from, ValidTo: d.caseDate() + 30 + schemas.Date(r.IntN(200)), HS6: []string{hs6(p.hs)}, OriginCountry: d.spec.origin,
	}}
}
