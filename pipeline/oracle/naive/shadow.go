package naive

import (
	"maps"
	"slices"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
)

// contrast works out what the shadow pack says differently about a subject that the live
// one has judged; nil where both say the same, or without a shadow pack. Identity and
// times are left to the record that says it.
func (s *Settings) contrast(c *scoring.Case, k Subject, live *schemas.Verdict) *schemas.Difference {
	if s.Shadow == nil {
		return nil
	}
	shadow, scorer := &schemas.Verdict{}, scoring.New(s.Shadow)
	if k.ShipmentID == "" {
		scorer.PreReview(c, shadow)
	} else {
		scorer.Score(c, shadow)
	}
	ours, theirs := severities(live), severities(shadow)
	d := &schemas.Difference{
		ID: schemas.MakePreReviewID(k.OrderKey), OrderKey: k.OrderKey, ShipmentID: k.ShipmentID, Differs: true,
		Live: schemas.Opinion{PackVersion: s.Policy.Version, PackHash: s.Policy.Hash, Route: live.Route, Score: live.Score,
			PreferenceStatus: live.PreferenceStatus, Only: only(ours, theirs)},
		Shadow: schemas.Opinion{PackVersion: s.Shadow.Version, PackHash: s.Shadow.Hash, Route: shadow.Route, Score: shadow.Score,
			PreferenceStatus: shadow.PreferenceStatus, Only: only(theirs, ours)},
		SellerID: live.Dimensions.SellerID, SiteHost: live.Dimensions.SiteHost, Channel: live.Dimensions.Channel, Port: live.Dimensions.Port,
		OriginCountry: live.Dimensions.OriginCountry, Currency: live.Dimensions.Currency, DeclaredValue: live.Dimensions.DeclaredValue,
		EventTime: live.Dimensions.EventTime,
	}
	if k.ShipmentID != "" {
		d.ID = schemas.MakeDecisionID(k.OrderKey, k.ShipmentID)
	}
	if len(d.Live.Only)+len(d.Shadow.Only) == 0 && live.Route == shadow.Route && live.Score == shadow.Score && live.PreferenceStatus == shadow.PreferenceStatus {
		return nil
	}
	return d
}

// note keeps what differs about a subject, by its newest case.
func note(all map[Subject]*schemas.Difference, k Subject, d *schemas.Difference) {
	if d == nil {
		delete(all, k)
	} else {
		all[k] = d
	}
}

// severities is the strictest severity of each code.
func severities(v *schemas.Verdict) map[string]schemas.Severity {
	all := map[string]schemas.Severity{}
	for i := range v.Reasons {
		r := &v.Reasons[i]
		all[r.Code] = max(all[r.Code], r.Severity)
	}
	return all
}

// only is the codes that the other verdict does not have, or has of another severity.
func only(ours, theirs map[string]schemas.Severity) (codes []string) {
	for _, code := range slices.Sorted(maps.Keys(ours)) {
		if s, both := theirs[code]; !both || s != ours[code] {
			codes = append(codes, code)
		}
	}
	return codes
}
