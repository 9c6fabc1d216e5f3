package explain

import "github.com/clearlane/clearlane/schemas"

// certification is the order's, made where there is none.
func (d *draft) certification() *schemas.Certification {
	if d.c.Order == nil {
		return &schemas.Certification{}
	}
	d.c.Order.Preference.Certification.Present = true
	return &d.c.Order.Preference.Certification
}

// certify fills in what a certification lacks.
func (d *draft) certify() {
	for n := 1; n <= 9; n++ {
		element(n)(d)
	}
}

// element fills in the nth data element of Annex 5-A, where it is missing or holds what it
// may not.
func element(n int) func(*draft) {
	return func(d *draft) {
		c := d.certification()
		name := func(s *string) {
			if *s == "" {
				*s = assumed
			}
		}
		switch n {
		case 1:
			if c.CertifierRole != "IMPORTER" && c.CertifierRole != "EXPORTER" && c.CertifierRole != "PRODUCER" {
				c.CertifierRole = "PRODUCER"
			}
		case 2:
			name(&c.Certifier)
		case 3:
			name(&c.Exporter)
		case 4:
			name(&c.Producer)
		case 5:
			name(&c.Importer)
		case 6:
			name(&c.Description)
			if hs := d.subheadings(); len(hs) > 0 && c.HS6 == "" {
				c.HS6 = hs[0]
			}
		case 7:
			if len(c.OriginCriterion) != 1 || c.OriginCriterion[0] < 'A' || c.OriginCriterion[0] > 'D' {
				c.OriginCriterion = "B"
			}
		case 8:
			if c.BlanketFrom != 0 || c.BlanketTo != 0 {
				if c.BlanketFrom == 0 || c.BlanketTo == 0 || c.BlanketTo < c.BlanketFrom {
					d.blanket()
				}
			}
		case 9:
			if c.SignedAt == 0 {
				c.SignedAt = d.c.Date()
			}
		}
	}
}

// blanket makes a period that holds on the day of the case.
func (d *draft) blanket() {
	c := d.certification()
	c.BlanketFrom, c.BlanketTo = d.c.Date(), d.c.Date()
}

func (d *draft) certifyBefore() {
	c, date := d.certification(), d.c.Date()
	c.SignedAt, c.BlanketFrom = min(c.SignedAt, date), min(c.BlanketFrom, date)
}

// sameGoods takes the order's goods for those that are shipped and certified.
func (d *draft) sameGoods() {
	if d.c.Order == nil {
		return
	}
	if d.c.Shipment != nil {
		var codes []string
		for i := range d.c.Order.Items {
			if hs := d.c.Order.Items[i].HSCode; hs != "" {
				codes = append(codes, hs)
			}
		}
		if len(codes) > 0 {
			d.c.Shipment.HSCodes = codes
		}
	}
	if c := &d.c.Order.Preference.Certification; c.Present {
		if hs := d.subheadings(); len(hs) > 0 {
			c.HS6 = hs[0]
		}
	}
}
