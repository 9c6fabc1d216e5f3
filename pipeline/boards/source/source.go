package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// board is a file. Panels flow from left to right, and into the next line where the 24
// columns of the grid are used up.
type board struct {
	UID         string
	Title       string
	Description string
	From        string // beginning of the span at first sight, such as now-24h
	Refresh     string
	Variables   []variable
	Rows        []row
}

// variable is a choice above the dashboard: what its SQL finds, or a list.
type variable struct {
	Name        string
	Label       string
	Description string
	All         bool // several may be chosen, and All
	SQL         string
	Choices     []string
	Default     string
}

// row is a line with a title, and the panels below it. Those of a collapsed row ask nothing
// before it is opened; it is the last of its dashboard.
type row struct {
	Title     string
	Height    int
	Collapsed bool
	Panels    []panel
}

// panel is one picture of a kind: stat, stats (one a column), bars (steps of time, stacked),
// lines and areas (over time), barchart, pie or table.
type panel struct {
	Title       string
	Description string
	Kind        string
	Width       int
	Unit        string
	Interval    string            // of bars and lines: the least width of a step
	Name        string            // of what a series is called, when not its column
	Units       map[string]string // by column, of a table
	Stacked     bool              // of a barchart: its columns lie on each other
	Link        string            // of a table: the column that leads to the dashboard of sites
	SQL         string
	PromQL      []promQL
}

type promQL struct{ Expr, Legend string }

// Generate makes the dashboards of all files, by name of the JSON file.
func Generate(fsys fs.FS) (map[string][]byte, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	made := map[string][]byte{}
	for _, name := range names {
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if made[strings.TrimSuffix(name, ".yaml")+".json"], err = generate(content); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return made, nil
}

func generate(content []byte) ([]byte, error) {
	var b board
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&b); err != nil {
		return nil, err
	}
	made, err := b.dashboard()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err = e.Encode(made)
	return out.Bytes(), err
}
