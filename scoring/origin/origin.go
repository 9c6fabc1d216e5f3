// Package origin judges a USMCA preference claim: by what a verification platform
// answered about its e-Cert, by the site's integration, by the certification of
// origin that the order shows, and by the goods themselves.
//
// It finds facts; which of them are reasons, where and since when, is the policy
// pack's. It imports schemas, reason, geo and policy (for what a claim is).
//
// A claim goes through these states, each step at the date of the case, never now:
//
//	not claimed    neither order nor shipment claims (19 CFR 182.11(b))
//	eligible       an e-Cert stands for the certification, or the certification is
//	               whole and covers the goods, or none has to be shown
//	pending        an answer or a fact that it hangs on is not known
//	suspended      there is no valid certification, or goods and certification disagree
//
// e-Cert and certification are judged apart: "no e-Cert ID" and "no valid
// certification" are different reasons, because a certification needs no prescribed
// format (19 CFR 182.12(a)(1)). One holds for the other in one direction only: an
// e-Cert that is verified, valid at the date and known to cover the goods is the
// certification, transmitted electronically, so the copy in the order, or its absence,
// is not judged beside it.
//
// Sources: 19 CFR 182.11 to 182.14 and USMCA Annex 5-A (official); USMCA electronic
// origin certification guidelines updated 2026-06-26, in force 2026-06-27 (reported; no
// technical format was published, so an e-Cert ID is compared as it is).
package origin

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Claim is what is to be judged.
type Claim struct {
	Order         *schemas.Order    // nil: has not arrived
	Shipment      *schemas.Shipment // nil: a pre-review
	Verifications []schemas.EcertVerification
	Site          *schemas.SellerSite // nil: nothing is registered
	Date          schemas.Date        // of the case
	// Waived: the goods are known to be worth so little that no certification has to be
	// shown. Where that is not known, ValueField and ValueWhy say what lacks; they are
	// empty where it is.
	Waived               bool
	ValueField, ValueWhy string
}

// Result is what was found. Its slices are reused from call to call.
type Result struct {
	Claimed  bool
	Ecert    schemas.Ecert // that the claim rests on
	Findings []reason.Finding
	Unknowns []Unknown
	text     reason.Text
}

// Unknown is a question of a rule that could not be answered. It counts only where
// that rule is in force. With Rest the claim goes by the rest: it is not PENDING for
// that question.
type Unknown struct {
	Code  reason.Code
	Field string
	Why   string
	Rest  bool
}

// Claimed is true when the order or the shipment claims USMCA preference.
func Claimed(o *schemas.Order, s *schemas.Shipment) bool {
	return policy.ClaimsUSMCA(o) || s != nil && policy.IsUSMCASPI(s.SPI)
}

// Effect is the preference status that a reason of this code leads to at least.
func Effect(code reason.Code) schemas.PreferenceStatus {
	switch code {
	case reason.EcertPending, reason.EcertUnverifiable, reason.BlanketGT12M:
		return schemas.PreferencePending
	case reason.HS6Mismatch, reason.OriginNotUSCAMX, reason.SPIWithoutCert, reason.CertAfterClaim, reason.BlanketExpired:
		return schemas.PreferenceSuspended
	}
	if code >= reason.SiteNotIntegrated && code <= reason.EcertOriginMismatch ||
		code >= reason.CertMissing && code <= reason.CertElement9Missing {
		return schemas.PreferenceSuspended
	}
	return schemas.PreferenceNotClaimed
}

// Judge fills out with what is found about a claim; without one it finds nothing.
func Judge(c *Claim, out *Result) {
	*out = Result{Findings: out.Findings[:0], Unknowns: out.Unknowns[:0], text: out.text}
	out.text.Reset()
	if out.Claimed = Claimed(c.Order, c.Shipment); !out.Claimed {
		return
	}
	out.site(c)
	var answer *schemas.EcertVerification
	out.Ecert, answer = EcertOf(c.Order, c.Shipment, c.Verifications)
	ecert := ecertNone
	if out.Ecert.ID == "" {
		out.find(reason.EcertIDMissing, "e_cert_id", "none", "a verifiable e-Cert ID")
	} else {
		ecert = out.ecert(c, answer)
	}
	out.certification(c, ecert)
	out.territory(c)
	out.ordered(c)
}

// standing is what the e-Cert does for the claim.
type standing uint8

const (
	ecertNone   standing = iota // no ID is stated
	ecertOpen                   // what it says is not known, or not all of it
	ecertFails                  // it speaks against the claim
	ecertStands                 // verified, valid at the date, known to cover the goods
)

// ecert judges the claim's e-Cert and says what it does for the claim.
func (r *Result) ecert(c *Claim, v *schemas.EcertVerification) standing {
	findings, unknowns := len(r.Findings), len(r.Unknowns)
	r.answer(c, v)
	for i := range r.Findings[findings:] {
		if Effect(r.Findings[findings+i].Code) == schemas.PreferenceSuspended {
			return ecertFails
		}
	}
	if len(r.Findings) > findings || len(r.Unknowns) > unknowns {
		return ecertOpen
	}
	return ecertStands
}

