package query

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

func deadLetters(a *asked) []string {
	type key struct{ topic, code, field string }
	groups := map[key][]*landtest.Letter{}
	for i := range a.Letters {
		l := &a.Letters[i]
		if a.in(schemas.Time(l.TimeMs)) {
			k := key{l.Topic, l.Code, l.Field}
			groups[k] = append(groups[k], l)
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(len(groups[y])-len(groups[x]), cmp.Compare(x.topic, y.topic), cmp.Compare(x.code, y.code), cmp.Compare(x.field, y.field))
	}, func(k key, letters []*landtest.Letter) string {
		example, least, most := letters[0], letters[0].TimeMs, letters[0].TimeMs
		for _, l := range letters {
			least, most = min(least, l.TimeMs), max(most, l.TimeMs)
			if first(cmp.Compare(l.Partition, example.Partition), cmp.Compare(l.Offset, example.Offset)) < 0 {
				example = l
			}
		}
		return row(k.topic, k.code, k.field, len(letters), schemas.Time(least), schemas.Time(most),
			fmt.Sprintf("%d/%d", example.Partition, example.Offset), shown(example.Shown, "String"))
	})
}

// standing are the differences that hold, one a subject.
func (a *asked) standing() (all []*schemas.Difference) {
	newest := map[schemas.DecisionID]*schemas.Difference{}
	for _, d := range a.Differences {
		if was := newest[d.ID]; was == nil || d.Version > was.Version {
			newest[d.ID] = d
		}
	}
	for _, d := range newest {
		if d.Differs && a.in(d.EventTime) {
			all = append(all, d)
		}
	}
	return all
}

func shadowRules(a *asked) []string {
	type key struct{ code, by string }
	type sums struct{ n, changes, letGo, held int }
	groups := map[key]*sums{}
	for _, d := range a.standing() {
		for by, codes := range map[string][]string{"live": d.Live.Only, "shadow": d.Shadow.Only} {
			for _, code := range codes {
				s := of(groups, key{code, by})
				s.n++
				if d.Live.Route != d.Shadow.Route {
					s.changes++
				}
				if d.Live.Route == schemas.RouteHighRisk && d.Shadow.Route != schemas.RouteHighRisk {
					s.letGo++
				}
				if d.Live.Route != schemas.RouteHighRisk && d.Shadow.Route == schemas.RouteHighRisk {
					s.held++
				}
			}
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.code, y.code), cmp.Compare(x.by, y.by))
	}, func(k key, s *sums) string { return row(k.code, k.by, s.n, s.changes, s.letGo, s.held) })
}

func shadowRoutes(a *asked) []string {
	type key struct{ pack, live, shadow, currency string }
	groups := map[key]*worth{}
	for _, d := range a.standing() {
		of(groups, key{d.Shadow.PackVersion, d.Live.Route.String(), d.Shadow.Route.String(), d.Currency}).add(d.DeclaredValue)
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.pack, y.pack), cmp.Compare(x.live, y.live), cmp.Compare(x.shadow, y.shadow), cmp.Compare(x.currency, y.currency))
	}, func(k key, w *worth) string { return row(k.pack, k.live, k.shadow, k.currency, w.n, w.value) })
}

// histories are the versions of every decision, the oldest first.
func (a *asked) histories() map[schemas.DecisionID][]*schemas.Decision {
	all := map[schemas.DecisionID][]*schemas.Decision{}
	for _, d := range a.Decisions {
		all[d.ID] = append(all[d.ID], d)
	}
	for _, versions := range all {
		slices.SortFunc(versions, func(x, y *schemas.Decision) int { return cmp.Compare(x.Version, y.Version) })
	}
	return all
}

func decisionHistory(a *asked) (lines []string) {
	for _, versions := range a.histories() {
		if versions[0].OrderKey != a.values["order_key"] {
			continue
		}
		route, preference, before := "", "", []string(nil)
		for _, d := range versions {
			var codes []string
			for _, r := range d.Verdict.Reasons {
				codes = append(codes, r.Code+" "+r.Severity.String())
			}
			slices.Sort(codes)
			codes = slices.Compact(codes)
			var changes []string
			if is := d.Verdict.Route.String(); route != "" && route != is {
				changes = append(changes, "route was "+route)
			}
			if is := d.Verdict.PreferenceStatus.String(); preference != "" && preference != is {
				changes = append(changes, "preference was "+preference)
			}
			changes = append(append(changes, without("+", codes, before)...), without("-", before, codes)...)
			lines = append(lines, row(d.ShipmentID, d.Version, d.DecidedAt, d.Verdict.Route, d.Verdict.Score, d.Verdict.PreferenceStatus, changes))
			route, preference, before = d.Verdict.Route.String(), d.Verdict.PreferenceStatus.String(), codes
		}
	}
	slices.Sort(lines) // versions of one length: as text they stand as they do as numbers
	return lines
}

// without are those of some codes that others do not have, with a sign in front.
func without(sign string, codes, others []string) (left []string) {
	for _, c := range codes {
		if !slices.Contains(others, c) {
			left = append(left, sign+c)
		}
	}
	return left
}

// exact is the value that a share of the others stands before.
func exact(sorted []int64, share float64) int64 { return sorted[int(share*float64(len(sorted)))] }

func delays(a *asked) []string {
	groups := map[schemas.Time][]int64{}
	for _, d := range a.Decisions {
		if a.in(d.DecidedAt) {
			hour := d.DecidedAt - d.DecidedAt%3_600_000
			groups[hour] = append(groups[hour], int64(d.DecidedAt-d.Evidence.InputTime))
		}
	}
	return sorted(groups, cmp.Compare[schemas.Time], func(hour schemas.Time, ms []int64) string {
		slices.Sort(ms)
		return row(strings.Replace(row(hour), ".000Z", "Z", 1), len(ms), ms[(len(ms)-1)/2], exact(ms, 0.95), exact(ms, 0.99), ms[len(ms)-1])
	})
}

func routeChanges(a *asked) []string {
	type key struct{ was, is string }
	groups := map[key][]int64{}
	for _, versions := range a.histories() {
		for i := 1; i < len(versions); i++ {
			was, is := versions[i-1], versions[i]
			if was.Verdict.Route != is.Verdict.Route && a.in(is.DecidedAt) {
				k := key{was.Verdict.Route.String(), is.Verdict.Route.String()}
				groups[k] = append(groups[k], int64(is.DecidedAt)/1000-int64(was.DecidedAt)/1000)
			}
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(len(groups[y])-len(groups[x]), cmp.Compare(x.was, y.was), cmp.Compare(x.is, y.is))
	}, func(k key, seconds []int64) string {
		slices.Sort(seconds)
		return row(k.was, k.is, len(seconds), exact(seconds, 0.5), seconds[len(seconds)-1])
	})
}
