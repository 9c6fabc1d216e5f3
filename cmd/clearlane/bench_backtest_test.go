package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/backtest"
	"github.com/clearlane/clearlane/pipeline/bench"
)

// backtestRun is the line of one backtest of a file. It is a process of its own, so that
// its memory and CPU time are its own.
type backtestRun struct {
	At         time.Time        `json:"at"`
	Machine    bench.Machine    `json:"machine"`
	Orders     int              `json:"orders"`
	FileBytes  int64            `json:"file_bytes"`
	Seconds    float64          `json:"seconds"`
	CPUSeconds float64          `json:"cpu_seconds"`
	PeakMemory int64            `json:"peak_memory_bytes"`
	Report     *backtest.Report `json:"report"`
}

const backtestRuns = 3

// TestBenchBacktest measures a backtest of $CLEARLANE_BACKTEST_ORDERS orders in a file with
// the built-in pack and a changed one. `make bench-backtest` runs it; each run is a line of
// JSON appended to $CLEARLANE_BACKTEST_RESULTS.
func TestBenchBacktest(t *testing.T) {
	orders, err := strconv.Atoi(os.Getenv("CLEARLANE_BACKTEST_ORDERS"))
	if err != nil {
		t.Skip("make bench-backtest runs it")
	}
	file := os.Getenv("CLEARLANE_BACKTEST_RESULTS")
	for _, name := range []string{"CLEARLANE_BACKTEST_ORDERS", "CLEARLANE_BACKTEST_RESULTS"} {
		must(t, os.Unsetenv(name)) // no keys of the configuration
	}
	dir := t.TempDir()
	gen := start(t, "gen", "--orders", strconv.Itoa(orders), "--seed", "7", "--out", dir)
	if <-gen.ended; gen.err != nil {
		t.Fatal(gen.output.String())
	}
	events, pack := filepath.Join(dir, "events.ndjson"), changedPack(t)
	info, err := os.Stat(events)
	must(t, err)
	for range backtestRuns {
		r := backtestRun{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Orders: orders, FileBytes: info.Size()}
		began := time.Now()
		c := start(t, "backtest", "--format", "json", "--policy", pack, events)
		if <-c.ended; c.err != nil {
			t.Fatal(c.output.String())
		}
		r.Seconds = time.Since(began).Seconds()
		p := c.cmd.ProcessState
		r.CPUSeconds = (p.UserTime() + p.SystemTime()).Seconds()
		r.PeakMemory = p.SysUsage().(*syscall.Rusage).Maxrss << 10 // Linux counts KiB
		must(t, json.Unmarshal([]byte(c.output.String()), &r.Report))
		if r.Report.Read.Orders != orders || r.Report.Read.Refused != 0 || r.Report.Shipments.Changed == 0 {
			t.Errorf("of %d orders: read %+v, %d shipments changed", orders, r.Report.Read, r.Report.Shipments.Changed)
		}
		fmt.Printf("%d events of %d orders: %.1f s, %.1f CPU-seconds, %d MiB; %d of %d shipments changed\n", r.Report.Read.Events, orders,
			r.Seconds, r.CPUSeconds, r.PeakMemory>>20, r.Report.Shipments.Changed, r.Report.Shipments.Subjects)
		line, err := json.Marshal(&r)
		must(t, err)
		if file != "" {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			must(t, err)
			_, err = f.WriteString(string(line) + "\n")
			must(t, err)
			must(t, f.Close())
		}
	}
}
