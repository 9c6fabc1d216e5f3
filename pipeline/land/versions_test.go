package land_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// olderTo makes a database as a release with the first k migrations left it. The register
// is that of the first releases.
func olderTo(t *testing.T, a *anyRows, db string, k int) []tables.Migration {
	t.Helper()
	all, err := tables.Migrations(tables.Target{Database: db})
	must(t, err)
	exec := func(s string) { t.Helper(); must(t, a.conn.Exec(t.Context(), s)) }
	exec("CREATE DATABASE IF NOT EXISTS " + db)
	exec("CREATE TABLE " + db + ".schema_migrations (number UInt32 COMMENT 'Number of the migration', name String COMMENT 'Name of its file, without the number', checksum FixedString(64) COMMENT 'SHA-256 of its file', applied_at DateTime64(3, 'UTC') COMMENT 'When it was applied last') ENGINE = ReplacingMergeTree(applied_at) ORDER BY number COMMENT 'Migrations that have been applied to this database'")
	for _, m := range all[:k] {
		for _, s := range m.Statements {
			exec(s)
		}
		exec(fmt.Sprintf("INSERT INTO %s.schema_migrations SELECT %d, '%s', '%s', now64(3, 'UTC')", db, m.Number, m.Name, m.Checksum))
	}
	return all
}

func recent() string {
	return time.Now().UTC().AddDate(0, 0, -20).Truncate(24 * time.Hour).Format(time.DateTime)
}

// changedMeaning is the views whose rows a migration changes on purpose, with its number.
var changedMeaning = map[string]int{}

// unemptied are the columns of a table or view that migrations leave as they are: 0019 empties
// those with the bytes of refused records.
func unemptied(name string, columns []anyColumn) []anyColumn {
	return slices.DeleteFunc(slices.Clone(columns), func(c anyColumn) bool {
		return strings.HasSuffix(name, "dead_letters") && (c.name == "value" || c.name == "headers.value" || c.name == "value_bytes")
	})
}

// A database of any release, with rows in it, has them all after it has been brought up,
// in the tables and in the views, and is then like one that was never older.
func TestEveryOlderVersionIsBroughtUp(t *testing.T) {
	conn, fresh := migrated(t)
	want := strings.ReplaceAll(shape(t, conn, fresh), fresh, "DB")
	all, err := tables.Migrations(tables.Target{Database: fresh})
	must(t, err)
	for k := 1; k < len(all); k++ {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			conn, db := database(t)
			a := &anyRows{t: t, conn: conn, base: recent()}
			olderTo(t, a, db, k)
			type content struct {
				name    string
				columns []anyColumn
				final   bool
				rows    []string
			}
			var held []content
			inserted := a.tables(db)
			for _, table := range inserted {
				columns := a.columns(db, table)
				a.insert(db, table, columns, 0, 10)
				held = append(held, content{name: table, columns: columns, final: true})
			}
			for _, view := range a.views(db) {
				if changedMeaning[view] <= k {
					held = append(held, content{name: view, columns: a.columns(db, view)})
				}
			}
			for i := range held {
				h := &held[i]
				if h.rows = a.shown(db, h.name, unemptied(h.name, h.columns), h.final); len(h.rows) == 0 {
					t.Fatalf("%s: no rows: the test would prove nothing", h.name)
				}
			}

			done, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{Version: "v2"})
			must(t, err)
			if len(done) != len(all)-k {
				t.Errorf("%d applied, want %d", len(done), len(all)-k)
			}
			check := func(when string) {
				t.Helper()
				for _, h := range held {
					if got := a.shown(db, h.name, unemptied(h.name, h.columns), h.final); !slices.Equal(got, h.rows) {
						t.Errorf("%s, %s: got\n%s\nwant\n%s", when, h.name, strings.Join(got, "\n"), strings.Join(h.rows, "\n"))
					}
				}
				// Two reasons of each of ten decisions; they were there before the table was.
				if got := rowsOf(t, conn, "SELECT toString(count()) FROM "+db+".v_reason_history WHERE subject = 'SHIPMENT'"); got[0] != "20" {
					t.Errorf("%s: %s reasons in v_reason_history, want 20", when, got[0])
				}
			}
			check("migrated")
			if got := strings.ReplaceAll(shape(t, conn, db), db, "DB"); got != want {
				t.Errorf("not as if it was never older: %s", firstDifference(got, want))
			}
			for _, h := range held { // a replay of what a lander of then has landed
				if slices.Contains(inserted, h.name) {
					a.insert(db, h.name, h.columns, 0, 10)
				}
			}
			check("replayed")
		})
	}
}

// firstDifference shows two texts where they part.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("got\n%s\nwant\n%s", a[i], b[i])
		}
	}
	return fmt.Sprintf("%d tables, want %d", len(a), len(b))
}

// A process that dies between any two statements of any migration, while landers of the
// older release insert, leaves a database that the next one brings up; no row is missing.
func TestInterruptedAnywhereIsRunAgain(t *testing.T) {
	conn, fresh := migrated(t)
	want := strings.ReplaceAll(shape(t, conn, fresh), fresh, "DB")
	conn, db := database(t)
	a := &anyRows{t: t, conn: conn, base: recent()}
	all := olderTo(t, a, db, 2) // decisions and pre-reviews are there
	rows := map[string]int{}
	for i, m := range all[2:] {
		columns := map[string][]anyColumn{"decisions": a.columns(db, "decisions"), "pre_reviews": a.columns(db, "pre_reviews")}
		for cut := 1; cut < len(m.Statements); cut++ {
			for _, s := range m.Statements[:cut] {
				must(t, conn.Exec(t.Context(), s))
			}
			table := []string{"decisions", "pre_reviews"}[cut%2]
			a.insert(db, table, columns[table], rows[table], 2)
			rows[table] += 2
		}
		if i == len(all)-3 {
			break // the last one is left to the process that brings the database up
		}
		for _, s := range m.Statements {
			must(t, conn.Exec(t.Context(), s))
		}
		must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.schema_migrations SELECT %d, '%s', '%s', now64(3, 'UTC')", db, m.Number, m.Name, m.Checksum)))
	}
	decisions, preReviews := rows["decisions"], rows["pre_reviews"]
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	for query, n := range map[string]int{
		"SELECT toString(count()) FROM %s.v_decision_history":                                                        decisions,
		"SELECT toString(count()) FROM %s.v_decisions":                                                               decisions / 2,
		"SELECT toString(count()) FROM %s.v_pre_reviews":                                                             preReviews / 2,
		"SELECT toString(count()) FROM %s.v_decision_reasons":                                                        decisions,
		"SELECT toString(count()) FROM %s.v_reason_history WHERE subject = 'SHIPMENT'":                               decisions * 2,
		"SELECT toString(uniqExact(decision_id, version, ordinal)) FROM %s.v_reason_history WHERE subject = 'ORDER'": preReviews * 2,
	} {
		if got := rowsOf(t, conn, strings.ReplaceAll(query, "%s", db)); got[0] != fmt.Sprint(n) {
			t.Errorf("%s: %s, want %d", query, got[0], n)
		}
	}
	if got := strings.ReplaceAll(shape(t, conn, db), db, "DB"); got != want {
		t.Errorf("not as if nothing had died: %s", firstDifference(got, want))
	}
}
