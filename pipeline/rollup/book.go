// Package rollup keeps one partition's roll-up cells as absolute values: a decision
// that is published counts in its cells, a revised one is taken out of its old cells
// first. So the cells are a function of the decisions that stand, whatever came
// before, and a row written twice changes nothing. The task's goroutine owns a Book.
//
// Cells are forgotten in the end, so that a local state does not grow for ever, and totals
// are exact all the same:
//
//   - A decision is counted in cells of its epoch, the day of its version. A version is never
//     below the watermark. So no decision is counted in a cell any more once the watermark
//     has left the cell's epoch, and a cell is kept at least until then.
//   - A decision is taken out of the cells that its mark names, which have its epoch. Those
//     are kept as long as the order, whose state holds the mark; see Keep.
//   - So whatever has been forgotten is never changed again: its last row stands, and what
//     comes to the same time and dimensions later is counted in a cell of a later epoch.
//     Readers add up the epochs.
package rollup

import (
	"errors"
	"fmt"

	"github.com/clearlane/clearlane/schemas"
)

// ErrNegative is a cell that would count less than nothing: the local state does not
// belong to the decisions that were published from it.
var ErrNegative = errors.New("roll-up cell would fall below zero: local state and published decisions disagree")

// Cells stores cells; the task's local state does.
type Cells interface {
	GetCell(key []byte) ([]byte, error)
	PutCell(key, value []byte, newestMs int64) error
}

// Book is the cells of one partition, and which of them changed since the last commit. Cells
// in use are held decoded; the local state has them when Put has returned.
type Book struct {
	// Puts is how many cells a commit puts into the local state; the others wait for Put.
	Puts int

	cells  Cells
	lifeMs int64 // how long a cell outlives the newest record that moved it
	live   live
	order  []change // the changed, in the sequence of first change
	dirty  []*total // those that differ from the local state, but for the first clean ones
	clean  int
	most   int // liveCells
	mark   Mark
	key    []byte
	val    []byte
	row    schemas.RollupRow
}

// New makes a book over stored cells. lifeMs is how long after its newest record an
// order can still be revised (retention and slack); a cell is kept a quarter longer
// than that, so that Keep need not write it with every record.
func New(cells Cells, lifeMs int64) *Book {
	return &Book{cells: cells, lifeMs: lifeMs, live: newLive(), most: liveCells, Puts: putsPerCommit}
}

// Move takes the decision of mark old (nil: none) out of its cells and counts that of
// mark new (nil: none) in its own. newestMs is the order's newest record time, or the
// watermark where that is later.
func (b *Book) Move(old, new []byte, newestMs int64) error {
	if old != nil {
		if err := b.count(old, -1, newestMs); err != nil {
			return err
		}
	}
	if new == nil {
		return nil
	}
	return b.count(new, +1, newestMs)
}

// decided are the grains that decisions are counted in; each has one cell of a decision,
// hour_reason one of each of its reasons.
var decided = [...]schemas.Grain{schemas.GrainMinuteRoute, schemas.GrainHourReason, schemas.GrainDayOrigin, schemas.GrainHourLabel,
	schemas.GrainDayCampaign, schemas.GrainDaySeller}

// valued are those that sum up values.
var valued = [len(units)]bool{schemas.GrainMinuteRoute: true, schemas.GrainDayOrigin: true, schemas.GrainHourLabel: true, schemas.GrainDaySeller: true}

