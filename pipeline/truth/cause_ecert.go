package truth

import "github.com/clearlane/clearlane/schemas"

// wantClaim wants a B2B claim of an integrated site, bound for the United States.
func wantClaim(s *spec, r dice) {
	s.b2b, s.claim, s.dest, s.early, s.site = true, true, "US", false, siteIntegrated
	s.origin = pick(r, usmcaOrigins)
}

// atSite wants such a claim of a site whose integration is another.
func atSite(state site) func(*spec, dice) {
	return func(s *spec, r dice) {
		wantClaim(s, r)
		s.site = state
	}
}

// ecertCauses are the lines of the e-Cert table.
var ecertCauses = []cause{
	{name: "no e-Cert ID", family: ofOrigin, weight: 8, want: wantClaim, plant: func(d *draft) {
		d.order.Preference.EcertID, d.ship.EcertID, d.certs = "", "", nil
		d.origin("ECERT_ID_MISSING", schemas.PreferenceSuspended)
	}},
	{name: "site not integrated", family: ofOrigin, weight: 5, want: atSite(siteNone), plant: notIntegrated},
	{name: "site's integration pending", family: ofOrigin, weight: 4, want: atSite(sitePending), plant: notIntegrated},
	{name: "site integrated too late", family: ofOrigin, weight: 4, want: atSite(siteLater), plant: notIntegrated},
	{name: "no answer yet", family: ofOrigin, weight: 5, want: wantClaim, plant: func(d *draft) {
		d.certs = nil
		d.origin("ECERT_PENDING", schemas.PreferencePending)
	}},
	{name: "answer about another e-Cert", family: ofOrigin, weight: 4, want: wantClaim, plant: func(d *draft) {
		d.certs = d.certs[:1]
		d.certs[0].EcertID = "CN-2025-" + d.r.number(10)
		d.origin("ECERT_PENDING", schemas.PreferencePending)
	}},
	{name: "platform unavailable", family: ofOrigin, weight: 6, want: wantClaim, plant: answered(schemas.EcertUnavailable, "ECERT_UNVERIFIABLE", schemas.PreferencePending)},
	{name: "e-Cert invalid", family: ofOrigin, weight: 4, want: wantClaim, plant: answered(schemas.EcertInvalid, "ECERT_INVALID", schemas.PreferenceSuspended)},
	{name: "e-Cert not found", family: ofOrigin, weight: 4, want: wantClaim, plant: answered(schemas.EcertNotFound, "ECERT_INVALID", schemas.PreferenceSuspended)},
	{name: "e-Cert not valid yet", family: ofOrigin, weight: 3, want: wantClaim, plant: func(d *draft) {
		d.certs[0].ValidFrom = d.caseDate() + 1 + schemas.Date(d.r.IntN(20))
		d.origin("ECERT_INVALID", schemas.PreferenceSuspended)
	}},
	{name: "e-Cert revoked", family: ofOrigin, weight: 4, want: wantClaim, plant: answered(schemas.EcertRevoked, "ECERT_REVOKED", schemas.PreferenceSuspended)},
	{name: "e-Cert revoked after it was verified", family: ofOrigin, weight: 4, want: wantClaim, plant: func(d *draft) {
		again := d.certs[0]
		again.Status, again.CheckedAt = schemas.EcertRevoked, again.CheckedAt+schemas.Time(1+d.r.IntN(3_600_000))
		d.certs = append(d.certs, again)
		d.origin("ECERT_REVOKED", schemas.PreferenceSuspended)
	}},
	{name: "e-Cert answered as expired", family: ofOrigin, weight: 4, want: wantClaim, plant: func(d *draft) {
		answered(schemas.EcertExpired, "ECERT_EXPIRED", schemas.PreferenceSuspended)(d)
		d.certs[0].ValidTo = dayOf(d.order.EventTime) - 1 - schemas.Date(d.r.IntN(60))
	}},
	{name: "e-Cert past its validity", family: ofOrigin, weight: 5, want: wantClaim, plant: func(d *draft) {
		d.certs[0].ValidTo = dayOf(d.order.EventTime) - 1 - schemas.Date(d.r.IntN(60))
		d.origin("ECERT_EXPIRED", schemas.PreferenceSuspended)
	}},
	{name: "e-Cert for other goods", family: ofOrigin, weight: 6, want: wantClaim, plant: func(d *draft) {
		d.certs[0].HS6 = pick(d.r, [][]string{{"610910"}, {"610910", "854231"}})
		d.origin("ECERT_HS6_MISMATCH", schemas.PreferenceSuspended)
	}},
	{name: "e-Cert of another origin", family: ofOrigin, weight: 6, want: wantClaim, plant: func(d *draft) {
		d.certs[0].OriginCountry = map[string]string{"MX": "CA", "CA": "MX"}[d.spec.origin]
		d.origin("ECERT_ORIGIN_MISMATCH", schemas.PreferenceSuspended)
	}},
}

// origin writes a code of the claim, and where the claim stands by it.
func (d *draft) origin(code string, status schemas.PreferenceStatus) {
	d.planted = append(d.planted, planted{code: code, standing: status})
}

func notIntegrated(d *draft) { d.origin("SITE_NOT_INTEGRATED", schemas.PreferenceSuspended) }

// answered is a claim whose platform gave one answer.
func answered(status schemas.EcertStatus, code string, standing schemas.PreferenceStatus) func(*draft) {
	return func(d *draft) {
		d.certs[0].Status = status
		d.origin(code, standing)
	}
}
