package plot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/boards"
)

// Frame is the result of a query: text, int64, float64, time.Time or nil in each cell.
type Frame struct {
	Columns []string
	Rows    [][]any
	Err     error
}

// series is one line of a picture over time, or one colour of bars.
type series struct {
	name   string
	colour string
	at     []time.Time // of a picture over time
	values []float64
}

// palette is what series without a colour of their own take, in turn.
var palette = []string{"#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0", "#508642", "#cca300",
	"#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62"}

// named are Grafana's names of colours that the dashboards use.
var named = map[string]string{"green": "#73bf69", "yellow": "#fade2a", "orange": "#ff9830", "red": "#f2495c", "purple": "#b877d9", "semi-dark-red": "#e02f44"}

// property is what an override says of a column.
func property(p *boards.Panel, column, id string) any {
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.Options == column {
			for _, x := range o.Properties {
				if x.ID == id {
					return x.Value
				}
			}
		}
	}
	return nil
}

func colour(p *boards.Panel, name string, i int) string {
	if o, ok := property(p, name, "color").(map[string]any); ok {
		if fixed, ok := o["fixedColor"].(string); ok {
			return cmp.Or(named[fixed], fixed)
		}
	}
	return palette[i%len(palette)]
}

func unit(p *boards.Panel, column string) string {
	if u, ok := property(p, column, "unit").(string); ok {
		return u
	}
	return p.FieldConfig.Defaults.Unit
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, v == v
	}
	return 0, false
}

// overTime makes series of a result with times: a column of numbers is one, or one for each
// value of the columns of text, as Grafana makes them of a long form.
func overTime(p *boards.Panel, f *Frame) []*series {
	var made []*series
	for _, row := range f.Rows {
		at, ok := row[0].(time.Time)
		if !ok {
			continue
		}
		label := ""
		for _, v := range row[1:] {
			if s, ok := v.(string); ok {
				label += s
			}
		}
		for i, v := range row[1:] {
			n, ok := number(v)
			if !ok {
				continue
			}
			name := f.Columns[i+1]
			if label != "" {
				name = strings.TrimSpace(name + " " + label)
				if strings.HasPrefix(p.FieldConfig.Defaults.DisplayName, "${__field.labels.") {
					name = label
				}
			}
			k := slices.IndexFunc(made, func(s *series) bool { return s.name == name })
			if k < 0 {
				k = len(made)
				made = append(made, &series{name: name, colour: colour(p, name, k)})
			}
			made[k].at, made[k].values = append(made[k].at, at), append(made[k].values, n)
		}
	}
	return made
}

// byColumn makes a series of every column of numbers, and takes the first column of text as
// the names of what is compared.
func byColumn(p *boards.Panel, f *Frame) (names []string, made []*series) {
	for i, column := range f.Columns {
		var s *series
		for _, row := range f.Rows {
			if text, ok := row[i].(string); ok && i == 0 {
				names = append(names, text)
			} else if n, ok := number(row[i]); ok {
				if s == nil {
					s = &series{name: column, colour: colour(p, column, len(made))}
					made = append(made, s)
				}
				s.values = append(s.values, n)
			}
		}
	}
	return names, made
}
