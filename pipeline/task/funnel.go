package task

import (
	"bytes"
	"fmt"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// The funnel counts what each case of an order contributes, which is a function of the
// records that the case holds. So once an order has been touched, what it contributed
// before is taken out, and what it does now is put in. Nothing of it is kept: before is
// asked of the state that was read. A replay counts nothing, as the cells are those that
// the last commits published.

// noteContributions notes what the order that was loaded contributes so far.
func (t *Task) noteContributions() {
	s := &t.scratch
	s.before = s.before[:0]
	if !t.silent && t.state.Counted() {
		s.before = t.state.Contributions(s.before)
	}
}

// countContributions counts what the order contributes now instead.
func (t *Task) countContributions() error {
	s := &t.scratch
	if t.silent {
		if t.flowing {
			t.state.SetCounted() // when its records were first read
		}
		return nil
	}
	s.after = t.state.Contributions(append(s.after[:0], t.state.Left()...))
	t.state.SetCounted()
	for i := range s.before {
		b := &s.before[i]
		j := find(s.after, b)
		if j < 0 {
			if err := t.contribute(b, nil); err != nil {
				return err
			}
			continue
		}
		if a := &s.after[j]; a.Clicks != b.Clicks || a.Shipments != b.Shipments {
			if err := t.contribute(b, a); err != nil {
				return err
			}
		}
		last := len(s.after) - 1
		s.after[j] = s.after[last]
		s.after = s.after[:last]
	}
	for i := range s.after {
		if err := t.contribute(nil, &s.after[i]); err != nil {
			return err
		}
	}
	return nil
}

// find is the place of a contribution that counts in the same cell as the one given; -1 for
// none.
func find(list []join.Contribution, c *join.Contribution) int {
	for i := range list {
		if x := &list[i]; x.HasOrder == c.HasOrder && x.TimeMs == c.TimeMs &&
			rollup.EpochOf(x.LastMs) == rollup.EpochOf(c.LastMs) && x.Rank == c.Rank {
			return i
		}
	}
	return -1
}

// contribute takes a contribution out of its cell (nil: none) and puts another one (nil:
// none) into the same.
//
// The cell's epoch is the day of the case's newest record. So when the cell is forgotten,
// a keepMs behind the end of that day, so are the orders in it. What comes to such an order
// all the same, or of one so old, counts in the epoch of the watermark, and does not wait
// any more: a cell that was forgotten is never counted in again.
func (t *Task) contribute(before, after *join.Contribution) error {
	c := after
	if c == nil {
		c = before
	}
	cell := rollup.Stage{Time: schemas.Time(c.TimeMs), Epoch: rollup.EpochOf(c.LastMs)}
	if c.HasOrder {
		p, err := t.scratch.parties.of(c)
		if err != nil {
			return err
		}
		cell.SellerID, cell.Channel = p.seller, p.channel
	}
	late := rollup.EpochEnd(cell.Epoch) < t.watermark-t.cfg.keepMs()
	if late {
		cell.Epoch = rollup.EpochOf(t.watermark)
	}
	out, in := stages(before, late), stages(after, late)
	return t.book.Funnel(&cell, &out, &in)
}

// stages are what a contribution (nil: none) counts; of a late one nothing waits.
func stages(c *join.Contribution, late bool) (n schemas.Funnel) {
	if c == nil {
		return n
	}
	n = schemas.Funnel{Clicks: int64(c.Clicks), Shipments: int64(c.Shipments), Joined: int64(c.Joined())}
	if n.Waiting = n.Shipments - n.Joined; late {
		n.Waiting, n.Expired = 0, n.Waiting
	}
	if c.HasOrder {
		n.Orders = 1
	}
	return n
}

// parties are those that were asked for last of the order that is loaded: what is taken out of
// a cell, what is put in and the tag of the state mostly have the same.
type parties struct {
	rank            join.Rank // of the order, zero for none
	seller, channel string    // they alias its payload
}

func (p *parties) of(c *join.Contribution) (*parties, error) {
	if p.rank == c.Rank && p.rank != (join.Rank{}) {
		return p, nil
	}
	var err error
	if p.seller, p.channel, err = codec.OrderParties(c.Order); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	p.rank = c.Rank
	return p, nil
}

// waits tells the store which cells to keep for now, and notes them. The others it forgets.
func (t *Task) waits(key, value []byte) bool {
	if !rollup.Waits(key, value) {
		t.book.Forgotten(key)
		return false
	}
	t.scratch.due = append(t.scratch.due, bytes.Clone(key))
	return true
}

// expireWaiting makes what waits in the cells that are due expired. The cells' last rows
// say so, and after a crash these are read: to find a cell due once more changes nothing.
func (t *Task) expireWaiting() error {
	for _, key := range t.scratch.due {
		if err := t.book.ExpireWaiting(key); err != nil {
			return err
		}
	}
	if len(t.scratch.due) > 0 {
		t.out.touch(t.deps.Now())
		t.unflushed = true
	}
	return nil
}
