package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/config"
)

// Flags win over the environment, which wins over the file, which is found by the
// environment when no flag names one.
func TestConfigEffective(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	must(t, os.WriteFile(file, []byte("kafka: {group: file, client_id: file, topic_prefix: file.}\nlog: {level: error}\n"), 0o600))
	environ := []string{"CLEARLANE_CONFIG=" + file, "CLEARLANE_KAFKA_CLIENT_ID=env", "CLEARLANE_KAFKA_GROUP=env", "CLEARLANE_CLICKHOUSE_PASSWORD=hunter2"}
	code, out, errs := command(t, environ, "config", "--effective", "--set", "kafka.group=flag", "--log-level", "debug")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	lines := strings.Split(out, "\n")
	for _, want := range []string{"  group: flag", "  client_id: env", "  topic_prefix: file.", "  level: debug", "  password: '[redacted]'"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "hunter2") {
		t.Error("a password is printed")
	}
}

// What config prints is a configuration file that config reads.
func TestConfigReferenceIsAConfiguration(t *testing.T) {
	_, reference, _ := command(t, nil, "config")
	file := filepath.Join(t.TempDir(), "c.yaml")
	must(t, os.WriteFile(file, []byte(reference), 0o600))
	code, again, errs := command(t, nil, "config", "--effective", "--config", file, "--set", "instance=one")
	_, plain, _ := command(t, nil, "config", "--effective", "--set", "instance=one")
	if code != exitOK || again != plain || !strings.Contains(reference, config.EnvPrefix+"KAFKA_BROKERS") {
		t.Errorf("exit %d, %s\n%s", code, errs, again)
	}
}

func TestMetricsPrintsTheCatalogue(t *testing.T) {
	code, out, errs := command(t, nil, "metrics")
	if code != exitOK || !strings.HasPrefix(out, "| metric |") || !strings.Contains(out, "\n| `clearlane_decisions_total` | counter | `route` |") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}
