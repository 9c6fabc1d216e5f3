package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// largeState is the line of what the database holds.
type largeState struct {
	At        time.Time     `json:"at"`
	Machine   bench.Machine `json:"machine"`
	Decisions int           `json:"decisions"`
	Seed      uint64        `json:"seed"`
	Insert    largeInsert   `json:"insert"` // of this run; zero where nothing was missing
	Tables    []largeTable  `json:"tables"`
	Columns   []largeColumn `json:"columns"`
}

type largeTable struct {
	Table   string  `json:"table"`
	Rows    uint64  `json:"rows"`
	Parts   uint64  `json:"parts"`
	Bytes   uint64  `json:"bytes_on_disk"`
	PerRow  float64 `json:"bytes_per_row"`
	Indexes uint64  `json:"bytes_of_skipping_indexes"`
}

type largeColumn struct {
	Table  string  `json:"table"`
	Column string  `json:"column"`
	PerRow float64 `json:"bytes_per_row"`
	Plain  float64 `json:"uncompressed_bytes_per_row"`
}

// TestBenchLarge fills a database with $CLEARLANE_LARGE_DECISIONS decisions, unless it is
// there from an earlier run, and runs all queries of the dashboards on it. `make bench-large`
// runs it. The state of the database and each query are a line of JSON appended to
// $CLEARLANE_LARGE_RESULTS.
func TestBenchLarge(t *testing.T) {
	decisions, err := strconv.Atoi(os.Getenv("CLEARLANE_LARGE_DECISIONS"))
	if err != nil {
		t.Skip("make bench-large runs it")
	}
	const seed = 1
	results, dir := os.Getenv("CLEARLANE_LARGE_RESULTS"), os.Getenv("CLEARLANE_LARGE_DIR")
	for _, name := range []string{"CLEARLANE_LARGE_DECISIONS", "CLEARLANE_LARGE_RESULTS", "CLEARLANE_LARGE_DIR"} {
		must(t, os.Unsetenv(name)) // no keys of the configuration
	}
	if dir == "" {
		dir = filepath.Join(root, ".cache", "large", strconv.Itoa(decisions))
	}
	e := openLarge(t, dir)
	state := largeState{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Decisions: decisions, Seed: seed}
	state.Insert = fillLarge(t, e, decisions, seed)
	state.Tables = rowsInto[largeTable](t, e, `SELECT table, sum(p.rows) AS rows, count() AS parts, sum(p.bytes_on_disk) AS bytes_on_disk, bytes_on_disk / rows AS bytes_per_row,
			sum(secondary_indices_compressed_bytes) AS bytes_of_skipping_indexes
		FROM system.parts AS p WHERE active AND database = 'large' AND table NOT IN ('copies', 'schema_migrations') GROUP BY table ORDER BY table`)
	state.Columns = rowsInto[largeColumn](t, e, `SELECT table, column, sum(column_data_compressed_bytes) / sum(rows) AS bytes_per_row,
			sum(column_data_uncompressed_bytes) / sum(rows) AS uncompressed_bytes_per_row
		FROM system.parts_columns WHERE active AND database = 'large' AND part_type = 'Wide' AND table NOT IN ('copies', 'schema_migrations') GROUP BY table, column ORDER BY table, bytes_per_row DESC`)
	note(t, results, &state)
	end := time.UnixMilli(largeStart).UTC().Add(time.Duration(e.count(t, "large.copies")) * largeSlice)
	within, all := 0, largeQueries(t, end)
	for _, q := range all {
		a := e.measure(t, q)
		a.Machine, a.Decisions = state.Machine, decisions
		note(t, results, &a)
		if a.Fault == "" && a.MedianMs < largeGoal {
			within++
		}
		if a.Fault != "" {
			t.Errorf("%s, %s: %s", a.Name, a.Span, a.Fault)
		}
		fmt.Printf("%7.0f ms, first %7.0f ms, %9d rows, %7.1f MB read, %6.0f MiB  %s, %s\n", a.MedianMs, a.FirstMs, a.RowsRead,
			float64(a.BytesRead)/1e6, float64(a.PeakMemory)/(1<<20), a.Name, a.Span)
	}
	fmt.Printf("%d of %d under %d ms, %.0f %%\n", within, len(all), largeGoal, 100*float64(within)/float64(len(all)))
}

// note appends a line to the file of results, if there is to be one.
func note(t *testing.T, file string, v any) {
	t.Helper()
	line, err := json.Marshal(v)
	must(t, err)
	if file != "" {
		must(t, appendLine(file, line))
	}
}
