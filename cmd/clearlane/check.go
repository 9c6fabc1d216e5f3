package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/scoring/geo"
)

func newCheck(a *app) *cobra.Command {
	timeout := 15 * time.Second
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and everything it names",
		Long: "Reads the configuration, the policy pack and the country database, and asks Kafka and ClickHouse what is there. " +
			"It changes nothing. Every line is OK, WARNING or FAULT; exit status 1 when one is a FAULT.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return usagef("check: --timeout %v; more than 0 is allowed", timeout)
			}
			return check(cmd.Context(), a.source(), timeout, a.out)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "longest time for each server")
	return cmd
}

// finding is one line of the check.
type finding struct {
	subject string
	detail  string
	fault   bool
	warning bool
}

// report gathers findings.
type report []finding

func (r *report) ok(subject, detail string, a ...any) {
	*r = append(*r, finding{subject: subject, detail: fmt.Sprintf(detail, a...)})
}

func (r *report) warn(subject string, err error) {
	*r = append(*r, finding{subject: subject, detail: err.Error(), warning: true})
}

// fault adds a finding for each line of an error: some list several faults.
func (r *report) fault(subject string, err error) {
	for line := range strings.Lines(err.Error()) {
		*r = append(*r, finding{subject: subject, detail: strings.TrimSpace(line), fault: true})
	}
}

// check makes all checks and prints them. What depends on the configuration is left
// out when the configuration is wrong.
func check(ctx context.Context, src config.Source, timeout time.Duration, out io.Writer) error {
	var r report
	c, err := config.Load(src)
	var faults config.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			r.fault("configuration", f)
		}
		return r.print(out)
	}
	name := src.File
	if name == "" {
		name = "no file"
	}
	r.ok("configuration", "%s; roles %s", name, strings.Join(c.Roles, ", "))
	if c.Has(config.RoleScore) {
		r.folder(c.DataDir)
		r.policy(c.Policy.File)
		r.geo(c.Geo.File)
		r.networks(c.Geo.ASNFile)
	}
	if c.Has(config.RoleScore) || c.Has(config.RoleLand) {
		r.kafka(ctx, &c, timeout)
	}
	if c.Has(config.RoleLand) {
		r.clickhouse(ctx, &c, timeout)
	}
	return r.print(out)
}

func (r report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	bad := 0
	for _, f := range r {
		state := "OK"
		if f.warning {
			state = "WARNING"
		}
		if f.fault {
			state = "FAULT"
			bad++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", state, f.subject, f.detail)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return faultsFound("check", bad)
	}
	return nil
}

func (r *report) folder(dir string) {
	if err := writable(dir); err != nil {
		r.fault("data_dir", err)
		return
	}
	r.ok("data_dir", "%s can be written", dir)
}

// writable checks that the state can be written: the folder, or the nearest one above
// it that exists, takes a file.
func writable(dir string) error {
	at, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for {
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
			at = filepath.Dir(at)
			continue
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", at)
		}
		break
	}
	probe, err := os.CreateTemp(at, ".clearlane-check-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func (r *report) policy(path string) {
	set, err := loadPolicy(path)
	if err != nil {
		r.fault("policy.file", err)
		return
	}
	if path == "" {
		path = "built in"
	}
	for _, p := range set.Packs() {
		r.ok("policy.file", "%s: %s, version %s, hash %.12s, from %s", path, p.ID, p.Version, p.Hash, p.ValidFrom)
	}
}

func (r *report) geo(file string) {
	if file == "" {
		r.ok("geo.file", "none: the country of a click's IP is unknown")
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		r.fault("geo.file", err)
		return
	}
	db, err := geo.FromBytes(text)
	if err != nil {
		r.fault("geo.file", fmt.Errorf("%s: %w", file, err))
		return
	}
	defer db.Close()
	r.ok("geo.file", "%s: %s", file, db.Version())
}

func (r *report) networks(file string) {
	if file == "" {
		r.ok("geo.asn_file", "none: whether a click's IP stands in a hosting network is unknown")
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		r.fault("geo.asn_file", err)
		return
	}
	n, err := geo.NetworksFromBytes(text)
	if err != nil {
		r.fault("geo.asn_file", fmt.Errorf("%s: %w", file, err))
		return
	}
	r.ok("geo.asn_file", "%s: %s", file, n.Version())
}

func (r *report) kafka(ctx context.Context, c *config.Config, timeout time.Duration) {
	const subject = "kafka"
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	admin, err := kafka.NewAdmin(kafkaConn(&c.Kafka))
	if err != nil {
		r.fault(subject, err)
		return
	}
	defer admin.Close()
	if err := admin.Reachable(ctx); err != nil {
		r.fault(subject, fmt.Errorf("%s: %w", strings.Join(c.Kafka.Brokers, ", "), err))
		return
	}
	r.ok(subject, "%s", strings.Join(c.Kafka.Brokers, ", "))
	partitions, faults, err := checkTopics(ctx, admin, kafkaTopics(&c.Kafka), topicRules(c))
	if err != nil {
		r.fault("topics", err)
		return
	}
	for _, t := range c.Kafka.Used() {
		for _, f := range faults[t.Name] {
			r.fault("topics", f)
		}
	}
	advice, err := admin.Advice(ctx, kafkaTopics(&c.Kafka), topicRules(c))
	if err != nil {
		r.fault("topics", err)
	}
	for _, a := range advice {
		r.warn("topics", a)
	}
	if len(faults) == 0 {
		r.ok("topics", "%d topics, %d partitions", len(c.Kafka.Used()), partitions)
	}
}

func (r *report) clickhouse(ctx context.Context, c *config.Config, timeout time.Duration) {
	const subject = "clickhouse"
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	lc, err := landConfig(c)
	if err != nil {
		r.fault(subject, err)
		return
	}
	conn, err := land.Connect(lc.ClickHouse)
	if err != nil {
		r.fault(subject, err)
		return
	}
	defer conn.Close()
	err = conn.Ping(ctx)
	var server *driver.ServerVersion
	if err == nil {
		server, err = conn.ServerVersion()
	}
	if err != nil {
		r.fault(subject, fmt.Errorf("%s: %w", strings.Join(lc.ClickHouse.Addrs, ", "), land.Plain(err)))
		return
	}
	r.ok(subject, "%s: version %s", strings.Join(lc.ClickHouse.Addrs, ", "), server.Version)
	all, err := land.Migrations(ctx, conn, c.ClickHouse.Database)
	if err != nil {
		r.fault("schema", err)
		return
	}
	applied, unfit := 0, false
	for _, m := range all {
		if m.Fault != nil {
			r.fault("schema", m.Fault)
			unfit = true
		}
		if m.Applied {
			applied++
		}
	}
	if unfit {
		return
	}
	detail := ""
	if applied < len(all) {
		detail = "; the role land applies the rest when it starts"
	}
	r.ok("schema", "database %s: %d of %d migrations applied%s", c.ClickHouse.Database, applied, len(all), detail)
}
