package query

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

func section321(a *asked) []string {
	type sums struct{ n, full, from80, below, held, least int64 }
	groups := map[string]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if !v.DataCompleteness.Set || !a.in(v.Dimensions.EventTime) {
			continue
		}
		s, e4 := of(groups, v.Dimensions.OriginCountry), v.DataCompleteness.E4
		if s.n == 0 {
			s.least = e4
		}
		s.n++
		s.least = min(s.least, e4)
		switch {
		case e4 == 1_000_000:
			s.full++
		case e4 >= 800_000:
			s.from80++
		default:
			s.below++
		}
		if v.Route == schemas.RouteHighRisk {
			s.held++
		}
	}
	return sorted(groups, func(x, y string) int { return first(int(groups[y].n-groups[x].n), cmp.Compare(x, y)) },
		func(k string, s *sums) string {
			return row(k, s.n, s.full, s.from80, s.below, schemas.Decimal{E4: s.least, Set: true}, s.held)
		})
}

func siteIntegration(a *asked) []string {
	type key struct{ host, seller string }
	type sums struct {
		newest             *schemas.Decision
		n, claims, suspend int
	}
	groups := map[key]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if v.Dimensions.SiteHost == "" || !a.in(v.Dimensions.EventTime) {
			continue
		}
		s := of(groups, key{v.Dimensions.SiteHost, v.Dimensions.SellerID})
		if s.newest == nil || v.Dimensions.EventTime > s.newest.Verdict.Dimensions.EventTime ||
			v.Dimensions.EventTime == s.newest.Verdict.Dimensions.EventTime && bytes.Compare(d.ID[:], s.newest.ID[:]) > 0 {
			s.newest = d
		}
		s.n++
		if v.PreferenceStatus != schemas.PreferenceNotClaimed {
			s.claims++
		}
		if v.PreferenceStatus == schemas.PreferenceSuspended {
			s.suspend++
		}
	}
	for k, s := range groups {
		if only := a.values["status"]; only != "ANY" && s.newest.Evidence.Site.Integration.String() != only {
			delete(groups, k)
		}
	}
	return sorted(groups, func(x, y key) int {
		p, q := groups[x], groups[y]
		return first(q.claims-p.claims, q.n-p.n, cmp.Compare(x.host, y.host), cmp.Compare(x.seller, y.seller))
	}, func(k key, s *sums) string {
		site, since := &s.newest.Evidence.Site, "NULL"
		if site.Since != 0 {
			since = day(site.Since)
		}
		return row(k.host, k.seller, site.Integration, since, s.n, s.claims, s.suspend)
	})
}

func missingRecords(a *asked) []string {
	type key struct{ missing, channel, route string }
	type sums struct {
		n      int
		oldest schemas.Time
	}
	groups := map[key]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if v.Complete || !a.in(v.Dimensions.EventTime) {
			continue
		}
		missing := slices.Sorted(slices.Values(v.Missing))
		s := of(groups, key{strings.Join(missing, " and "), v.Dimensions.Channel, v.Route.String()})
		if s.n == 0 || v.Dimensions.EventTime < s.oldest {
			s.oldest = v.Dimensions.EventTime
		}
		s.n++
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.missing, y.missing), cmp.Compare(x.channel, y.channel), cmp.Compare(x.route, y.route))
	}, func(k key, s *sums) string { return row(k.missing, k.channel, k.route, s.n, s.oldest) })
}

func openQuestions(a *asked) []string {
	type key struct{ field, why string }
	groups := map[key]*worth{}
	for _, d := range a.newest {
		if !a.in(d.Verdict.Dimensions.EventTime) {
			continue
		}
		for _, u := range d.Verdict.Unknowns {
			of(groups, key{u.Field, u.Why}).n++
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.field, y.field), cmp.Compare(x.why, y.why))
	}, func(k key, w *worth) string { return row(k.field, k.why, w.n) })
}

func preReviews(a *asked) []string {
	newest := map[schemas.DecisionID]*schemas.PreReview{}
	for _, r := range a.PreReviews {
		if was := newest[r.ID]; was == nil || r.Version > was.Version {
			newest[r.ID] = r
		}
	}
	type key struct{ status, route string }
	type sums struct {
		n       int
		sellers map[string]bool
		codes   []string
	}
	groups := map[key]*sums{}
	for _, r := range newest {
		v := &r.Verdict
		if !a.in(v.Dimensions.EventTime) {
			continue
		}
		s := of(groups, key{v.PreferenceStatus.String(), v.Route.String()})
		if s.sellers == nil {
			s.sellers = map[string]bool{}
		}
		s.n++
		s.sellers[v.Dimensions.SellerID] = true
		s.codes = append(s.codes, codesOf(v)...)
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.status, y.status), cmp.Compare(x.route, y.route))
	}, func(k key, s *sums) string {
		slices.Sort(s.codes)
		return row(k.status, k.route, s.n, len(s.sellers), slices.Compact(s.codes))
	})
}

func claimsByPlatform(a *asked) []string {
	type sums struct{ n, verified, noID, silent, away, refused int }
	groups := map[string]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if v.PreferenceStatus == schemas.PreferenceNotClaimed || !a.in(v.Dimensions.EventTime) {
			continue
		}
		s := of(groups, v.Ecert.Platform)
		s.n++
		switch {
		case v.Ecert.ID == "":
			s.noID++
		case v.Ecert.Status == schemas.EcertUnknown:
			s.silent++
		case v.Ecert.Status == schemas.EcertVerified:
			s.verified++
		case v.Ecert.Status == schemas.EcertUnavailable:
			s.away++
		default:
			s.refused++
		}
	}
	return sorted(groups, func(x, y string) int { return first(groups[y].n-groups[x].n, cmp.Compare(x, y)) },
		func(k string, s *sums) string {
			return row(k, s.n, s.verified, s.noID, s.silent, s.away, s.refused, percent(s.n-s.verified, s.n))
		})
}

func ecertsExpiring(a *asked) []string {
	type key struct {
		id, platform string
		to           schemas.Date
	}
	type sums struct {
		n      int
		seller string
	}
	groups := map[key]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if v.PreferenceStatus == schemas.PreferenceNotClaimed || v.Ecert.Status != schemas.EcertVerified || !a.days(v.Ecert.ValidTo) {
			continue
		}
		s := of(groups, key{v.Ecert.ID, v.Ecert.Platform, v.Ecert.ValidTo})
		if s.n == 0 {
			s.seller = v.Dimensions.SellerID
		}
		s.n++
		s.seller = min(s.seller, v.Dimensions.SellerID)
	}
	return sorted(groups, func(x, y key) int {
		return first(cmp.Compare(x.to, y.to), cmp.Compare(x.id, y.id), cmp.Compare(x.platform, y.platform))
	},
		func(k key, s *sums) string { return row(k.id, k.platform, k.to, int(k.to-a.date("on")), s.seller, s.n) })
}
