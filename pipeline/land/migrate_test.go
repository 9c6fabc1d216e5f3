package land_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

// database is a connection to the engine and the name of an empty database.
func database(t testing.TB) (driver.Conn, string) {
	t.Helper()
	o := chdbtest.Options(t)
	name := o.Auth.Database
	o.Auth.Database = "default"
	return chdbtest.Connect(t, o), name
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	conn, db := database(t)
	_, plan, err := land.Plan(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	first, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	if len(plan) != len(first) || len(first) == 0 {
		t.Fatalf("%d planned, %d applied", len(plan), len(first))
	}
	before := shape(t, conn, db)
	second, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	if len(second) != 0 || shape(t, conn, db) != before {
		t.Fatalf("applied again: %v", second)
	}
}

func TestMigrateByManyAtOnce(t *testing.T) {
	conn, db := database(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	status, err := land.Migrations(t.Context(), conn, db)
	must(t, err)
	for _, m := range status {
		if !m.Applied || m.AppliedAt.IsZero() {
			t.Errorf("%04d_%s is not applied", m.Number, m.Name)
		}
	}
}

func TestMigrateRefusesAnEditedMigration(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	must(t, conn.Exec(t.Context(), "INSERT INTO "+db+".schema_migrations VALUES (2, 'pre_reviews', '"+strings.Repeat("0", 64)+"', now64(3) + 10, '')"))
	_, err = land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	if !errors.Is(err, land.ErrChecksum) || !strings.Contains(err.Error(), "0002_pre_reviews") {
		t.Fatalf("edited migration: %v", err)
	}
}

func TestMigrateRefusesANameItWouldHaveToQuote(t *testing.T) {
	conn, _ := database(t)
	if _, err := land.Migrate(t.Context(), conn, "a; DROP", land.MigrateOptions{}); err == nil || !strings.Contains(err.Error(), "a; DROP") {
		t.Fatal(err)
	}
}

func TestEveryTableAndColumnHasAComment(t *testing.T) {
	conn, db := migrated(t)
	for _, q := range []string{
		"SELECT name FROM system.tables WHERE database = {db:String} AND comment = '' AND engine != 'View'",
		"SELECT table || '.' || name FROM system.columns WHERE database = {db:String} AND comment = '' AND table NOT LIKE 'v\\_%' AND table NOT LIKE '%\\_feed'",
	} {
		rows, err := conn.Query(clickhouse.Context(t.Context(), clickhouse.WithParameters(clickhouse.Parameters{"db": db})), q)
		must(t, err)
		for rows.Next() {
			var name string
			must(t, rows.Scan(&name))
			t.Errorf("%s has no comment", name)
		}
		must(t, rows.Err())
	}
}

func migrated(t testing.TB) (driver.Conn, string) {
	t.Helper()
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	return conn, db
}

// shape is what every table of a database was created with.
func shape(t testing.TB, conn driver.Conn, db string) (s string) {
	t.Helper()
	must(t, conn.QueryRow(t.Context(), "SELECT arrayStringConcat(groupArray(create_table_query), '\\n') FROM (SELECT * FROM system.tables WHERE database = '"+db+"' ORDER BY name)").Scan(&s))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
