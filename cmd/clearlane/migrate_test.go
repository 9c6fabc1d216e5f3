package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// emptyTables is an empty database, and the command line of migrate for it.
func emptyTables(t *testing.T) (conn driver.Conn, database string, args []string) {
	t.Helper()
	o := chdbtest.Options(t)
	database = o.Auth.Database
	args = []string{"migrate", "--set", "clickhouse.protocol=http", "--set", "clickhouse.addrs=" + o.Addr[0], "--set", "clickhouse.database=" + database}
	o.Auth.Database = "default"
	return chdbtest.Connect(t, o), database, args
}

func newest(t *testing.T) int {
	t.Helper()
	all, err := tables.Migrations(tables.Target{Database: "x"})
	must(t, err)
	return len(all)
}

func tablesOf(t *testing.T, conn driver.Conn, database string) (shape string) {
	t.Helper()
	must(t, conn.QueryRow(t.Context(), "SELECT arrayStringConcat(groupArray(create_table_query), '\n') FROM (SELECT * FROM system.tables WHERE database = '"+database+"' ORDER BY name)").Scan(&shape))
	return shape
}

func TestMigrateSaysWhatItDid(t *testing.T) {
	_, db, args := emptyTables(t)
	n := newest(t)
	status := append(args, "--status")

	code, out, errs := command(t, nil, status...)
	if code != exitFault || strings.Count(out, " pending") != n || !strings.Contains(errs, fmt.Sprintf("%d of %d migrations pending", n, n)) {
		t.Errorf("status before: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs = command(t, nil, args...)
	if code != exitOK || strings.Count(out, " applied\n") != n || !strings.Contains(out, "0001_decisions applied") || !strings.Contains(errs, "0001_decisions: statement 1 of ") {
		t.Errorf("migrate: exit %d\n%s%s", code, out, errs)
	}
	code, out, errs = command(t, nil, status...)
	line := regexp.MustCompile(`(?m)^0001 +decisions +[0-9a-f]{12}  applied  20[0-9T:-]+Z  ` + regexp.QuoteMeta(buildVersion().short()) + `$`)
	if code != exitOK || errs != "" || strings.Contains(out, "pending") || !line.MatchString(out) {
		t.Errorf("status after: exit %d\n%s%s", code, out, errs)
	}
	if code, out, _ = command(t, nil, args...); code != exitOK || out != "database "+db+": nothing to do\n" {
		t.Errorf("migrate again: exit %d\n%s", code, out)
	}
	if code, out, _ = command(t, nil, append(args, "--dry-run")...); code != exitOK || out != "-- database "+db+": nothing to do\n" {
		t.Errorf("dry run again: exit %d\n%s", code, out)
	}
}

// A dry run changes nothing; what it prints, run by hand, is the migration.
func TestMigrateDryRunPrintsWhatWouldBeRun(t *testing.T) {
	conn, db, args := emptyTables(t)
	code, script, errs := command(t, nil, append(args, "--dry-run")...)
	if code != exitOK || errs != "" || tablesOf(t, conn, db) != "" {
		t.Fatalf("exit %d: %s; tables %q", code, errs, tablesOf(t, conn, db))
	}
	for s := range strings.SplitSeq(script, ";\n\n") {
		if s = strings.TrimSpace(regexp.MustCompile(`(?m)^--.*\n?`).ReplaceAllString(s, "")); s != "" {
			must(t, conn.Exec(t.Context(), s))
		}
	}
	if code, out, errs := command(t, nil, append(args, "--status")...); code != exitOK {
		t.Errorf("after the script: exit %d\n%s%s", code, out, errs)
	}
	byHand := tablesOf(t, conn, db)
	other, db2, args2 := emptyTables(t)
	if code, out, errs := command(t, nil, args2...); code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if tablesOf(t, other, db2) != strings.ReplaceAll(byHand, db, db2) {
		t.Error("the script does not make what migrate makes")
	}
}

func TestMigrateDryRunWithoutAServer(t *testing.T) {
	for _, protocol := range []string{"http", "native"} {
		code, out, errs := command(t, nil, "migrate", "--dry-run", "--set", "clickhouse.protocol="+protocol, "--set", "clickhouse.addrs=127.0.0.1:1", "--set", "clickhouse.cluster=eu")
		if code != exitOK || !strings.Contains(errs, "127.0.0.1:1 cannot be reached") || strings.Count(errs, "\n") != 1 ||
			!strings.Contains(out, "CREATE TABLE IF NOT EXISTS clearlane_local.decisions ON CLUSTER 'eu'") {
			t.Errorf("%s: exit %d\n%s", protocol, code, errs)
		}
		if code, _, _ := command(t, nil, "migrate", "--set", "clickhouse.protocol="+protocol, "--set", "clickhouse.addrs=127.0.0.1:1"); code != exitFault {
			t.Errorf("%s: migrate without a server: exit %d", protocol, code)
		}
	}
}

func TestMigrateRefusesADatabaseThatItDoesNotFit(t *testing.T) {
	conn, db, args := emptyTables(t)
	if code, out, errs := command(t, nil, args...); code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	register := func(number int, name string) {
		must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.schema_migrations VALUES (%d, '%s', '%s', now64(3) + 10, 'v99.1')", db, number, name, strings.Repeat("0", 64))))
	}
	register(9001, "of_tomorrow")
	register(2, "pre_reviews")
	before := tablesOf(t, conn, db)
	check := []string{"check", "--set", "roles=land", "--timeout", "5s", "--set", "kafka.brokers=127.0.0.1:1"}
	for what, line := range map[string][]string{"migrate": args, "status": append(args, "--status"), "dry run": append(args, "--dry-run"), "check": append(check, args[1:]...)} {
		code, out, errs := command(t, nil, line...)
		said := out + errs
		if code != exitFault || !strings.Contains(said, "9001_of_tomorrow") || !strings.Contains(said, "the database is newer than this binary") ||
			!strings.Contains(said, "v99.1") || !strings.Contains(said, "0002_pre_reviews") || !strings.Contains(said, "checksum differs") {
			t.Errorf("%s: exit %d\n%s", what, code, said)
		}
		if what == "status" && !(strings.Contains(out, " UNKNOWN ") && strings.Contains(out, " CHANGED ")) {
			t.Errorf("status:\n%s", out)
		}
	}
	if tablesOf(t, conn, db) != before {
		t.Error("something was changed")
	}
}

// Processes of their own, all at once on an empty database: each ends well, and together
// they make what one makes.
func TestMigrateByProcessesAtOnce(t *testing.T) {
	conn, db, args := emptyTables(t)
	running := []*child{start(t, args...), start(t, args...)}
	for _, c := range running {
		<-c.ended
		if c.err != nil {
			t.Errorf("%v\n%s", c.err, c.output.String())
		}
	}
	if code, out, errs := command(t, nil, append(args, "--status")...); code != exitOK {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	other, db2, args2 := emptyTables(t)
	if code, out, errs := command(t, nil, args2...); code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if got, want := tablesOf(t, conn, db), strings.ReplaceAll(tablesOf(t, other, db2), db2, db); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
