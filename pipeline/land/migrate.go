package land

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// ErrChecksum: a migration that has been applied differs from the one in this binary.
var ErrChecksum = errors.New("checksum differs")

// MigrateOptions says how migrations are applied.
type MigrateOptions struct {
	Cluster string // see tables.Target; empty for a single server
	DryRun  bool   // report, change nothing
}

// MigrationStatus is one migration and whether it has been applied.
type MigrationStatus struct {
	Number    int
	Name      string
	Applied   bool
	AppliedAt time.Time // zero when it has not been
	Checksum  string
}

// Migrate brings a database to the state of this binary and returns the migrations it
// has applied, or with DryRun would apply. Several processes may do so at once: every
// statement may be repeated, so whoever comes second changes nothing. It fails with
// ErrChecksum before it changes anything when an applied migration has been edited.
// The connection's own database must exist ("default" does everywhere).
func Migrate(ctx context.Context, conn driver.Conn, database string, o MigrateOptions) ([]MigrationStatus, error) {
	target := tables.Target{Database: database, Cluster: o.Cluster}
	all, err := tables.Migrations(target)
	if err != nil {
		return nil, err
	}
	if !o.DryRun {
		if err := makeRegister(ctx, conn, target); err != nil {
			return nil, err
		}
	}
	status, err := statusOf(ctx, conn, database, all)
	if err != nil {
		return nil, err
	}
	var done []MigrationStatus
	for i, m := range all {
		if status[i].Applied {
			continue
		}
		if !o.DryRun {
			if err := apply(ctx, conn, database, m); err != nil {
				return done, err
			}
		}
		done = append(done, status[i])
	}
	return done, nil
}

// Migrations is the state of every migration of this binary in a database. Its error
// is ErrChecksum when an applied one has been edited.
func Migrations(ctx context.Context, conn driver.Conn, database string) ([]MigrationStatus, error) {
	all, err := tables.Migrations(tables.Target{Database: database})
	if err != nil {
		return nil, err
	}
	return statusOf(ctx, conn, database, all)
}

// makeRegister makes the databases and the table of applied migrations.
func makeRegister(ctx context.Context, conn driver.Conn, t tables.Target) error {
	statements := []string{"CREATE DATABASE IF NOT EXISTS " + t.Database + t.OnCluster()}
	if t.Local() != t.Database {
		statements = append(statements, "CREATE DATABASE IF NOT EXISTS "+t.Local()+t.OnCluster())
	}
	statements = append(statements, "CREATE TABLE IF NOT EXISTS "+t.Database+`.schema_migrations (
    number     UInt32 COMMENT 'Number of the migration',
    name       String COMMENT 'Name of its file, without the number',
    checksum   FixedString(64) COMMENT 'SHA-256 of its file',
    applied_at DateTime64(3, 'UTC') COMMENT 'When it was applied last'
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY number
COMMENT 'Migrations that have been applied to this database'`)
	for _, s := range statements {
		if err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("migrations of %s: %w", t.Database, err)
		}
	}
	return nil
}

func statusOf(ctx context.Context, conn driver.Conn, database string, all []tables.Migration) ([]MigrationStatus, error) {
	applied, err := readRegister(ctx, conn, database)
	if err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", database, err)
	}
	status := make([]MigrationStatus, len(all))
	for i, m := range all {
		status[i] = MigrationStatus{Number: m.Number, Name: m.Name, Checksum: m.Checksum}
		was, ok := applied[m.Number]
		if !ok {
			continue
		}
		if was.Checksum != m.Checksum || was.Name != m.Name {
			return nil, fmt.Errorf("migration %04d_%s of %s: %w: applied was %s with %s, this binary has %s; a released migration is never edited, use the binary that it came with",
				m.Number, m.Name, database, ErrChecksum, was.Name, was.Checksum, m.Checksum)
		}
		status[i].Applied, status[i].AppliedAt = true, was.AppliedAt
	}
	return status, nil
}

// Codes of ClickHouse that say that nothing has been set up yet.
const (
	codeUnknownTable    = 60
	codeUnknownDatabase = 81
)

func readRegister(ctx context.Context, conn driver.Conn, database string) (map[int]MigrationStatus, error) {
	applied := map[int]MigrationStatus{}
	rows, err := conn.Query(ctx, "SELECT number, name, toString(checksum), applied_at FROM "+database+".schema_migrations FINAL")
	if code := codeOf(err); code == codeUnknownTable || code == codeUnknownDatabase {
		return applied, nil
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number uint32
			m      MigrationStatus
		)
		if err := rows.Scan(&number, &m.Name, &m.Checksum, &m.AppliedAt); err != nil {
			return nil, err
		}
		applied[int(number)] = m
	}
	return applied, rows.Err()
}

func apply(ctx context.Context, conn driver.Conn, database string, m tables.Migration) error {
	for _, s := range m.Statements {
		if err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("migration %04d_%s of %s: %w; statement: %.120q", m.Number, m.Name, database, err, s)
		}
	}
	err := conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s.schema_migrations SELECT %d, '%s', '%s', now64(3, 'UTC')", database, m.Number, m.Name, m.Checksum))
	if err != nil {
		return fmt.Errorf("migration %04d_%s of %s: applied, but not registered: %w", m.Number, m.Name, database, err)
	}
	return nil
}

// codeOf is ClickHouse's code of an error, 0 when it is not the server's.
func codeOf(err error) int32 {
	var e *clickhouse.Exception
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}
