package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// A benchmark of both kinds, small, on the embedded broker: figures that can be, of runs
// whose outputs are all right.
func TestBenchMeasuresAndChecks(t *testing.T) {
	benchProcess(t)
	code, out, errs := command(t, nil, "bench", "--orders", "300", "--runs", "2", "--rate", "100", "--length", "2s", "--warmup", "0s",
		"--partitions", "2", "--seed", "5", "--commit-interval", "40ms", "--compression", "none", "--cache", t.TempDir(), "--json")
	if code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4:\n%s", len(lines), out)
	}
	for i, line := range lines {
		var r bench.Run
		must(t, json.Unmarshal([]byte(line), &r))
		kind, orders := bench.Throughput, 300
		if i >= 2 {
			kind, orders = bench.Latency, 200
		}
		s := r.Settings
		if r.Kind != kind || s.Orders != orders || s.Seed != 5 || s.Partitions != 2 || s.Compression != "none" || s.CommitInterval != "40ms" || s.Broker != "embedded" {
			t.Errorf("line %d is of another run: %s", i+1, line)
		}
		if !r.Right || r.Events < int64(3*orders) || r.Decisions < int64(orders) || r.Outputs <= r.Decisions || r.Commits < 1 || r.WallSeconds <= 0 ||
			r.WholeCPU <= 0 || r.CPUSeconds > r.WholeCPU || r.AllocsPerEvent <= 0 || r.BytesPerEvent <= 0 {
			t.Errorf("line %d has figures that can't be: %s", i+1, line)
		}
		if kind == bench.Throughput {
			continue
		}
		u, c := r.Uncommitted, r.Committed
		if raw := r.RoundTrip; raw == nil || raw.N < 50 || raw.P50 <= 0 || r.EndTxnMs <= 0 || r.FlushMs < 0 {
			t.Errorf("line %d has no figures of the broker: %s", i+1, line)
		}
		if u == nil || c == nil || u.N < orders || c.N < orders || c.N > int(r.Decisions) || u.P50 > u.P99 || c.P50 < u.P50 {
			t.Errorf("line %d has delays that can't be: %s", i+1, line)
		}
	}
}

// The curve runs at every interval, one after the other in each round, and keeps its lines.
func TestBenchCurveRunsAtEveryInterval(t *testing.T) {
	benchProcess(t)
	file := filepath.Join(t.TempDir(), "lines")
	code, out, errs := command(t, nil, "bench", "--curve=10ms,200ms", "--discard", "1", "--runs", "2", "--event-rate", "300", "--length", "1s", "--warmup", "0s",
		"--partitions", "2", "--cache", t.TempDir(), "--results", file)
	if code != exitOK || !strings.Contains(out, "300 events a second") || !strings.Contains(out, "us a commit") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	var intervals []string
	for line := range strings.Lines(string(text)) {
		var r bench.Run
		must(t, json.Unmarshal([]byte(line), &r))
		if !r.Right || r.Kind != bench.Latency || r.Commits < 1 {
			t.Errorf("a line that can't be: %s", line)
		}
		intervals = append(intervals, r.Settings.CommitInterval)
	}
	if got := strings.Join(intervals, " "); got != "10ms 200ms 10ms 200ms" {
		t.Errorf("runs at %s", got)
	}
}

func TestBenchSaysWhatIsWrong(t *testing.T) {
	for flags, want := range map[string]string{
		"--orders -1":                   "--orders -1",
		"--orders 0 --rate 0":           "one of them must be above 0",
		"--runs 0":                      "--runs 0",
		"--discard -1":                  "--discard -1",
		"--rate -2":                     "--rate -2",
		"--event-rate -2":               "--event-rate -2",
		"--curve --commit-interval 5ms": "--curve",
		"--curve --rate 0":              "--rate 0",
		"--length 1s --warmup 1s":       "--warmup 1s",
		"--partitions 0":                "--partitions 0",
		"--set task.max_batch=nobody":   "task.max_batch",
	} {
		benchRefuses(t, flags, want)
	}
}

// benchRefuses: with these flags the benchmark says what is wrong, and nothing else.
func benchRefuses(t *testing.T, flags, want string) {
	t.Helper()
	code, out, errs := command(t, nil, append([]string{"bench"}, strings.Fields(flags)...)...)
	if code != exitUsage || out != "" || !strings.Contains(errs, want) {
		t.Errorf("%s: exit %d, %s%s", flags, code, out, errs)
	}
}

// benchProcess makes the processes that a benchmark starts clearlane itself, without what the
// environment says to other tests: they would take it for settings.
func benchProcess(t *testing.T) {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "CLEARLANE_") {
			t.Setenv(name, "") // brings it back
			must(t, os.Unsetenv(name))
		}
	}
	t.Setenv(asCommand, "1")
}
