package task

import (
	"context"
	"errors"
	"fmt"

	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// ErrGap: records that the state needs are gone from Kafka.
var ErrGap = errors.New("records that the local state needs are gone")

// start decides from which offsets to read, and refuses what would leave a gap.
func (t *Task) start(ctx context.Context, progress *schemas.Progress, stored *meta) ([]int64, error) {
	t.book = rollup.New(t.store, t.cfg.keepMs())
	if t.cfg.CellPuts > 0 {
		t.book.Puts = t.cfg.CellPuts
	}
	t.flowing = stored != nil && stored.Flow
	starts, err := t.deps.LogStarts(ctx)
	if err != nil {
		return nil, fmt.Errorf("first offsets: %w", err)
	}
	if err := t.belongs(progress, stored); err != nil {
		return nil, err
	}
	if progress == nil { // the first start: whatever is in the output topics is not ours
		t.epochsFrom = 1
		if t.outputs, err = t.deps.OutputEnds(ctx); err != nil {
			return nil, fmt.Errorf("ends of the outputs: %w", err)
		}
		return starts, nil
	}
	t.commit, t.watermark = progress.Commit, int64(progress.Watermark)
	t.epochsFrom = epochsFrom(progress)
	if stored != nil {
		t.outputs = stored.Outputs
	}
	t.setIdle(progress, stored)
	from := make([]int64, len(t.cfg.Topics))
	for i, topic := range t.cfg.Topics {
		if from[i], err = t.startOf(topic.Name, starts[i], progress, stored); err != nil {
			return nil, err
		}
	}
	return from, nil
}

// versionsAhead is how far, in ms, versions may be ahead of the watermark: they are when a
// decision is revised while no time passes, by one each time.
const versionsAhead = 3_600_000

// epochsFrom is the least version that is counted by epoch. A progress record that says
// nothing of it is of a release that counted without; it has published no version above
// this bound. The marks of all decisions have to follow from their versions alone, or a
// recovery would take them out of other cells than those they were counted in.
func epochsFrom(progress *schemas.Progress) uint64 {
	if progress.EpochsFrom != 0 {
		return progress.EpochsFrom
	}
	return uint64(max(progress.Watermark, 0)) + versionsAhead
}

// mark is what a decision is counted by, until the next one is.
func (t *Task) mark(v *schemas.Verdict, version uint64) *rollup.Mark {
	m := &t.scratch.mark
	if version < t.epochsFrom {
		m.OfFirst(v)
	} else {
		m.Of(v, version)
	}
	return m
}

// belongs refuses a local state that is not of this partition's progress.
func (t *Task) belongs(progress *schemas.Progress, stored *meta) error {
	if progress == nil {
		if stored != nil && stored.Commit > 0 {
			return fmt.Errorf("the local state reflects commit %d of group %q, but the progress topic has no record of this partition: empty the partition's state folder to start anew, or give back the progress topic", stored.Commit, stored.Group)
		}
		return nil
	}
	if progress.Layout != t.cfg.Layout {
		return fmt.Errorf("the progress record was written for %d partitions, the inputs have %d: the number of partitions of a running group can't change", progress.Layout, t.cfg.Layout)
	}
	if stored != nil && (stored.Group != t.cfg.Group || stored.Partition != t.cfg.Partition || stored.Layout != t.cfg.Layout || stored.Commit > progress.Commit) {
		return fmt.Errorf("the local state (group %q, partition %d of %d, commit %d) does not belong to this progress (group %q, partition %d of %d, commit %d): empty the partition's state folder, and it is rebuilt from the inputs",
			stored.Group, stored.Partition, stored.Layout, stored.Commit, t.cfg.Group, t.cfg.Partition, progress.Layout, progress.Commit)
	}
	return nil
}

// startOf is the offset to read one input from: where the local state ends, or at the
// first record there is.
func (t *Task) startOf(topic string, first int64, progress *schemas.Progress, stored *meta) (int64, error) {
	goal, known := progress.Offsets[topic]
	if !known { // an input that was added to the configuration since
		return first, nil
	}
	from := int64(0)
	if stored != nil {
		o, ok := stored.Inputs[topic]
		if !ok { // added, and committed, since the local state was flushed: it reflects none of it
			return first, nil
		}
		from = o
	}
	if from > goal {
		return 0, fmt.Errorf("the local state reflects topic %q up to offset %d, the progress record only up to %d: they are not of the same topics; empty the state folder of partition %d, and it is rebuilt from the inputs", topic, from, goal, t.cfg.Partition)
	}
	if from >= first || goal == from {
		return from, nil
	}
	if !t.cfg.AcceptGap {
		return 0, fmt.Errorf("%w: topic %q begins at offset %d, the local state reflects it up to %d: bring back the state folder of partition %d, or go on without those records with --accept-gap", ErrGap, topic, first, from, t.cfg.Partition)
	}
	t.deps.Log.Warn("going on over a gap", "partition", t.cfg.Partition, "topic", topic, "from", from, "to", first)
	return first, nil
}

// setIdle notes the positions of inputs that are not configured now.
func (t *Task) setIdle(progress *schemas.Progress, stored *meta) {
	idle := func(offsets map[string]int64) map[string]int64 {
		out := map[string]int64{}
		for topic, o := range offsets {
			out[topic] = o
		}
		for _, topic := range t.cfg.Topics {
			delete(out, topic.Name)
		}
		return out
	}
	t.idleCommitted = idle(progress.Offsets)
	if stored != nil {
		t.idleStored = idle(stored.Inputs)
	}
}

// begun writes down where an input was begun to be read, before the first commit speaks of
// it: a crash soon after that must not look as if the records before it were missing. So it
// is written down that orders are counted in the funnel from here on.
func (t *Task) begun(progress *schemas.Progress, stored *meta) error {
	begun := progress == nil || stored == nil || !stored.Flow
	t.flowing = true
	for _, topic := range t.cfg.Topics {
		if stored != nil {
			_, known := stored.Inputs[topic.Name]
			begun = begun || !known
		}
	}
	if !begun {
		return nil
	}
	if err := t.flushState(); err != nil {
		return err
	}
	return t.flushState() // waits for the first
}
