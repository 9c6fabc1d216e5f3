package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// launchAll starts processes that share the partitions of a run, each with a state folder
// of its own.
func (t *trial) launchAll(processes int) error {
	for i := range processes {
		c, err := t.spawn(fmt.Sprintf("data_dir=%s", filepath.Join(t.cfg.DataDir, fmt.Sprintf("process-%d", i))))
		if err != nil {
			return err
		}
		if t.child == nil {
			t.child = c
		} else {
			t.others = append(t.others, c)
		}
	}
	return nil
}

func (t *trial) fleet() []*benchChild { return append([]*benchChild{t.child}, t.others...) }

// died is why one of the processes has ended by itself, nil while all run.
func (t *trial) died() error {
	for _, c := range t.fleet() {
		if err := c.died(); err != nil {
			return err
		}
	}
	return nil
}

// balanced waits until every partition is live in one process, and all have their share.
func (t *trial) balanced(ctx context.Context) error {
	deadline := time.Now().Add(giveUpAfter)
	for {
		all, fair := 0, true
		for _, c := range t.fleet() {
			n, err := c.livePartitions(ctx)
			if err != nil {
				return err
			}
			all, fair = all+n, fair && n >= t.o.partitions/len(t.fleet())
		}
		if all == t.o.partitions && fair {
			return nil
		}
		if err := t.died(); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d partitions are live after %v; shares are even: %t", all, t.o.partitions, giveUpAfter, fair)
		}
		if !pause(ctx, 200*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// livePartitions is how many partitions the process works on; 0 before it listens.
func (c *benchChild) livePartitions(ctx context.Context) (n int, err error) {
	c.mu.Lock()
	addr := c.addr
	c.mu.Unlock()
	if addr == "" {
		return 0, nil
	}
	m, err := c.scrape(ctx)
	for series := range m {
		if strings.HasPrefix(series, "clearlane_partition_phase{") && strings.Contains(series, `phase="live"`) {
			n++
		}
	}
	return n, err
}

// beginAll is the start of what is measured.
func (t *trial) beginAll(ctx context.Context) error {
	for _, c := range t.fleet() {
		if err := c.begin(ctx); err != nil {
			return err
		}
	}
	return nil
}

// finishAll waits until everything is committed, and adds up the figures of all processes: of
// what the inputs hold but for so many events that were there before.
func (t *trial) finishAll(ctx context.Context, watch *progressWatch, ends benchEnds, before int64) error {
	if err := watch.await(ctx, ends, giveUpAfter, t.died); err != nil {
		return err
	}
	r := t.run
	r.Events = ends.total() - before
	n := float64(len(t.fleet()))
	for _, c := range t.fleet() {
		one := bench.Run{Events: r.Events}
		if err := c.end(ctx, watch.reached(), &one); err != nil {
			return err
		}
		r.WallSeconds = max(r.WallSeconds, one.WallSeconds)
		r.CPUSeconds, r.WholeCPU, r.PeakMemory = r.CPUSeconds+one.CPUSeconds, r.WholeCPU+one.WholeCPU, r.PeakMemory+one.PeakMemory
		r.AllocsPerEvent, r.BytesPerEvent, r.GCCycles = r.AllocsPerEvent+one.AllocsPerEvent, r.BytesPerEvent+one.BytesPerEvent, r.GCCycles+one.GCCycles
		r.Decisions, r.Outputs, r.Commits = r.Decisions+one.Decisions, r.Outputs+one.Outputs, r.Commits+one.Commits
		r.FlushMs, r.EndTxnMs = r.FlushMs+one.FlushMs/n, r.EndTxnMs+one.EndTxnMs/n
		r.Connections, r.Goroutines = r.Connections+one.Connections, r.Goroutines+one.Goroutines
	}
	t.say("%s, %d partitions, %d processes: %.0f events/s, %.0f events per CPU-second; now every output is checked",
		r.Kind, t.o.partitions, len(t.fleet()), r.EventsPerSecond(), r.EventsPerCPUSecond())
	return nil
}
