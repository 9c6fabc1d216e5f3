package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/backtest"
	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

func newBacktest(a *app) *cobra.Command {
	o := backtestOptions{tally: backtest.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "backtest --policy NEW [FILE...|-]",
		Short: "Say what a policy pack would change, on the events of files or of the topics",
		Long: `Reads events from files, as 'clearlane score' does, or without files from the input
topics of the configuration; joins them once, scores every shipment and every order's
claim by two packs, and reports what differs: routes, reasons, ports, sellers, declared
value, and examples. It writes nothing anywhere, and joins no group.

Of topics all committed records that there are when a partition is begun are read, a
partition after the other, so that the orders of one partition are held in memory; of
files, the orders of all. A subject counts if the date of its case (entry_date, else the
shipment's event_time, else the order's) lies within --from and --to, both included. Its
events are read whenever they are from.

A subject differs when its route, its score, its preference status or the codes and
severities of its reasons differ. Versions, texts and weights of rules do not count by
themselves.

Exit status: 0 a report was written, whatever it says, and however many records were
refused (they are counted in it, and the first ones named on standard error); 1 events
could not be read, or with --fail-on-change a verdict differs; 2 the command line, the
configuration or a pack is wrong.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.backtest(cmd.Context(), args, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.policy, "policy", "", "the new policy pack")
	f.StringVar(&o.against, "against", "", "the old policy pack; default: the configuration's, else the one built in")
	f.StringVar(&o.geo, "geo", "", "country database in GeoIP2-Country form; default: the configuration's, else none")
	f.StringVar(&o.from, "from", "", "first `date` of the cases that count, such as 2026-07-01; default: all")
	f.StringVar(&o.to, "to", "", "last `date` of the cases that count")
	f.StringVar(&o.format, "format", string(backtest.Formats[0]), "text, markdown or json")
	f.IntVar(&o.tally.Top, "top", o.tally.Top, "ports, and sellers, with a row of their own; the rest is one row")
	f.IntVar(&o.tally.Examples, "examples", o.tally.Examples, "examples of each pair of routes")
	f.BoolVar(&o.failOnChange, "fail-on-change", false, "exit status 1 when a verdict differs")
	return cmd
}

type backtestOptions struct {
	policy, against, geo string
	from, to, format     string
	failOnChange         bool
	tally                backtest.Options
}

// validate reads the flags that are no plain values.
func (o *backtestOptions) validate() (err error) {
	if o.policy == "" {
		return usagef("backtest: --policy is missing; the file of the new policy pack")
	}
	for _, d := range []struct {
		flag, text string
		into       *schemas.Date
	}{{"--from", o.from, &o.tally.From}, {"--to", o.to, &o.tally.To}} {
		if d.text == "" {
			continue
		}
		if *d.into, err = schemas.ParseDate(d.text); err != nil {
			return usagef("backtest: %s %q; a date such as 2026-07-01 is allowed", d.flag, d.text)
		}
	}
	if o.tally.To != 0 && o.tally.To < o.tally.From {
		return usagef("backtest: --to %s is before --from %s", o.to, o.from)
	}
	if !slices.Contains(backtest.Formats[:], backtest.Format(o.format)) {
		return usagef("backtest: --format %q; text, markdown or json is allowed", o.format)
	}
	for _, n := range []struct {
		flag  string
		value int
	}{{"--top", o.tally.Top}, {"--examples", o.tally.Examples}} {
		if n.value < 1 || n.value > backtest.MostRows {
			return usagef("backtest: %s %d; 1 to %d is allowed", n.flag, n.value, backtest.MostRows)
		}
	}
	return nil
}

func (a *app) backtest(ctx context.Context, files []string, o *backtestOptions) error {
	if err := o.validate(); err != nil {
		return err
	}
	var own []string
	if o.against != "" {
		own = append(own, "policy.file="+o.against)
	}
	if o.geo != "" {
		own = append(own, "geo.file="+o.geo)
	}
	cfg, err := a.config(own...)
	if err != nil {
		return err
	}
	log, err := a.logger(&cfg)
	if err != nil {
		return err
	}
	refs, err := loadReferences(cfg.Policy, cfg.Geo, cfg.Limits.Event(), log)
	if err != nil {
		return usagef("backtest: %w", err)
	}
	shadow, err := loadPolicy(o.policy)
	if err != nil {
		return usagef("backtest: %w", err)
	}
	h := history{cfg: &cfg, files: files, stdin: a.in, report: scoreReport{w: a.err, command: "backtest", clock: time.Now, began: time.Now(), live: isTerminal(a.err)}}
	now := refs.current()
	tally := backtest.NewTally(o.tally)
	h.replay = h.newReplay(offline.Deps{Policy: now.Policy, Geo: now.Geo, Bad: h.refused, Progress: h.report.progress}, shadow)
	err = h.read(ctx, tally.Add)
	h.report.clear()
	if err != nil {
		return fmt.Errorf("backtest: %w", err)
	}
	r := tally.Report(packOfReport(now.Policy), packOfReport(shadow), h.summed())
	if err := backtest.Write(a.out, r, backtest.Format(o.format)); err != nil {
		return err
	}
	if o.failOnChange && r.Changed > 0 {
		return fmt.Errorf("backtest: %d verdicts differ", r.Changed)
	}
	return nil
}

func packOfReport(p *policy.Set) backtest.Pack {
	return backtest.Pack{Version: p.Version, Hash: p.Hash}
}

// historyOptions are those of the join, as in 'clearlane score'.
func historyOptions(cfg *config.Config) offline.Options {
	return offline.Options{Events: cfg.Limits.Event(), Join: joinLimits(cfg)}
}
