package land_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// anyRows fills whatever tables a database has with rows that follow from the types and
// names of their columns, so that tests of migrations need to know no table. Rows 2n and
// 2n+1 are of one subject and cell in two versions, and all tables have the same subjects.
type anyRows struct {
	t    testing.TB
	conn driver.Conn
	base string // a time, "2026-05-01 00:00:00": rows are about it and the days after
}

type anyColumn struct{ name, kind string }

func (a *anyRows) columns(db, table string) (list []anyColumn) {
	a.t.Helper()
	for _, row := range rowsOf(a.t.(*testing.T), a.conn, fmt.Sprintf("SELECT concat(name, ' ', type) FROM system.columns WHERE database = '%s' AND table = '%s' ORDER BY position", db, table)) {
		name, kind, _ := strings.Cut(row, " ")
		list = append(list, anyColumn{name, kind})
	}
	return list
}

func names(columns []anyColumn) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + c.name + "`")
	}
	return b.String()
}

var target = regexp.MustCompile(` TO \S+\.(\S+) `)

// tables are those that rows are inserted into, without those that a view of the server feeds.
func (a *anyRows) tables(db string) []string {
	a.t.Helper()
	all := rowsOf(a.t.(*testing.T), a.conn, "SELECT name FROM system.tables WHERE database = '"+db+"' AND engine LIKE '%MergeTree' AND name != 'schema_migrations' ORDER BY name")
	for _, create := range rowsOf(a.t.(*testing.T), a.conn, "SELECT create_table_query FROM system.tables WHERE database = '"+db+"' AND engine = 'MaterializedView'") {
		to := target.FindStringSubmatch(create)
		all = slices.DeleteFunc(all, func(name string) bool { return name == to[1] })
	}
	return all
}

// value is an expression of number that gives a column a value.
func (a *anyRows) value(c anyColumn) string {
	kind := c.kind
	for _, wrapping := range []string{"LowCardinality(", "Nullable("} {
		kind = strings.TrimSuffix(strings.TrimPrefix(kind, wrapping), strings.Repeat(")", strings.Count(kind[:min(len(kind), len(wrapping))], wrapping)))
	}
	one := func(s string) string { return strings.ReplaceAll(s, "$", "number") }
	if inner, ok := strings.CutPrefix(kind, "Array("); ok {
		element := a.value(anyColumn{c.name, strings.TrimSuffix(inner, ")")})
		return "[" + element + ", " + strings.ReplaceAll(element, "number", "(number + 1)") + "]"
	}
	switch {
	case c.name == "version":
		return one("toUInt64(toUnixTimestamp64Milli(toDateTime64('" + a.base + "', 3, 'UTC'))) + $ * 1000")
	case c.name == "about" || c.name == "differs":
		return "true"
	case kind == "FixedString(32)":
		return one("lower(hex(MD5(toString(intDiv($, 2)))))")
	case kind == "String":
		return one("concat('" + c.name + " ', toString(intDiv($, 2)))")
	case kind == "Bool":
		return one("$ % 4 < 2")
	case strings.HasPrefix(kind, "Int"), strings.HasPrefix(kind, "UInt"), strings.HasPrefix(kind, "Decimal"):
		return one("intDiv($, 2) + 1")
	case strings.HasPrefix(kind, "DateTime"):
		return one("toDateTime('" + a.base + "', 'UTC') + INTERVAL intDiv($, 2) MINUTE")
	case strings.HasPrefix(kind, "Date"):
		return one("toDate('" + a.base + "') + intDiv($, 2)")
	}
	a.t.Fatalf("column %s: no value for type %s", c.name, c.kind)
	return ""
}

// insert puts rows first to first + n - 1 into a table, by the columns given.
func (a *anyRows) insert(db, table string, columns []anyColumn, first, n int) {
	a.t.Helper()
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = a.value(c)
	}
	must(a.t, a.conn.Exec(a.t.Context(), fmt.Sprintf("INSERT INTO %s.%s (%s) SETTINGS distributed_foreground_insert = 1 SELECT %s FROM numbers(%d, %d)",
		db, table, names(columns), strings.Join(values, ", "), first, n)))
}

// shown is what is in a table or view, by the columns given, in an order of its own.
func (a *anyRows) shown(db, table string, columns []anyColumn, final bool) []string {
	a.t.Helper()
	from := db + "." + table
	if final {
		from += " FINAL"
	}
	return rowsOf(a.t.(*testing.T), a.conn, fmt.Sprintf("SELECT toString(tuple(%s)) AS r FROM %s ORDER BY r", names(columns), from))
}

// views are those for people.
func (a *anyRows) views(db string) []string {
	a.t.Helper()
	return rowsOf(a.t.(*testing.T), a.conn, "SELECT name FROM system.tables WHERE database = '"+db+"' AND engine = 'View' ORDER BY name")
}
