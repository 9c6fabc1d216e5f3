package origin

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// certification judges the certification of origin that the order shows. One is
// needed for every claim, in whatever form (19 CFR 182.12), except for goods worth no
// more than the pack's low value (19 CFR 182.14(a)(2)): one that need not be shown is
// not judged either. Importations that are split to stay below it are for CBP to say
// (19 CFR 182.14(b)).
func (r *Result) certification(c *Claim, ecert standing) {
	if ecert == ecertStands || c.Waived {
		return
	}
	if c.Order == nil || !c.Order.Preference.Certification.Present {
		r.noCertification(c, ecert)
		return
	}
	cert := &c.Order.Preference.Certification
	r.elements(cert)
	r.period(c, cert)
	r.signature(c, cert)
	r.covers(c, cert)
}

// noCertification finds a claim behind which nothing stands. Of the two codes one is
// given: SPI_WITHOUT_CERT where the entry claims and no e-Cert is named either.
func (r *Result) noCertification(c *Claim, ecert standing) {
	const field = "preference.certification"
	code, expected := reason.CertMissing, "a certification of origin"
	if ecert == ecertNone && c.Shipment != nil && policy.IsUSMCASPI(c.Shipment.SPI) {
		code, expected = reason.SPIWithoutCert, "a certification of origin or an e-Cert ID"
	}
	switch {
	case c.ValueWhy != "":
		r.unknown(code, c.ValueField, c.ValueWhy)
	case ecert == ecertOpen:
		r.unknown(code, field, "none, and what the e-Cert says is not known yet")
	case code == reason.SPIWithoutCert:
		r.find(code, field, r.text.Join("none, spi ", c.Shipment.SPI), expected)
	default:
		r.find(code, field, "none", expected)
	}
}

// elements judges the nine data elements, numbered as in USMCA Annex 5-A and in
// 19 CFR 182.12(a)(4)(i) to (ix):
//
//	1  certifier_role                is IMPORTER, EXPORTER or PRODUCER
//	2  certifier
//	3  exporter                      if different from the certifier; a producer who
//	                                 certifies need not know it
//	4  producer                      if different from the certifier or the exporter
//	5  importer                      if known
//	6  description and hs6           six digits
//	7  origin_criterion              A, B, C or D, the paragraph of Article 4.2
//	8  blanket_from and blanket_to   both or, for a single importation, neither
//	9  signed_at                     signature and date
//
// Where the text lets an element be left out for a reason that an event can't state,
// its absence is unknown, and the claim goes by the rest.
func (r *Result) elements(e *schemas.Certification) {
	importer, exporter, producer := isRole(e.CertifierRole, "IMPORTER"), isRole(e.CertifierRole, "EXPORTER"), isRole(e.CertifierRole, "PRODUCER")
	if !importer && !exporter && !producer {
		r.element(1, "certification.certifier_role", e.CertifierRole, "IMPORTER, EXPORTER or PRODUCER")
	}
	if blank(e.Certifier) {
		r.element(2, "certification.certifier", "", "who certifies")
	}
	switch {
	case !blank(e.Exporter) || exporter:
	case importer:
		r.element(3, "certification.exporter", "", "the exporter, since an importer certifies")
	case producer:
		r.rest(reason.CertElement3Missing, "certification.exporter", "not stated: a producer who certifies need not know it")
	default:
		r.rest(reason.CertElement3Missing, "certification.exporter", "not stated, and the certifier's role is not known")
	}
	switch {
	case !blank(e.Producer) || producer:
	case importer:
		r.element(4, "certification.producer", "", "the producer, since an importer certifies")
	case exporter:
		r.rest(reason.CertElement4Missing, "certification.producer", "not stated: the exporter who certifies may be the producer")
	default:
		r.rest(reason.CertElement4Missing, "certification.producer", "not stated, and the certifier's role is not known")
	}
	switch {
	case !blank(e.Importer) || importer:
	case e.BlanketFrom != 0 || e.BlanketTo != 0:
		r.rest(reason.CertElement5Missing, "certification.importer", "not stated: a certification for several importations need not know it")
	case exporter || producer:
		r.element(5, "certification.importer", "", "the importer of this one importation")
	default:
		r.rest(reason.CertElement5Missing, "certification.importer", "not stated, and the certifier's role is not known")
	}
	r.subject(e)
}

// subject judges the elements that say what is certified, by which rule, for when.
func (r *Result) subject(e *schemas.Certification) {
	if blank(e.Description) {
		r.element(6, "certification.description", "", "a description of the goods")
	}
	if _, ok := hs6(e.HS6); !ok {
		r.element(6, "certification.hs6", e.HS6, "a tariff number of six digits")
	}
	if !criterion(e.OriginCriterion) {
		r.element(7, "certification.origin_criterion", e.OriginCriterion, "A, B, C or D")
	}
	switch {
	case (e.BlanketFrom == 0) != (e.BlanketTo == 0):
		field, other := "certification.blanket_from", "blanket_to"
		if e.BlanketTo == 0 {
			field, other = "certification.blanket_to", "blanket_from"
		}
		r.element(8, field, "", r.text.Join("a date, as ", other, " has one"))
	case e.BlanketTo < e.BlanketFrom:
		r.find(reason.CertElement8Missing, "certification.blanket_to",
			r.text.Date("", e.BlanketTo), r.text.Date("not before ", e.BlanketFrom))
	}
	if e.SignedAt == 0 {
		r.element(9, "certification.signed_at", "", "the day of the signature")
	}
}

// element finds the nth element missing, or holding what it may not.
func (r *Result) element(n int, field, observed, expected string) {
	shown := "none"
	if !blank(observed) {
		shown = reason.Show(observed)
	}
	r.find(reason.CertElement1Missing+reason.Code(n-1), field, shown, expected)
}

func isRole(s, role string) bool { return strings.EqualFold(strings.TrimSpace(s), role) }

// criterion is true for A to D, or the paragraph of Article 4.2 that each stands for.
func criterion(s string) bool {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "4.2("); ok {
		s = strings.TrimSuffix(rest, ")")
	}
	return len(s) == 1 && s[0]&^0x20 >= 'A' && s[0]&^0x20 <= 'D'
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
