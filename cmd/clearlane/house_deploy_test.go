package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"

	"github.com/clearlane/clearlane/pipeline/boards"
	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
)

// loadCompose reads a compose file by the rules of the specification, without an engine.
func loadCompose(t *testing.T, content []byte) (*types.Project, error) {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	details := types.ConfigDetails{WorkingDir: dir, ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yml", Content: content}}, Environment: types.Mapping{}}
	return loader.LoadWithContext(context.Background(), details)
}

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9][0-9a-z.-]*$`)

// checkCompose finds what a reader of the compose file would stumble over.
func checkCompose(p *types.Project) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		s := p.Services[name]
		if s.Build != nil {
			if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
				fault("%s: %v", name, err)
			}
		} else if !pinned.MatchString(s.Image) {
			fault("%s: image %q is not pinned", name, s.Image)
		}
		if s.Restart != types.RestartPolicyNo && s.HealthCheck == nil {
			fault("%s: no healthcheck", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				fault("%s: port %s is open beyond loopback", name, port.Published)
			}
		}
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				fault("%s: %v", name, err)
			}
		}
		if s.Privileged {
			fault("%s: privileged", name)
		}
	}
	return faults
}

func TestComposeFile(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadCompose(t, content)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range checkCompose(p) {
		t.Error(fault)
	}
	for _, name := range []string{"kafka", "clickhouse", "prometheus", "grafana", "clearlane"} {
		if _, ok := p.Services[name]; !ok {
			t.Errorf("no service %s", name)
		}
	}
	if command := p.Services["topics"].Command; !slices.Contains(command, "--create") || !slices.Contains(command, "--partitions") {
		t.Errorf("topics runs %q: on a new broker nobody makes them", command)
	}
}

func TestComposeFaultsAreFound(t *testing.T) {
	for planted, want := range map[string]string{
		"services: {a: {image: x:latest, restart: 'no'}}":                                "not pinned",
		"services: {a: {image: x, restart: 'no'}}":                                       "not pinned",
		"services: {a: {image: 'x:1.2'}}":                                                "no healthcheck",
		"services: {a: {image: 'x:1.2', restart: 'no', ports: ['9000:9000']}}":           "beyond loopback",
		"services: {a: {image: 'x:1.2', restart: 'no', volumes: ['./nowhere:/etc']}}":    "nowhere",
		"services: {a: {build: {context: ., dockerfile: deploy/Nofile}, restart: 'no'}}": "Nofile",
	} {
		p, err := loadCompose(t, []byte("name: planted\n"+planted))
		if err != nil {
			t.Fatalf("%s: %v", planted, err)
		}
		if faults := checkCompose(p); len(faults) != 1 || !strings.Contains(faults[0], want) {
			t.Errorf("%s: %q, want one with %q", planted, faults, want)
		}
	}
	if _, err := loadCompose(t, []byte("name: planted\nservices: {a: {image: x, port: 1}}")); err == nil {
		t.Error("a key that no compose file has was accepted")
	}
}

// dataSources are the uids that are provisioned for Grafana, each with its type.
func dataSources(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "deploy/grafana/provisioning/datasources/*.yaml"))
	must(t, err)
	sources := map[string]string{}
	for _, file := range files {
		var provisioned struct {
			Datasources []struct {
				UID, Type string
				Secure    map[string]string `yaml:"secureJsonData"`
			}
		}
		read(t, strings.TrimPrefix(file, root+"/"), yaml.Unmarshal, &provisioned)
		for _, s := range provisioned.Datasources {
			sources[s.UID] = s.Type
			for key, value := range s.Secure {
				if !strings.HasPrefix(value, "$") {
					t.Errorf("%s: %s is not taken from the environment", file, key)
				}
			}
		}
	}
	return sources
}

// The dashboards ask provisioned sources; the plugin and the password that these need are
// there when Grafana starts, and so is the dashboard it opens with.
func TestDashboardsAreProvisioned(t *testing.T) {
	all, err := boards.Load(os.DirFS(filepath.Join(root, "deploy/grafana/dashboards")))
	must(t, err)
	for _, fault := range boards.Check(all, dataSources(t)) {
		t.Error(fault)
	}
	content, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	must(t, err)
	p, err := loadCompose(t, content)
	must(t, err)
	grafana, clickhouse := p.Services["grafana"], p.Services["clickhouse"]
	set := func(s types.ServiceConfig, name string) string {
		if v := s.Environment[name]; v != nil {
			return *v
		}
		return ""
	}
	if plugins := set(grafana, "GF_PLUGINS_PREINSTALL_SYNC"); !regexp.MustCompile(`^grafana-clickhouse-datasource@\d+\.\d+\.\d+$`).MatchString(plugins) {
		t.Errorf("the plugin is %q, must be pinned", plugins)
	}
	home := set(grafana, "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
	if !slices.ContainsFunc(all, func(b boards.Board) bool { return home == "/var/lib/grafana/dashboards/"+b.File }) {
		t.Errorf("Grafana opens with %q, which is no dashboard", home)
	}
	const password = "CLICKHOUSE_GRAFANA_PASSWORD"
	if a, b := set(grafana, password), set(clickhouse, password); a == "" || a != b {
		t.Errorf("Grafana has the password %q, ClickHouse %q", a, b)
	}
	if _, ok := grafana.DependsOn["clickhouse"]; !ok {
		t.Error("Grafana does not wait for ClickHouse")
	}
	var users struct {
		Users struct {
			Grafana struct {
				Password struct {
					Env string `xml:"from_env,attr"`
				} `xml:"password"`
				Profile string   `xml:"profile"`
				Grants  []string `xml:"grants>query"`
			} `xml:"grafana"`
		} `xml:"users"`
		ReadOnly int `xml:"profiles>dashboards>readonly"`
	}
	read(t, "deploy/clickhouse/grafana.xml", xml.Unmarshal, &users)
	g := users.Users.Grafana
	if g.Password.Env != password || g.Profile != "dashboards" || users.ReadOnly != 1 || len(g.Grants) != 1 || g.Grants[0] != "GRANT SELECT ON clearlane.*" {
		t.Errorf("the user of the dashboards is %+v, read only %d", g, users.ReadOnly)
	}
}

// The sample configuration is read like any other, and nothing in it is out of date.
func TestSampleConfiguration(t *testing.T) {
	c, err := config.Load(config.Source{File: filepath.Join(root, "deploy/clearlane.yaml"), Env: []string{"CLEARLANE_CLICKHOUSE_PASSWORD=x"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.ClickHouse.Password != "x" || len(c.Kafka.Brokers) != 1 || c.Kafka.Brokers[0] != "kafka:19092" {
		t.Errorf("read as %+v", c)
	}
}

// metricUse is a metric in an expression, with what it is picked by.
var (
	metricUse = regexp.MustCompile(`\b(clearlane_[a-z_]+)(?:\{([^}]*)\})?`)
	picked    = regexp.MustCompile(`([a-z_]+)[=!]~?"([^"]*)"`)
)

