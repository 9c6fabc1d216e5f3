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
	"math"

	"github.com/clearlane/clearlane/schemas"
)

// ErrNegative is a cell that would count less than nothing: the local state does not
// belong to the decisions that were published from it.
var ErrNegative = errors.New("roll-up cell would fall below zero: local state and published decisions disagree")

// Cells stores cells; the task's local state does.
type Cells interface {
	// AheadCells is told of keys that are put next, and may make ready for them.
	AheadCells(keys [][]byte)
	GetCell(key []byte) ([]byte, error)
	// PutCell's wasMs is the newestMs of the key's last PutCell, if the key has not been
	// forgotten since, else unknown.
	PutCell(key, value []byte, newestMs, wasMs int64) error
}

// unknown is a time that the book can't tell.
const unknown = math.MinInt64

// Book is the cells of one partition, and which of them changed since the last commit. Cells
// in use are held decoded; the local state has them when Put has returned.
type Book struct {
	// Puts is how many cells a commit puts into the local state; the others wait for Put.
	Puts int

	cells       Cells
	lifeMs      int64 // how long a cell outlives the newest record that moved it
	live        live
	order       []change // the changed, in the sequence of first change
	dirty       []uint32 // those that differ from the local state, but for the first clean ones
	clean       int
	most        int    // liveCells
	moves       []move // those that wait
	keys        []byte // of their cells
	mark, added Mark
	key         []byte
	val         []byte
	next        [putsAhead][]byte // keys of the cells that are put next
	whens       whens
	touched     uint64 // what was loaded ahead came to, so that it is loaded
	row         schemas.RollupRow
}

// New makes a book over stored cells. lifeMs is how long after its newest record an
// order can still be revised (retention and slack); a cell is kept a quarter longer
// than that, so that Keep need not write it with every record.
func New(cells Cells, lifeMs int64) *Book {
	return &Book{cells: cells, lifeMs: lifeMs, live: newLive(), most: liveCells, Puts: putsPerCommit}
}

// Move takes the decision of mark old (nil: none) out of its cells and counts that of
// mark new (nil: none) in its own. newestMs is the order's newest record time, or the
// watermark where that is later. What can't be taken out may be said by a later call, of any
// method that looks at cells.
func (b *Book) Move(old, new []byte, newestMs int64) error {
	if new == nil {
		return b.Replace(old, nil, newestMs)
	}
	if err := ReadMark(new, &b.added); err != nil {
		return err
	}
	return b.Replace(old, &b.added, newestMs)
}

// Replace is Move for a new mark that is at hand.
func (b *Book) Replace(old []byte, new *Mark, newestMs int64) error {
	if old != nil {
		if err := ReadMark(old, &b.mark); err != nil {
			return err
		}
		b.note(&b.mark, -1, newestMs)
	}
	if new != nil {
		b.note(new, +1, newestMs)
	}
	return b.due()
}

// endOf is when an epoch ends: until then decisions may come to be counted in its cells.
func endOf(epoch uint32) int64 { return (int64(epoch) + 1) * dayMs }

// Keep makes the cells of a decision that still stands live as long as its order,
// whose newest record time moved to newestMs without a new verdict. Only a cell that
// has used up half of its extra life is written.
func (b *Book) Keep(mark []byte, newestMs int64) error {
	if err := b.Apply(); err != nil {
		return err
	}
	if err := ReadMark(mark, &b.mark); err != nil {
		return err
	}
	b.note(&b.mark, 0, newestMs)
	moves := b.moves
	b.moves = b.moves[:0]
	for i := range moves {
		if err := b.keep(b.keys[moves[i].from:moves[i].to], newestMs); err != nil {
			return err
		}
	}
	b.keys = b.keys[:0]
	return nil
}

func (b *Book) keep(key []byte, newestMs int64) error {
	if number, found := b.live.find(key, b.live.hash(key)); found {
		t := b.live.total(number)
		if t.listed || newestMs-t.newest >= b.lifeMs/8 {
			t.keepTo(newestMs)
			b.differs(number, t)
		}
		return nil
	}
	stored, err := b.cells.GetCell(key)
	if err != nil {
		return fmt.Errorf("roll-up cell: %w", err)
	}
	t := total{putMs: unknown}
	if stored == nil {
		return fmt.Errorf("roll-up cell: %w (%s is gone)", ErrNegative, describe(key))
	}
	if err := t.read(stored, false); err != nil {
		return err
	}
	if newestMs-t.newest < b.lifeMs/8 {
		return nil
	}
	t.newest = newestMs
	return b.put(key, &t)
}

