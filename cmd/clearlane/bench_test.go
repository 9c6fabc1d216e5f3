package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// A benchmark of both kinds, small, on the embedded broker: figures that can be, of runs
// whose outputs are all right.
func TestBenchMeasuresAndChecks(t *testing.T) {
	for _, entry := range os.Environ() { // of other tests; the process would take them for settings
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "CLEARLANE_") {
			t.Setenv(name, "") // brings it back
			must(t, os.Unsetenv(name))
		}
	}
	t.Setenv(asCommand, "1")
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
		if u == nil || c == nil || u.N < orders || c.N < orders || c.N > int(r.Decisions) || u.P50 > u.P99 || c.P50 < u.P50 {
			t.Errorf("line %d has delays that can't be: %s", i+1, line)
		}
	}
}

func TestBenchSaysWhatIsWrong(t *testing.T) {
	for flags, want := range map[string]string{
		"--orders -1":                 "--orders -1",
		"--orders 0 --rate 0":         "one of them must be above 0",
		"--runs 0":                    "--runs 0",
		"--rate -2":                   "--rate -2",
		"--length 1s --warmup 1s":     "--warmup 1s",
		"--partitions 0":              "--partitions 0",
		"--set task.max_batch=nobody": "task.max_batch",
	} {
		code, out, errs := command(t, nil, append([]string{"bench"}, strings.Fields(flags)...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %s%s", flags, code, out, errs)
		}
	}
}
