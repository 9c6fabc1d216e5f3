package gen

import (
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// Answer is what must be decided about a subject once all its records are in.
type Answer struct {
	OrderKey         string
	ShipmentID       string // empty: the pre-review of the order
	Route            schemas.Route
	PreferenceStatus schemas.PreferenceStatus
	Reasons          []string // codes of the hard and soft reasons, sorted, each once
	Complete         bool     // the order and a click that counts are known
	Missing          []string // "order", "click"
	AttributedClick  string   // without the order: the newest click
	Cancelled        bool
	// What the subject is counted by.
	Port          string // in Schedule D where it is known, else as the sender states it
	Currency      string
	DeclaredValue schemas.Decimal
	AdNetwork     string // of the attributed click
	Campaign      string
	EventTime     schemas.Time
	Ecert         schemas.Ecert // that the claim rests on
}

// IsPreReview is true of the answer about an order's claim.
func (a *Answer) IsPreReview() bool { return a.ShipmentID == "" }

// The days from which on the measures are judged.
var (
	pilotFrom = day(2026, 6, 1)
	ecertFrom = day(2026, 6, 27)
)

// subject is what an answer is about, with what the planted causes need to be
// turned into it. date is the case's date.
type subject struct {
	date        schemas.Date
	usBound     bool
	pilotPort   bool
	claimed     bool
	b2b         bool
	hasOrder    bool
	hasClick    bool
	cancelled   bool
	preReview   bool
	labels      []string // codes planted on the click that counts
	geoMismatch bool     // the click that counts targets other countries than this one
	claim       claimCause
	hasID       bool // an e-Cert ID is stated with the subject
	site        siteState
}

// answer turns planted causes into the answer by the default routes. It reads
// no event: whoever scores the events has to find the causes there.
func (s *subject) answer(a *Answer) {
	a.Route, a.PreferenceStatus = schemas.RouteRelease, schemas.PreferenceNotClaimed
	a.Reasons, a.Missing = nil, nil
	if !s.hasOrder {
		a.Missing = append(a.Missing, "order")
	}
	if !s.hasClick {
		a.Missing = append(a.Missing, "click")
	}
	a.Complete = len(a.Missing) == 0
	a.Cancelled = s.cancelled
	if s.cancelled || !s.hasOrder {
		return
	}
	hard, soft := false, false
	if s.date >= pilotFrom && (len(s.labels) > 0 || s.geoMismatch) {
		a.Reasons = append(a.Reasons, s.labels...)
		if s.geoMismatch {
			a.Reasons = append(a.Reasons, "GEO_TARGET_MISMATCH")
		}
		hard, soft = s.pilotPort, !s.pilotPort
	}
	if s.claimed {
		h, f := s.origin(a)
		hard, soft = hard || h, soft || f
	}
	switch {
	case hard && !s.preReview:
		a.Route = schemas.RouteHighRisk
	case hard || soft:
		a.Route = schemas.RouteDocumentReview
	}
	slices.Sort(a.Reasons)
	a.Reasons = slices.Compact(a.Reasons)
}

// origin applies the e-Cert table to a claim and tells whether it gave a hard or a
// soft reason. A claim that the table does not cover stands: nothing speaks against it.
func (s *subject) origin(a *Answer) (hard, soft bool) {
	a.PreferenceStatus = schemas.PreferenceEligible
	if !s.usBound || !s.b2b || s.date < ecertFrom {
		return false, false
	}
	e := claimEffects[s.claim]
	if !s.hasID {
		e = claimEffect{"ECERT_ID_MISSING", schemas.PreferenceSuspended, true}
	}
	if e.code != "" {
		a.Reasons = append(a.Reasons, e.code)
		hard, soft = e.hard, !e.hard
	}
	a.PreferenceStatus = e.status
	if s.site == siteNone || s.site == sitePending {
		a.Reasons = append(a.Reasons, "SITE_NOT_INTEGRATED")
		a.PreferenceStatus = schemas.PreferenceSuspended
		soft = true
	}
	return hard, soft
}

// claimCause is what was planted about a claim's e-Cert.
type claimCause uint8

const (
	claimVerified claimCause = iota
	claimVerifiedAfterUnavailable
	claimIDMissing
	claimNoAnswer
	claimOtherIDAnswered // an answer exists, about another e-Cert ID
	claimUnavailable
	claimInvalid
	claimNotFound
	claimRevoked
	claimRevokedAfterVerified
	claimExpiredStatus
	claimExpiredAtDate
	claimHS6Differs
	claimOriginDiffers
	numClaimCauses
)

// claimEffect is a line of the e-Cert table.
type claimEffect struct {
	code   string
	status schemas.PreferenceStatus
	hard   bool
}

var claimEffects = [numClaimCauses]claimEffect{
	claimVerified:                 {"", schemas.PreferenceEligible, false},
	claimVerifiedAfterUnavailable: {"", schemas.PreferenceEligible, false},
	claimIDMissing:                {"ECERT_ID_MISSING", schemas.PreferenceSuspended, true},
	claimNoAnswer:                 {"ECERT_PENDING", schemas.PreferencePending, false},
	claimOtherIDAnswered:          {"ECERT_PENDING", schemas.PreferencePending, false},
	claimUnavailable:              {"ECERT_UNVERIFIABLE", schemas.PreferencePending, false},
	claimInvalid:                  {"ECERT_INVALID", schemas.PreferenceSuspended, true},
	claimNotFound:                 {"ECERT_INVALID", schemas.PreferenceSuspended, true},
	claimRevoked:                  {"ECERT_REVOKED", schemas.PreferenceSuspended, true},
	claimRevokedAfterVerified:     {"ECERT_REVOKED", schemas.PreferenceSuspended, true},
	claimExpiredStatus:            {"ECERT_EXPIRED", schemas.PreferenceSuspended, true},
	claimExpiredAtDate:            {"ECERT_EXPIRED", schemas.PreferenceSuspended, true},
	claimHS6Differs:               {"ECERT_HS6_MISMATCH", schemas.PreferenceSuspended, true},
	claimOriginDiffers:            {"ECERT_ORIGIN_MISMATCH", schemas.PreferenceSuspended, true},
}

// siteState is what seller-sites says about the integration of the order's site.
type siteState uint8

const (
	siteIntegrated siteState = iota
	siteNone
	sitePending
	siteSilent // the site is registered, its integration is not
	siteAbsent // the site is not registered
	numSiteStates
)
