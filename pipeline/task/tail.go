package task

import (
	"context"
	"fmt"
	"math"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// readTails reads what was published since the local state was flushed. The published
// decision, not one derived anew, is what the next verdict is compared with, and what
// the roll-up cells hold.
func (t *Task) readTails(ctx context.Context) error {
	var d schemas.Decision
	if err := t.tail(ctx, OutDecisions, func(value []byte) error {
		if err := codec.ParseDecision(value, &d); err != nil {
			return err
		}
		p := join.Published{Subject: d.ShipmentID, Version: d.Version, NewestMs: int64(d.Evidence.InputTime), VerdictHash: d.VerdictHash, Route: uint8(d.Verdict.Route), Cell: t.mark(&d.Verdict, d.Version).Append(nil)}
		return t.noted(d.OrderKey, p, d.Supersedes)
	}); err != nil {
		return err
	}
	var r schemas.PreReview
	if err := t.tail(ctx, OutPreReviews, func(value []byte) error {
		if err := codec.ParsePreReview(value, &r); err != nil {
			return err
		}
		p := join.Published{Version: r.Version, NewestMs: int64(r.Evidence.InputTime), VerdictHash: r.VerdictHash, Route: uint8(r.Verdict.Route)}
		return t.noted(r.OrderKey, p, r.Supersedes)
	}); err != nil {
		return err
	}
	if t.cfg.Shadow { // behind the verdicts that it is about
		if err := t.readShadowTail(ctx); err != nil {
			return err
		}
	}
	return t.mendCells(ctx)
}

// noted puts a verdict found in the tail of an output into the state of its order.
// One that supersedes nothing found what was published before it forgotten.
func (t *Task) noted(orderKey string, p join.Published, supersedes uint64) error {
	key := []byte(orderKey)
	if err := t.load(key); err != nil {
		return err
	}
	last := t.state.Published(p.Subject)
	if last != nil && last.Version >= p.Version {
		return nil // the state has it, or something newer
	}
	if p.Cell != nil {
		var old []byte
		if last != nil && supersedes != 0 {
			old = last.Cell
		}
		if err := t.book.Move(old, p.Cell, t.cellMs()); err != nil {
			return err
		}
	}
	p.Shadow = said(last)
	if supersedes == 0 {
		p.Shadow = join.Shadow{}
	}
	// The bound on subjects waits for the replay: it spares those that a case holds.
	t.state.SetPublished(&join.Limits{Shipments: math.MaxInt32 / 4}, p)
	return t.saveNoted(key)
}

// saveNoted writes the state of an order that the tail of an output has changed.
func (t *Task) saveNoted(key []byte) error {
	if len(t.state.Cases()) == 0 {
		return t.save(key, t.cellMs()) // the replay of its records sets the order's own time
	}
	return t.save(key, t.state.Newest()) // a sweep has decided it anew: no record may come
}

// mendCells holds the roll-up cells against the last rows that were published of them.
// A cell that differs is written again by the first commit.
func (t *Task) mendCells(ctx context.Context) error {
	if err := t.book.Store(); err != nil {
		return err
	}
	differ := map[string]bool{} // few at a time: the last row of a cell agrees
	from := t.outputs[OutRollups]
	var row schemas.RollupRow
	if err := t.tail(ctx, OutRollups, func(value []byte) error {
		if err := codec.ParseRollup(value, &row); err != nil {
			return err
		}
		if adopted, err := t.adopt(&row); adopted || err != nil {
			return err
		}
		key := rollup.Key(&row.Cell)
		same, err := t.book.Holds(key, &row)
		if same {
			delete(differ, key)
		} else {
			differ[key] = true
		}
		return err
	}); err != nil {
		return err
	}
	for key := range differ {
		if err := t.book.Touch(key, t.watermark); err != nil {
			return err
		}
	}
	if len(differ) > 0 { // until that commit has succeeded, the next start finds them again
		t.outputs[OutRollups] = from
		t.out.touch(t.deps.Now())
	}
	return nil
}

// tailCells bounds the roll-up cells that a tail has changed and that are not in the
// local state yet.
const tailCells = 10_000

// tail hands the values of an output's committed tail to each, the null ones left out.
// When the local state is full in the middle, it is flushed with what it reflects.
func (t *Task) tail(ctx context.Context, out Output, each func(value []byte) error) error {
	end, err := t.deps.Tail(ctx, out, t.outputs[out], func(r *record.Record) error {
		if r.Value == nil {
			return nil
		}
		if err := each(r.Value); err != nil {
			return fmt.Errorf("offset %d: %w", r.Offset, err)
		}
		if out != OutRollups { // whose rows are to be read again as a whole
			t.outputs[out] = r.Offset + 1
		}
		if t.book.Changed() >= tailCells || t.store.Full() {
			if err := t.book.Store(); err != nil {
				return err
			}
		}
		if !t.store.Full() {
			return nil
		}
		if err := t.awaitRoom(ctx); err != nil {
			return err
		}
		return t.flushState()
	})
	if err != nil {
		return fmt.Errorf("tail of the %s topic: %w", out, err)
	}
	t.outputs[out] = end
	return nil
}
