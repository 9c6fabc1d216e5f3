package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// benchOptions are the flags of the benchmark.
type benchOptions struct {
	orders      int
	runs        int
	discard     int
	rate        float64
	eventRate   float64
	length      time.Duration
	warmup      time.Duration
	idle        time.Duration // before a latency run, measured too
	seed        uint64
	partitions  int
	kafka       string
	compression string
	commit      time.Duration
	curve       []time.Duration
	results     string
	cacheDir    string
	json        bool
	profile     profiles
}

func newBench(a *app) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure throughput, delays and memory, with every output checked",
		Long: "Starts `clearlane run` (roles score and serve, local state in a temporary folder) as a process of its own, so that " +
			"CPU and memory are its alone, against a Kafka broker in this process or those named by --kafka, whose topics get a " +
			"prefix of their own and are deleted afterwards. Throughput: --orders orders lie in the topics when the process starts. " +
			"Delays: orders come at --rate for --length, and two readers of the decisions topic, one read_uncommitted and one " +
			"read_committed, take the time from a decision's input_time_ms to its arrival; beside them a plain producer takes the " +
			"broker's own time for a record of the same size. --curve makes runs of the second kind only, at one commit interval " +
			"after the other. After each run all outputs are held against the known answers; a run that is wrong fails the " +
			"benchmark. --config and --set reach the process.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			return runBench(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.orders, "orders", 100_000, "orders of a throughput run; 0: no such runs")
	f.IntVar(&o.runs, "runs", 3, "runs of each kind; the table has their medians")
	f.IntVar(&o.discard, "discard", 0, "runs made before those that count, to warm up the brokers: one that has just started is slower for a minute of load")
	f.Float64Var(&o.rate, "rate", 500, "orders a second of a latency run, about four events each; 0: no such runs")
	f.Float64Var(&o.eventRate, "event-rate", 0, "events a second of a latency run, instead of --rate")
	f.DurationVar(&o.length, "length", 20*time.Second, "length of a latency run")
	f.DurationVar(&o.warmup, "warmup", 3*time.Second, "time at the beginning of a latency run that is not measured")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the generated orders")
	f.IntVar(&o.partitions, "partitions", 4, "partitions of the topics")
	f.StringVar(&o.kafka, "kafka", "", "brokers to use instead of the embedded one, `host:port,...`; real: an Apache Kafka of its own, from what deploy/kafka/install.sh has fetched")
	f.StringVar(&o.compression, "compression", "", "compression of the outputs; the same as --set kafka.produce.compression=...")
	f.DurationVar(&o.commit, "commit-interval", 0, "the same as --set task.commit_interval=...")
	f.DurationSliceVar(&o.curve, "curve", nil, "latency runs at these commit intervals, and no other runs; alone: 5ms to 200ms, and 2s")
	f.Lookup("curve").NoOptDefVal = "5ms,10ms,15ms,25ms,50ms,100ms,200ms,2s"
	f.StringVar(&o.results, "results", "", "append one line of JSON for each run to this file, beside the table")
	f.StringVar(&o.cacheDir, "cache", ".cache/embedded", "folder of the embedded parts: the country database is used if it is there")
	f.BoolVar(&o.json, "json", false, "one line of JSON for each run instead of the table")
	f.StringVar(&o.profile.cpu, "cpuprofile", "", "the process writes a profile of its CPU to this file; that of the last run is left")
	f.StringVar(&o.profile.memory, "memprofile", "", "the process writes a profile of its allocations to this file; that of the last run is left")
	cmd.AddCommand(newBenchPeer(a), newBenchPeers(a), newBenchPaces(a), newBenchScale(a), newBenchMany(a), newBenchCatchUp(a), newBenchOpen(a))
	return cmd
}

// eventsOfAnOrder is the mean of the generator's default stream.
const eventsOfAnOrder = 4.31

