package main

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/land/landtest"
)

// A question is asked of the configuration's ClickHouse and answered in every form.
func TestQueryAsksTheConfiguredServer(t *testing.T) {
	x, set := landtest.Load(t)
	to := []string{"--set", "clickhouse.protocol=http", "--set", "clickhouse.addrs=" + x.Land.ClickHouse.Addrs[0], "--set", "clickhouse.database=" + x.DB}
	run := func(want int, args ...string) (out, errs string) {
		t.Helper()
		code, out, errs := command(t, nil, append(append([]string{"query"}, args...), to...)...)
		if code != want {
			t.Fatalf("query %v: exit %d, want %d\n%s%s", args, code, want, out, errs)
		}
		return out, errs
	}
	span := []string{"--from", "1970-01-01", "--to", "2100-01-01"}
	out, _ := run(exitOK, append([]string{"routes-by-value", "--format", "json"}, span...)...)
	var rows []struct {
		Shipments int
		Value     string `json:"declared_value"`
	}
	must(t, json.Unmarshal([]byte(out), &rows))
	sum := 0
	for _, r := range rows {
		sum += r.Shipments
	}
	if sum != len(set.Newest()) || !strings.Contains(rows[0].Value, ".") {
		t.Errorf("%d shipments, want %d; %+v", sum, len(set.Newest()), rows)
	}
	out, errs := run(exitOK, append([]string{"reasons", "--format", "csv", "--limit", "3", "--param", "severity=HARD"}, span...)...)
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	must(t, err)
	if len(records) != 4 || records[1][1] != "HARD" || !strings.Contains(errs, "the first 3 rows") {
		t.Errorf("%q, %s", records, errs)
	}
	if out, _ = run(exitOK, append([]string{"reasons", "--format", "ndjson"}, span...)...); strings.Count(out, "\n") < 10 {
		t.Errorf("%s", out)
	}
	if out, _ = run(exitOK, append([]string{"reasons"}, span...)...); !strings.HasPrefix(out, "code  ") {
		t.Errorf("%s", out)
	}
	nothing := []string{"--from", "1970-01-01", "--to", "1970-01-02"}
	if out, errs = run(exitOK, append([]string{"routes-by-value"}, nothing...)...); !strings.HasPrefix(out, "currency  ") || strings.Count(out, "\n") != 2 ||
		errs != "clearlane: no rows from 1970-01-01 00:00:00.000 to 1970-01-02 00:00:00.000 (UTC)\n" {
		t.Errorf("of nothing: %s%s", out, errs)
	}
	if out, _ = run(exitOK, append([]string{"routes-by-value", "--format", "csv"}, nothing...)...); !strings.HasPrefix(out, "currency,route,") {
		t.Errorf("of nothing: %s", out)
	}
	for want, args := range map[string][]string{
		`parameter from: "2026-10-09"; allowed: what is before parameter to, "2026-10-0`: {"reasons", "--from", "2026-10-09", "--to", "2026-10-09"},
		`query "reason" is not known; the nearest is "reasons"`:                          {"reason"},
		`parameter severity: "hard"; allowed: ANY, INFO, SOFT, HARD`:                     {"reasons", "--param", "severity=hard"},
		`parameter from: "monday"; allowed: a time like 2026-10-05T08:00:00Z`:            {"reasons", "--from", "monday"},
		`parameter from: not one of query table-sizes; allowed: limit`:                   {"table-sizes", "--from", "now"},
		`--format "xml"; table, csv, json, ndjson are allowed`:                           {"reasons", "--format", "xml"},
		`--param "severity"; name=value is allowed`:                                      {"reasons", "--param", "severity"},
		`parameter order_key: is missing; query order-decisions needs it: key of the or`: {"order-decisions"},
	} {
		if _, errs := run(exitUsage, args...); !strings.Contains(errs, want) {
			t.Errorf("%v: %s, want %s", args, errs, want)
		}
	}
	to = append(to, "--set", "clickhouse.database="+x.DB+"_other")
	if _, errs := run(exitFault, "reasons"); !strings.Contains(errs, "database "+x.DB+"_other") || !strings.Contains(errs, "tables are not there") {
		t.Error(errs)
	}
	to = append(to, "--set", "clickhouse.addrs=127.0.0.1:1")
	if _, errs := run(exitFault, "reasons"); !strings.Contains(errs, "127.0.0.1:1") || !strings.Contains(errs, "refused") || strings.Contains(errs, "http://") {
		t.Error(errs)
	}
}

// What can be asked, and how, is told without a server.
func TestQueriesExplainThemselves(t *testing.T) {
	say := func(args ...string) string {
		t.Helper()
		code, out, errs := command(t, nil, append([]string{"query"}, args...)...)
		if code != exitOK {
			t.Fatalf("query %v: exit %d\n%s", args, code, errs)
		}
		return out
	}
	if list := say(); list != say("--list") || strings.Count(list, "?\n") < 20 {
		t.Errorf("%s", list)
	}
	if sql := say("reasons", "--sql"); !strings.HasPrefix(sql, "SELECT") || !strings.Contains(sql, "{from:DateTime64(3, 'UTC')}") {
		t.Errorf("%s", sql)
	}
	if help := say("reasons", "--help"); !strings.Contains(help, "severity") || !strings.Contains(help, "allowed: ANY, INFO, SOFT, HARD") {
		t.Errorf("%s", help)
	}
	if help := say("--help"); !strings.Contains(help, "--param") {
		t.Errorf("%s", help)
	}
}
