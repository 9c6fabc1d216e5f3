package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/rebuild"
	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

// errRollupsDiffer ends a comparison that has found a difference.
var errRollupsDiffer = errors.New("roll-ups differ from the history of decisions")

// rebuildOptions are the flags of rebuild rollups.
type rebuildOptions struct {
	from, to     string
	grains       []string
	wait         time.Duration
	withoutKafka bool
}

func newRebuild(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Work tables out anew from the history, and report what differs",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("rebuild: %q is not known; rollups is allowed", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return usagef("rebuild: nothing named; rollups is allowed") },
	}
	var o rebuildOptions
	rollups := &cobra.Command{
		Use:   "rollups --from TIME",
		Short: "Hold every roll-up cell against the history of decisions in ClickHouse",
		Long: "Works out every cell of the roll-ups from the newest version of each decision, one day (UTC) of event_time after " +
			"the other, and reports the cells that differ: exit status 1 when any does. It only reads. What differs is compared " +
			"again, up to three times, each time after the landers' group has passed all that was committed before: rows on their " +
			"way are no fault. With --without-kafka it waits for --wait between two comparisons instead, which a lander that " +
			"stands still deceives. A row that is lost is mended by reading the rollups topic again: stop the landers, set the " +
			"offsets of their group (kafka.group with -land) on it to the start, and start them.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return rebuildRollups(cmd.Context(), a, &o) },
	}
	f := rollups.Flags()
	f.StringVar(&o.from, "from", "", "start of the span, a `time` like 2026-10-05 or now-7d; its whole day is taken")
	f.StringVar(&o.to, "to", "now+1d", "end of the span, a `time`; its whole day is taken")
	f.StringArrayVar(&o.grains, "grain", nil, "only this `roll-up`; may be repeated: "+strings.Join(rebuild.Grains(), ", "))
	f.DurationVar(&o.wait, "wait", 30*time.Second, "longest time to wait for the landers; with --without-kafka the pause between two comparisons")
	f.BoolVar(&o.withoutKafka, "without-kafka", false, "do not ask Kafka how far the landers are")
	cmd.AddCommand(rollups)
	return cmd
}

// span reads the flags about time.
func (o *rebuildOptions) span(now time.Time) (from, to time.Time, err error) {
	if o.from == "" {
		return from, to, usagef("rebuild rollups: --from is missing; a time like 2026-10-05 is allowed")
	}
	for _, f := range []struct {
		name, text string
		to         *time.Time
	}{{"from", o.from, &from}, {"to", o.to, &to}} {
		p := queries.Param{Name: f.name, Kind: queries.KindTime}
		value, err := p.Value(f.text, now)
		if err != nil {
			return from, to, usagef("rebuild rollups: %w", err)
		}
		if *f.to, err = time.Parse("2006-01-02 15:04:05.000", value); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) {
		return from, to, usagef("rebuild rollups: --from %s is not before --to %s", o.from, o.to)
	}
	for _, g := range o.grains {
		if !slices.Contains(rebuild.Grains(), g) {
			return from, to, usagef("rebuild rollups: --grain %q; allowed: %s", g, strings.Join(rebuild.Grains(), ", "))
		}
	}
	if o.wait <= 0 {
		return from, to, usagef("rebuild rollups: --wait %v; more than 0 is allowed", o.wait)
	}
	return from, to, nil
}

func rebuildRollups(ctx context.Context, a *app, o *rebuildOptions) error {
	from, to, err := o.span(a.now())
	if err != nil {
		return err
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	lander, err := landConfig(&c)
	if err != nil {
		return err
	}
	settled := func(ctx context.Context) error {
		if !pause(ctx, o.wait) {
			return ctx.Err()
		}
		return nil
	}
	if !o.withoutKafka {
		admin, err := kafka.NewAdmin(kafkaConn(&c.Kafka))
		if err != nil {
			return err
		}
		defer admin.Close()
		settled = func(ctx context.Context) error {
			return admin.AwaitGroup(ctx, lander.Group, o.wait, lander.Topics.Decisions, lander.Topics.Rollups)
		}
	}
	conn, err := land.ConnectTo(lander.ClickHouse, c.ClickHouse.Database, c.ClickHouse.QueryTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	report, err := rebuild.Run(ctx, conn, rebuild.Options{
		From: from, To: to, Grains: o.grains, Decisions: lander.Topics.Decisions, Settled: settled, Timeout: c.ClickHouse.QueryTimeout,
		Progress: func(day time.Time, done, days int) {
			fmt.Fprintf(a.err, "%s  %d of %d days\n", day.Format(time.DateOnly), done, days)
		},
	})
	if err != nil {
		return fmt.Errorf("rebuild rollups: %w", land.Plain(err))
	}
	if err := report.Write(a.out); err != nil {
		return err
	}
	if !report.OK() {
		return errRollupsDiffer
	}
	return nil
}
