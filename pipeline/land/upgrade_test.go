package land_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/land"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// firstRelease is the number of the last migration of the first release.
const firstRelease = 5

// A database of the first release, with rows in it, has what later migrations add: in the
// tables, in the copy of the newest decisions, and in the views.
func TestADatabaseOfTheFirstReleaseIsBroughtUp(t *testing.T) {
	conn, db := database(t)
	all, err := tables.Migrations(tables.Target{Database: db})
	must(t, err)
	must(t, conn.Exec(t.Context(), "CREATE DATABASE IF NOT EXISTS "+db))
	for _, m := range all[:firstRelease] {
		for _, s := range m.Statements {
			must(t, conn.Exec(t.Context(), s))
		}
	}
	insert := func(columns, values string) {
		t.Helper()
		must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.decisions (decision_id, order_key, version, decided_at%s) VALUES %s", db, columns, values)))
	}
	insert("", "(repeat('a', 32), 'old', 1, now64(3)), (repeat('b', 32), 'revised', 1, now64(3))")
	var wg sync.WaitGroup
	for range 4 { // processes that are upgraded together
		wg.Go(func() {
			if _, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 { // while one of the first release goes on
		insert("", "(repeat('d', 32), 'meanwhile', 1, now64(3))")
	}
	wg.Wait()
	insert(", data_completeness, suppressed_code", "(repeat('b', 32), 'revised', 2, now64(3), 87.5, 'RELEASED'), (repeat('c', 32), 'new', 1, now64(3), 100, '')")

	const columns = "concat(order_key, ' ', toString(version), ' ', ifNull(toString(data_completeness), 'NULL'), ' ', suppressed_code)"
	for view, want := range map[string][]string{
		"v_decisions":        {"meanwhile 1 NULL ", "new 1 100 ", "old 1 NULL ", "revised 2 87.5 RELEASED"},
		"v_decision_history": {"meanwhile 1 NULL ", "new 1 100 ", "old 1 NULL ", "revised 1 NULL ", "revised 2 87.5 RELEASED"},
	} {
		if got := rowsOf(t, conn, fmt.Sprintf("SELECT %s FROM %s.%s ORDER BY 1", columns, db, view)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", view, got, want)
		}
	}
}

func rowsOf(t testing.TB, conn driver.Conn, query string) (list []string) {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		list = append(list, s)
	}
	must(t, rows.Err())
	return list
}
