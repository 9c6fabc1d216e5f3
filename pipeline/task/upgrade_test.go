package task

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// A partition that a release without epochs has worked on is taken over, with its local
// state as of its end, without one, or losing it later: over the epochs, the cells that
// there were then add up to the decisions, and what was counted without an epoch stays so.
func TestAReleaseWithoutEpochsIsTakenOver(t *testing.T) {
	const pause = 3 * versionsAhead
	for seed, losing := range []string{"nothing", "the state it leaves", "the state later"} {
		t.Run(losing, func(t *testing.T) {
			in, refs := events(t, 31, 120, 5)
			base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
			before := make([][]record.Record, len(in))
			for topic := range in {
				half := len(in[topic]) / 2
				before[topic] = slices.Clone(in[topic][:half])
				for i := range in[topic][half:] {
					in[topic][half+i].TimeMs += pause
				}
			}
			c := newCluster(before, uint64(seed), 4)
			cfg := testConfig()
			cfg.Bounds.MaxAheadMs = (5 * 365 * 24 * time.Hour).Milliseconds()
			// That release counts without epochs, as this one does up to a version.
			c.outputs[OutProgress] = []record.Record{{Value: codec.AppendProgress(nil, &schemas.Progress{Partition: cfg.Partition, Layout: cfg.Layout, EpochsFrom: math.MaxUint64})}}
			if err := c.run(cfg, base); err != nil {
				t.Fatal(err)
			}
			for _, r := range c.outputs[OutRollups] {
				if row := parseRow(t, &r); row.Cell.Grain <= schemas.GrainDaySeller && (row.Cell.Epoch != 0 || row.Cell.Grain > schemas.GrainHourReason) {
					t.Fatalf("a row that the release before did not have: %s", r.Value)
				}
			}
			if losing == "the state it leaves" {
				c.stored = newMemory()
			}
			c.starting = func(p *schemas.Progress) {
				if p.EpochsFrom == math.MaxUint64 {
					p.EpochsFrom = 0 // of which that release knew nothing
				}
			}
			c.crashes = 6
			for _, left := range []int{10, 0} { // records of each topic
				if c.inputs = upTo(in, left); left == 0 && losing == "the state later" {
					c.stored = newMemory()
				}
				if err := c.run(cfg, base); err != nil {
					t.Fatal(err)
				}
			}
			checkTakenOver(t, c)
		})
	}
}

// upTo is the inputs but for the last records of each topic.
func upTo(in [][]record.Record, left int) [][]record.Record {
	most := make([][]record.Record, len(in))
	for topic := range in {
		most[topic] = in[topic][:max(len(in[topic])-left, len(in[topic])/2)]
	}
	return most
}

func parseRow(t *testing.T, r *record.Record) (row schemas.RollupRow) {
	t.Helper()
	if err := codec.ParseRollup(r.Value, &row); err != nil {
		t.Fatal(err)
	}
	return row
}

// checkTakenOver counts the newest decisions in the cells of the first two grains.
func checkTakenOver(t *testing.T, c *cluster) {
	t.Helper()
	newest := map[schemas.DecisionID]*schemas.Decision{}
	for _, r := range c.outputs[OutDecisions] {
		d := &schemas.Decision{}
		if err := codec.ParseDecision(r.Value, d); err != nil {
			t.Fatal(err)
		}
		newest[d.ID] = d
	}
	book := rollup.New(memCells{}, 1)
	for _, d := range newest {
		var m rollup.Mark
		m.OfFirst(&d.Verdict)
		if err := book.Replace(nil, &m, 0); err != nil {
			t.Fatal(err)
		}
	}
	want, got := map[string]schemas.RollupRow{}, map[string]schemas.RollupRow{}
	if err := book.Emit(func(key []byte, row *schemas.RollupRow) error { want[string(key)] = *row; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.outputs[OutRollups] {
		if row := parseRow(t, &r); row.Cell.Grain <= schemas.GrainHourReason {
			got[rollup.Key(&row.Cell)] = row
		}
	}
	byEpoch := map[bool]int64{}
	for _, row := range got {
		byEpoch[row.Cell.Epoch != 0] += row.Count
	}
	if byEpoch[false] < 20 || byEpoch[true] < 50 {
		t.Errorf("%d counted without an epoch, %d with one: too few to show anything", byEpoch[false], byEpoch[true])
	}
	if diff := differ("cell", overEpochs(t, got), overEpochs(t, want)); diff != "" {
		t.Error(diff)
	}
}
