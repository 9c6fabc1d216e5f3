package source

import (
	"fmt"
	"strings"
)

// object is one of JSON.
type object = map[string]any

// schemaVersion is that of the dashboards of Grafana 12.1.
const schemaVersion = 41

// columns are those of Grafana's grid.
const columns = 24

var (
	prometheus = object{"type": "prometheus", "uid": "prometheus"}
	clickhouse = object{"type": "grafana-clickhouse-datasource", "uid": "clickhouse"}
)

func (b *board) dashboard() (object, error) {
	panels, err := b.panels()
	if err != nil {
		return nil, err
	}
	variables := []object{}
	for i := range b.Variables {
		variables = append(variables, b.Variables[i].object())
	}
	return object{
		"uid": b.UID, "title": b.Title, "description": b.Description, "tags": []string{"clearlane"},
		"schemaVersion": schemaVersion, "editable": false, "graphTooltip": 1, "timezone": "utc",
		"time": object{"from": b.From, "to": "now"}, "refresh": b.Refresh,
		"templating": object{"list": variables}, "annotations": object{"list": []object{}}, "panels": panels,
		"links": []object{{"type": "dashboards", "title": "Clearlane", "tags": []string{"clearlane"}, "asDropdown": true, "includeVars": false, "keepTime": true}},
	}, nil
}

func (b *board) panels() (made []object, err error) {
	id, y := 0, 0
	for i, r := range b.Rows {
		if r.Collapsed && i < len(b.Rows)-1 {
			return nil, fmt.Errorf("row %s: only the last one may be collapsed", r.Title)
		}
		id++
		line := object{"id": id, "type": "row", "title": r.Title, "collapsed": r.Collapsed, "gridPos": grid(1, columns, 0, y)}
		made = append(made, line)
		inside := []object{}
		y++
		x := 0
		for i := range r.Panels {
			p := &r.Panels[i]
			if p.Width < 1 || p.Width > columns || r.Height < 2 {
				return nil, fmt.Errorf("panel %s: width %d of 1 to %d, height %d of 2 or more", p.Title, p.Width, columns, r.Height)
			}
			if x+p.Width > columns {
				x, y = 0, y+r.Height
			}
			id++
			o, err := p.object()
			if err != nil {
				return nil, fmt.Errorf("panel %s: %w", p.Title, err)
			}
			o["id"], o["gridPos"] = id, grid(r.Height, p.Width, x, y)
			if r.Collapsed {
				inside = append(inside, o)
			} else {
				made = append(made, o)
			}
			x += p.Width
		}
		line["panels"] = inside
		y += r.Height
	}
	return made, nil
}

func grid(h, w, x, y int) object { return object{"h": h, "w": w, "x": x, "y": y} }

func (v *variable) object() object {
	o := object{"name": v.Name, "label": v.Label, "description": v.Description, "hide": 0, "skipUrlSync": false}
	if v.SQL == "" {
		options := []object{}
		for _, c := range v.Choices {
			options = append(options, object{"text": c, "value": c, "selected": c == v.Default})
		}
		o["type"], o["query"], o["options"] = "custom", strings.Join(v.Choices, ","), options
		o["multi"], o["includeAll"] = false, false
		o["current"] = object{"text": v.Default, "value": v.Default}
		return o
	}
	// refresh 2: asked again when the span of time changes; sort 0: as the query sorts.
	o["type"], o["datasource"], o["query"], o["refresh"], o["sort"] = "query", clickhouse, sql(v.SQL), 2, 0
	o["multi"], o["includeAll"], o["options"] = v.All, v.All, []object{}
	switch {
	case v.All:
		o["current"] = object{"text": []string{"All"}, "value": []string{"$__all"}}
	case v.Default != "":
		o["current"] = object{"text": v.Default, "value": v.Default}
	}
	return o
}

// sql is a query as it is sent: without the file's last line break.
func sql(s string) string { return strings.TrimSpace(s) }
