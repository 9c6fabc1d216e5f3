package boards

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// The data sources that dashboards may name, by their uid in deploy/grafana/provisioning.
const (
	Prometheus = "prometheus"
	ClickHouse = "clickhouse"
)

// Source names a data source as a panel does.
type Source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Board is one dashboard. Only what this package uses is read.
type Board struct {
	File  string `json:"-"`
	UID   string `json:"uid"`
	Title string `json:"title"`
	Time  struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Timezone   string `json:"timezone"`
	Templating struct {
		List []Variable `json:"list"`
	} `json:"templating"`
	Panels []Panel `json:"panels"`
}

// Variable is one choice above a dashboard: of kind "query" with what its query finds, or
// of kind "custom" with a list of its own.
type Variable struct {
	Name        string   `json:"name"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Type        string   `json:"type"`
	Datasource  Source   `json:"datasource"`
	Query       string   `json:"query"`
	Multi       bool     `json:"multi"`
	IncludeAll  bool     `json:"includeAll"`
	Options     []Option `json:"options"`
	Current     struct {
		Value any `json:"value"`
	} `json:"current"`
}

// Option is one value of a custom variable.
type Option struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// Panel is one picture, or a row's title.
type Panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Datasource  Source `json:"datasource"`
	Grid        struct {
		H, W, X, Y int
	} `json:"gridPos"`
	MinInterval string      `json:"interval"`
	MaxPoints   int         `json:"maxDataPoints"`
	FieldConfig FieldConfig `json:"fieldConfig"`
	Options     Options     `json:"options"`
	Targets     []Target    `json:"targets"`
	Inside      []Panel     `json:"panels"` // of a collapsed row; Load puts them behind it too
}

// FieldConfig says how values are shown.
type FieldConfig struct {
	Defaults  Field `json:"defaults"`
	Overrides []struct {
		Matcher struct {
			ID      string `json:"id"`
			Options string `json:"options"`
		} `json:"matcher"`
		Properties []struct {
			ID    string `json:"id"`
			Value any    `json:"value"`
		} `json:"properties"`
	} `json:"overrides"`
}

// Field is how a column is shown where no override says otherwise.
type Field struct {
	Unit        string `json:"unit"`
	DisplayName string `json:"displayName"`
	Custom      struct {
		DrawStyle string `json:"drawStyle"`
		Stacking  struct {
			Mode string `json:"mode"`
		} `json:"stacking"`
	} `json:"custom"`
}

// Options are those of a panel's kind.
type Options struct {
	Orientation string `json:"orientation"`
	Stacking    string `json:"stacking"`
	Legend      *struct {
		DisplayMode string `json:"displayMode"`
	} `json:"legend"`
}

// Target is one query of a panel: SQL or PromQL.
type Target struct {
	RefID        string `json:"refId"`
	Datasource   Source `json:"datasource"`
	SQL          string `json:"rawSql"`
	Format       int    `json:"format"` // of SQL: 0 a time series, 1 a table
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
}

// Load reads all dashboards of a folder, by name.
func Load(fsys fs.FS) ([]Board, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("dashboards: no .json file in the folder")
	}
	var all []Board
	for _, name := range names {
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		b := Board{File: name}
		if err := json.Unmarshal(content, &b); err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		var flat []Panel
		for _, p := range b.Panels {
			flat = append(append(flat, p), p.Inside...)
		}
		b.Panels = flat
		all = append(all, b)
	}
	return all, nil
}

// Query is one SQL query of a dashboard: of a panel, or of a variable.
type Query struct {
	// Name is "uid / panel's title" with " / refId" where a panel has several, or
	// "uid / $variable": unique among all dashboards.
	Name  string
	Board *Board
	Panel *Panel // nil for a variable's
	SQL   string
}

// Queries are all SQL queries of the dashboards, those of variables first in each.
func Queries(all []Board) (queries []Query) {
	for i := range all {
		b := &all[i]
		for _, v := range b.Templating.List {
			if v.Type == "query" {
				queries = append(queries, Query{Name: b.UID + " / $" + v.Name, Board: b, SQL: v.Query})
			}
		}
		for j := range b.Panels {
			p := &b.Panels[j]
			for _, t := range p.Targets {
				if t.SQL == "" {
					continue
				}
				name := b.UID + " / " + p.Title
				if len(p.Targets) > 1 {
					name += " / " + t.RefID
				}
				queries = append(queries, Query{Name: name, Board: b, Panel: p, SQL: t.SQL})
			}
		}
	}
	return queries
}

// Expand is the SQL that reaches the server. The view's interval is the one that Grafana
// works out for the panel, or 1 s for a variable.
func (q *Query) Expand(v View) (sql string, err error) {
	if v.interval, err = q.Step(v); err == nil {
		sql, err = expand(q.SQL, q.Board.Templating.List, v)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", q.Name, err)
	}
	return sql, nil
}

// Step is the width of the steps of time that a query is asked for in a view.
func (q *Query) Step(v View) (time.Duration, error) {
	if q.Panel == nil {
		return time.Second, nil
	}
	return q.Panel.Step(v)
}

// Step is the width of the steps of time in which Grafana asks for a view.
func (p *Panel) Step(v View) (time.Duration, error) {
	least, err := minInterval(p.MinInterval)
	if err != nil {
		return 0, err
	}
	return interval(v.To.Sub(v.From), p.points(), least), nil
}

// columnPixels is about how wide one of the grid's 24 columns is on a screen of 1,600.
const columnPixels = 66

// points is in how many steps Grafana asks for a span: those of the panel, else one a pixel
// of its width.
func (p *Panel) points() int {
	if p.MaxPoints > 0 {
		return p.MaxPoints
	}
	return max(1, p.Grid.W*columnPixels)
}

// Used are the variables of a board that a text names.
func (b *Board) Used(sql string) (names []string) {
	for _, m := range variable.FindAllStringSubmatch(sql, -1) {
		name, _ := named(m)
		if slices.ContainsFunc(b.Templating.List, func(v Variable) bool { return v.Name == name }) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
