package explain

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/origin"
	"github.com/clearlane/clearlane/scoring/reason"
)

// claim is the chain that a USMCA claim hangs on: how it is claimed, the certification's
// elements, the e-Cert and the platform's answers, and the site's connection.
func (e *explainer) claim() Section {
	s := Section{Name: "claim", Title: "The origin claim, link by link"}
	c := e.Case
	if !origin.Claimed(c.Order, c.Shipment) {
		s.Lead = "No USMCA preference is claimed."
		return s
	}
	id := ""
	if c.Order != nil {
		p := &c.Order.Preference
		id = p.EcertID
		s.add("program", "Program, by the order", or(reason.Show(p.Program), "not stated"))
		s.add("spi", "Special program (SPI), by the order", or(p.SPI, "not stated"))
		certification(&s, &p.Certification)
	}
	if c.Shipment != nil {
		s.add("shipment_spi", "Special program (SPI), by the shipment", or(c.Shipment.SPI, "not stated"))
		if c.Shipment.EcertID != "" {
			id = c.Shipment.EcertID
		}
	}
	s.add("e_cert_id", "e-Cert ID", or(reason.Show(id), "none"))
	answers := 0
	for i := range c.Verifications {
		if v := &c.Verifications[i]; id != "" && v.EcertID == id {
			s.add("answer", "Answer of "+or(reason.Show(v.Platform), "the platform"), answer(v))
			answers++
		}
	}
	if answers > 1 {
		s.add("answer_taken", "Answer that counts", ecertWords(&e.verdict.Ecert))
	}
	if len(c.Verifications) == 0 {
		s.add("answer", "Answer of the platform", "none has come")
	}
	if c.Site == nil {
		s.add("site", "Site's connection to a platform", "the site is not registered")
	} else {
		in := &c.Site.OriginIntegration
		s.add("site", "Site's connection to a platform", fmt.Sprintf("%s%s, with %s", in.Status, since(in.Since), or(reason.Show(in.Platform), "no platform named")))
	}
	return s
}

// certification is the nine elements of USMCA Annex 5-A. Names of people and firms are not
// repeated.
func certification(s *Section, c *schemas.Certification) {
	if !c.Present {
		s.add("certification", "Certification of origin (Annex 5-A)", "none")
		return
	}
	there := func(v string) string {
		if v == "" {
			return "not stated"
		}
		return "stated"
	}
	blanket := "none"
	if c.BlanketFrom != 0 || c.BlanketTo != 0 {
		blanket = dateOr(c.BlanketFrom, "not stated") + " to " + dateOr(c.BlanketTo, "not stated")
	}
	for i, v := range [...]struct{ label, value string }{
		{"certifier's role", or(c.CertifierRole, "not stated")},
		{"certifier", there(c.Certifier)},
		{"exporter", there(c.Exporter)},
		{"producer", there(c.Producer)},
		{"importer", there(c.Importer)},
		{"goods and subheading", there(c.Description) + ", " + or(c.HS6, "no subheading")},
		{"origin criterion", or(c.OriginCriterion, "not stated")},
		{"blanket period", blanket},
		{"signed", dateOr(c.SignedAt, "not stated")},
	} {
		s.add(fmt.Sprintf("certification_element_%d", i+1), fmt.Sprintf("Element %d, %s", i+1, v.label), v.value)
	}
}

// ecertWords is the answer that a decision went by.
func ecertWords(c *schemas.Ecert) string {
	if c.Status == schemas.EcertUnknown {
		return "none has come"
	}
	text := fmt.Sprintf("%s, of %s", c.Status, or(reason.Show(c.Platform), "a platform not named"))
	if c.ValidTo != 0 {
		text += "; valid to " + c.ValidTo.String()
	}
	return text
}

func answer(v *schemas.EcertVerification) string {
	text := fmt.Sprintf("%s, answered %s", v.Status, timeOr(v.CheckedAt, "at no stated time"))
	if v.ValidFrom != 0 {
		text += "; valid from " + v.ValidFrom.String()
	}
	if v.ValidTo != 0 {
		text += "; valid to " + v.ValidTo.String()
	}
	if len(v.HS6) > 0 {
		text += "; for subheadings " + list(v.HS6, "")
	}
	if v.OriginCountry != "" {
		text += "; origin " + clean(v.OriginCountry)
	}
	return text
}
