package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// errDisagrees ends a demo whose numbers are not all right.
var errDisagrees = errors.New("the numbers do not agree with the known answers")

// demoOptions are the flags of the demo.
type demoOptions struct {
	orders     int
	exit       bool
	rate       float64
	bad        int
	seed       uint64
	partitions int
	kafka      string
	clickhouse string
	noLanding  bool
	cacheDir   string
	listen     string
}

func newDemo(a *app) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run all of Clearlane on this machine with generated orders: no server, no account",
		Long: "Starts a Kafka broker and the ClickHouse engine in this process (or uses the servers named by --kafka and " +
			"--clickhouse), generates orders whose right answers are known, and runs the pipeline over them. Without --exit " +
			"it goes on until interrupted and shows a live summary; with --exit it sends --orders orders, waits for their " +
			"decisions, and prints every number beside the known one: exit status 1 when any differs.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.fit(cmd.Flags().Changed)
			if err := o.validate(); err != nil {
				return err
			}
			for _, name := range o.idle(cmd.Flags().Changed) {
				fmt.Fprintf(a.err, "clearlane: demo: --%s changes nothing with --exit=%v\n", name, o.exit)
			}
			return runDemo(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.orders, "orders", 100_000, "with --exit: how many orders to send")
	f.BoolVar(&o.exit, "exit", false, "end when all orders are decided, and compare every number with the known answers")
	f.Float64Var(&o.rate, "rate", 200, "without --exit: orders a second")
	f.IntVar(&o.bad, "bad", 200, "with --exit: records among them that must end as dead letters; by default not above --orders")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the generated orders")
	f.IntVar(&o.partitions, "partitions", 4, "partitions of the topics")
	f.StringVar(&o.kafka, "kafka", "", "brokers to use instead of the embedded one, `host:port,...`; topics get a prefix of their own")
	f.StringVar(&o.clickhouse, "clickhouse", "", "ClickHouse to use instead of the embedded one, `host:port,...` of the native protocol; a database of its own is made")
	f.BoolVar(&o.noLanding, "no-landing", false, "run without ClickHouse")
	f.StringVar(&o.cacheDir, "cache", ".cache/embedded", "folder of the embedded parts, as deploy/embedded/install.sh fills it")
	f.StringVar(&o.listen, "listen", "127.0.0.1:9464", "address of /metrics and /readyz; port 0 takes a free one")
	return cmd
}

func (o *demoOptions) validate() error {
	switch {
	case o.orders < 1:
		return usagef("demo: --orders %d; at least 1 is allowed", o.orders)
	case o.bad < 0 || o.bad > o.orders:
		return usagef("demo: --bad %d; 0 to --orders is allowed", o.bad)
	case !(o.rate > 0 && o.rate <= 1e6):
		return usagef("demo: --rate %v; above 0, up to 1000000 is allowed", o.rate)
	case o.partitions < 1 || o.partitions > 256:
		return usagef("demo: --partitions %d; 1 to 256 is allowed", o.partitions)
	case o.noLanding && o.clickhouse != "":
		return usagef("demo: --no-landing and --clickhouse; one of them is allowed")
	}
	return nil
}

// fit makes the default of --bad one that goes with few orders.
func (o *demoOptions) fit(given func(string) bool) {
	if !given("bad") {
		o.bad = max(0, min(o.bad, o.orders))
	}
}

// idle are the flags that were given and that the form of the demo has no use for.
func (o *demoOptions) idle(given func(string) bool) []string {
	names := []string{"orders", "bad"}
	if o.exit {
		names = []string{"rate"}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !given(name) })
}

// demoDensity is the orders a second of event time that a demo with an end is made of.
const demoDensity = 100

// stream is what the demo generates.
func (o *demoOptions) stream(now time.Time) gen.Options {
	g := gen.Options{Seed: o.seed, Orders: o.orders, Bad: o.bad, OrdersPerSecond: demoDensity, Partitions: o.partitions}
	if !o.exit {
		const endless = 1 << 30
		g.Orders, g.Bad, g.OrdersPerSecond = endless, 0, o.rate
		g.Start = schemas.Time(now.UnixMilli())
		return g
	}
	// The orders end about now, so that neither brokers nor tables take them for old.
	span := time.Duration(float64(o.orders) / demoDensity * float64(time.Second))
	g.Start = schemas.Time(now.Add(-span - time.Hour).UnixMilli())
	return g
}

func runDemo(ctx context.Context, a *app, o *demoOptions) (err error) {
	work, err := os.MkdirTemp("", "clearlane-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(work)
	d := &demo{a: a, o: o, work: work, began: time.Now()}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.start(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if o.exit {
		return d.toEnd(ctx)
	}
	return d.untilInterrupted(ctx)
}
