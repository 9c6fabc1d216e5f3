package land

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// MigrateOptions says how migrations are applied.
type MigrateOptions struct {
	Cluster string // see tables.Target; empty for a single server
	Version string // of the binary, noted with what it applies; a name or a number, without quotes
	// Progress, where it is set, is told of each statement before it is run and of each
	// migration that has been applied.
	Progress func(Step)
}

// Step is how far Migrate has come.
type Step struct {
	Migration MigrationStatus
	Statement int // the one that is about to be run, from 1; 0: the migration has been applied
	Of        int // number of statements of the migration
}

// PendingMigration is a migration that a database lacks, with what applies it.
type PendingMigration struct {
	MigrationStatus
	Statements []string // the last one registers it
}

// Migrate brings a database to the state of this binary and returns the migrations it
// has applied. Several processes may do so at once: every statement may be repeated, so
// whoever comes second changes nothing, and a process that died is made up for by the
// next. It fails with ErrChecksum or ErrNewer before it changes anything when the
// database has a migration that this binary has not, or has otherwise.
// The connection's own database must exist ("default" does everywhere).
func Migrate(ctx context.Context, conn driver.Conn, database string, o MigrateOptions) ([]MigrationStatus, error) {
	setUp, pending, err := Plan(ctx, conn, database, o)
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	for _, s := range setUp {
		if err := conn.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("migrations of %s: %w", database, Plain(err))
		}
	}
	var done []MigrationStatus
	for _, m := range pending {
		if err := apply(ctx, conn, database, m, o.Progress); err != nil {
			return done, err
		}
		done = append(done, m.MigrationStatus)
	}
	return done, nil
}

// Plan is what Migrate would run, and runs nothing: first the statements that set the
// database up, then those of each migration that it lacks. Without a connection (nil)
// every migration is taken for one that it lacks.
func Plan(ctx context.Context, conn driver.Conn, database string, o MigrateOptions) (setUp []string, pending []PendingMigration, err error) {
	target := tables.Target{Database: database, Cluster: o.Cluster}
	all, err := tables.Migrations(target)
	if err != nil {
		return nil, nil, err
	}
	if strings.ContainsAny(o.Version, `'\`) {
		return nil, nil, fmt.Errorf("version: %q, must be without quotes and backslashes", o.Version)
	}
	status := pendingAll(all)
	if conn != nil {
		if status, err = statusOf(ctx, conn, database, all); err == nil {
			err = faultOf(status)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	for i, m := range all {
		if !status[i].Applied {
			pending = append(pending, PendingMigration{status[i], append(m.Statements, register(database, m, o.Version))})
		}
	}
	return setUpOf(target), pending, nil
}

// Migrations is the state of every migration of this binary in a database, and after
// them of those that only the database knows.
func Migrations(ctx context.Context, conn driver.Conn, database string) ([]MigrationStatus, error) {
	all, err := tables.Migrations(tables.Target{Database: database})
	if err != nil {
		return nil, err
	}
	return statusOf(ctx, conn, database, all)
}

func apply(ctx context.Context, conn driver.Conn, database string, m PendingMigration, progress func(Step)) error {
	if progress == nil {
		progress = func(Step) {}
	}
	for i, s := range m.Statements {
		progress(Step{m.MigrationStatus, i + 1, len(m.Statements)})
		if err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("migration %04d_%s of %s: statement %d of %d: %w; it is: %.120q",
				m.Number, m.Name, database, i+1, len(m.Statements), err, s)
		}
	}
	progress(Step{m.MigrationStatus, 0, len(m.Statements)})
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
