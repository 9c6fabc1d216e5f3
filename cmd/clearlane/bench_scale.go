package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/bench"
)

func newBenchScale(a *app) *cobra.Command {
	s := &series{table: func(a *app, runs []*bench.Run) error { return bench.WriteScale(a.out, runs) }}
	var partitions, processes []int
	cmd := &cobra.Command{
		Use:   "scale",
		Short: "Measure one backlog with several numbers of partitions and processes",
		Long: "Throughput runs of the same events with each of --partitions, each shared by each of --processes. The processes are live, " +
			"and have their partitions, before the backlog appears: it is sent in a transaction that is committed then. What " +
			"is compared is CPU time an event, of all processes together: it must not grow with partitions.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.validate("scale"); err != nil {
				return err
			}
			if s.o.orders < 1 {
				return usagef("bench scale: --orders %d; at least 1 is allowed", s.o.orders)
			}
			for _, k := range processes {
				if k < 1 || k > 16 {
					return usagef("bench scale: --processes %d; 1 to 16 is allowed", k)
				}
				for _, p := range partitions {
					if p < 1 || p > 256 {
						return usagef("bench scale: --partitions %d; 1 to 256 is allowed", p)
					}
					if p >= k { // a process without a partition measures nothing
						s.kinds = append(s.kinds, func(ctx context.Context, b *bencher, n int) (*bench.Run, error) { return b.scale(ctx, n, p, k) })
					}
				}
			}
			if len(s.kinds) == 0 {
				return usagef("bench scale: --partitions %v and --processes %v; at least one of the first must be as many as one of the second", partitions, processes)
			}
			return s.run(cmd.Context(), a)
		},
	}
	f := cmd.Flags()
	s.flags(f)
	f.IntVar(&s.o.orders, "orders", 200_000, "orders of the backlog")
	f.IntSliceVar(&partitions, "partitions", []int{1, 2, 4, 8}, "numbers of partitions")
	f.IntSliceVar(&processes, "processes", []int{1, 2}, "numbers of processes that share them")
	return cmd
}

// densely is how many orders a second of event time a backlog has.
const densely = 100

// backlog is a stream whose orders end about now, so that brokers do not take them for old.
func (b *bencher) backlog(orders int) time.Time {
	return time.Now().Add(-time.Duration(float64(orders)/densely*float64(time.Second)) - time.Hour)
}

// scale is a run over a backlog that appears once the processes are live.
func (b *bencher) scale(ctx context.Context, n, partitions, processes int) (*bench.Run, error) {
	b.o.partitions = partitions
	prefix := fmt.Sprintf("%s-s%d", b.unique, n)
	opts := b.stream(b.o.orders, b.backlog(b.o.orders), densely)
	return b.try(ctx, bench.Throughput, prefix, prefix, opts, func(ctx context.Context, t *trial) error {
		t.run.Settings.Processes = processes
		if err := t.launchAll(processes); err != nil {
			return err
		}
		watch := t.watch(ctx)
		defer watch.stop()
		held := genPace{linger: 5 * time.Millisecond, headStart: genHeadStart, until: func(ctx context.Context) error {
			if err := t.balanced(ctx); err != nil {
				return err
			}
			return t.beginAll(ctx)
		}}
		if err := genStream(ctx, &t.cfg, opts, held, io.Discard); err != nil {
			return err
		}
		ends, err := t.ends(ctx)
		if err != nil {
			return err
		}
		return t.finishAll(ctx, watch, ends, 0)
	})
}

func newBenchMany(a *app) *cobra.Command {
	s := &series{table: func(a *app, runs []*bench.Run) error { return bench.WriteMany(a.out, runs) }}
	var partitions []int
	cmd := &cobra.Command{
		Use:   "many",
		Short: "Measure what many partitions in one process cost, idle and at one steady rate",
		Long: "Latency runs at --event-rate in all, with each of --partitions in one process, after --idle without events: CPU, sockets, " +
			"goroutines, memory, commits. A straight line through all runs parts CPU time into that of events and that of commits " +
			"(of all that grows with them); where it passes a fifth, the table says so.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := &s.o
			if err := s.validate("many"); err != nil {
				return err
			}
			switch {
			case !(o.eventRate > 0 && o.eventRate <= 1e6):
				return usagef("bench many: --event-rate %v; above 0 and up to 1000000 is allowed", o.eventRate)
			case o.warmup < 0 || o.length <= o.warmup:
				return usagef("bench many: --length %v and --warmup %v; 0 <= warmup < length is allowed", o.length, o.warmup)
			case o.idle <= 0:
				return usagef("bench many: --idle %v; above 0 is allowed", o.idle)
			case len(partitions) == 0:
				return usagef("bench many: --partitions is empty; numbers such as 8,64 are allowed")
			}
			o.rate = o.eventRate / eventsOfAnOrder
			for _, p := range partitions {
				if p < 1 || p > 256 {
					return usagef("bench many: --partitions %d; 1 to 256 is allowed", p)
				}
				s.kinds = append(s.kinds, func(ctx context.Context, b *bencher, n int) (*bench.Run, error) {
					b.o.partitions = p
					return b.latency(ctx, n)
				})
			}
			return s.run(cmd.Context(), a)
		},
	}
	f := cmd.Flags()
	s.flags(f)
	f.IntSliceVar(&partitions, "partitions", []int{8, 64, 256}, "numbers of partitions")
	f.Float64Var(&s.o.eventRate, "event-rate", 15_000, "events a second over all partitions")
	f.DurationVar(&s.o.length, "length", 20*time.Second, "length of the load")
	f.DurationVar(&s.o.warmup, "warmup", 4*time.Second, "time at its beginning that is not measured")
	f.DurationVar(&s.o.idle, "idle", 10*time.Second, "time before it that is measured too")
	f.DurationVar(&s.o.commit, "commit-interval", 0, "the same as --set task.commit_interval=...")
	return cmd
}

// idle measures the process before any event comes.
func (t *trial) idle(ctx context.Context) error {
	if !pause(ctx, time.Second) { // the start is not idle
		return ctx.Err()
	}
	before, err := bench.UsageOf(t.child.cmd.Process.Pid)
	if err != nil {
		return err
	}
	commits, err := t.child.scrape(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if !pause(ctx, t.o.idle) {
		return ctx.Err()
	}
	seconds := time.Since(began).Seconds()
	after, err := bench.UsageOf(t.child.cmd.Process.Pid)
	if err != nil {
		return err
	}
	m, err := t.child.scrape(ctx)
	if err != nil {
		return err
	}
	t.run.Idle = &bench.Idle{Seconds: seconds, CPUSeconds: (after.CPU - before.CPU).Seconds(), PeakMemory: after.PeakMemory,
		Goroutines: int(m["go_goroutines"]), Commits: int64(m["clearlane_commits_total"] - commits["clearlane_commits_total"])}
	t.run.Idle.Connections, err = bench.ConnectionsOf(t.child.cmd.Process.Pid)
	return err
}
