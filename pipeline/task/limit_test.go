package task

import (
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// What stands of orders beyond their limits is a function of the log: not of micro-batches,
// crashes or replays.
func TestLimitsSurviveCrashes(t *testing.T) {
	in, refs := events(t, 17, 300, 10)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	cfg := testConfig()
	cfg.Join.Shipments, cfg.Join.Clicks, cfg.Join.Verifications = 1, 1, 1
	calm := newCluster(in, 1, 0)
	one := cfg
	one.MaxBatch = 1
	if err := calm.run(one, base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	closed := 0
	for _, r := range calm.outputs[OutDecisions] {
		var d schemas.Decision
		if err := codec.ParseDecision(r.Value, &d); err != nil {
			t.Fatal(err)
		}
		for _, missing := range d.Verdict.Missing {
			if missing == "shipment" {
				closed++
			}
		}
	}
	if closed < 10 {
		t.Fatalf("only %d subjects closed: too few to show anything", closed)
	}
	for seed := range uint64(8) {
		c := newCluster(in, seed, 20)
		if err := c.run(cfg, base); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got := c.read(t)
		if diff := got.differs(&want); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}
