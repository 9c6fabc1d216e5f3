package query

import (
	"cmp"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// between tells whether a day lies from one day to another.
func (a *asked) between(d schemas.Date) bool { return d >= a.date("from") && d < a.date("to") }

func isHeld(d *schemas.Decision) int {
	if d.Verdict.Route == schemas.RouteHighRisk {
		return 1
	}
	return 0
}

func sellerHighRisk(a *asked) []string {
	type key struct{ seller, host string }
	type sums struct{ held, all int }
	groups := map[key]*sums{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if a.between(dims.EventTime.Date()) {
			s := of(groups, key{dims.SellerID, dims.SiteHost})
			s.all++
			s.held += isHeld(d)
		}
	}
	for k, s := range groups {
		if s.all < a.number("least") {
			delete(groups, k)
		}
	}
	return sorted(groups, func(x, y key) int {
		p, q := groups[x], groups[y]
		return first(q.held*p.all-p.held*q.all, q.all-p.all, cmp.Compare(x.seller, y.seller), cmp.Compare(x.host, y.host))
	}, func(k key, s *sums) string { return row(k.seller, k.host, s.held, s.all, percent(s.held, s.all)) })
}

func campaignLabels(a *asked) []string {
	type key struct{ network, campaign string }
	type sums struct{ certain, likely, all, held int }
	groups := map[key]*sums{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if dims.Campaign == "" || !a.between(dims.EventTime.Date()) {
			continue
		}
		s := of(groups, key{dims.AdNetwork, dims.Campaign})
		s.all++
		s.held += isHeld(d)
		switch dims.LabelClass {
		case "certain":
			s.certain++
		case "likely":
			s.likely++
		}
	}
	for k, s := range groups {
		if s.certain+s.likely == 0 {
			delete(groups, k)
		}
	}
	return sorted(groups, func(x, y key) int {
		p, q := groups[x], groups[y]
		return first(q.certain+q.likely-p.certain-p.likely, q.certain-p.certain, cmp.Compare(x.network, y.network), cmp.Compare(x.campaign, y.campaign))
	}, func(k key, s *sums) string { return row(k.network, k.campaign, s.certain, s.likely, s.all, s.held) })
}

func networkLabels(a *asked) []string {
	type key struct{ network, class string }
	type sums struct{ n, held int }
	groups, all := map[key]*sums{}, map[string]int{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if a.between(dims.EventTime.Date()) {
			s := of(groups, key{dims.AdNetwork, dims.LabelClass})
			s.n++
			s.held += isHeld(d)
			all[dims.AdNetwork]++
		}
	}
	return sorted(groups, func(x, y key) int { return first(cmp.Compare(x.network, y.network), cmp.Compare(x.class, y.class)) },
		func(k key, s *sums) string {
			return row(k.network, k.class, s.n, percent(s.n, all[k.network]), s.held)
		})
}

func channelLabels(a *asked) []string {
	type key struct{ group, class, currency string }
	groups := map[key]*worth{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if a.in(dims.EventTime - dims.EventTime%3_600_000) {
			of(groups, key{dims.ChannelGroup, dims.LabelClass, dims.Currency}).add(dims.DeclaredValue)
		}
	}
	return sorted(groups, func(x, y key) int {
		return first(cmp.Compare(x.group, y.group), cmp.Compare(x.class, y.class), cmp.Compare(x.currency, y.currency))
	}, func(k key, w *worth) string { return row(k.group, k.class, k.currency, w.n, w.value) })
}

func origins(a *asked) []string {
	type key struct{ country, chapter, currency string }
	type sums struct {
		worth
		held int
	}
	groups := map[key]*sums{}
	for _, d := range a.newest {
		dims := &d.Verdict.Dimensions
		if only := a.values["country"]; !a.between(dims.EventTime.Date()) || only != "" && only != dims.OriginCountry {
			continue
		}
		s := of(groups, key{dims.OriginCountry, dims.HSChapter, dims.Currency})
		s.add(dims.DeclaredValue)
		s.held += isHeld(d)
	}
	return sorted(groups, func(x, y key) int {
		return first(groups[y].n-groups[x].n, cmp.Compare(x.country, y.country), cmp.Compare(x.chapter, y.chapter), cmp.Compare(x.currency, y.currency))
	}, func(k key, s *sums) string { return row(k.country, k.chapter, k.currency, s.n, s.value, s.held) })
}

// counted are the rows that hold, of funnel or ledger.
func (a *asked) counted(g schemas.Grain) (rows []schemas.RollupRow) {
	for _, r := range a.Counters {
		if r.Cell.Grain == g && r.Version == 2 {
			rows = append(rows, r)
		}
	}
	return rows
}

func funnel(a *asked) []string {
	groups := map[schemas.Date]*schemas.Funnel{}
	for _, r := range a.counted(schemas.GrainHourFunnel) {
		if only := a.values["channel"]; !a.in(r.Cell.Time) || only != "ANY" && only != r.Cell.Channel {
			continue
		}
		f := of(groups, r.Cell.Time.Date())
		f.Clicks, f.Orders, f.Shipments = f.Clicks+r.Funnel.Clicks, f.Orders+r.Funnel.Orders, f.Shipments+r.Funnel.Shipments
		f.Joined, f.Waiting, f.Expired = f.Joined+r.Funnel.Joined, f.Waiting+r.Funnel.Waiting, f.Expired+r.Funnel.Expired
	}
	return sorted(groups, cmp.Compare[schemas.Date], func(d schemas.Date, f *schemas.Funnel) string {
		return row(d, f.Clicks, f.Orders, f.Shipments, f.Joined, f.Waiting, f.Expired)
	})
}

func ledger(a *asked) []string {
	type key struct{ topic, outcome string }
	type sums struct {
		n    int64
		days []schemas.Date
	}
	groups := map[key]*sums{}
	for _, r := range a.counted(schemas.GrainDayLedger) {
		if d := r.Cell.Time.Date(); a.between(d) {
			s := of(groups, key{r.Cell.Topic, r.Cell.Outcome})
			s.n += r.Count
			s.days = append(s.days, d)
		}
	}
	return sorted(groups, func(x, y key) int { return first(cmp.Compare(x.topic, y.topic), cmp.Compare(x.outcome, y.outcome)) },
		func(k key, s *sums) string {
			return row(k.topic, k.outcome, s.n, slices.Min(s.days), slices.Max(s.days))
		})
}

// rollupCheck counts the cells that decisions make: none of them differs.
func rollupCheck(a *asked) []string {
	type sums struct {
		cells map[any]bool
		n     int
	}
	groups := map[string]*sums{}
	for _, d := range a.newest {
		v, dims := &d.Verdict, &d.Verdict.Dimensions
		at := dims.EventTime
		if !a.between(at.Date()) {
			continue
		}
		count := func(grain string, cell any) {
			s := of(groups, grain)
			if s.cells == nil {
				s.cells = map[any]bool{}
			}
			s.cells[cell] = true
			s.n++
		}
		count("minute_route", [5]any{at - at%60_000, dims.Port, v.Route, v.PreferenceStatus, dims.Currency})
		for _, code := range codesOf(v) {
			count("hour_reason", [4]any{at - at%3_600_000, dims.SellerID, dims.SiteHost, code})
		}
		count("day_origin", [5]any{at.Date(), dims.OriginCountry, dims.HSChapter, v.Route, dims.Currency})
		count("hour_label", [5]any{at - at%3_600_000, dims.ChannelGroup, dims.Platform, dims.LabelClass, dims.Currency})
		count("day_campaign", [5]any{at.Date(), dims.AdNetwork, dims.Campaign, dims.LabelClass, v.Route})
		count("day_seller", [5]any{at.Date(), dims.SellerID, dims.SiteHost, v.Route, dims.Currency})
	}
	return sorted(groups, cmp.Compare[string], func(grain string, s *sums) string { return row(grain, len(s.cells), 0, s.n, s.n) })
}
