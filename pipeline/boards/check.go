package boards

import (
	"fmt"
	"slices"
	"strings"
)

// Check finds what a person would stumble over in the dashboards: what is not named, said
// or measured in a unit, what asks a data source that nobody provisioned, choices that
// change nothing. sources are the uids that are provisioned, each with its type.
func Check(all []Board, sources map[string]string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	uids, names := map[string]bool{}, map[string]bool{}
	for i := range all {
		b := &all[i]
		if !strings.HasPrefix(b.UID, "clearlane-") || len(b.UID) > 40 || uids[b.UID] {
			fault("%s: uid %q, must be clearlane-..., at most 40 bytes, and no other's", b.File, b.UID)
		}
		uids[b.UID] = true
		if b.Title == "" || b.Timezone != "utc" || b.Time.From == "" {
			fault("%s: a title, the time zone utc and a span are due", b.File)
		}
		for _, f := range b.check(sources) {
			fault("%s: %s", b.File, f)
		}
	}
	for _, q := range Queries(all) {
		if names[q.Name] {
			fault("%s: two queries of that name", q.Name)
		}
		names[q.Name] = true
	}
	return faults
}

func (b *Board) check(sources map[string]string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	used := map[string]bool{}
	for _, v := range b.Templating.List {
		if v.Name == "" || v.Label == "" || v.Description == "" {
			fault("variable %s: a name, a label and a description are due", v.Name)
		}
		if v.Type == "query" && sources[v.Datasource.UID] != v.Datasource.Type {
			fault("variable %s: data source %+v is not provisioned", v.Name, v.Datasource)
		}
		for _, name := range b.Used(v.Query) {
			used[name] = true
		}
	}
	ids := map[int]bool{}
	for i := range b.Panels {
		p := &b.Panels[i]
		if ids[p.ID] {
			fault("panel %s: id %d is another's too", p.Title, p.ID)
		}
		ids[p.ID] = true
		for _, f := range p.check(sources) {
			fault("panel %s: %s", p.Title, f)
		}
		for _, other := range b.Panels[:i] {
			if p.overlaps(&other) {
				fault("panel %s lies on %s", p.Title, other.Title)
			}
		}
		for _, t := range p.Targets {
			for _, name := range b.Used(t.SQL) {
				used[name] = true
			}
		}
	}
	for _, v := range b.Templating.List {
		if !used[v.Name] {
			fault("variable %s: no query uses it", v.Name)
		}
	}
	return faults
}

func (p *Panel) overlaps(o *Panel) bool {
	return p.Grid.X < o.Grid.X+o.Grid.W && o.Grid.X < p.Grid.X+p.Grid.W && p.Grid.Y < o.Grid.Y+o.Grid.H && o.Grid.Y < p.Grid.Y+p.Grid.H
}

// withLegend are the kinds of panels whose series need to be told apart.
var withLegend = []string{"timeseries", "barchart", "piechart"}

func (p *Panel) check(sources map[string]string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if p.Title == "" {
		fault("a title is due")
	}
	if p.Grid.X < 0 || p.Grid.X+p.Grid.W > 24 {
		fault("columns %d to %d, of 24", p.Grid.X, p.Grid.X+p.Grid.W)
	}
	if p.Type == "row" {
		return faults
	}
	if p.Description == "" || p.FieldConfig.Defaults.Unit == "" {
		fault("a description and a unit are due")
	}
	if slices.Contains(withLegend, p.Type) && (p.Options.Legend == nil || p.Options.Legend.DisplayMode == "") {
		fault("a legend is due")
	}
	if len(p.Targets) == 0 {
		fault("a query is due")
	}
	for _, t := range p.Targets {
		if t.Datasource != p.Datasource || sources[t.Datasource.UID] != t.Datasource.Type {
			fault("query %s: data source %+v of %+v is not provisioned", t.RefID, t.Datasource, p.Datasource)
		}
		switch t.Datasource.UID {
		case Prometheus:
			if t.Expr == "" || t.LegendFormat == "" || t.SQL != "" {
				fault("query %s: an expression and a legend are due", t.RefID)
			}
		case ClickHouse:
			if t.SQL == "" || t.Expr != "" {
				fault("query %s: SQL is due", t.RefID)
			}
			if timed := p.Type == "timeseries"; timed != (t.Format == 0) || timed != strings.Contains(t.SQL, "AS time") {
				fault("query %s: a time series has format 0 and a column time, nothing else has", t.RefID)
			}
		}
	}
	return faults
}
