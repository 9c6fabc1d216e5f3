package boards

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clearlane/clearlane/pipeline/boards/source"
)

const grafana = "../../deploy/grafana/"

var provisioned = map[string]string{Prometheus: "prometheus", ClickHouse: "grafana-clickhouse-datasource"}

func load(t *testing.T) []Board {
	t.Helper()
	all, err := Load(os.DirFS(grafana + "dashboards"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDashboardsAreWhatTheirSourcesSay(t *testing.T) {
	made, err := source.Generate(os.DirFS(grafana + "boards"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range made {
		got, err := os.ReadFile(grafana + "dashboards/" + name)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not what make generate writes (%v)", name, err)
		}
	}
	if all := load(t); len(all) != len(made) {
		t.Errorf("%d dashboards, %d sources", len(all), len(made))
	}
}

func TestDashboardsHaveNoFaultOfForm(t *testing.T) {
	all := load(t)
	for _, fault := range Check(all, provisioned) {
		t.Error(fault)
	}
	if len(Queries(all)) < 20 {
		t.Errorf("only %d queries were found", len(Queries(all)))
	}
}

// Every fault that is planted in a good dashboard is found.
func TestFaultsOfFormAreFound(t *testing.T) {
	const good = `{"uid": "clearlane-x", "title": "X", "timezone": "utc", "time": {"from": "now-1h"},
		"templating": {"list": [{"name": "port", "label": "Port", "description": "d", "type": "query", "query": "SELECT 1", "datasource": {"type": "grafana-clickhouse-datasource", "uid": "clickhouse"}}]},
		"panels": [
			{"id": 1, "type": "row", "title": "R", "gridPos": {"h": 1, "w": 24, "x": 0, "y": 0}},
			{"id": 2, "type": "timeseries", "title": "T", "description": "d", "gridPos": {"h": 8, "w": 12, "x": 0, "y": 1}, "datasource": {"type": "grafana-clickhouse-datasource", "uid": "clickhouse"},
				"fieldConfig": {"defaults": {"unit": "short"}}, "options": {"legend": {"displayMode": "list"}},
				"targets": [{"refId": "A", "datasource": {"type": "grafana-clickhouse-datasource", "uid": "clickhouse"}, "rawSql": "SELECT a AS time, ${port}", "format": 0}]},
			{"id": 3, "type": "stat", "title": "P", "description": "d", "gridPos": {"h": 8, "w": 12, "x": 12, "y": 1}, "datasource": {"type": "prometheus", "uid": "prometheus"},
				"fieldConfig": {"defaults": {"unit": "short"}}, "targets": [{"refId": "A", "datasource": {"type": "prometheus", "uid": "prometheus"}, "expr": "up", "legendFormat": "up"}]}]}`
	check := func(content string) []string {
		all, err := Load(fstest.MapFS{"x.json": {Data: []byte(content)}})
		if err != nil {
			t.Fatal(err)
		}
		return Check(all, provisioned)
	}
	if faults := check(good); len(faults) > 0 {
		t.Fatalf("a good dashboard: %q", faults)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"uid": "clearlane-x"`, `"uid": "x"`, "uid"},
		{`"timezone": "utc"`, `"timezone": "browser"`, "time zone"},
		{`"label": "Port"`, `"label": ""`, "a label"},
		{`"query": "SELECT 1", "datasource": {"type": "grafana-clickhouse-datasource"`, `"query": "SELECT 1", "datasource": {"type": "clickhouse"`, "not provisioned"},
		{`${port}`, `1`, "no query uses it"},
		{`"id": 3`, `"id": 2`, "another's too"},
		{`"title": "T"`, `"title": ""`, "a title"},
		{`"description": "d", "gridPos"`, `"description": "", "gridPos"`, "a description"},
		{`"defaults": {"unit": "short"}}, "options"`, `"defaults": {"unit": ""}}, "options"`, "a unit"},
		{`"displayMode": "list"`, `"displayMode": ""`, "a legend"},
		{`"x": 12`, `"x": 11`, "lies on"},
		{`"x": 12`, `"x": 13`, "columns"},
		{`"format": 0`, `"format": 1`, "format 0"},
		{`a AS time`, `a AS t`, "format 0"},
		{`"legendFormat": "up"`, `"legendFormat": ""`, "a legend are due"},
		{`"rawSql": "SELECT a AS time, ${port}"`, `"rawSql": ""`, "SQL is due"},
	} {
		planted := strings.Replace(good, c.old, c.new, 1)
		if planted == good || !json.Valid([]byte(planted)) {
			t.Fatalf("%s was not planted", c.new)
		}
		if faults := check(planted); !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }) {
			t.Errorf("%s: %q, want one with %q", c.new, faults, c.want)
		}
	}
}