func (b *Book) put(key []byte, t *total) error {
	funnel := isFunnel(key)
	b.val = t.append(b.val[:0], funnel)
	keep := t.newest
	if !funnel { // which is due with its orders
		keep += b.lifeMs / 4
	}
	if err := b.cells.PutCell(key, b.val, keep, t.putMs); err != nil {
		return fmt.Errorf("roll-up cell: %w", err)
	}
	t.putMs = keep
	return nil
}

// Forgotten is told of a cell that the local state is about to forget.
func (b *Book) Forgotten(key []byte) {
	if number, found := b.live.find(key, b.live.hash(key)); found {
		b.live.total(number).putMs = unknown
	}
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
		t := b.live.total(b.order[i].number)
		t.listed, t.asked = false, false
	}
	b.order = b.order[:0]
	return b.trim()
}

// Changed is how many cells have changed since the last Emit, those among them that have
// changed back; a move that waits counts as one.
func (b *Book) Changed() int { return len(b.order) + len(b.moves) }

// Rows is how many rows the next Emit hands out.
func (b *Book) Rows() (n int, err error) {
	if err := b.Apply(); err != nil {
		return 0, err
	}
	for i := range b.order {
		if b.emits(&b.order[i]) {
			n++
		}
	}
	return n, nil
}

// change is a total that has changed since the last Emit, and what it was then.
type change struct {
	number uint32
	before amounts
}

// emits is whether a changed total is handed out: not when what was taken out of it was
// put in again.
func (b *Book) emits(c *change) bool {
	t := b.live.total(c.number)
	return t.asked || t.amounts != c.before
}

// Emit hands every cell that changed since the last Emit to f, with its key, but for one
// that changed and changed back. The row has its cell and totals; the rest is f's. Key and
// row live until f returns.
func (b *Book) Emit(f func(key []byte, row *schemas.RollupRow) error) error {
	if err := b.Apply(); err != nil {
		return err
	}
	for from := 0; from < len(b.order); from += lookahead {
		part := b.order[from:min(from+lookahead, len(b.order))]
		b.touchChanged(part)
		for i := range part {
			if !b.emits(&part[i]) {
				continue
			}
			t := b.live.total(part[i].number)
			key := b.live.key(t)
			if err := readKey(key, &b.row.Cell); err != nil {
				return err
			}
			t.amounts.state(&b.row)
			if err := f(key, &b.row); err != nil {
				return err
			}
		}
	}
	if err := b.putSome(b.Puts); err != nil {
		return err
	}
	return b.settle()
}

func (b *Book) touchChanged(part []change) {
	sum := uint64(0)
	for i := range part {
		t := b.live.total(part[i].number)
		sum += uint64(t.length) + uint64(t.key[0])
	}
	b.touched = sum
}

// Holds tells whether the cell of a key holds what a published row says of it.
func (b *Book) Holds(key string, row *schemas.RollupRow) (bool, error) {
	if err := b.Apply(); err != nil {
		return false, err
	}
	k := []byte(key)
	if number, found := b.live.find(k, b.live.hash(k)); found {
		return b.live.total(number).amounts == amountsOf(row), nil
	}
	stored, err := b.cells.GetCell(k)
	if err != nil {
		return false, fmt.Errorf("roll-up cell: %w", err)
	}
	var t total
	if stored != nil {
		if err := t.read(stored, isFunnel(k)); err != nil {
			return false, err
		}
	}
	return t.amounts == amountsOf(row), nil
}

// Touch makes a cell one of the changed, so that the next Emit hands it out.
func (b *Book) Touch(key string, newestMs int64) error {
	t, err := b.now([]byte(key))
	if err != nil {
		return err
	}
	t.keepTo(newestMs)
	t.asked = true
	return nil
}

// now is a cell to change at once.
func (b *Book) now(key []byte) (*total, error) {
	if err := b.Apply(); err != nil {
		return nil, err
	}
	return b.cell(key, b.live.hash(key))
}

// Key is the key of a published row's cell, as Holds and Touch ask for it.
func Key(c *schemas.Cell) string { return string(appendKey(nil, c)) }

func describe(key []byte) string {
	var c schemas.Cell
	if err := readKey(key, &c); err != nil {
		return "cell of unknown form"
	}
	return fmt.Sprintf("grain %v, epoch %d, %+v", c.Grain, c.Epoch, c)
}