// EcertOf is the e-Cert that a claim of an order and its shipment rests on: the shipment's,
// else the one the order's preference names, with the answer about it that counts. The
// zero value where none is stated; a nil answer where none has arrived.
func EcertOf(o *schemas.Order, s *schemas.Shipment, all []schemas.EcertVerification) (schemas.Ecert, *schemas.EcertVerification) {
	e := schemas.Ecert{}
	switch {
	case s != nil && s.EcertID != "":
		e.ID = s.EcertID
	case o != nil:
		e.ID = o.Preference.EcertID
	}
	if e.ID == "" {
		return e, nil
	}
	v := newest(all, e.ID)
	if v != nil {
		e.Platform, e.Status, e.ValidTo = v.Platform, v.Status, v.ValidTo
	}
	return e, v
}

// newest is the answer about id that was checked last, nil when there is none. Of
// answers of the same instant the one that says most against the claim counts, so that
// the order in which they are given does not.
func newest(all []schemas.EcertVerification, id string) *schemas.EcertVerification {
	var best *schemas.EcertVerification
	for i := range all {
		v := &all[i]
		if v.EcertID != id {
			continue
		}
		if best == nil || v.CheckedAt > best.CheckedAt ||
			v.CheckedAt == best.CheckedAt && v.Status.Against() > best.Status.Against() {
			best = v
		}
	}
	return best
}

// site judges the integration. One that began after the date of the case was not
// there yet.
func (r *Result) site(c *Claim) {
	const field, want = "site.origin_integration", "INTEGRATED"
	if c.Site == nil {
		r.rest(reason.SiteNotIntegrated, field, "the site is not registered")
		return
	}
	switch in := &c.Site.OriginIntegration; in.Status {
	case schemas.IntegrationNone:
		r.find(reason.SiteNotIntegrated, field, "NONE", want)
	case schemas.IntegrationPending:
		r.find(reason.SiteNotIntegrated, field, "PENDING", want)
	case schemas.Integrated:
		if in.Since > c.Date {
			r.find(reason.SiteNotIntegrated, field, r.text.Date("INTEGRATED since ", in.Since), r.text.Date("INTEGRATED by ", c.Date))
		}
	default:
		r.rest(reason.SiteNotIntegrated, field, "not stated")
	}
}

// answer judges what the platform said about the claim's e-Cert.
func (r *Result) answer(c *Claim, v *schemas.EcertVerification) {
	const field, want = "ecert.status", "VERIFIED"
	if v == nil {
		r.find(reason.EcertPending, field, "no answer yet", want)
		return
	}
	switch v.Status {
	case schemas.EcertVerified:
	case schemas.EcertExpired:
		// It may have expired after the date of the case: valid_to says, else the day on
		// which the platform said so, where that is no later.
		if v.ValidTo == 0 {
			if v.CheckedAt.Date() > c.Date {
				r.unknown(reason.EcertExpired, "ecert.valid_to", "not stated, and the platform said EXPIRED after the date of the case")
				return
			}
			r.find(reason.EcertExpired, field, "EXPIRED", want)
			return
		}
	case schemas.EcertInvalid:
		r.find(reason.EcertInvalid, field, "INVALID", want)
		return
	case schemas.EcertNotFound:
		r.find(reason.EcertInvalid, field, "NOT_FOUND", want)
		return
	case schemas.EcertRevoked:
		r.find(reason.EcertRevoked, field, "REVOKED", want)
		return
	case schemas.EcertUnavailable:
		r.find(reason.EcertUnverifiable, field, "UNAVAILABLE", want)
		return
	default:
		r.find(reason.EcertPending, field, "no answer yet", want)
		return
	}
	r.validity(c, v)
	r.goods(c, v)
	r.country(c, v)
}

func (r *Result) validity(c *Claim, v *schemas.EcertVerification) {
	if v.ValidTo != 0 && c.Date > v.ValidTo {
		r.find(reason.EcertExpired, "ecert.valid_to", r.text.Date("", v.ValidTo), r.text.Date("not before ", c.Date))
	}
	if v.ValidFrom != 0 && c.Date < v.ValidFrom {
		r.find(reason.EcertInvalid, "ecert.valid_from", r.text.Date("", v.ValidFrom), r.text.Date("not after ", c.Date))
	}
}

func (r *Result) find(code reason.Code, field, observed, expected string) {
	r.Findings = append(r.Findings, reason.Finding{Code: code, Field: field, Observed: observed, Expected: expected})
}

func (r *Result) unknown(code reason.Code, field, why string) {
	r.Unknowns = append(r.Unknowns, Unknown{Code: code, Field: field, Why: why})
}

// rest is an unknown that the claim does not wait for.
func (r *Result) rest(code reason.Code, field, why string) {
	r.Unknowns = append(r.Unknowns, Unknown{Code: code, Field: field, Why: why, Rest: true})
}
