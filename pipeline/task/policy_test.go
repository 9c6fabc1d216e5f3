package task

import (
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// A process that comes back with other packs judges nothing by them that was committed: what
// it replays, here everything, is joined in silence, and what was published stands as the
// pack of that time decided it. Only orders with records behind the progress record are judged,
// by the packs in force. So recovery needs no pack of the past.
func TestRecoveryJudgesNothingThatWasCommitted(t *testing.T) {
	in, refs := events(t, 11, 150, 0)
	other, final := packs(t)
	cfg := testConfig()
	cfg.MaxBatch = 16
	byOther, byFinal := 0, 0
	for _, commits := range []int{4, 8, 12} {
		before, after := *refs, *refs
		before.Policy, after.Policy = policy.Alone(other), policy.Alone(final)
		c := newCluster(in, uint64(commits), 0)
		crashAfterDecisions(t, c, cfg, Deps{References: func() *decide.References { return &before }, Now: time.Now}, commits)
		progress, err := c.progress()
		if err != nil || progress == nil || progress.PolicyHash != other.Hash {
			t.Fatal(progress, err)
		}
		live := map[string]bool{} // keys with records that the progress record does not cover
		for i, topic := range testTopics {
			for _, r := range in[i][min(progress.Offsets[topic.Name], int64(len(in[i]))):] {
				live[string(r.Key)] = true
			}
		}
		said := len(c.outputs[OutDecisions])
		c.stored = newMemory() // the disk is gone: all is replayed
		if err := c.run(cfg, Deps{References: func() *decide.References { return &after }, Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		var d schemas.Decision
		for i, r := range c.outputs[OutDecisions] {
			if err := codec.ParseDecision(r.Value, &d); err != nil {
				t.Fatal(err)
			}
			switch {
			case i < said && d.Evidence.PolicyHash != other.Hash:
				t.Errorf("after %d commits: decision %d is by %s, and another pack was in force", commits, i, d.Evidence.PolicyHash)
			case i >= said && d.Evidence.PolicyHash != final.Hash:
				t.Errorf("after %d commits: decision %d is by %s, and not by the pack in force", commits, i, d.Evidence.PolicyHash)
			case i >= said && !live[d.OrderKey]:
				t.Errorf("after %d commits: order %q was judged again, and nothing of it is new", commits, d.OrderKey)
			}
		}
		byOther, byFinal = byOther+said, byFinal+len(c.outputs[OutDecisions])-said
		if progress, err = c.progress(); err != nil || progress.PolicyHash != final.Hash {
			t.Error(progress, err)
		}
	}
	if byOther == 0 || byFinal == 0 {
		t.Errorf("%d decisions by the one pack, %d by the other: nothing was shown", byOther, byFinal)
	}
}
