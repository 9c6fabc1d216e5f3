package boards_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

func doubled(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }

func float(s schemas.Sum) float64 {
	f, err := strconv.ParseFloat(s.String(), 64)
	if err != nil {
		panic(err)
	}
	return f
}

func port(d *schemas.Dimensions) string { return d.Port }

func overviewAnswers() map[string]answer {
	const b = "clearlane-overview / "
	ofHours := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.hour(dims(d).EventTime) }
	}
	return map[string]answer{
		b + "$port":     func(q *question) [][]any { return q.names(q.ofMinutes, port) },
		b + "$currency": func(q *question) [][]any { return q.currencies(q.ofMinutes) },
		b + "Shipments decided": func(q *question) [][]any {
			return [][]any{{q.total(q.ofPorts, []func(decision) bool{every}).n[0]}}
		},
		b + "High risk":            func(q *question) [][]any { return q.shareOf(q.ofPorts, high) },
		b + "Document review":      func(q *question) [][]any { return q.shareOf(q.ofPorts, review) },
		b + "Preference suspended": func(q *question) [][]any { return q.shareOf(both(q.ofPorts, claimed), suspended) },
		b + "Declared value": func(q *question) [][]any {
			return [][]any{{q.total(both(q.ofPorts, q.ofCurrency), nil, valued(every)...).value[0]}}
		},
		b + "Value at high risk": func(q *question) [][]any { return q.shareOfValue(both(q.ofPorts, q.ofCurrency), high) },
		b + "Decisions by route": func(q *question) [][]any { return q.overTime(minuteMs, q.ofPorts, routes()) },
		b + "Declared value by route": func(q *question) [][]any {
			return q.overTime(minuteMs, both(q.ofPorts, q.ofCurrency), nil, valued(routes()...)...)
		},
		b + "USMCA claims": func(q *question) [][]any { return rows([]*line{q.total(q.ofPorts, statuses())}) },
		b + "High risk by port": func(q *question) [][]any {
			return rows(first(most(q.by(q.ofPorts, port, strictest()...), figure(0)), 15))
		},
		b + "Ports in figures": func(q *question) (made [][]any) {
			lines := tally[decision]{keep: q.ofPorts, key: func(d decision) []any { return []any{dims(d).Port} },
				counts: []func(decision) bool{every, high}, values: valued(both(high, q.ofCurrency))}.of(q.newest)
			for _, l := range first(most(lines, figure(1)), 200) {
				made = append(made, []any{l.key[0], l.n[0], l.n[1], share(l.n[1], l.n[0]), l.value[0]})
			}
			return made
		},
		b + "Reasons":             func(q *question) [][]any { return rows(q.topReasons(ofHours(q), 20)) },
		b + "Rule hits over time": func(q *question) [][]any { return q.reasonsOverTime(ofHours(q), 10) },
		b + "Newest at high risk": func(q *question) (made [][]any) {
			for _, d := range q.history(func(d decision) bool { return high(d) && q.chosen("port", dims(d).Port) }, 50) {
				x := dims(d)
				made = append(made, []any{d.DecidedAt, d.OrderKey, d.ShipmentID, x.Port, x.SellerID, x.SiteHost, d.Verdict.Score,
					d.Verdict.PreferenceStatus.String(), codes(d), amount(x.DeclaredValue), x.Currency})
			}
			return made
		},
	}
}

func sitesAnswers() map[string]answer {
	const b = "clearlane-sites / "
	seller := func(d *schemas.Dimensions) string { return d.SellerID }
	site := func(d *schemas.Dimensions) string { return d.SiteHost }
	ofDays := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.day(dims(d).EventTime) }
	}
	ofHours := func(q *question) func(decision) bool {
		return func(d decision) bool {
			return q.hour(dims(d).EventTime) && q.chosen("seller_id", dims(d).SellerID) && q.chosen("site_host", dims(d).SiteHost)
		}
	}
	return map[string]answer{
		b + "$seller_id": func(q *question) [][]any { return q.names(ofDays(q), seller) },
		b + "$site_host": func(q *question) [][]any {
			return q.names(func(d decision) bool { return ofDays(q)(d) && q.chosen("seller_id", dims(d).SellerID) }, site)
		},
		b + "$currency": func(q *question) [][]any { return q.currencies(ofDays(q)) },
		b + "Shipments decided": func(q *question) [][]any {
			return [][]any{{q.total(q.ofSellers, []func(decision) bool{every}).n[0]}}
		},
		b + "High risk": func(q *question) [][]any { return q.shareOf(q.ofSellers, high) },
		b + "Declared value": func(q *question) [][]any {
			return [][]any{{q.total(both(q.ofSellers, q.ofCurrency), nil, valued(every)...).value[0]}}
		},
		b + "Value at high risk":         func(q *question) [][]any { return q.shareOfValue(both(q.ofSellers, q.ofCurrency), high) },
		b + "Decisions by route and day": func(q *question) [][]any { return q.overTime(dayMs, q.ofSellers, routes()) },
		b + "Declared value by route and day": func(q *question) [][]any {
			return q.overTime(dayMs, both(q.ofSellers, q.ofCurrency), nil, valued(routes()...)...)
		},
		b + "Reasons":           func(q *question) [][]any { return rows(q.topReasons(ofHours(q), 15)) },
		b + "Reasons over time": func(q *question) [][]any { return q.reasonsOverTime(ofHours(q), 8) },
		b + "Sellers": func(q *question) (made [][]any) {
			lines := tally[decision]{keep: q.ofSellers, key: func(d decision) []any { return []any{dims(d).SellerID} },
				counts: []func(decision) bool{every, high}, distinct: func(d decision) string { return dims(d).SiteHost }}.of(q.newest)
			for _, l := range first(most(lines, figure(1)), 100) {
				made = append(made, []any{l.key[0], int64(len(l.set)), l.n[0], l.n[1], share(l.n[1], l.n[0])})
			}
			return made
		},
		b + "Integration of the sites": func(q *question) (made [][]any) {
			newest := map[string]decision{}
			for _, d := range q.set.Decisions {
				if q.published(d) && q.ofSites(d) && (newest[dims(d).SiteHost] == nil || newest[dims(d).SiteHost].Version < d.Version) {
					newest[dims(d).SiteHost] = d
				}
			}
			for _, host := range slices.Sorted(maps.Keys(newest)) {
				e := &newest[host].Evidence.Site
				var since any
				if e.Since != 0 {
					since = schemas.Time(int64(e.Since) * dayMs)
				}
				made = append(made, []any{host, e.Known, e.Platform, e.Integration.String(), since})
			}
			return made[:min(100, len(made))]
		},
		b + "Newest decisions": func(q *question) (made [][]any) {
			for _, d := range q.history(q.ofSites, 100) {
				made = append(made, []any{d.DecidedAt, d.OrderKey, d.ShipmentID, d.Verdict.Route.String(), d.Verdict.Score,
					d.Verdict.PreferenceStatus.String(), codes(d), map[bool]string{false: "no", true: "yes"}[d.Supersedes != 0]})
			}
			return made
		},
		b + "Sites": func(q *question) (made [][]any) {
			for _, l := range first(most(q.by(q.ofSellers, site, every, review, high), figure(2)), 100) {
				made = append(made, []any{l.key[0], l.n[0], l.n[1], l.n[2], share(l.n[2], l.n[0])})
			}
			return made
		},
	}
}
