package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestScrapeAddsUpLabels(t *testing.T) {
	const page = `# HELP x_total Help with {braces} 7.
# TYPE x_total counter
x_total{route="A b",to="}"} 3
x_total{route="B"} 4.5
go_memstats_mallocs_total 1.2e+06

h_bucket{le="+Inf"} 2
`
	got, err := Scrape(strings.NewReader(page))
	if err != nil || len(got) != 6 || got["x_total"] != 7.5 || got[`x_total{route="B"}`] != 4.5 || got["go_memstats_mallocs_total"] != 1.2e6 || got["h_bucket"] != 2 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"x_total", "x_total seven"} {
		if _, err := Scrape(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Percentiles are values that occur, in order, and each has its share at or below it.
func TestPercentilesAreNearestRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delays := rapid.SliceOfN(rapid.Int64Range(-5, 1000), 1, 3000).Draw(t, "ms")
		ms := make([]float64, len(delays))
		durations := make([]time.Duration, len(delays))
		for i, d := range delays {
			ms[i], durations[i] = float64(d), time.Duration(d)*time.Millisecond
		}
		p := PercentilesOf(durations)
		if p.N != len(ms) || p.Max != slices.Max(ms) {
			t.Fatalf("%+v", p)
		}
		for _, q := range []struct {
			perMille int
			value    float64
		}{{500, p.P50}, {900, p.P90}, {990, p.P99}, {999, p.P999}} {
			below, atOrBelow := 0, 0
			for _, v := range ms {
				if v < q.value {
					below++
				}
				if v <= q.value {
					atOrBelow++
				}
			}
			if atOrBelow*1000 < q.perMille*len(ms) || below*1000 >= q.perMille*len(ms) || !slices.Contains(ms, q.value) {
				t.Fatalf("%d per mille of %v: %v (%d below, %d at or below)", q.perMille, ms, q.value, below, atOrBelow)
			}
		}
	})
	if p := PercentilesOf(nil); *p != (Percentiles{}) {
		t.Errorf("of nothing: %+v", p)
	}
}

func TestCPUTimeIsReadBehindTheName(t *testing.T) {
	stat := []byte("4242 (a ) R 1 b) S 1 2 3 4 5 6 7 8 9 10 150 25 3 4 20 0 9")
	if d, err := cpuTime(stat); err != nil || d != 1750*time.Millisecond {
		t.Errorf("%v, %v", d, err)
	}
	for _, bad := range []string{"", "1 name S 1 2", "1 (x) S 1 2 3 4 5 6 7 8 9 10 x 25 3"} {
		if d, err := cpuTime([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, d)
		}
	}
	if n, err := peakMemory([]byte("Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t 1 kB\n")); err != nil || n != 2<<20 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := peakMemory([]byte("Name:\tx\n")); err == nil {
		t.Error("no VmHWM, and no error")
	}
	if m := cpuModel([]byte("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: another\n")); m != "Some CPU @ 2 GHz" {
		t.Errorf("model %q", m)
	}
}

// What /proc says of a process that has worked is what the system says at its end.
func TestUsageOfAWorkingProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		if _, err := UsageOf(os.Getpid()); !errors.Is(err, ErrNoProc) {
			t.Errorf("without /proc: %v", err)
		}
		return
	}
	cmd := exec.Command("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read x")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	_, err = out.Read(make([]byte, 1))
	must(t, err)
	u, err := UsageOf(cmd.Process.Pid)
	must(t, err)
	must(t, in.Close())
	_ = cmd.Wait() // sh's read fails at the end of its input
	whole := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if u.CPU < clockTick || u.CPU > whole+2*clockTick || u.PeakMemory < 100<<10 {
		t.Errorf("CPU %v of %v, memory %d", u.CPU, whole, u.PeakMemory)
	}
	if _, err := UsageOf(1 << 30); !errors.Is(err, ErrNoProc) {
		t.Errorf("of no process: %v", err)
	}
}

func exampleRuns() []*Run {
	one := Run{Kind: Throughput, Machine: Machine{CPU: "C", Cores: 2, Go: "go1"}, Settings: Settings{Broker: "embedded", Orders: 1000, Partitions: 4, Compression: "lz4", CommitInterval: "25ms"},
		Events: 1_000_000, WallSeconds: 2, CPUSeconds: 4, PeakMemory: 3 << 20, Right: true}
	two, three := one, one
	two.CPUSeconds, three.CPUSeconds = 2, 8
	return []*Run{&one, &two, &three}
}

