package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

const listsVersion = label.Version

// ErrGap: records that the state needs are gone from Kafka.
var ErrGap = errors.New("records that the local state needs are gone")

// meta is what the local state says of itself: the commit that it reflects.
type meta struct {
	Group     string            `json:"group"`
	Layout    uint32            `json:"layout"`
	Commit    uint64            `json:"commit"`
	Watermark int64             `json:"watermark_ms"`
	Inputs    map[string]int64  `json:"inputs"`  // next offsets by topic
	Outputs   [NumOutputs]int64 `json:"outputs"` // next offsets of the output partitions
}

func (t *Task) meta() []byte {
	m := meta{Group: t.cfg.Group, Layout: t.cfg.Layout, Commit: t.commit, Watermark: t.watermark, Inputs: map[string]int64{}, Outputs: t.outputs}
	for i, o := range t.committed {
		m.Inputs[t.cfg.Topics[i].Name] = o
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers and strings
	}
	return b
}

// recover brings the task to the state of the last commit: fence, progress, local
// state, committed tail of the own outputs, silent replay.
func (t *Task) recover(ctx context.Context) error {
	started := t.deps.Now()
	t.prepare()
	var err error
	if t.writer, err = t.deps.Writer(ctx); err != nil {
		return fmt.Errorf("fence: %w", err)
	}
	progress, err := t.deps.Progress(ctx)
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	if t.store, err = t.deps.Store(); err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	stored, err := t.storedMeta()
	if err != nil {
		return err
	}
	from, err := t.start(ctx, progress, stored)
	if err != nil {
		return err
	}
	t.committed = append(t.committed[:0], from...)
	if progress != nil {
		if err := t.readTails(ctx); err != nil {
			return err
		}
	}
	if t.feed, err = t.deps.Feed(ctx, from); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	t.merge = newMerge(t.feed, from)
	replayed := int64(0)
	if progress != nil {
		if replayed, err = t.replay(ctx, progress); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	t.committed = t.merge.offsets(t.committed)
	now := t.deps.Now()
	t.lastFlush, t.lastExpire = now, now
	t.deps.Observer.Recovered(t.cfg.Partition, replayed, now.Sub(started))
	t.deps.Live()
	t.deps.Log.Info("partition is live", "partition", t.cfg.Partition, "commit", t.commit, "replayed", replayed, "took", now.Sub(started))
	return nil
}

// prepare makes what a task works with.
func (t *Task) prepare() {
	t.refs = t.deps.References()
	topics := map[schemas.Kind]string{}
	for _, topic := range t.cfg.Topics {
		topics[topic.Kind] = topic.Name
	}
	t.intake = decide.NewIntake(t.cfg.Bounds, t.refs.Geo)
	t.decider = decide.NewDecider(t.refs, topics, t.cfg.Partition)
	t.counts = Counts{Partition: t.cfg.Partition, In: make([][NumOutcomes]uint64, len(t.cfg.Topics)), Rejects: map[string]uint64{}, Reasons: map[string]uint64{}}
}

// storedMeta is what the local state reflects, nil for an empty one.
func (t *Task) storedMeta() (*meta, error) {
	b, err := t.store.Meta()
	if err != nil {
		return nil, fmt.Errorf("local state: %w", err)
	}
	if b == nil {
		return nil, nil
	}
	var m meta
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("local state: positions: %w", err)
	}
	return &m, nil
}

// start decides from which offsets to read, and refuses what would leave a gap.
func (t *Task) start(ctx context.Context, progress *schemas.Progress, stored *meta) ([]int64, error) {
	t.book = rollup.New(t.store, t.cfg.lifeMs())
	starts, err := t.deps.LogStarts(ctx)
	if err != nil {
		return nil, fmt.Errorf("first offsets: %w", err)
	}
	if progress == nil {
		if stored != nil {
			return nil, fmt.Errorf("the local state reflects commit %d of group %q, but the progress topic has no record of this partition: empty the partition's state folder to start anew, or give back the progress topic", stored.Commit, stored.Group)
		}
		return starts, nil
	}
	if progress.Layout != t.cfg.Layout {
		return nil, fmt.Errorf("the progress record was written for %d partitions, the inputs have %d: the number of partitions of a running group can't change", progress.Layout, t.cfg.Layout)
	}
	t.commit, t.watermark = progress.Commit, int64(progress.Watermark)
	from := make([]int64, len(t.cfg.Topics))
	if stored != nil {
		if stored.Group != t.cfg.Group || stored.Layout != t.cfg.Layout || stored.Commit > progress.Commit {
			return nil, fmt.Errorf("the local state (group %q, %d partitions, commit %d) does not belong to this group's progress (group %q, %d partitions, commit %d): empty the partition's state folder, and it is rebuilt from the inputs", stored.Group, stored.Layout, stored.Commit, t.cfg.Group, progress.Layout, progress.Commit)
		}
		t.outputs = stored.Outputs
	}
	for i, topic := range t.cfg.Topics {
		goal, known := progress.Offsets[topic.Name]
		if stored != nil {
			if o, ok := stored.Inputs[topic.Name]; ok {
				from[i] = o
			} else if known {
				from[i] = 0
			}
		}
		if !known { // an input that was added to the configuration since
			from[i] = starts[i]
			continue
		}
		if from[i] < starts[i] && goal > from[i] {
			if !t.cfg.AcceptGap {
				return nil, fmt.Errorf("%w: topic %q begins at offset %d, the local state reflects it up to %d: bring back the state folder of partition %d, or go on without those records with --accept-gap", ErrGap, topic.Name, starts[i], from[i], t.cfg.Partition)
			}
			t.deps.Log.Warn("going on over a gap", "partition", t.cfg.Partition, "topic", topic.Name, "from", from[i], "to", starts[i])
			from[i] = starts[i]
		}
	}
	return from, nil
}
