package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// benchSeries runs a series on the embedded broker; it returns its table and its lines.
func benchSeries(t *testing.T, args ...string) (table string, runs []bench.Run) {
	benchProcess(t)
	file := filepath.Join(t.TempDir(), "lines")
	code, out, errs := command(t, nil, append(append([]string{"bench"}, args...), "--cache", t.TempDir(), "--results", file)...)
	if code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	for line := range strings.Lines(string(text)) {
		var r bench.Run
		must(t, json.Unmarshal([]byte(line), &r))
		if !r.Right || r.Events < 1 || r.Decisions < 1 || r.Commits < 1 || r.WholeCPU <= 0 {
			t.Errorf("a line that can't be: %s", line)
		}
		runs = append(runs, r)
	}
	return out, runs
}

// Each rate has its percentiles, and every decision that is late has a cause.
func TestBenchPacesNameTheCauses(t *testing.T) {
	table, runs := benchSeries(t, "paces", "--rates", "100,300", "--length", "2s", "--warmup", "0s", "--partitions", "2")
	if len(runs) != 2 || runs[0].Settings.EventRate != 100 || runs[1].Settings.EventRate != 300 || !strings.Contains(table, "uncommitted p50") || !strings.Contains(table, "later than 60 ms") {
		t.Fatalf("%d runs\n%s", len(runs), table)
	}
	for _, r := range runs {
		for _, l := range []*bench.Lateness{r.LateUncommitted, r.LateCommitted} {
			sum := 0
			for _, n := range l.Causes {
				sum += n
			}
			if sum != l.Records || l.Stalls < len(l.Worst) || l.Records < l.Stalls {
				t.Errorf("lateness that can't be: %+v", l)
			}
		}
	}
}

// Two processes share the partitions before the backlog appears, and what both do is right.
func TestBenchScaleSharesTheBacklog(t *testing.T) {
	table, runs := benchSeries(t, "scale", "--orders", "300", "--partitions", "1,2", "--processes", "1,2")
	if len(runs) != 3 || !strings.Contains(table, "of the first") { // two processes of one partition measure nothing
		t.Fatalf("%d runs\n%s", len(runs), table)
	}
	if s := runs[2].Settings; s.Partitions != 2 || s.Processes != 2 || runs[2].Events < 900 {
		t.Errorf("the last one is %+v", runs[2])
	}
}

func TestBenchManyMeasuresIdleAndLoad(t *testing.T) {
	table, runs := benchSeries(t, "many", "--partitions", "2,4", "--event-rate", "300", "--length", "2s", "--warmup", "0s", "--idle", "1s")
	if len(runs) != 2 || !strings.Contains(table, "of CPU for commits") {
		t.Fatalf("%d runs\n%s", len(runs), table)
	}
	for _, r := range runs {
		if r.Idle == nil || r.Idle.Seconds < 1 || r.Idle.Goroutines < 2 || r.Goroutines < 2 || r.Connections < 1 {
			t.Errorf("figures that can't be: %+v %+v", r, r.Idle)
		}
	}
}

// The live run comes to the same last verdicts, whatever the order of taking in.
func TestBenchCatchUpCountsSpuriousVersions(t *testing.T) {
	table, runs := benchSeries(t, "catchup", "--events", "3000", "--sample", "2", "--partitions", "2")
	if len(runs) != 1 || !strings.Contains(table, "spurious") {
		t.Fatalf("%d runs\n%s", len(runs), table)
	}
	c := runs[0].CatchUp
	if c == nil || c.LiveSeconds <= 0 || len(c.Points) < 1 || c.Points[len(c.Points)-1].Events < 2900 || c.Subjects < 200 || c.Versions < c.Subjects || c.LiveVersions < c.Subjects || c.Spurious > c.Versions {
		t.Errorf("figures that can't be: %+v", c)
	}
}

func TestVersionsBeyondALiveRunsAreSpurious(t *testing.T) {
	for _, c := range []struct {
		versions, live []uint64
		want           int
	}{
		{[]uint64{1}, []uint64{1}, 0},
		{[]uint64{3}, []uint64{1, 2, 3}, 0},    // of several records at a time
		{[]uint64{9, 3}, []uint64{1, 2, 3}, 1}, // half joined
		{[]uint64{9, 3}, []uint64{3}, 1},
		{[]uint64{1, 2, 1}, []uint64{2, 1}, 1},
		{[]uint64{8, 9, 1}, []uint64{2, 1}, 2},
	} {
		if got := beyond(c.versions, c.live); got != c.want {
			t.Errorf("%v against %v of a live run: %d, want %d", c.versions, c.live, got, c.want)
		}
	}
}

// The state has the orders before, and records that come again to them change nothing.
func TestBenchOpenMeasuresWithOpenOrders(t *testing.T) {
	table, runs := benchSeries(t, "open", "--open", "2000", "--orders", "200", "--partitions", "2")
	if len(runs) != 1 || !strings.Contains(table, "bytes a key") {
		t.Fatalf("%d runs\n%s", len(runs), table)
	}
	if o := runs[0].Open; o == nil || o.Keys < 1600 || o.Returning < 50 || o.DiskReads < 30 || o.StartSeconds <= 0 || runs[0].Events < 700 || runs[0].Events > 2000 {
		t.Errorf("figures that can't be: %+v, %+v", runs[0], o)
	}
}

func TestBenchSeriesSayWhatIsWrong(t *testing.T) {
	for flags, want := range map[string]string{
		"paces --runs 0":                       "--runs 0",
		"paces --rates 0":                      "--rates 0",
		"paces --length 1s --warmup 1s":        "--warmup 1s",
		"paces --partitions 0":                 "--partitions 0",
		"scale --orders 0":                     "--orders 0",
		"scale --partitions 300":               "--partitions 300",
		"scale --partitions 1 --processes 2":   "--processes [2]",
		"scale --processes 0":                  "--processes 0",
		"many --event-rate 0":                  "--event-rate 0",
		"many --idle 0s":                       "--idle 0s",
		"many --discard -1":                    "--discard -1",
		"catchup --events 1":                   "--events 1",
		"catchup --sample 0":                   "--sample 0",
		"open --open 0":                        "--open 0",
		"open --orders 0":                      "--orders 0",
		"open --open 1 --partitions 1000":      "--partitions 1000",
		"catchup --set task.max_batch=nobody1": "task.max_batch",
	} {
		benchRefuses(t, flags, want)
	}
}
