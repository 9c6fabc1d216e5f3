package land_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/pipeline/land"
)

// A difference is about the decisions of its time. A subject that was forgotten and comes
// back begins anew (its decision supersedes none), and what was once said of it stands no
// longer, unless it is said again.
func TestADifferenceEndsWhereItsSubjectBeginsAnew(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	exec := func(format string, args ...any) {
		t.Helper()
		must(t, conn.Exec(t.Context(), fmt.Sprintf(format, append([]any{db}, args...)...)))
	}
	decided := func(table, id string, version, supersedes int) {
		t.Helper()
		exec("INSERT INTO %s.%s (decision_id, order_key, version, supersedes, decided_at) VALUES (repeat('%s', 32), '%s', %d, %d, now64(3))", table, id, id, version, supersedes)
	}
	differs := func(id string, version, of int, differs bool) {
		t.Helper()
		exec("INSERT INTO %s.shadow_differences (decision_id, order_key, version, decision_version, differs, compared_at) VALUES (repeat('%s', 32), '%s', %d, %d, %t, now64(3))", id, id, version, of, differs)
	}
	for i, table := range []string{"decisions", "pre_reviews"} {
		id := func(n int) string { return string("abcdef0123456789"[i*8+n]) }
		const day = 86_400_000
		// Decided again while the same difference stands.
		decided(table, id(0), 10, 0)
		differs(id(0), 11, 10, true)
		decided(table, id(0), 20, 10)
		// Forgotten, come back in agreement; and decided once more since.
		decided(table, id(1), 10, 0)
		differs(id(1), 11, 10, true)
		decided(table, id(1), 40*day, 0)
		decided(table, id(1), 40*day+1, 40*day)
		// Come back, and said again.
		decided(table, id(2), 10, 0)
		differs(id(2), 11, 10, true)
		decided(table, id(2), 40*day, 0)
		differs(id(2), 40*day+1, 40*day, true)
		// Ended.
		decided(table, id(3), 10, 0)
		differs(id(3), 11, 10, true)
		decided(table, id(3), 20, 10)
		differs(id(3), 21, 20, false)
		// One whose decisions have landed nowhere: what is said stands.
		differs(id(4), 11, 10, true)
	}
	want := []string{"2 10", "4 3456000000", "6 10", "a 10", "c 3456000000", "e 10"}
	if got := rowsOf(t, conn, "SELECT concat(order_key, ' ', toString(decision_version)) FROM "+db+".v_shadow_differences ORDER BY 1"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
