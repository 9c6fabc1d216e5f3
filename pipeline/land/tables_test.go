package land_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var rewriteTables = flag.Bool("rewrite-tables", false, "write schemas/clickhouse/README.md anew")

const tablesFile = "../../schemas/clickhouse/README.md"

var kept = regexp.MustCompile(`toInterval(\w+)\((\d+)\)`)

// The list of tables is what the engine says of itself: what a row is, what makes two rows
// one, how long they are kept. A changed identity shows here: rows of an entity that was
// landed before would then not be replaced by those landed after.
func TestListOfTablesIsTheEnginesOwn(t *testing.T) {
	conn, db := migrated(t)
	var b strings.Builder
	b.WriteString("# Tables and views\n\nWritten by `go test ./pipeline/land -run ListOfTables -rewrite-tables` from what the engine says, and held against it.\n" +
		"Two rows of one identity are one: the one with the greatest version stays, or where there is no version they are the same.\n" +
		"The tables of newest versions have the partition of the history they were made like: versions of two months are\n" +
		"made one by FINAL, which the views say, and not by a merge.\n\n" +
		"| view | rows |\n|---|---|\n")
	for _, row := range rowsOf(t, conn, "SELECT concat('| `', name, '` | ', comment, ' |\n') FROM system.tables WHERE database = '"+db+"' AND engine = 'View' ORDER BY name") {
		b.WriteString(row)
	}
	b.WriteString("\n| table | rows | identity | version | partition | kept |\n|---|---|---|---|---|---|\n")
	for _, row := range rowsOf(t, conn, `SELECT concat(name, '\t', comment, '\t', sorting_key, '\t', extract(engine_full, 'ReplacingMergeTree\\((\\w*)\\)'), '\t', partition_key, '\t', extract(engine_full, 'TTL (.*?) SETTINGS'))
		FROM system.tables WHERE database = '`+db+`' AND engine LIKE '%MergeTree' ORDER BY name`) {
		f := strings.Split(row, "\t")
		years := "for ever"
		if m := kept.FindStringSubmatch(f[5]); m != nil {
			years = m[2] + " " + strings.ToLower(m[1]) + "s"
			if m[2] == "1" {
				years = strings.TrimSuffix(years, "s")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s | %s |\n", f[0], f[1], f[2], code(f[3]), code(f[4]), years)
	}
	if *rewriteTables {
		must(t, os.WriteFile(tablesFile, []byte(b.String()), 0o644))
		return
	}
	want, err := os.ReadFile(tablesFile)
	must(t, err)
	if b.String() != string(want) {
		t.Errorf("%s is not what the engine says; if this is meant, run with -rewrite-tables and read the difference: %s", tablesFile, firstDifference(b.String(), string(want)))
	}
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// A view says what its rows are.
func TestEveryViewHasAComment(t *testing.T) {
	conn, db := migrated(t)
	for _, name := range rowsOf(t, conn, "SELECT name FROM system.tables WHERE database = '"+db+"' AND comment = ''") {
		t.Errorf("%s has no comment", name)
	}
}
