package task

import (
	"context"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
)

// Fields that no schema knows are counted once, also when their records are replayed.
func TestAReplayCountsNothing(t *testing.T) {
	in, refs := events(t, 13, 80, 0)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	cfg := testConfig()
	run := func(c *cluster) (unknown uint64, replayed int64) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := &ledger{watcher: watcher{c: c, stop: cancel}}
		d := c.deps(&l.watcher, base)
		d.Observer = l
		if err := New(cfg, d).Run(ctx); err != nil {
			t.Fatal(err)
		}
		return l.unknown, l.replayed
	}
	c := newCluster(in, 1, 0)
	before, _ := run(c)
	if before == 0 {
		t.Fatal("no unknown field in the stream: nothing to show")
	}
	c.stored = newMemory() // all is replayed
	c.inputs[1] = append(c.inputs[1], record.Record{Key: []byte("k"), Value: []byte("{"), TimeMs: streamStart, Offset: int64(len(c.inputs[1]))})
	after, replayed := run(c)
	if replayed == 0 || after != 0 {
		t.Errorf("%d records replayed, %d unknown fields counted again", replayed, after)
	}
}