// exposedMetrics are the labels and the meaning of every metric, as clearlane metrics
// prints them.
func exposedMetrics(t *testing.T) map[string][2]string {
	t.Helper()
	var table strings.Builder
	if err := serve.WriteReference(&table); err != nil {
		t.Fatal(err)
	}
	exposed := map[string][2]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| [a-z]+ \\| (.*?) \\| (.*) \\|$").FindAllStringSubmatch(table.String(), -1) {
		exposed[row[1]] = [2]string{row[2] + "`le`", row[3]}
	}
	if len(exposed) == 0 {
		t.Fatal("no metrics were read")
	}
	return exposed
}

// unknownMetrics are the metrics, labels and values that an expression uses and nobody
// exposes. The values of a label stand in the metric's meaning, those of routes apart.
func unknownMetrics(exposed map[string][2]string, expr string) (unknown []string) {
	for _, use := range metricUse.FindAllStringSubmatch(expr, -1) {
		known, ok := exposed[use[1]]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if !ok {
				known, ok = exposed[strings.TrimSuffix(use[1], suffix)]
			}
		}
		if !ok {
			unknown = append(unknown, use[1])
		}
		for _, p := range picked.FindAllStringSubmatch(use[2], -1) {
			if ok && !strings.Contains(known[0], "`"+p[1]+"`") {
				unknown = append(unknown, use[1]+" by "+p[1])
			}
			for _, value := range strings.Split(p[2], "|") {
				if ok && p[1] != "route" && !strings.Contains(known[1], value) {
					unknown = append(unknown, use[1]+" of "+value)
				}
			}
		}
	}
	return unknown
}

// Dashboards and alerts ask only for metrics that the program exposes.
func TestDashboardsAndAlertsKnowTheMetrics(t *testing.T) {
	exposed := exposedMetrics(t)
	for planted, want := range map[string]string{
		`rate(clearlane_nothing_total[5m])`:                  "clearlane_nothing_total",
		`clearlane_partition_phase{cause="live"}`:            "clearlane_partition_phase by cause",
		`clearlane_partition_phase{phase=~"live|sleeping"}`:  "clearlane_partition_phase of sleeping",
		`rate(clearlane_stage_seconds_bucket{le="0.1"}[5m])`: "clearlane_stage_seconds_bucket of 0.1",
	} {
		if u := unknownMetrics(exposed, planted); len(u) != 1 || u[0] != want {
			t.Errorf("%s: the check finds %v", planted, u)
		}
	}
	all, err := boards.Load(os.DirFS(filepath.Join(root, "deploy/grafana/dashboards")))
	must(t, err)
	asked := 0
	for _, board := range all {
		for _, p := range board.Panels {
			for _, target := range p.Targets {
				asked += len(target.Expr)
				for _, name := range unknownMetrics(exposed, target.Expr) {
					t.Errorf("%s, panel %s: %s is not exposed", board.UID, p.Title, name)
				}
			}
		}
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	read(t, "deploy/prometheus/alerts.yml", yaml.Unmarshal, &alerts)
	if asked == 0 || len(alerts.Groups) == 0 {
		t.Fatal("no panels or no alerts were read")
	}
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			if r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
				t.Errorf("alert %s: a severity, a summary and an action are due", r.Alert)
			}
			for _, name := range unknownMetrics(exposed, r.Expr) {
				t.Errorf("alert %s: %s is not exposed", r.Alert, name)
			}
		}
	}
}

func read(t *testing.T, path string, unmarshal func([]byte, any) error, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarshal(content, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
