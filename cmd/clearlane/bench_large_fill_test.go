package main

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

// Each copy of the base takes a slice of time of its own, from largeStart on: 10 million
// decisions are those of 90 days, whatever their number is.
const (
	largeStart = 1_791_158_400_000 // 2026-10-05, Unix ms
	largeSlice = 90 * 24 * time.Hour / 50
)

// largeInsert is what it cost to put the copies in, the engine alone.
type largeInsert struct {
	Rows       uint64  `json:"rows"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"`
	RowsPerCPU float64 `json:"rows_per_cpu_second"`
}

// fillLarge makes the database large: decisions and pre-reviews of the base, copied until
// there are that many subjects, the oldest first, and roll-ups that agree with them. What
// an earlier run has left is gone on with.
func fillLarge(t *testing.T, e *largeEngine, decisions int, seed uint64) largeInsert {
	t.Helper()
	orders := min(largeBase, decisions)
	migrateLarge(t, e)
	e.must(t, "CREATE TABLE IF NOT EXISTS large.copies (copy UInt32) ENGINE = MergeTree ORDER BY copy", nil)
	done, copies := int(e.count(t, "large.copies")), (decisions+orders-1)/orders
	if done < copies {
		makeBase(t, e, orders, seed)
	}
	var in largeInsert
	for copy := done; copy < copies; copy++ {
		began, spent := time.Now(), cpuTime(t)
		params := map[string]string{"copy": strconv.Itoa(copy), "start_ms": strconv.Itoa(largeStart),
			"slice_ms": strconv.FormatInt(largeSlice.Milliseconds(), 10), "orders": strconv.Itoa(orders)}
		// What a run that was cut off has put in of this copy, is replaced or counted once.
		e.script(t, "decisions.sql", params)
		e.script(t, "pre_reviews.sql", params)
		in.Seconds += time.Since(began).Seconds()
		in.CPUSeconds += (cpuTime(t) - spent).Seconds()
		e.script(t, "rollups.sql", params)
		e.script(t, "dead_letters.sql", params)
		e.must(t, "INSERT INTO large.copies SELECT "+params["copy"], nil)
		fmt.Printf("large: copy %d of %d\n", copy+1, copies)
	}
	if done < copies {
		in.Rows = (e.count(t, "base.versions") + e.count(t, "base.reviews")) * uint64(copies-done)
		in.RowsPerCPU = float64(in.Rows) / in.CPUSeconds
	}
	return in
}

// makeBase lands the base and numbers the versions of each subject.
func makeBase(t *testing.T, e *largeEngine, orders int, seed uint64) {
	t.Helper()
	e.must(t, "DROP DATABASE IF EXISTS base", nil)
	landBase(t, e, orders, seed)
	for from, to := range map[string]string{"decisions": "versions", "pre_reviews": "reviews"} {
		e.must(t, fmt.Sprintf(`CREATE TABLE base.%s ENGINE = MergeTree ORDER BY decision_id
			AS SELECT *, row_number() OVER (PARTITION BY decision_id ORDER BY version) AS nth FROM base.%s FINAL`, to, from), nil)
	}
}

func migrateLarge(t *testing.T, e *largeEngine) {
	t.Helper()
	cfg := land.Default().ClickHouse
	cfg.Addrs, cfg.Protocol = []string{e.addr}, land.HTTP
	conn, err := land.Connect(cfg)
	must(t, err)
	defer conn.Close()
	_, err = land.Migrate(t.Context(), conn, "large", land.MigrateOptions{})
	must(t, err)
}

// count is the number of a table's rows, before any replaces another.
func (e *largeEngine) count(t *testing.T, table string) uint64 {
	t.Helper()
	return rowsInto[struct{ N uint64 }](t, e, "SELECT count() AS N FROM "+table)[0].N
}
