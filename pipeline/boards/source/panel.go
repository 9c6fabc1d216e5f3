package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// steps is in how many steps of time a span is shown at most: with one a pixel, as
// Grafana would ask for, bars could not be told from each other.
const steps = 120

// kind is what the panels of a kind have in common.
type kind struct {
	grafana string
	format  int    // of SQL: 0 a time series, 1 a table
	query   string // the same in words, for the plugin's editor
	custom  object
	options object
}

var (
	legendBelow = object{"displayMode": "list", "placement": "bottom", "showLegend": true}
	legendRight = object{"displayMode": "table", "placement": "right", "showLegend": true, "values": []string{"value", "percent"}}
	allTooltips = object{"mode": "multi", "sort": "desc"}
	lastValue   = object{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
)

var kinds = map[string]kind{
	"stat": {grafana: "stat", format: 1, query: "table",
		options: object{"reduceOptions": lastValue, "colorMode": "none", "graphMode": "none", "textMode": "value", "justifyMode": "center"}},
	"stats": {grafana: "stat", format: 1, query: "table",
		options: object{"reduceOptions": lastValue, "colorMode": "none", "graphMode": "none", "textMode": "value_and_name", "justifyMode": "center"}},
	"bars": {grafana: "timeseries", query: "timeseries",
		custom:  object{"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "showPoints": "never", "barAlignment": 1, "stacking": object{"mode": "normal", "group": "A"}},
		options: object{"legend": legendBelow, "tooltip": allTooltips}},
	"lines": {grafana: "timeseries", query: "timeseries",
		custom:  object{"drawStyle": "line", "fillOpacity": 10, "lineWidth": 1, "showPoints": "auto", "spanNulls": false},
		options: object{"legend": legendBelow, "tooltip": allTooltips}},
	"areas": {grafana: "timeseries", query: "timeseries",
		custom:  object{"drawStyle": "line", "fillOpacity": 20, "lineWidth": 1, "showPoints": "never", "stacking": object{"mode": "normal", "group": "A"}},
		options: object{"legend": legendBelow, "tooltip": allTooltips}},
	"barchart": {grafana: "barchart", format: 1, query: "table",
		custom:  object{"fillOpacity": 80, "lineWidth": 0},
		options: object{"orientation": "horizontal", "xTickLabelMaxLength": 40, "barWidth": 0.8, "groupWidth": 0.8, "showValue": "auto", "tooltip": allTooltips, "legend": legendBelow}},
	"pie": {grafana: "piechart", format: 1, query: "table",
		options: object{"pieType": "donut", "reduceOptions": lastValue, "legend": legendRight, "tooltip": object{"mode": "single"}, "displayLabels": []string{"percent"}}},
	"table": {grafana: "table", format: 1, query: "table",
		custom:  object{"align": "auto", "filterable": true},
		options: object{"showHeader": true, "cellHeight": "sm"}},
}

// colours of what has one meaning on all dashboards, by the name of its column.
var colours = map[string]string{
	"RELEASE": "green", "DOCUMENT_REVIEW": "yellow", "HIGH_RISK_CONTROL": "red",
	"NOT_CLAIMED": "#8e8e8e", "ELIGIBLE": "green", "PENDING": "yellow", "SUSPENDED": "red",
	"clean": "green", "none": "#8e8e8e", "drift": "yellow", "likely": "orange", "certain": "red",
	"false labels": "red", "joined": "green", "waiting": "yellow", "expired": "red",
	"VERIFIED": "green", "no answer": "#8e8e8e", "UNAVAILABLE": "yellow", "NOT_FOUND": "orange", "INVALID": "purple", "EXPIRED": "semi-dark-red", "REVOKED": "red",
}

func (p *panel) object() (object, error) {
	k, ok := kinds[p.Kind]
	if !ok {
		return nil, fmt.Errorf("kind %q; %v are allowed", p.Kind, slices.Sorted(maps.Keys(kinds)))
	}
	if (p.SQL == "") == (len(p.PromQL) == 0) {
		return nil, fmt.Errorf("sql or promql is due, and one of them only")
	}
	options := maps.Clone(k.options)
	if p.Stacked {
		options["stacking"] = "normal"
	}
	defaults := object{"unit": p.Unit}
	if p.Kind != "table" {
		defaults["min"] = 0
	}
	if k.custom != nil {
		defaults["custom"] = k.custom
	}
	if p.Name != "" {
		defaults["displayName"] = p.Name
	}
	o := object{"type": k.grafana, "title": p.Title, "description": p.Description, "options": options,
		"fieldConfig": object{"defaults": defaults, "overrides": p.overrides()}}
	if p.Interval != "" {
		o["interval"] = p.Interval
	}
	if k.format == 0 && p.SQL != "" {
		o["maxDataPoints"] = steps
	}
	p.targets(o, k)
	return o, nil
}

// targets puts the queries and their source into a panel.
func (p *panel) targets(o object, k kind) {
	if p.SQL != "" {
		o["datasource"] = clickhouse
		o["targets"] = []object{{"refId": "A", "datasource": clickhouse, "editorType": "sql", "queryType": k.query, "format": k.format, "rawSql": sql(p.SQL)}}
		return
	}
	targets := []object{}
	for i, q := range p.PromQL {
		targets = append(targets, object{"refId": string(rune('A' + i)), "datasource": prometheus, "expr": q.Expr, "legendFormat": q.Legend})
	}
	o["datasource"], o["targets"] = prometheus, targets
}

func (p *panel) overrides() []object {
	made := []object{}
	override := func(column, id string, value any) {
		made = append(made, object{"matcher": object{"id": "byName", "options": column}, "properties": []object{{"id": id, "value": value}}})
	}
	for _, column := range slices.Sorted(maps.Keys(p.Units)) {
		override(column, "unit", p.Units[column])
	}
	if p.Link != "" {
		override(p.Link, "links", []object{{"title": "Show this one", "url": "/d/clearlane-sites?var-" + p.Link + "=${__value.raw:percentencode}&${__url_time_range}"}})
	}
	switch p.Kind {
	case "bars", "lines", "areas", "pie", "barchart":
		for _, name := range slices.Sorted(maps.Keys(colours)) {
			if strings.Contains(p.SQL, " AS "+name) || strings.Contains(p.SQL, ` AS "`+name+`"`) {
				override(name, "color", object{"mode": "fixed", "fixedColor": colours[name]})
			}
		}
	}
	return made
}
