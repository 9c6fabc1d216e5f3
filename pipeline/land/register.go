package land

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// What makes a binary and a database unfit for each other.
var (
	// ErrChecksum: a migration that has been applied differs from the one in this binary.
	ErrChecksum = errors.New("checksum differs")
	// ErrNewer: the database has a migration that this binary does not know.
	ErrNewer = errors.New("the database is newer than this binary")
)

// unfit is true of errors that no waiting mends: another binary is needed.
func unfit(err error) bool { return errors.Is(err, ErrChecksum) || errors.Is(err, ErrNewer) }

// MigrationStatus is one migration and whether it has been applied.
type MigrationStatus struct {
	Number    int
	Name      string
	Checksum  string // of this binary's; of one that it does not know, as applied
	Applied   bool
	AppliedAt time.Time // by the server's clock, when last; zero when it has not been
	AppliedBy string    // version of the binary that applied it, empty when that did not say
	Fault     error     // ErrChecksum or ErrNewer, with what to do; nil when it is as it should be
}

// faultOf is the faults of all of them, or nil.
func faultOf(all []MigrationStatus) error {
	var faults []error
	for i := range all {
		faults = append(faults, all[i].Fault)
	}
	return errors.Join(faults...)
}

// setUpOf makes the databases and the register of applied migrations. On a cluster each
// server has a register of its own, so that one that is added later is given every table:
// what is there already on the others, bears being made again.
func setUpOf(t tables.Target) []string {
	statements := []string{"CREATE DATABASE IF NOT EXISTS " + t.Database + t.OnCluster()}
	if t.Local() != t.Database {
		statements = append(statements, "CREATE DATABASE IF NOT EXISTS "+t.Local()+t.OnCluster())
	}
	return append(statements, "CREATE TABLE IF NOT EXISTS "+t.Database+`.schema_migrations (
    number     UInt32 COMMENT 'Number of the migration',
    name       String COMMENT 'Name of its file, without the number',
    checksum   FixedString(64) COMMENT 'SHA-256 of its file',
    applied_at DateTime64(3, 'UTC') COMMENT 'When it was applied last'
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY number
COMMENT 'Migrations that have been applied to this database'`,
		// Not a part of the statement above: the first releases made the table without it.
		"ALTER TABLE "+t.Database+".schema_migrations ADD COLUMN IF NOT EXISTS applied_by String COMMENT 'Version of Clearlane that applied it'")
}

// register notes that a migration has been applied.
func register(database string, m tables.Migration, version string) string {
	return fmt.Sprintf("INSERT INTO %s.schema_migrations (number, name, checksum, applied_at, applied_by) SELECT %d, '%s', '%s', now64(3, 'UTC'), '%s'",
		database, m.Number, m.Name, m.Checksum, version)
}

func pendingAll(all []tables.Migration) []MigrationStatus {
	status := make([]MigrationStatus, len(all))
	for i, m := range all {
		status[i] = MigrationStatus{Number: m.Number, Name: m.Name, Checksum: m.Checksum}
	}
	return status
}

func statusOf(ctx context.Context, conn driver.Conn, database string, all []tables.Migration) ([]MigrationStatus, error) {
	applied, err := readRegister(ctx, conn, database)
	if err != nil {
		return nil, fmt.Errorf("migrations of %s: %w", database, Plain(err))
	}
	status := pendingAll(all)
	for _, was := range applied {
		i := slices.IndexFunc(status, func(s MigrationStatus) bool { return s.Number == was.Number })
		if i < 0 {
			was.Fault = fmt.Errorf("migration %04d_%s of %s: %w, which knows %d; applied at %s by Clearlane %s: use that version, or a later one",
				was.Number, was.Name, database, ErrNewer, len(all), was.AppliedAt.UTC().Format(time.RFC3339), orUnknown(was.AppliedBy))
			status = append(status, was)
			continue
		}
		s := &status[i]
		s.Applied, s.AppliedAt, s.AppliedBy = true, was.AppliedAt, was.AppliedBy
		if was.Checksum != s.Checksum || was.Name != s.Name {
			s.Fault = fmt.Errorf("migration %04d_%s of %s: %w: applied was %s with %s, this binary has %s; a released migration is never edited, use the binary that it came with (Clearlane %s)",
				s.Number, s.Name, database, ErrChecksum, was.Name, was.Checksum, s.Checksum, orUnknown(was.AppliedBy))
		}
	}
	return status, nil
}

func orUnknown(version string) string {
	if version == "" {
		return "of an unknown version"
	}
	return version
}

// Codes of ClickHouse that say that nothing has been set up yet.
const (
	codeUnknownTable    = 60
	codeUnknownDatabase = 81
)

// readRegister is what has been applied, by number. The pattern finds applied_by where
// there is one: a database of the first releases has none before it is migrated.
func readRegister(ctx context.Context, conn driver.Conn, database string) (applied []MigrationStatus, err error) {
	rows, err := conn.Query(ctx, "SELECT number, name, toString(checksum), applied_at, COLUMNS('^applied_by$') FROM "+
		database+".schema_migrations FINAL ORDER BY number")
	if code := codeOf(err); code == codeUnknownTable || code == codeUnknownDatabase {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number uint32
			m      = MigrationStatus{Applied: true}
			to     = []any{&number, &m.Name, &m.Checksum, &m.AppliedAt, &m.AppliedBy}
		)
		if err := rows.Scan(to[:len(rows.Columns())]...); err != nil {
			return nil, err
		}
		m.Number = int(number)
		applied = append(applied, m)
	}
	return applied, rows.Err()
}
