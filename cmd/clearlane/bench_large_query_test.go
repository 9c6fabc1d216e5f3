package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/boards"
)

// largeQuery is one query over one span.
type largeQuery struct {
	Name string `json:"query"`
	Span string `json:"span"`
	sql  string
}

// largeAnswer is the line of one query.
type largeAnswer struct {
	At        time.Time     `json:"at"`
	Machine   bench.Machine `json:"machine"`
	Decisions int           `json:"decisions"`
	largeQuery
	FirstMs    float64   `json:"first_ms"` // with ClickHouse's own caches emptied; those of the system hold the files
	WarmMs     []float64 `json:"warm_ms"`
	MedianMs   float64   `json:"median_ms"`
	RowsRead   uint64    `json:"rows_read"`
	BytesRead  uint64    `json:"bytes_read"`
	PeakMemory uint64    `json:"peak_memory_bytes"` // as seen every few ms of one run more
	Fault      string    `json:"fault,omitempty"`
}

const (
	warmRuns  = 5
	largeGoal = 300 // ms
)

// largeSpans are what dashboards are looked at over; each ends where the decisions end.
var largeSpans = []struct {
	name string
	days int
}{{"24h", 1}, {"7d", 7}, {"30d", 30}}

// largeQueries are all queries of the dashboards, expanded, and those of queries.sql.
func largeQueries(t *testing.T, end time.Time) (all []largeQuery) {
	t.Helper()
	loaded, err := boards.Load(os.DirFS(root + "/deploy/grafana/dashboards"))
	must(t, err)
	own, err := os.ReadFile("testdata/large/queries.sql")
	must(t, err)
	for _, span := range largeSpans {
		from := end.AddDate(0, 0, -span.days)
		queries := boards.Queries(loaded)
		for i := range queries {
			sql, err := queries[i].Expand(boards.View{From: from, To: end})
			must(t, err)
			all = append(all, largeQuery{queries[i].Name, span.name, sql})
		}
		for part := range strings.SplitSeq(string(own), ";\n") {
			name, sql, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(part), "-- "), "\n")
			sql = strings.NewReplacer("{from:DateTime64(3, 'UTC')}", quoted(from), "{to:DateTime64(3, 'UTC')}", quoted(end)).Replace(sql)
			if sql != "" && (span == largeSpans[0] || strings.Contains(part, "{from")) {
				all = append(all, largeQuery{"own / " + name, span.name, sql})
			}
		}
	}
	return all
}

func quoted(at time.Time) string {
	return "toDateTime64('" + at.UTC().Format(time.DateTime) + "', 3, 'UTC')"
}

// measure runs a query cold once and warm a few times.
func (e *largeEngine) measure(t *testing.T, q largeQuery) largeAnswer {
	t.Helper()
	a := largeAnswer{At: time.Now().UTC().Truncate(time.Second), largeQuery: q}
	for _, s := range []string{"SYSTEM DROP MARK CACHE", "SYSTEM DROP UNCOMPRESSED CACHE"} {
		e.must(t, s, nil)
	}
	for run := range 1 + warmRuns {
		began := time.Now()
		read, err := e.query(q.sql)
		took := float64(time.Since(began).Microseconds()) / 1000
		if err != nil {
			a.Fault = fmt.Sprintf("%.300s", err)
			return a
		}
		if a.RowsRead, a.BytesRead = read.Rows, read.Bytes; run == 0 {
			a.FirstMs = took
		} else {
			a.WarmMs = append(a.WarmMs, took)
		}
	}
	a.MedianMs = slices.Sorted(slices.Values(a.WarmMs))[warmRuns/2]
	a.PeakMemory = e.peakOf(t, q.sql)
	return a
}

// peakOf runs a query once more and watches its memory.
func (e *largeEngine) peakOf(t *testing.T, sql string) (peak uint64) {
	t.Helper()
	done := make(chan error, 1)
	go func() { _, err := e.query(sql + " /* watched */"); done <- err }()
	for {
		select {
		case err := <-done:
			must(t, err)
			return peak
		case <-time.After(3 * time.Millisecond):
		}
		for _, row := range rowsInto[struct{ Peak int64 }](t, e, "SELECT peak_memory_usage AS Peak FROM system.processes WHERE query LIKE '%/* watched */' AND query NOT LIKE '%processes%'") {
			peak = max(peak, uint64(max(row.Peak, 0)))
		}
	}
}

// readSummary is what a query has read.
type readSummary struct {
	Rows  uint64 `json:"read_rows,string"`
	Bytes uint64 `json:"read_bytes,string"`
}

// query runs a query in the database large, with nothing remembered of earlier runs.
func (e *largeEngine) query(sql string) (read readSummary, err error) {
	header, _, err := e.post("/?database=large&use_query_condition_cache=0", sql)
	if err == nil {
		err = json.Unmarshal([]byte(header.Get("X-ClickHouse-Summary")), &read)
	}
	return read, err
}
