package query

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// expectations are the rows of each query, worked out from decisions without SQL.
var expectations = map[string]func(*asked) []string{
	"high-risk-by-port":   highRiskByPort,
	"routes-by-value":     routesByValue,
	"reasons":             reasons,
	"order-decisions":     orderDecisions,
	"overridden":          overridden,
	"suppressions-ending": suppressionsEnding,
	"section-321":         section321,
	"site-integration":    siteIntegration,
	"missing-records":     missingRecords,
	"open-questions":      openQuestions,
	"dead-letters":        deadLetters,
	"shadow-rules":        shadowRules,
	"shadow-routes":       shadowRoutes,
	"pre-reviews":         preReviews,
	"decision-history":    decisionHistory,
	"delays":              delays,
	"route-changes":       routeChanges,
	"claims-by-platform":  claimsByPlatform,
	"ecerts-expiring":     ecertsExpiring,
	"seller-high-risk":    sellerHighRisk,
	"campaign-labels":     campaignLabels,
	"network-labels":      networkLabels,
	"channel-labels":      channelLabels,
	"origins":             origins,
	"funnel":              funnel,
	"ledger":              ledger,
	"rollup-check":        rollupCheck,
}

// others are further values that a query is tried with, over those of its example.
var others = map[string][]map[string]string{
	"high-risk-by-port":  {{"from": "2026-08-01", "to": "2026-10-07T08:31:12Z"}, {"port": "2704"}},
	"routes-by-value":    {{"from": "2026-08-01", "to": "2026-10-07T08:31:12Z"}},
	"reasons":            {{"from": "2026-08-01", "severity": "HARD"}, {"severity": "SOFT"}},
	"overridden":         {{"from": "2026-08-01", "to": "2026-10-07T08:31:12Z"}},
	"section-321":        {{"to": "2026-09-20T12:00:00Z"}},
	"site-integration":   {{"from": "2026-08-01"}, {"status": "PENDING"}},
	"missing-records":    {{"from": "2026-08-01"}},
	"open-questions":     {{"from": "2026-08-01"}},
	"dead-letters":       {{"to": "2026-10-06T12:00:00Z"}},
	"shadow-rules":       {{"from": "2026-08-01"}},
	"shadow-routes":      {{"from": "2026-08-01"}},
	"pre-reviews":        {{"from": "2026-08-01"}},
	"delays":             {{"from": "2026-08-01", "to": "2026-11-01"}},
	"decision-history":   {{"order_key": "ord-000000401-e6bf"}, {"shipment_id": "SHP-000000527-1"}},
	"order-decisions":    {{"order_key": "ord-000000699-d9c4"}},
	"route-changes":      {{"from": "2026-08-01"}},
	"claims-by-platform": {{"from": "2026-08-01"}},
	"ecerts-expiring":    {{"on": "2026-08-01", "days": "400"}},
	"seller-high-risk":   {{"from": "2026-08-01", "least": "1"}},
	"network-labels":     {{"from": "2026-08-01"}},
	"channel-labels":     {{"from": "2026-08-01", "to": "2026-10-07T08:31:12Z"}},
	"origins":            {{"country": "MX"}},
	"funnel":             {{"channel": "B2B"}, {"from": "2026-08-01", "to": "2026-10-06T12:00:00Z"}},
	"ledger":             {{"from": "2026-08-01"}},
}

// percent is a share to one place, as people read it.
func percent(part, whole int) string {
	return strconv.FormatFloat(math.RoundToEven(1000*float64(part)/float64(whole))/10, 'f', -1, 64)
}

