package land_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

// keptFor is how long the rows of each table stay, in years, and by which column. {ms} and
// {time} are when the row is of; the second text tells its rows apart.
var keptFor = map[string]struct {
	years           int
	columns, values string
}{
	"decisions":           {6, "decision_id, version, decided_at", "repeat('{id}', 32), {ms}, {time}"},
	"pre_reviews":         {6, "decision_id, version, decided_at", "repeat('{id}', 32), {ms}, {time}"},
	"decision_reasons":    {6, "code, decision_id, version, decided_at", "'C', repeat('{id}', 32), {ms}, {time}"},
	"shadow_differences":  {6, "decision_id, version, compared_at", "repeat('{id}', 32), {ms}, {time}"},
	"dispositions":        {6, "decision_id, event_time", "repeat('{id}', 32), {time}"},
	"dead_letters":        {1, "topic, offset, record_time", "'orders', {ms}, {time}"},
	"rollup_minute_route": {6, "minute, count", "{time}, 1"},
	"rollup_hour_reason":  {6, "hour, count", "{time}, 1"},
	"rollup_day_origin":   {6, "day, count", "{time}, 1"},
	"rollup_hour_label":   {6, "hour, count", "{time}, 1"},
	"rollup_day_campaign": {6, "day, count", "{time}, 1"},
	"rollup_day_seller":   {6, "day, count", "{time}, 1"},
	"rollup_hour_funnel":  {6, "hour, orders", "{time}, 1"},
	"rollup_day_ledger":   {6, "day, count", "{time}, 1"},
}

// copied are the tables that are filled from another one.
var copied = map[string]string{"decisions_current": "decisions", "pre_reviews_current": "pre_reviews"}

// A month before the end of its time a row is there after a merge, a month behind it is not.
func TestRowsGoWhenTheirTimeIsOver(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	tables := rowsOf(t, conn, "SELECT name FROM system.tables WHERE database = '"+db+"' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'")
	for name, k := range keptFor {
		for i, months := range []int{k.years*12 + 1, k.years*12 - 1} {
			at := time.Now().UTC().AddDate(0, -months, 0)
			values := strings.NewReplacer("{id}", string("ab"[i]), "{ms}", fmt.Sprint(at.UnixMilli()), "{time}", "toDateTime('"+at.Format(time.DateTime)+"', 'UTC')").Replace(k.values)
			must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.%s (%s) VALUES (%s)", db, name, k.columns, values)))
		}
	}
	for _, name := range tables {
		k, known := keptFor[name]
		if from := copied[name]; from != "" {
			k, known = keptFor[from]
		}
		if !known {
			t.Errorf("%s: how long its rows are kept is not said here", name)
			continue
		}
		must(t, conn.Exec(t.Context(), fmt.Sprintf("OPTIMIZE TABLE %s.%s FINAL", db, name)))
		column, _, _ := strings.Cut(k.columns[strings.LastIndex(k.columns, " ")+1:], ",")
		if strings.HasPrefix(name, "rollup_") {
			column, _, _ = strings.Cut(k.columns, ",")
		}
		got := rowsOf(t, conn, fmt.Sprintf("SELECT toString(dateDiff('month', toDateTime(%s), now()) < %d) FROM %s.%s", column, 12*k.years, db, name))
		if !slices.Equal(got, []string{"1"}) {
			t.Errorf("%s: rows within %d years: %q, want one that is", name, k.years, got)
		}
	}
	if got := rowsOf(t, conn, "SELECT toString(decision_id) FROM "+db+".v_decisions"); !slices.Equal(got, []string{strings.Repeat("b", 32)}) {
		t.Errorf("v_decisions: %q", got)
	}
}

// Who wants rows kept for another time says so to ClickHouse once: no migration sets it back.
func TestATTLThatWasChangedStays(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	must(t, conn.Exec(t.Context(), "ALTER TABLE "+db+".decisions MODIFY TTL toDateTime(decided_at) + INTERVAL 1 YEAR"))
	two := time.Now().UTC().AddDate(-2, 0, 0)
	must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.decisions (decision_id, version, decided_at) VALUES (repeat('a', 32), %d, '%s')", db, two.UnixMilli(), two.Format(time.DateTime))))
	_, err = land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	must(t, conn.Exec(t.Context(), "OPTIMIZE TABLE "+db+".decisions FINAL"))
	if got := rowsOf(t, conn, "SELECT toString(count()) FROM "+db+".v_decision_history"); got[0] != "0" {
		t.Errorf("%s rows of two years ago are there", got[0])
	}
	if got := rowsOf(t, conn, "SELECT toString(count()) FROM "+db+".v_decisions"); got[0] != "1" {
		t.Errorf("%s newest rows, which are kept for six years", got[0])
	}
}