func TestTableHasMediansAndRanges(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteTable(&b, exampleRuns()))
	for _, want := range []string{
		"throughput: embedded broker, 1000000 events of 1000 orders, 4 partitions, outputs lz4, commits every 25ms\nC, 2 cores, go1\n",
		"events/s  500,000  500,000   500,000",
		"events per CPU-second  250,000  125,000   500,000",
		"CPU-seconds per million events     4.00     2.00      8.00",
		"peak memory MiB        3        3         3",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, b.String())
		}
	}
	runs := exampleRuns()[:1]
	runs[0].Kind, runs[0].Settings.Rate, runs[0].Settings.EventRate = Latency, 500, 2155
	runs[0].Uncommitted, runs[0].Committed, runs[0].RoundTrip = &Percentiles{N: 9, P99: 1234}, &Percentiles{N: 8}, &Percentiles{P99: 1.25}
	b.Reset()
	must(t, WriteTable(&b, runs))
	for _, want := range []string{"2,155 events (500 orders) a second", "read_uncommitted p99 ms", "1,234", "decisions measured", "acks=all p99 ms      1.2"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, b.String())
		}
	}
}

// Runs on a straight line give back what the line was made of, in any number and order.
func TestCommitCostIsTheLineThroughTheRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		event, commit := rapid.Float64Range(0.5, 200).Draw(t, "event"), rapid.Float64Range(1, 1000).Draw(t, "commit")
		var runs []*Run
		for _, commits := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 100_000), 2, 20, rapid.ID[int64]).Draw(t, "commits") {
			events := rapid.Int64Range(100_000, 10_000_000).Draw(t, "events")
			runs = append(runs, &Run{Events: events, Commits: commits, CPUSeconds: (event*float64(events) + commit*float64(commits)) / 1e6})
		}
		x := func(r *Run) float64 { return float64(r.Commits) / float64(r.Events) }
		least, greatest := x(runs[0]), x(runs[0])
		for _, r := range runs {
			least, greatest = min(least, x(r)), max(greatest, x(r))
		}
		if greatest < 1.1*least {
			t.Skip("no two different numbers of commits an event")
		}
		got := CommitCostOf(runs)
		if math.Abs(got.EventMicros-event) > 0.01*event+0.01*commit*greatest || math.Abs(got.CommitMicros-commit) > 0.05*commit+0.05*event {
			t.Fatalf("%+v, not %v and %v", got, event, commit)
		}
	})
	if c := CommitCostOf(exampleRuns()); c != (CommitCost{}) {
		t.Errorf("without commits: %+v", c)
	}
}

func TestCurveHasARowForEachInterval(t *testing.T) {
	var runs []*Run
	for _, cpu := range []float64{1, 2, 3} {
		for _, x := range []struct {
			interval string
			commits  int64
		}{{"5ms", 2000}, {"100ms", 100}} {
			p := &Percentiles{P50: cpu, P99: 10 * cpu}
			runs = append(runs, &Run{Kind: Latency, Settings: Settings{Broker: "real", EventRate: 15000, CommitInterval: x.interval}, Events: 1_000_000, WallSeconds: 10,
				Commits: x.commits, CPUSeconds: cpu + float64(x.commits)*300/1e6, Uncommitted: p, Committed: p, RoundTrip: p})
		}
	}
	var b bytes.Buffer
	must(t, WriteCurve(&b, runs))
	for _, want := range []string{
		"real broker, 15,000 events a second", "medians of 3 runs",
		"     5ms                2   20              2   20           2.0  20.0        200           2.6            0.6",
		"   100ms                2   20              2   20           2.0  20.0         10           2.0            0.0",
		"2.0 us of CPU an event, and 300 us a commit\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, b.String())
		}
	}
}

func TestLineHasTheRatios(t *testing.T) {
	var b bytes.Buffer
	must(t, exampleRuns()[0].WriteJSON(&b))
	var line map[string]any
	must(t, json.Unmarshal(b.Bytes(), &line))
	for name, want := range map[string]any{"kind": "throughput", "events": 1e6, "events_per_second": 5e5, "events_per_cpu_second": 2.5e5,
		"cpu_seconds_per_million_events": 4.0, "right": true} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	if strings.Count(b.String(), "\n") != 1 || strings.Contains(b.String(), "committed_ms") {
		t.Errorf("one line without delays is wanted: %s", b.String())
	}
	if r := (&Run{Events: 1}); r.EventsPerSecond() != 0 || r.EventsPerCPUSecond() != 0 {
		t.Error("a ratio over nothing")
	}
}

func TestNumbersForPeople(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{{0, 0, "0"}, {999, 0, "999"}, {1000, 0, "1,000"}, {1234567.891, 2, "1,234,567.89"}, {-1234, 0, "-1,234"}, {-123, 1, "-123.0"}} {
		if got := number(c.v, c.digits); got != c.want {
			t.Errorf("%v: %s, want %s", c.v, got, c.want)
		}
	}
	if m := Median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("median %v", m)
	}
	if m := Median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Errorf("median %v", m)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