// codesOf are the distinct codes of a verdict's reasons, sorted.
func codesOf(v *schemas.Verdict) []string {
	var codes []string
	for i := range v.Reasons {
		codes = append(codes, v.Reasons[i].Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func highRiskByPort(a *asked) []string {
	type key struct {
		day  schemas.Date
		port string
	}
	type sums struct{ held, all int }
	groups := map[key]*sums{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if !a.minutes(dims.EventTime) || a.values["port"] != "" && dims.Port != a.values["port"] {
			continue
		}
		s := of(groups, key{dims.EventTime.Date(), dims.Port})
		s.all++
		if d.Verdict.Route == schemas.RouteHighRisk {
			s.held++
		}
	}
	for k, s := range groups {
		if s.held == 0 {
			delete(groups, k)
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].held-groups[x].held, cmp.Compare(x.day, y.day), cmp.Compare(x.port, y.port))
	}, func(k key, s *sums) string { return row(k.day, k.port, s.held, s.all, percent(s.held, s.all)) })
}

type worth struct {
	n     int
	value schemas.Sum
}

func (w *worth) add(v schemas.Decimal) {
	w.n++
	if v.Set {
		w.value = w.value.Add(v)
	}
}

func routesByValue(a *asked) []string {
	type key struct{ currency, route string }
	groups, all := map[key]*worth{}, map[string]int{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if a.minutes(dims.EventTime) {
			of(groups, key{dims.Currency, d.Verdict.Route.String()}).add(dims.DeclaredValue)
			all[dims.Currency]++
		}
	}
	return sorted(groups, func(x, y key) int { return first(cmp.Compare(x.currency, y.currency), cmp.Compare(x.route, y.route)) },
		func(k key, w *worth) string {
			return row(k.currency, k.route, w.n, w.value, percent(w.n, all[k.currency]))
		})
}

func reasons(a *asked) []string {
	type key struct{ code, severity string }
	type sums struct {
		shipments, held map[schemas.DecisionID]bool
		source          string
	}
	groups, all := map[key]*sums{}, 0
	for _, d := range a.newest {
		if !a.in(d.Verdict.Dimensions.EventTime) {
			continue
		}
		all++
		for i := range d.Verdict.Reasons {
			r := &d.Verdict.Reasons[i]
			if only := a.values["severity"]; only != "ANY" && only != r.Severity.String() {
				continue
			}
			s := of(groups, key{r.Code, r.Severity.String()})
			if s.shipments == nil {
				*s = sums{map[schemas.DecisionID]bool{}, map[schemas.DecisionID]bool{}, r.Source}
			}
			s.shipments[d.ID] = true
			s.source = min(s.source, r.Source)
			if d.Verdict.Route == schemas.RouteHighRisk {
				s.held[d.ID] = true
			}
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(len(groups[y].shipments)-len(groups[x].shipments), cmp.Compare(x.code, y.code), cmp.Compare(x.severity, y.severity))
	}, func(k key, s *sums) string {
		return row(k.code, k.severity, len(s.shipments), percent(len(s.shipments), all), len(s.held), s.source)
	})
}

func orderDecisions(a *asked) (lines []string) {
	for _, d := range a.newest {
		v, dims := &d.Verdict, &d.Verdict.Dimensions
		if d.OrderKey == a.values["order_key"] {
			lines = append(lines, row(d.ShipmentID, v.Route, v.Score, v.PreferenceStatus, v.Complete, v.Missing, v.Cancelled, v.Suppressed.Code,
				dims.Port, dims.Currency, dims.DeclaredValue, codesOf(v), d.DecidedAt))
		}
	}
	slices.Sort(lines)
	return lines
}

func overridden(a *asked) []string {
	type key struct{ code, by, route, currency string }
	type sums struct {
		worth
		least, most schemas.Date
	}
	groups := map[key]*sums{}
	for _, d := range a.newest {
		v := &d.Verdict
		if v.Suppressed.Code == "" || !a.in(v.Dimensions.EventTime) {
			continue
		}
		s := of(groups, key{v.Suppressed.Code, v.Suppressed.Route.String(), v.Route.String(), v.Dimensions.Currency})
		if s.n == 0 {
			s.least = v.Suppressed.Until
		}
		s.least, s.most = min(s.least, v.Suppressed.Until), max(s.most, v.Suppressed.Until)
		s.add(v.Dimensions.DeclaredValue)
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.code, y.code), cmp.Compare(x.by, y.by), cmp.Compare(x.route, y.route), cmp.Compare(x.currency, y.currency))
	}, func(k key, s *sums) string {
		return row(k.code, k.by, k.route, k.currency, s.n, s.value, s.least, s.most)
	})
}

func suppressionsEnding(a *asked) (lines []string) {
	for _, d := range a.newest {
		v := &d.Verdict
		if v.Suppressed.Code != "" && a.days(v.Suppressed.Until) {
			lines = append(lines, row(v.Suppressed.Until, v.Suppressed.Code, v.Suppressed.Route, d.OrderKey, d.ShipmentID, v.Dimensions.Port, v.Dimensions.SellerID, v.Score))
		}
	}
	slices.SortFunc(lines, func(x, y string) int { // by day, order and shipment: neither code nor route
		part := func(s string) string {
			f := strings.Split(s, " | ")
			return f[0] + " " + f[3] + " " + f[4]
		}
		return cmp.Compare(part(x), part(y))
	})
	return lines
}
