package truth

import "github.com/clearlane/clearlane/schemas"

// wantCertified wants a claim that a certification of origin has to stand for: worth
// more than 2,500 dollars (19 CFR 182.14), and without an e-Cert in its place.
func wantCertified(s *spec, r dice) {
	wantClaim(s, r)
	s.b2b, s.bulk = r.perMille(300), true
}

// certCauses are faults of the certification of origin (USMCA Annex 5-A, 19 CFR 182.12),
// and of goods that it does not fit.
var certCauses = []cause{
	{name: "no certification", family: ofOrigin, weight: 4, want: wantCertified, plant: certified("CERT_MISSING", func(d *draft, c *schemas.Certification) {
		*c = schemas.Certification{}
		d.order.Preference.SPI, d.ship.SPI = "", "" // claimed by its program
	})},
	{name: "claimed by SPI alone", family: ofOrigin, weight: 4, want: wantCertified, plant: func(d *draft) {
		d.withoutEcert(onShipment)
		d.order.Preference = schemas.Preference{}
		d.ship.SPI = pick(d.r, []string{"S", "S+"})
		d.suspend(onShipment, "SPI_WITHOUT_CERT")
	}},
	{name: "no role of the certifier", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_1_MISSING", func(d *draft, c *schemas.Certification) {
		c.CertifierRole = pick(d.r, []string{"", "BROKER", "AGENT"})
	})},
	{name: "no certifier", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_2_MISSING", func(d *draft, c *schemas.Certification) {
		c.Certifier = pick(d.r, []string{"", " "})
	})},
	{name: "no exporter", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_3_MISSING", func(_ *draft, c *schemas.Certification) {
		c.CertifierRole, c.Exporter, c.Producer = "IMPORTER", "", "Planta 7"
	})},
	{name: "no producer", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_4_MISSING", func(_ *draft, c *schemas.Certification) {
		c.CertifierRole, c.Exporter, c.Producer = "IMPORTER", "Export department", ""
	})},
	{name: "no importer of a single importation", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_5_MISSING", func(d *draft, c *schemas.Certification) {
		c.CertifierRole, c.Importer = pick(d.r, []string{"EXPORTER", "PRODUCER"}), ""
		c.BlanketFrom, c.BlanketTo = 0, 0
	})},
	{name: "no description or number of the goods", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_6_MISSING", func(d *draft, c *schemas.Certification) {
		switch d.r.IntN(3) {
		case 0:
			c.Description = ""
		case 1:
			c.HS6 = ""
		default:
			c.HS6 = c.HS6[:4]
		}
	})},
	{name: "no criterion", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_7_MISSING", func(d *draft, c *schemas.Certification) {
		c.OriginCriterion = pick(d.r, []string{"", "E", "WO"})
	})},
	{name: "half a blanket period", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_8_MISSING", func(d *draft, c *schemas.Certification) {
		c.BlanketFrom, c.BlanketTo = d.year()
		if d.r.perMille(500) {
			c.BlanketFrom = 0
		} else {
			c.BlanketTo = 0
		}
	})},
	{name: "not signed", family: ofOrigin, weight: 3, want: wantCertified, plant: certified("CERT_ELEMENT_9_MISSING", func(_ *draft, c *schemas.Certification) {
		c.SignedAt = 0
	})},
	{name: "blanket period over", family: ofOrigin, weight: 4, want: wantCertified, plant: certified("BLANKET_EXPIRED", func(d *draft, c *schemas.Certification) {
		c.BlanketTo = dayOf(d.order.EventTime) - 1 - schemas.Date(d.r.IntN(90))
		c.BlanketFrom = c.BlanketTo - schemas.Date(30+d.r.IntN(334))
		c.SignedAt = c.BlanketFrom
	})},
	{name: "blanket period of more than a year", family: ofOrigin, weight: 4, want: wantCertified, plant: func(d *draft) {
		d.withoutEcert(onBoth)
		c := &d.order.Preference.Certification
		c.BlanketFrom, _ = d.year()
		c.BlanketTo = c.BlanketFrom + schemas.Date(370+d.r.IntN(700))
		d.origin("BLANKET_GT_12M", schemas.PreferencePending) // its first year still holds
	}},
	{name: "certification for other goods", family: ofOrigin, weight: 4, want: wantCertified, plant: certified("HS6_MISMATCH", func(d *draft, c *schemas.Certification) {
		c.HS6 = pick(d.r, []string{"610910", "854231", "9018.90"})
	})},
	{name: "other goods shipped", family: ofOrigin, weight: 3, want: wantCertified, plant: func(d *draft) {
		d.withoutEcert(onBoth)
		d.ship.HSCodes = []string{pick(d.r, []string{"6109.10.0012", "8542.31.0001"})}
		d.suspend(onShipment, "HS6_MISMATCH")
	}},
	{name: "goods of a fourth country", family: ofOrigin, weight: 4, want: wantCertified, plant: func(d *draft) {
		d.withoutEcert(onBoth)
		from := pick(d.r, []string{"CN", "VN", "TR"})
		d.ship.OriginCountry, d.order.Items[0].OriginCountry = from, from
		d.suspend(onBoth, "ORIGIN_NOT_US_CA_MX")
	}},
	{name: "signed after the claim", family: ofOrigin, weight: 4, want: wantCertified, plant: func(d *draft) {
		d.withoutEcert(onBoth)
		c := &d.order.Preference.Certification
		c.SignedAt = d.caseDate() + 1 + schemas.Date(d.r.IntN(40))
		d.suspend(onShipment, "CERT_AFTER_CLAIM") // an order does not say when it is claimed for
	}},
}

// year is a blanket period that holds at all dates of the order.
func (d *draft) year() (from, to schemas.Date) {
	from = dayOf(d.order.EventTime) - 20 - schemas.Date(d.r.IntN(60))
	return from, from + 364
}

// certified is a claim whose certification is made wrong, with the code of it.
func certified(code string, spoil func(*draft, *schemas.Certification)) func(*draft) {
	return func(d *draft) {
		d.withoutEcert(onBoth)
		spoil(d, &d.order.Preference.Certification)
		d.suspend(onBoth, code)
	}
}

// withoutEcert takes the e-Cert away, which would stand for the certification. Of a B2B
// claim that is a fault of its own.
func (d *draft) withoutEcert(on subjects) {
	d.order.Preference.EcertID, d.ship.EcertID, d.certs = "", "", nil
	if d.spec.b2b {
		d.suspend(on, "ECERT_ID_MISSING")
	}
}

// suspend writes a code by which the claim is suspended.
func (d *draft) suspend(on subjects, code string) {
	d.planted = append(d.planted, planted{code, schemas.PreferenceSuspended, on})
}
