package task

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// nilWriter is what a typed constructor leaves in an interface beside its error: calling
// any method of it panics.
type nilWriter struct{ Writer }

// What could not be taken is not released.
func TestAFenceThatFailsIsAnError(t *testing.T) {
	in, refs := events(t, 1, 5, 0)
	c := newCluster(in, 1, 0)
	d := c.deps(&watcher{c: c, stop: func() {}}, Deps{References: func() *decide.References { return refs }, Now: time.Now})
	away := errors.New("brokers are away")
	d.Writer = func(context.Context) (Writer, error) { return (*nilWriter)(nil), away }
	if err := New(testConfig(), d).Run(t.Context()); !errors.Is(err, away) {
		t.Errorf("error %v, not that of the fence", err)
	}
}

// truncated are inputs whose first records are gone from Kafka.
func truncated(c *cluster, n int64) {
	c.starts = make([]int64, len(c.inputs))
	for i := range c.inputs {
		c.starts[i] = min(n, int64(len(c.inputs[i])))
	}
}

// crashAfter ends a run with a fault once that many commits have succeeded, before the
// local state is flushed for the second time.
func crashAfter(t *testing.T, c *cluster, cfg Config, base Deps, commits int) {
	t.Helper()
	crashAfterSome(t, c, cfg, base, commits, false)
}

// crashAfterDecisions counts the commits from that of the first decision on: how many records
// the ones before cover hangs on the time that they take.
func crashAfterDecisions(t *testing.T, c *cluster, cfg Config, base Deps, commits int) {
	t.Helper()
	crashAfterSome(t, c, cfg, base, commits, true)
}

func crashAfterSome(t *testing.T, c *cluster, cfg Config, base Deps, commits int, decided bool) {
	t.Helper()
	cfg.MaxBatch, cfg.MaxTransaction = 16, 20 // however slow a commit is, all is not in the first few
	w := &watcher{c: c, stop: func() {}}
	d := c.deps(w, base)
	inner := d.Writer
	d.Writer = func(ctx context.Context) (Writer, error) {
		fw, err := inner(ctx)
		w := &dyingWriter{Writer: fw, left: commits}
		w.counts.Store(!decided)
		return w, err
	}
	if err := New(cfg, d).Run(t.Context()); !errors.Is(err, errCrash) {
		t.Fatalf("error %v, not the planted crash", err)
	}
}

type dyingWriter struct {
	Writer
	left   int
	counts atomic.Bool
}

func (w *dyingWriter) Produce(ctx context.Context, out Output, key, value []byte, headers []record.Header) error {
	if out == OutDecisions {
		w.counts.Store(true)
	}
	return w.Writer.Produce(ctx, out, key, value, headers)
}

func (w *dyingWriter) Commit(ctx context.Context) error {
	if !w.counts.Load() {
		return w.Writer.Commit(ctx)
	}
	if w.left == 0 {
		return errCrash
	}
	w.left--
	return w.Writer.Commit(ctx)
}

