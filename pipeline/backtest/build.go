package backtest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// Report is what was counted so far.
func (t *Tally) Report(old, now Pack, read Read) *Report {
	r := &Report{Old: old, New: now, Read: read,
		Shipments: t.shipments.report(t.opts.Top), PreReviews: t.preReviews.report(t.opts.Top)}
	if t.opts.From != 0 {
		r.Period.From = t.opts.From.String()
	}
	if t.opts.To != 0 {
		r.Period.To = t.opts.To.String()
	}
	r.Changed = r.Shipments.Changed + r.PreReviews.Changed
	return r
}

func (s *section) report(top int) Section {
	out := Section{Subjects: s.subjects, Changed: s.changed, Routes: []Move{}, Preferences: []Move{}, Reasons: []Reason{}, Values: []Value{}, Examples: []Example{}}
	for old := range routes {
		for now := range routes {
			n := s.routes[old][now]
			if n == 0 {
				continue
			}
			out.Routes = append(out.Routes, Move{schemas.Route(old).String(), schemas.Route(now).String(), n})
			switch {
			case now > old:
				out.Stricter += n
			case now < old:
				out.Milder += n
			}
			for _, e := range s.examples[old][now] {
				out.Examples = append(out.Examples, e.Example)
			}
		}
	}
	out.RouteChanged = out.Stricter + out.Milder
	for old := range statuses {
		for now := range statuses {
			if n := s.preferences[old][now]; n > 0 {
				out.Preferences = append(out.Preferences, Move{schemas.PreferenceStatus(old).String(), schemas.PreferenceStatus(now).String(), n})
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(s.reasons)) {
		r := *s.reasons[code]
		r.Code = code
		out.Reasons = append(out.Reasons, r)
	}
	out.Ports, out.Sellers, out.Networks = first(s.ports, top), first(s.sellers, top), first(s.networks, top)
	for _, currency := range slices.Sorted(maps.Keys(s.values)) {
		v := s.values[currency]
		out.Values = append(out.Values, Value{Currency: currency, Subjects: v.subjects, Unstated: v.unstated,
			Changed: v.changed.String(), Stricter: v.stricter.String(), Milder: v.milder.String(),
			HeldOld: v.heldOld.String(), HeldNew: v.heldNew.String(), ReviewOld: v.reviewOld.String(), ReviewNew: v.reviewNew.String()})
	}
	return out
}

// first are the most changed rows, and what the others come to in one.
func first(rows map[string]*Group, top int) []Group {
	list := make([]Group, 0, len(rows))
	for name, g := range rows {
		g := *g
		g.Name = name
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Changed, a.Changed), cmp.Compare(b.Subjects, a.Subjects), cmp.Compare(a.Name, b.Name))
	})
	if len(list) <= top {
		return list
	}
	rest := Group{Others: len(list) - top}
	for _, g := range list[top:] {
		rest.Subjects += g.Subjects
		rest.Changed += g.Changed
		rest.RouteChanged += g.RouteChanged
		rest.Stricter += g.Stricter
		rest.Milder += g.Milder
		rest.HeldOld += g.HeldOld
		rest.HeldNew += g.HeldNew
	}
	return append(list[:top], rest)
}
