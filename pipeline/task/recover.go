package task

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

const listsVersion = label.Version

// meta is what the local state says of itself: the commit that it reflects.
type meta struct {
	Group     string            `json:"group"`
	Partition int32             `json:"partition"`
	Layout    uint32            `json:"layout"`
	Commit    uint64            `json:"commit"`
	Watermark int64             `json:"watermark_ms"`
	Inputs    map[string]int64  `json:"inputs"`  // next offsets by topic
	Outputs   [NumOutputs]int64 `json:"outputs"` // next offsets of the output partitions
	Flow      bool              `json:"flow"`    // its orders are counted in the funnel
}

// meta is that of the last commit that was begun, as far as outputs are known.
func (t *Task) meta() *meta {
	m := &meta{Group: t.cfg.Group, Partition: t.cfg.Partition, Layout: t.cfg.Layout, Commit: t.commit, Watermark: t.watermark, Inputs: map[string]int64{}, Outputs: t.outputs, Flow: t.flowing}
	maps.Copy(m.Inputs, t.idleStored)
	for i, o := range t.committed {
		m.Inputs[t.cfg.Topics[i].Name] = o
	}
	return m
}

func (m *meta) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers and strings
	}
	return b
}

// recover brings the task to the state of the last commit: fence, progress, local
// state, committed tail of the own outputs, silent replay.
func (t *Task) recover(ctx context.Context) error {
	took := newLaps(t.deps.Now)
	t.prepare()
	// What could not be taken is not released: each is kept only without an error.
	writer, err := t.deps.Writer(ctx)
	if err != nil {
		return fmt.Errorf("fence: %w", err)
	}
	t.writer = writer
	took.lap("fence")
	progress, err := t.deps.Progress(ctx)
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	took.lap("progress")
	if err := t.awaitReferences(ctx, progress); err != nil {
		return err
	}
	took.lap("references")
	store, err := t.deps.Store()
	if err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	t.store = store
	took.lap("state")
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
	took.lap("tails")
	feed, err := t.deps.Feed(ctx, from)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	t.feed = feed
	t.merge = newMerge(t.feed, from)
	replayed := int64(0)
	if progress != nil {
		if replayed, err = t.replay(ctx, progress); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	if replayed > 0 && progress.GeoVersion != t.refs.Geo.Version() {
		t.deps.Log.Info("clicks read since the last flush have their countries by another database now", "partition", t.cfg.Partition,
			"replayed", replayed, "committed", progress.GeoVersion, "geo", t.refs.Geo.Version())
	}
	t.committed = t.merge.offsets(t.committed)
	t.unflushed = progress != nil // what was read from tails and inputs
	if err := t.begun(progress, stored); err != nil {
		return err
	}
	if replayed > 0 { // or a second crash soon after this one would cost as much again, and more
		if err := t.flushState(); err != nil {
			return err
		}
	}
	t.resume(progress)
	took.lap("replay")
	now := took.last
	t.lastFlush, t.lastExpire = now.Add(-t.flushPhase()), now
	t.deps.Observer.Recovered(t.cfg.Partition, replayed, took.all())
	t.deps.Live()
	t.deps.Log.Info("partition is live", append([]any{"partition", t.cfg.Partition, "commit", t.commit, "replayed", replayed, "took", took.all()}, took.each...)...)
	return nil
}

// laps is how long the parts of a recovery took, for the log.
type laps struct {
	now         func() time.Time
	began, last time.Time
	each        []any // name, duration, ...
}

func newLaps(now func() time.Time) *laps {
	began := now()
	return &laps{now: now, began: began, last: began}
}

// lap ends a part.
func (l *laps) lap(part string) {
	now := l.now()
	l.each = append(l.each, part, now.Sub(l.last))
	l.last = now
}

func (l *laps) all() time.Duration { return l.last.Sub(l.began) }

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
