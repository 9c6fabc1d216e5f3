package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// series is a benchmark of several kinds of runs, made in rounds: what else the machine
// does then falls on all kinds alike.
type series struct {
	o     benchOptions
	kinds []func(ctx context.Context, b *bencher, n int) (*bench.Run, error)
	table func(a *app, runs []*bench.Run) error
}

// flags are those that every series has.
func (s *series) flags(f *pflag.FlagSet) {
	o := &s.o
	f.IntVar(&o.runs, "runs", 1, "runs of each kind; the table has their medians")
	f.IntVar(&o.discard, "discard", 0, "rounds made before those that count, to warm up the brokers")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the generated orders")
	f.StringVar(&o.kafka, "kafka", "", "brokers to use instead of the embedded one, `host:port,...`; real: an Apache Kafka of its own, from what deploy/kafka/install.sh has fetched")
	f.StringVar(&o.results, "results", "", "append one line of JSON for each run to this file, beside the table")
	f.StringVar(&o.cacheDir, "cache", ".cache/embedded", "folder of the embedded parts: the country database is used if it is there")
	f.BoolVar(&o.json, "json", false, "one line of JSON for each run instead of the table")
}

func (s *series) validate(name string) error {
	switch {
	case s.o.runs < 1 || s.o.runs > 100:
		return usagef("bench %s: --runs %d; 1 to 100 is allowed", name, s.o.runs)
	case s.o.discard < 0 || s.o.discard > 100:
		return usagef("bench %s: --discard %d; 0 to 100 is allowed", name, s.o.discard)
	}
	return nil
}

// run makes all rounds; at the end it writes the table.
func (s *series) run(ctx context.Context, a *app) error {
	return withBencher(ctx, a, &s.o, func(b *bencher) error {
		var runs []*bench.Run
		n := 0
		for round := -s.o.discard; round < s.o.runs; round++ {
			for _, kind := range s.kinds {
				n++
				b.say("run %d of %d", n, (s.o.runs+s.o.discard)*len(s.kinds))
				if round < 0 {
					if _, err := kind(ctx, b, n); err != nil {
						return fmt.Errorf("bench: run to discard: %w", err)
					}
					continue
				}
				r, err := b.one(ctx, func(ctx context.Context, n int) (*bench.Run, error) { return kind(ctx, b, n) }, n)
				if err != nil {
					return err
				}
				runs = append(runs, r)
			}
		}
		if s.o.json {
			return nil
		}
		return s.table(a, runs)
	})
}

func newBenchPaces(a *app) *cobra.Command {
	s := &series{table: func(a *app, runs []*bench.Run) error { return bench.WritePaces(a.out, runs) }}
	var rates []float64
	cmd := &cobra.Command{
		Use:   "paces",
		Short: "Measure delays at several rates, and what late decisions were late for",
		Long: "Runs of kind latency (see clearlane bench) at each of --rates, in rounds. Beside percentiles, of decisions that a " +
			"read_uncommitted reader saw more than 10 ms after their newest input, or a read_committed one more than 60 ms, it " +
			"is said what they were late for: the step of their partition that covers most of the delay (batch, rows, freeze, expiry, sweep, " +
			"wait, acks, end; see clearlane_stalls_total), and behind a + what went on beside it (pause, gc, state-write, compaction, or " +
			"broker: the plain producer's acknowledgement took long at that time too).",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := &s.o
			if err := s.validate("paces"); err != nil {
				return err
			}
			switch {
			case o.warmup < 0 || o.length <= o.warmup:
				return usagef("bench paces: --length %v and --warmup %v; 0 <= warmup < length is allowed", o.length, o.warmup)
			case o.partitions < 1 || o.partitions > 256:
				return usagef("bench paces: --partitions %d; 1 to 256 is allowed", o.partitions)
			case len(rates) == 0:
				return usagef("bench paces: --rates is empty; events a second, such as 1000,15000, are allowed")
			}
			for _, rate := range rates {
				if !(rate > 0 && rate <= 1e6) {
					return usagef("bench paces: --rates %v; above 0 and up to 1000000 is allowed", rate)
				}
				s.kinds = append(s.kinds, func(ctx context.Context, b *bencher, n int) (*bench.Run, error) {
					b.o.rate = rate / eventsOfAnOrder
					return b.latency(ctx, n)
				})
			}
			return s.run(cmd.Context(), a)
		},
	}
	f := cmd.Flags()
	s.flags(f)
	f.Float64SliceVar(&rates, "rates", []float64{1000, 15_000, 60_000}, "events a second")
	f.DurationVar(&s.o.length, "length", 20*time.Second, "length of a run")
	f.DurationVar(&s.o.warmup, "warmup", 4*time.Second, "time at the beginning of a run that is not measured")
	f.IntVar(&s.o.partitions, "partitions", 4, "partitions of the topics")
	f.DurationVar(&s.o.commit, "commit-interval", 0, "the same as --set task.commit_interval=...")
	return cmd
}
