package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/land"
)

type migrateOptions struct {
	status, dryRun bool
	timeout        time.Duration
}

func newMigrate(a *app) *cobra.Command {
	o := migrateOptions{timeout: time.Hour}
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Make or bring up to date the ClickHouse tables",
		Long: "Applies the migrations that the configured database lacks, on clickhouse.cluster where one is set. Several may do so at " +
			"once, also while rows come in, and one that was interrupted is run again. The role land does the same when it starts; " +
			"where tables are large or rights are held apart, migrate first. Exit status 1 when the database is newer than this " +
			"program or has other migrations, with --status also when some are pending.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.status && o.dryRun {
				return usagef("migrate: --status and --dry-run; one of them is allowed")
			}
			if o.timeout <= 0 {
				return usagef("migrate: --timeout %v; more than 0 is allowed", o.timeout)
			}
			return migrate(cmd.Context(), a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.status, "status", false, "list the migrations and change nothing")
	f.BoolVar(&o.dryRun, "dry-run", false, "print the SQL that would be run and change nothing; without a server, that of an empty database")
	f.DurationVar(&o.timeout, "timeout", o.timeout, "longest time of one statement: one that fills a new table from an old one reads all of it")
	return cmd
}

func migrate(ctx context.Context, a *app, o migrateOptions) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	lc, err := landConfig(&c)
	if err != nil {
		return err
	}
	to := lc.ClickHouse
	to.InsertTimeout = o.timeout
	conn, err := land.Connect(to)
	if err != nil {
		return err
	}
	defer conn.Close()
	options := land.MigrateOptions{Cluster: to.Cluster, Version: buildVersion().short()}
	switch {
	case o.status:
		return migrationStatus(ctx, conn, to.Database, a.out)
	case o.dryRun:
		return migrationScript(ctx, a, conn, &to, options)
	}
	options.Progress = func(s land.Step) {
		if s.Statement == 0 {
			fmt.Fprintf(a.out, "%04d_%s applied\n", s.Migration.Number, s.Migration.Name)
		} else {
			fmt.Fprintf(a.err, "%04d_%s: statement %d of %d\n", s.Migration.Number, s.Migration.Name, s.Statement, s.Of)
		}
	}
	done, err := land.Migrate(ctx, conn, to.Database, options)
	if err == nil && len(done) == 0 {
		fmt.Fprintf(a.out, "database %s: nothing to do\n", to.Database)
	}
	return err
}

// checksumShown is how many digits of a checksum tell two files apart for a reader.
const checksumShown = 12

// migrationStatus lists the migrations; its error says why the database and this program
// do not fit each other, or that some are pending.
func migrationStatus(ctx context.Context, conn driver.Conn, database string, out io.Writer) error {
	all, err := land.Migrations(ctx, conn, database)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tNAME\tCHECKSUM\tSTATE\tAPPLIED\tBY")
	pending := 0
	var faults []error
	for _, m := range all {
		state, at := "applied", m.AppliedAt.UTC().Format(time.RFC3339)
		switch {
		case errors.Is(m.Fault, land.ErrNewer):
			state = "UNKNOWN"
		case m.Fault != nil:
			state = "CHANGED"
		case !m.Applied:
			state, at = "pending", ""
			pending++
		}
		faults = append(faults, m.Fault)
		fmt.Fprintf(w, "%04d\t%s\t%s\t%s\t%s\t%s\n", m.Number, m.Name, m.Checksum[:min(checksumShown, len(m.Checksum))], state, at, m.AppliedBy)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if pending > 0 {
		return fmt.Errorf("database %s: %d of %d migrations pending", database, pending, len(all))
	}
	return nil
}

// migrationScript prints what migrate would run, ready to be run by a client. A server
// that cannot be reached is taken for one without tables.
func migrationScript(ctx context.Context, a *app, conn driver.Conn, to *land.ClickHouse, o land.MigrateOptions) error {
	setUp, pending, err := land.Plan(ctx, conn, to.Database, o)
	var away net.Error
	if errors.As(err, &away) && ctx.Err() == nil {
		fmt.Fprintf(a.err, "clearlane: migrate: %s cannot be reached, so this is the SQL for an empty database: %v\n", strings.Join(to.Addrs, ", "), err)
		setUp, pending, err = land.Plan(ctx, nil, to.Database, o)
	}
	if err != nil {
		return err
	}
	if len(pending) == 0 {
		_, err := fmt.Fprintf(a.out, "-- database %s: nothing to do\n", to.Database)
		return err
	}
	fmt.Fprintf(a.out, "-- database %s: %d migrations pending\n", to.Database, len(pending))
	for _, s := range setUp {
		fmt.Fprintf(a.out, "%s;\n\n", s)
	}
	for _, m := range pending {
		fmt.Fprintf(a.out, "-- %04d_%s, SHA-256 %s\n", m.Number, m.Name, m.Checksum)
		for _, s := range m.Statements {
			if _, err := fmt.Fprintf(a.out, "%s;\n\n", s); err != nil {
				return err
			}
		}
	}
	return nil
}
