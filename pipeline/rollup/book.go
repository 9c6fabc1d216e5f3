// Package rollup keeps one partition's roll-up cells as absolute values: a decision
// that is published counts in its cells, a revised one is taken out of its old cells
// first. So the cells are a function of the decisions that stand, whatever came
// before, and a row written twice changes nothing. The task's goroutine owns a Book.
package rollup

import (
	"errors"
	"fmt"
	"math"

	"github.com/clearlane/clearlane/schemas"
)

var errCell = errors.New("roll-up cell: not in a known form")

// ErrNegative is a cell that would count less than nothing: the local state does not
// belong to the decisions that were published from it.
var ErrNegative = errors.New("roll-up cell would fall below zero: local state and published decisions disagree")

// Cells stores cells; the task's local state does.
type Cells interface {
	GetCell(key []byte) ([]byte, error)
	PutCell(key, value []byte, newestMs int64) error
}

// Book is the cells of one partition, and which of them changed since the last commit.
type Book struct {
	cells   Cells
	lifeMs  int64 // how long a cell outlives the newest record that moved it
	changed map[string]*total
	free    []*total
	keys    []string // of changed, in the sequence of first change
	old     Mark
	new     Mark
	key     []byte
	val     []byte
	row     schemas.RollupRow
}

// New makes a book over stored cells. lifeMs is how long after its newest record an
// order can still be revised (retention and slack); a cell is kept a quarter longer
// than that, so that Keep need not write it with every record.
func New(cells Cells, lifeMs int64) *Book {
	return &Book{cells: cells, lifeMs: lifeMs, changed: map[string]*total{}}
}

// Move takes the decision of mark old (nil: none) out of its cells and counts that of
// mark new (nil: none) in its own. newestMs is the order's newest record time.
func (b *Book) Move(old, new []byte, newestMs int64) error {
	if old != nil {
		if err := ReadMark(old, &b.old); err != nil {
			return err
		}
		if err := b.count(&b.old, -1, newestMs); err != nil {
			return err
		}
	}
	if new == nil {
		return nil
	}
	if err := ReadMark(new, &b.new); err != nil {
		return err
	}
	return b.count(&b.new, +1, newestMs)
}

func (b *Book) count(m *Mark, sign int64, newestMs int64) error {
	b.key = minuteKey(b.key[:0], m)
	t, err := b.cell(b.key)
	if err != nil {
		return err
	}
	t.count += sign
	t.newest = max(t.newest, newestMs)
	if m.Value.Set {
		if sign > 0 {
			t.value = t.value.Add(m.Value)
		} else {
			t.value = t.value.Sub(m.Value)
		}
	}
	if t.count < 0 {
		return fmt.Errorf("%w (%s)", ErrNegative, describe(b.key))
	}
	for _, code := range m.Reasons {
		b.key = reasonKey(b.key[:0], m, code)
		if t, err = b.cell(b.key); err != nil {
			return err
		}
		t.count += sign
		t.newest = max(t.newest, newestMs)
		if t.count < 0 {
			return fmt.Errorf("%w (%s)", ErrNegative, describe(b.key))
		}
	}
	return nil
}

// cell is a cell to change: from now on it is one of the changed ones.
func (b *Book) cell(key []byte) (*total, error) {
	if t := b.changed[string(key)]; t != nil {
		return t, nil
	}
	var t *total
	if n := len(b.free); n > 0 {
		t, b.free = b.free[n-1], b.free[:n-1]
		*t = total{newest: math.MinInt64}
	} else {
		t = &total{newest: math.MinInt64}
	}
	stored, err := b.cells.GetCell(key)
	if err != nil {
		return nil, fmt.Errorf("roll-up cell: %w", err)
	}
	if stored != nil {
		if err := t.read(stored); err != nil {
			return nil, err
		}
	}
	k := string(key)
	b.changed[k] = t
	b.keys = append(b.keys, k)
	return t, nil
}

// Keep makes the cells of a decision that still stands live as long as its order,
// whose newest record time moved to newestMs without a new verdict. Only a cell that
// has used up half of its extra life is written.
func (b *Book) Keep(mark []byte, newestMs int64) error {
	if err := ReadMark(mark, &b.old); err != nil {
		return err
	}
	b.key = minuteKey(b.key[:0], &b.old)
	if err := b.keep(b.key, newestMs); err != nil {
		return err
	}
	for _, code := range b.old.Reasons {
		b.key = reasonKey(b.key[:0], &b.old, code)
		if err := b.keep(b.key, newestMs); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) keep(key []byte, newestMs int64) error {
	if t := b.changed[string(key)]; t != nil {
		t.newest = max(t.newest, newestMs)
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
	if err := b.cells.PutCell(key, b.val, t.newest+b.lifeMs/4); err != nil {
		return fmt.Errorf("roll-up cell: %w", err)
	}
	return nil
}

// Store puts the changed cells into the local state. They no longer count as changed.
func (b *Book) Store() error {
	for _, k := range b.keys {
		t := b.changed[k]
		if err := b.put([]byte(k), t); err != nil {
			return err
		}
		b.free = append(b.free, t)
	}
	clear(b.changed)
	b.keys = b.keys[:0]
	return nil
}

// Changed is how many cells have changed since the last Emit.
func (b *Book) Changed() int { return len(b.keys) }

// Emit hands every cell that changed since the last Emit to f, with its key, and puts
// it into the local state. The row has its cell, count and value; the rest is f's. Key
// and row live until f returns.
func (b *Book) Emit(f func(key []byte, row *schemas.RollupRow) error) error {
	for _, k := range b.keys {
		t := b.changed[k]
		b.key = append(b.key[:0], k...)
		if err := b.put(b.key, t); err != nil {
			return err
		}
		cell, err := cellOf(b.key)
		if err != nil {
			return err
		}
		b.row = schemas.RollupRow{Cell: cell, Count: t.count, Value: t.value}
		if err := f(b.key, &b.row); err != nil {
			return err
		}
		b.free = append(b.free, t)
	}
	clear(b.changed)
	b.keys = b.keys[:0]
	return nil
}

// Holds tells whether the cell of a key holds what a published row says of it.
func (b *Book) Holds(key string, count int64, value schemas.Sum) (bool, error) {
	t := b.changed[key]
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
	return t.count == count && t.value == value, nil
}

// Touch makes a cell one of the changed, so that the next Emit hands it out.
func (b *Book) Touch(key string, newestMs int64) error {
	t, err := b.cell([]byte(key))
	if err != nil {
		return err
	}
	t.newest = max(t.newest, newestMs)
	return nil
}

// Key is the key of a published row's cell, as Mend asks for it.
func Key(c *schemas.Cell) string { return string(keyOf(nil, c)) }

func describe(key []byte) string {
	c, err := cellOf(key)
	if err != nil {
		return "cell of unknown form"
	}
	return fmt.Sprintf("grain %d, time %d, port %q, route %d, preference status %d, seller %q, site %q, reason %q",
		c.Grain, c.Time, c.Port, c.Route, c.PreferenceStatus, c.SellerID, c.SiteHost, c.Reason)
}
