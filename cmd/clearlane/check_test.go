package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land"
)

func TestCheckNamesTheFilesAtFault(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	must(t, os.WriteFile(bad, []byte("nothing: 1\n"), 0o600))
	code, out, errs := command(t, nil, "check", "--timeout", "300ms", "--set", "roles=score", "--set", "kafka.brokers=127.0.0.1:1",
		"--set", "data_dir="+bad, "--set", "policy.file="+bad, "--set", "geo.file="+bad)
	if code != exitFault || !strings.Contains(errs, "faults found") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, %s", code, errs)
	}
	for _, subject := range []string{"data_dir", "policy.file", "geo.file"} {
		if !regexp.MustCompile(`(?m)^FAULT +` + regexp.QuoteMeta(subject) + ` +` + regexp.QuoteMeta(bad)).MatchString(out) {
			t.Errorf("no FAULT of %s that names the file:\n%s", subject, out)
		}
	}
}

func TestCheckAsksClickHouseForItsTables(t *testing.T) {
	o := chdbtest.Options(t)
	args := []string{"check", "--set", "roles=land", "--set", "kafka.brokers=" + fakeKafka(t), "--set", "kafka.topics.dispositions=off",
		"--set", "clickhouse.protocol=http", "--set", "clickhouse.addrs=" + o.Addr[0], "--set", "clickhouse.database=" + o.Auth.Database}
	_, out, _ := command(t, nil, args...)
	if !regexp.MustCompile(`(?m)^OK +clickhouse +.*version [0-9]+\.`).MatchString(out) || !regexp.MustCompile(`(?m)^OK +schema .* 0 of [1-9][0-9]* migrations applied; `).MatchString(out) {
		t.Errorf("before the migrations:\n%s", out)
	}
	name := o.Auth.Database
	o.Auth.Database = "default"
	if _, err := land.Migrate(t.Context(), chdbtest.Connect(t, o), name, land.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	_, out, _ = command(t, nil, args...)
	if !regexp.MustCompile(`(?m)^OK +schema .* ([0-9]+) of [0-9]+ migrations applied *$`).MatchString(out) || strings.Contains(out, "FAULT  schema") {
		t.Errorf("after the migrations:\n%s", out)
	}
}