// A group that starts on topics whose beginning is gone has lost nothing: a crash before
// its state was flushed must not be taken for a gap.
func TestFirstStartOnTruncatedInputsSurvivesACrash(t *testing.T) {
	in, refs := events(t, 5, 60, 0)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	cfg := testConfig()
	calm := newCluster(in, 1, 0)
	truncated(calm, 10)
	if err := calm.run(cfg, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	for commits := range 3 {
		c := newCluster(in, 2, 0)
		truncated(c, 10)
		slow := cfg
		slow.FlushInterval = time.Hour
		crashAfter(t, c, slow, base, commits)
		if err := c.run(cfg, base); err != nil {
			t.Fatalf("after %d commits: %v", commits, err)
		}
		got := c.read(t)
		if d := got.differs(&want); d != "" {
			t.Errorf("after %d commits: %s", commits, d)
		}
	}
}

// An input that is taken out of the configuration and put back goes on where it was: no
// record is lost, none is refused twice.
func TestInputsMayBeRemovedAndAdded(t *testing.T) {
	in, refs := events(t, 6, 120, 20)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	all := testConfig()
	calm := newCluster(in, 1, 0)
	if err := calm.run(all, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)

	c := newCluster(in, 3, 0)
	crashAfter(t, c, all, base, 3)
	fewer := all // without the last two topics
	fewer.Topics = testTopics[:3]
	c.inputs = in[:3]
	crashAfter(t, c, fewer, base, 2)
	c.inputs = in
	if err := c.run(all, base); err != nil {
		t.Fatal(err)
	}
	got := c.read(t)
	if d := got.differs(&want); d != "" {
		t.Error(d)
	}
}

// States that do not belong to the progress record are refused, each with what to do.
func TestForeignStatesAreRefused(t *testing.T) {
	in, refs := events(t, 5, 40, 0)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	for name, x := range map[string]struct {
		change func(c *cluster, cfg *Config)
		says   string
	}{
		"another group":     {func(_ *cluster, cfg *Config) { cfg.Group = "other" }, "group"},
		"another partition": {func(_ *cluster, cfg *Config) { cfg.Partition = 2 }, "does not belong"},
		"another layout":    {func(_ *cluster, cfg *Config) { cfg.Layout = 8 }, "number of partitions"},
		"lost progress":     {func(c *cluster, _ *Config) { c.outputs[OutProgress] = nil }, "give back the progress topic"},
		"older progress": {func(c *cluster, _ *Config) {
			c.outputs[OutProgress] = c.outputs[OutProgress][:1]
		}, "does not belong"},
		"shorter topics": {func(c *cluster, _ *Config) {
			var p schemas.Progress
			last := &c.outputs[OutProgress][len(c.outputs[OutProgress])-1]
			if err := codec.ParseProgress(last.Value, &p); err != nil {
				t.Fatal(err)
			}
			p.Offsets["orders"] = 1
			last.Value = codec.AppendProgress(nil, &p)
		}, "empty the state folder"},
		"lost records": {func(c *cluster, _ *Config) {
			c.stored = newMemory()
			truncated(c, 3)
		}, "--accept-gap"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(in, 1, 0)
			cfg := testConfig()
			if err := c.run(cfg, base); err != nil {
				t.Fatal(err)
			}
			x.change(c, &cfg)
			err := New(cfg, c.deps(&watcher{c: c, stop: func() {}}, base)).Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), x.says) {
				t.Errorf("error %v, not one that says %q", err, x.says)
			}
		})
	}
}

// A stop does not wait for a long replay to end.
func TestAStopEndsARecovery(t *testing.T) {
	in, refs := events(t, 5, 300, 0)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	c := newCluster(in, 1, 0)
	if err := c.run(testConfig(), base); err != nil {
		t.Fatal(err)
	}
	c.stored = newMemory() // all is to be replayed
	cfg := testConfig()
	cfg.MaxBatch = 1
	ctx, cancel := context.WithCancel(t.Context())
	d := c.deps(&watcher{c: c, stop: func() {}}, base)
	inner := d.Feed
	polls := 0
	d.Feed = func(ctx context.Context, offsets []int64) (Feed, error) {
		f, err := inner(ctx, offsets)
		return &countingFeed{Feed: f, polled: func() {
			if polls++; polls == 20 {
				cancel()
			}
		}}, err
	}
	d.Live = func() { t.Error("live after the stop") }
	if err := New(cfg, d).Run(ctx); err != nil {
		t.Error(err)
	}
}

type countingFeed struct {
	Feed
	polled func()
}

func (f *countingFeed) Poll(topic int) *record.Batch {
	f.polled()
	return f.Feed.Poll(topic)
}

// One record with a time far ahead of the clock does not move the watermark there: it
// would make everything else look expired, for good.
func TestABrokenClockDoesNotMoveTheWatermark(t *testing.T) {
	in, refs := events(t, 8, 30, 0)
	now := time.UnixMilli(in[1][0].TimeMs)
	in[1] = slices.Clone(in[1])
	far := now.Add(100 * 365 * 24 * time.Hour).UnixMilli()
	in[1][len(in[1])-1].TimeMs = far
	c := newCluster(in, 1, 0)
	if err := c.run(testConfig(), Deps{References: func() *decide.References { return refs }, Now: func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}}); err != nil {
		t.Fatal(err)
	}
	p, err := c.progress()
	if err != nil {
		t.Fatal(err)
	}
	if limit := now.UnixMilli() + testConfig().Bounds.MaxAheadMs; int64(p.Watermark) > limit {
		t.Errorf("watermark %d, beyond %d", p.Watermark, limit)
	}
}

// What is refused leaves nothing behind in the local state.
func TestRefusedRecordsTakeNoState(t *testing.T) {
	_, refs := events(t, 8, 1, 0)
	in := make([][]record.Record, len(testTopics))
	for i := range int64(20) {
		in[1] = append(in[1], record.Record{Key: []byte{byte(i)}, Value: []byte("{"), Offset: i, TimeMs: 1_780_000_000_000})
	}
	c := newCluster(in, 1, 0)
	if err := c.run(testConfig(), Deps{References: func() *decide.References { return refs }, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	if n := len(c.stored.orders); n > 0 {
		t.Errorf("%d states of keys without any event", n)
	}
	if n := len(c.outputs[OutDeadLetters]); n != 20 {
		t.Errorf("%d dead letters, not 20", n)
	}
}
