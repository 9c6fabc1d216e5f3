package rollup

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// waitingMoves is how many moves are put off at most before they are made, but for those of
// one call. A cell is mostly not in the processor's caches, and neither is its place: those of
// many moves are waited for at once, those of one after the other one by one.
const waitingMoves = 32

// move is what is added to a cell.
type move struct {
	amounts
	newest   int64
	from, to uint32 // its key, in Book.keys
	hash     uint64
}

// Apply makes the moves that wait, in their sequence. All methods that look at cells do; the
// owner does before the local state may forget cells.
func (b *Book) Apply() error {
	moves := b.moves
	if len(moves) == 0 {
		return nil
	}
	l := &b.live
	mask := uint64(len(l.places) - 1)
	sum := uint64(0)
	for i := range moves {
		m := &moves[i]
		m.hash = l.hash(b.keys[m.from:m.to])
		sum += uint64(l.places[m.hash&mask].at)
	}
	for i := range moves {
		if p := l.places[moves[i].hash&mask]; p.at != 0 {
			t := l.total(p.at - 1)
			sum += uint64(t.length) + uint64(t.key[0])
		}
	}
	b.touched = sum
	for i := range moves {
		if err := b.make(&moves[i]); err != nil {
			return err
		}
	}
	b.moves, b.keys = b.moves[:0], b.keys[:0]
	return nil
}

func (b *Book) make(m *move) error {
	key := b.keys[m.from:m.to]
	t, err := b.cell(key, m.hash)
	if err != nil {
		return err
	}
	if isFunnel(key) {
		t.addStages(&m.amounts)
		t.newest = m.newest
		return nil
	}
	t.add(&m.amounts)
	t.keepTo(m.newest)
	if t.amounts[countAt] < 0 {
		return fmt.Errorf("%w (%s)", ErrNegative, describe(key))
	}
	return nil
}

// decided are the grains that decisions are counted in; each has one cell of a decision,
// hour_reason one of each of its reasons.
var decided = [...]schemas.Grain{schemas.GrainMinuteRoute, schemas.GrainHourReason, schemas.GrainDayOrigin, schemas.GrainHourLabel,
	schemas.GrainDayCampaign, schemas.GrainDaySeller}

// valued are those that sum up values.
var valued = [len(units)]bool{schemas.GrainMinuteRoute: true, schemas.GrainDayOrigin: true, schemas.GrainHourLabel: true, schemas.GrainDaySeller: true}

// note puts off the moves of a decision: with sign +1 into its cells, with -1 out of them.
// It changes the reason of the mark's Cell.
func (b *Book) note(m *Mark, sign int64, newestMs int64) {
	c := &m.Cell
	counts := amounts{countAt: sign}
	sums := counts
	if v := m.Value; v.Set {
		s := schemas.Sum{}.Add(v)
		if sign < 0 {
			s = s.Neg()
		}
		sums[highAt], sums[lowAt] = s.Hi, int64(s.Lo)
	}
	newestMs = max(newestMs, endOf(c.Epoch))
	grains := decided[:]
	if m.first {
		grains = grains[:2]
	}
	b.whens.of(c.Epoch, m.EventTime)
	for _, g := range grains {
		by := &counts
		if valued[g] {
			by = &sums
		}
		if g != schemas.GrainHourReason {
			b.add(g, m, by, newestMs)
			continue
		}
		for _, c.Reason = range m.Reasons {
			b.add(g, m, by, newestMs)
		}
	}
}

func (b *Book) add(g schemas.Grain, m *Mark, by *amounts, newestMs int64) {
	from := len(b.keys)
	if isFirst(g, m.Cell.Epoch) {
		b.keys = appendFirstKey(b.keys, g, &m.Cell, int64(floor(m.EventTime, units[g])))
	} else {
		b.keys = append(append(b.keys, byte(g)|byEpoch), b.whens.in(units[g])...)
		b.keys = appendDimensions(b.keys, g, &m.Cell)
	}
	b.putOff(from, newestMs).amounts = *by
}

// putOff adds a move of the cell whose key begins at from, the last one in b.keys.
func (b *Book) putOff(from int, newestMs int64) *move {
	n := len(b.moves)
	b.moves = slices.Grow(b.moves, 1)[:n+1]
	m := &b.moves[n]
	m.newest, m.from, m.to = newestMs, uint32(from), uint32(len(b.keys))
	return m
}

// whens are an epoch and a time as keys have them, by their units.
type whens struct {
	bytes        []byte
	minute, hour int // where these end; the day does at the end
}

func (w *whens) of(epoch uint32, t schemas.Time) {
	b := appendWhen(w.bytes[:0], epoch, t, minuteMs)
	w.minute = len(b)
	b = appendWhen(b, epoch, t, hourMs)
	w.hour = len(b)
	w.bytes = appendWhen(b, epoch, t, dayMs)
}

func (w *whens) in(unit schemas.Time) []byte {
	switch unit {
	case minuteMs:
		return w.bytes[:w.minute]
	case hourMs:
		return w.bytes[w.minute:w.hour]
	}
	return w.bytes[w.hour:]
}

// due makes the moves that wait when they are many.
func (b *Book) due() error {
	if len(b.moves) < waitingMoves {
		return nil
	}
	return b.Apply()
}