// each puts the key of every cell that the decision of a mark counts in into b.key.
func (b *Book) each(mark []byte, do func(g schemas.Grain) error) error {
	m := &b.mark
	if err := ReadMark(mark, m); err != nil {
		return err
	}
	c := &m.Cell
	c.Time = m.EventTime
	grains := decided[:]
	if m.first {
		grains = grains[:2]
	}
	for _, c.Grain = range grains {
		if c.Grain == schemas.GrainHourReason {
			for _, c.Reason = range m.Reasons {
				b.key = appendKey(b.key[:0], c)
				if err := do(c.Grain); err != nil {
					return err
				}
			}
			continue
		}
		b.key = appendKey(b.key[:0], c)
		if err := do(c.Grain); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) count(mark []byte, sign int64, newestMs int64) error {
	return b.each(mark, func(g schemas.Grain) error {
		t, err := b.cell(b.key)
		if err != nil {
			return err
		}
		t.count += sign
		t.keepTo(max(newestMs, endOf(b.mark.Cell.Epoch)))
		if v := b.mark.Value; v.Set && valued[g] {
			if sign > 0 {
				t.value = t.value.Add(v)
			} else {
				t.value = t.value.Sub(v)
			}
		}
		if t.negative() {
			return fmt.Errorf("%w (%s)", ErrNegative, describe(b.key))
		}
		return nil
	})
}

// endOf is when an epoch ends: until then decisions may come to be counted in its cells.
func endOf(epoch uint32) int64 { return (int64(epoch) + 1) * dayMs }

// Keep makes the cells of a decision that still stands live as long as its order,
// whose newest record time moved to newestMs without a new verdict. Only a cell that
// has used up half of its extra life is written.
func (b *Book) Keep(mark []byte, newestMs int64) error {
	return b.each(mark, func(schemas.Grain) error { return b.keep(b.key, newestMs) })
}

func (b *Book) keep(key []byte, newestMs int64) error {
	if t, _ := b.live.find(key); t != nil {
		if t.listed || newestMs-t.newest >= b.lifeMs/8 {
			t.keepTo(newestMs)
			b.differs(t)
		}
		return nil
	}
	stored, err := b.cells.GetCell(key)
	if err != nil {
		return fmt.Errorf("roll-up cell: %w", err)
	}
	var t total
	if stored == nil {
		return fmt.Errorf("roll-up cell: %w (%s is gone)", ErrNegative, describe(key))
	}
	if err := t.read(stored); err != nil {
		return err
	}
	if newestMs-t.newest < b.lifeMs/8 {
		return nil
	}
	t.newest = newestMs
	return b.put(key, &t)
}

func (b *Book) put(key []byte, t *total) error {
	b.val = t.append(b.val[:0])
	keep := t.newest
	if !isFunnel(key) { // which is due with its orders
		keep += b.lifeMs / 4
	}
	if err := b.cells.PutCell(key, b.val, keep); err != nil {
		return fmt.Errorf("roll-up cell: %w", err)
	}
	return nil
}

// Store puts all cells into the local state. They no longer count as changed.
func (b *Book) Store() error {
	if err := b.Put(); err != nil {
		return err
	}
	return b.settle()
}

// settle ends the list of the changed.
func (b *Book) settle() error {
	for i := range b.order {
		t := b.order[i].total
		t.listed, t.asked = false, false
	}
	b.order = b.order[:0]
	return b.trim()
}

// Changed is how many cells have changed since the last Emit, those among them that have
// changed back.
func (b *Book) Changed() int { return len(b.order) }

// Emit hands every cell that changed since the last Emit to f, with its key, but for one
// that changed and changed back. The row has its cell and totals; the rest is f's. Key and
// row live until f returns.
func (b *Book) Emit(f func(key []byte, row *schemas.RollupRow) error) error {
	for i := range b.order {
		t := &b.order[i]
		if !t.emits() {
			continue
		}
		cell, err := cellOf(t.key)
		if err != nil {
			return err
		}
		b.row = schemas.RollupRow{Cell: cell, Count: t.count, Value: t.value, Funnel: t.funnel}
		if err := f(t.key, &b.row); err != nil {
			return err
		}
	}
	if err := b.putSome(b.Puts); err != nil {
		return err
	}
	return b.settle()
}

// Holds tells whether the cell of a key holds what a published row says of it.
func (b *Book) Holds(key string, row *schemas.RollupRow) (bool, error) {
	t, _ := b.live.find([]byte(key))
	if t == nil {
		stored, err := b.cells.GetCell([]byte(key))
		if err != nil {
			return false, fmt.Errorf("roll-up cell: %w", err)
		}
		t = &total{}
		if stored != nil {
			if err := t.read(stored); err != nil {
				return false, err
			}
		}
	}
	return t.amounts == amounts{row.Count, row.Value, row.Funnel}, nil
}

// Touch makes a cell one of the changed, so that the next Emit hands it out.
func (b *Book) Touch(key string, newestMs int64) error {
	t, err := b.cell([]byte(key))
	if err != nil {
		return err
	}
	t.keepTo(newestMs)
	t.asked = true
	return nil
}

// Key is the key of a published row's cell, as Holds and Touch ask for it.
func Key(c *schemas.Cell) string { return string(appendKey(nil, c)) }

func describe(key []byte) string {
	c, err := cellOf(key)
	if err != nil {
		return "cell of unknown form"
	}
	return fmt.Sprintf("grain %v, epoch %d, %+v", c.Grain, c.Epoch, c)
}
