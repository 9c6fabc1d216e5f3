package backtest

import (
	"fmt"
	"strconv"
	"strings"
)

// tables are what people read of a section: counts of all subjects, then what has changed.
func tables(what string, s *Section) []table {
	if s.Subjects == 0 {
		return nil
	}
	all := []table{
		moves(what+" by route, old to new", s.Routes),
		moves(what+" by preference status, old to new", s.Preferences),
		reasonTable(what+" by reason", s.Reasons),
	}
	if s.Changed == 0 {
		return all
	}
	all = append(all, groups(what+" by port", "port", s.Ports), groups(what+" by seller", "seller", s.Sellers),
		groups(what+" by advertising network", "network", s.Networks), valueTable("Declared value of "+strings.ToLower(what), s.Values))
	return append(all, exampleTable(what+": examples of what changes", s.Examples))
}

func moves(title string, list []Move) table {
	t := table{title: title, left: 2, header: []string{"old", "new", "count"}}
	for _, m := range list {
		t.rows = append(t.rows, []string{m.Old, m.New, number(m.Count)})
	}
	return t
}

func reasonTable(title string, list []Reason) table {
	t := table{title: title, left: 1, header: []string{"code", "old", "new", "both", "of another severity", "only old", "only new"}}
	for _, r := range list {
		t.rows = append(t.rows, append([]string{r.Code}, numbers(r.Old, r.New, r.Both, r.Severity, r.OnlyOld, r.OnlyNew)...))
	}
	return t
}

func groups(title, of string, list []Group) table {
	t := table{title: title, left: 1, header: []string{of, "subjects", "changed", "route changed", "stricter", "milder", "held old", "held new"}}
	for _, g := range list {
		name := orText(g.Name, "(unknown)")
		if g.Others > 0 {
			name = fmt.Sprintf("(%d others)", g.Others)
		}
		t.rows = append(t.rows, append([]string{name}, numbers(g.Subjects, g.Changed, g.RouteChanged, g.Stricter, g.Milder, g.HeldOld, g.HeldNew)...))
	}
	return t
}

func valueTable(title string, list []Value) table {
	t := table{title: title, left: 1, header: []string{"currency", "subjects", "changed", "stricter", "milder", "held old", "held new", "review old", "review new"}}
	for _, v := range list {
		t.rows = append(t.rows, []string{orText(v.Currency, "(unknown)"), number(v.Subjects), v.Changed, v.Stricter, v.Milder, v.HeldOld, v.HeldNew, v.ReviewOld, v.ReviewNew})
	}
	return t
}

func exampleTable(title string, list []Example) table {
	t := table{title: title, left: 9, header: []string{"old", "new", "decision", "order", "shipment", "date", "port", "only old", "only new", "score"}}
	for i := range list {
		e := &list[i]
		t.rows = append(t.rows, []string{e.OldRoute, e.NewRoute, e.DecisionID, e.OrderKey, e.ShipmentID, e.Date, e.Port,
			strings.Join(e.OnlyOld, " "), strings.Join(e.OnlyNew, " "), fmt.Sprintf("%d > %d", e.OldScore, e.NewScore)})
	}
	return t
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func numbers(list ...int64) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = number(n)
	}
	return out
}
