package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/bench"
)

func newBenchCatchUp(a *app) *cobra.Command {
	s := &series{table: func(a *app, runs []*bench.Run) error { return bench.WriteCatchUp(a.out, runs) }}
	var events, sample int
	cmd := &cobra.Command{
		Use:   "catchup",
		Short: "Measure a cold start on a backlog, second by second, and count spurious decisions",
		Long: "--events events lie in the topics when a process without local state starts. Every second a line says how far it has " +
			"come. Afterwards the decisions of one order in --sample are held against those of a live, undisturbed run, which takes " +
			"in one record at a time in the order of sending: of each subject, what is published beyond as many versions as the live " +
			"run makes, or with a verdict that the live run never gives, is spurious.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.validate("catchup"); err != nil {
				return err
			}
			switch {
			case events < 10:
				return usagef("bench catchup: --events %d; at least 10 is allowed", events)
			case sample < 1:
				return usagef("bench catchup: --sample %d; at least 1 is allowed", sample)
			case s.o.partitions < 1 || s.o.partitions > 256:
				return usagef("bench catchup: --partitions %d; 1 to 256 is allowed", s.o.partitions)
			}
			s.o.orders = max(int(float64(events)/eventsOfAnOrder), 1)
			s.kinds = append(s.kinds, func(ctx context.Context, b *bencher, n int) (*bench.Run, error) { return b.catchUp(ctx, n, sample) })
			return s.run(cmd.Context(), a)
		},
	}
	f := cmd.Flags()
	s.flags(f)
	f.IntVar(&events, "events", 1_000_000, "events of the backlog, about")
	f.IntVar(&sample, "sample", 4, "one order in so many is held against the live run; 1: all")
	f.IntVar(&s.o.partitions, "partitions", 4, "partitions of the topics")
	f.StringVar(&s.o.profile.cpu, "cpuprofile", "", "the process writes a profile of its CPU to this file; that of the last run is left")
	return cmd
}

// catchUp is a cold start on a backlog, looked at every second.
func (b *bencher) catchUp(ctx context.Context, n, sample int) (*bench.Run, error) {
	return b.cold(ctx, bench.CatchUp, fmt.Sprintf("%s-c%d", b.unique, n), func(ctx context.Context, t *coldStart) error {
		t.run.CatchUp = &bench.CaughtUp{Sample: sample}
		look := t.lookOn(ctx, t.watch, t.began)
		err := t.watch.await(ctx, t.ends, giveUpAfter, t.died)
		look()
		if err != nil {
			return err
		}
		if err := t.finish(ctx, t.watch, t.ends, n); err != nil {
			return err
		}
		t.run.CatchUp.LiveSeconds = t.watch.reached().Sub(t.began).Seconds()
		b.say("live after %.1f s; now a live run is made of one order in %d", t.run.CatchUp.LiveSeconds, sample)
		return t.spurious(ctx, t.run.CatchUp)
	})
}

// lookOn notes and says every second how far the process has come. The function returned
// ends it, and takes the last point.
func (t *trial) lookOn(ctx context.Context, watch *progressWatch, began time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var looking sync.WaitGroup
	var last bench.Point
	look := func() {
		p := bench.Point{Seconds: time.Since(began).Seconds(), Events: watch.total()}
		u, err := bench.UsageOf(t.child.cmd.Process.Pid)
		if err != nil && !errors.Is(err, bench.ErrNoProc) {
			return // it has just ended; why is said elsewhere
		}
		p.CPUSeconds, p.PeakMemory = u.CPU.Seconds(), u.PeakMemory
		t.run.CatchUp.Points = append(t.run.CatchUp.Points, p)
		span := max(p.Seconds-last.Seconds, 0.001)
		t.say("%5.0f s  %10d events  %8.0f/s  %4.2f CPU s/s  %5d MiB at most", p.Seconds, p.Events, float64(p.Events-last.Events)/span,
			(p.CPUSeconds-last.CPUSeconds)/span, p.PeakMemory>>20)
		last = p
	}
	looking.Go(func() {
		for pause(ctx, time.Second) {
			look()
		}
	})
	return func() {
		cancel()
		looking.Wait()
		look()
	}
}