func (o *benchOptions) validate() error {
	if o.eventRate > 0 {
		o.rate = o.eventRate / eventsOfAnOrder
	}
	if len(o.curve) > 0 {
		o.orders = 0
	}
	switch {
	case o.orders < 0:
		return usagef("bench: --orders %d; 0 or more is allowed", o.orders)
	case o.orders == 0 && o.rate == 0:
		return usagef("bench: --orders 0 and --rate 0; one of them must be above 0")
	case o.runs < 1:
		return usagef("bench: --runs %d; at least 1 is allowed", o.runs)
	case o.discard < 0 || o.discard > 100:
		return usagef("bench: --discard %d; 0 to 100 is allowed", o.discard)
	case !(o.rate >= 0 && o.rate <= 1e6):
		return usagef("bench: --rate %v; 0 to 1000000 is allowed", o.rate)
	case !(o.eventRate >= 0 && o.eventRate <= 1e6):
		return usagef("bench: --event-rate %v; 0 to 1000000 is allowed", o.eventRate)
	case len(o.curve) > 0 && o.commit > 0:
		return usagef("bench: --curve and --commit-interval %v; one of them is allowed", o.commit)
	case o.rate > 0 && (o.warmup < 0 || o.length <= o.warmup):
		return usagef("bench: --length %v and --warmup %v; 0 <= warmup < length is allowed", o.length, o.warmup)
	case o.partitions < 1 || o.partitions > 256:
		return usagef("bench: --partitions %d; 1 to 256 is allowed", o.partitions)
	}
	return nil
}

// errWrongRun ends a benchmark whose outputs are not right.
var errWrongRun = errors.New("bench: the outputs do not agree with the known answers: no figures")

func runBench(ctx context.Context, a *app, o *benchOptions) error {
	return withBencher(ctx, a, o, func(b *bencher) error { return b.all(ctx) })
}

// withBencher starts what runs need, calls do and ends it again.
func withBencher(ctx context.Context, a *app, o *benchOptions, do func(*bencher) error) (err error) {
	work, err := os.MkdirTemp("", "clearlane-bench-")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	b := &bencher{a: a, o: o, work: work, unique: fmt.Sprintf("bench-%d", time.Now().UnixMilli())}
	defer func() { err = errors.Join(err, b.close(context.WithoutCancel(ctx))) }()
	if err := b.start(ctx); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return do(b)
}

// all makes the runs of both kinds, or those of the curve.
func (b *bencher) all(ctx context.Context) error {
	a, o := b.a, b.o
	if len(o.curve) > 0 {
		if err := b.warm(ctx, b.latency); err != nil {
			return err
		}
		runs, err := b.curve(ctx)
		if err != nil || o.json {
			return err
		}
		return bench.WriteCurve(a.out, runs)
	}
	kinds := []struct {
		wanted bool
		run    func(context.Context, int) (*bench.Run, error)
	}{{o.orders > 0, b.throughput}, {o.rate > 0, b.latency}}
	for _, kind := range kinds {
		if !kind.wanted {
			continue
		}
		if err := b.warm(ctx, kind.run); err != nil {
			return err
		}
		var runs []*bench.Run
		for n := range o.runs {
			r, err := b.one(ctx, kind.run, n+1)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		if !o.json {
			if err := bench.WriteTable(a.out, runs); err != nil {
				return err
			}
		}
	}
	return nil
}

// warm makes the runs that do not count. Their numbers are 0 and below.
func (b *bencher) warm(ctx context.Context, run func(context.Context, int) (*bench.Run, error)) error {
	for n := range b.o.discard {
		if _, err := run(ctx, -n); err != nil {
			return fmt.Errorf("bench: run to discard: %w", err)
		}
	}
	return nil
}

// curve makes the latency runs of all intervals, in rounds: what else the machine does
// then falls on all of them alike.
func (b *bencher) curve(ctx context.Context) (runs []*bench.Run, err error) {
	for range b.o.runs {
		for _, b.o.commit = range b.o.curve {
			r, err := b.one(ctx, b.latency, len(runs)+1)
			if err != nil {
				return nil, err
			}
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// one makes a run and writes its line where it is wanted.
func (b *bencher) one(ctx context.Context, run func(context.Context, int) (*bench.Run, error), n int) (*bench.Run, error) {
	r, err := run(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if b.o.json {
		if err := r.WriteJSON(b.a.out); err != nil {
			return nil, err
		}
	}
	if b.o.results == "" {
		return r, nil
	}
	f, err := os.OpenFile(b.o.results, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("bench: --results: %w", err)
	}
	return r, errors.Join(r.WriteJSON(f), f.Close())
}
