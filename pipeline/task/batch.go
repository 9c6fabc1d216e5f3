package task

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
)

// batch takes what has arrived, up to MaxBatch records, and does all that follows from
// it. It returns how many records it took.
func (t *Task) batch(ctx context.Context) (int, error) {
	t.groups.reset()
	t.merge.release()
	started := t.deps.Now()
	t.counts.reset()
	took := 0
	for took < t.cfg.MaxBatch {
		topic, r := t.merge.take()
		if r == nil {
			break
		}
		took++
		t.advance(r.TimeMs, started.UnixMilli())
		if len(r.Key) == 0 { // nothing to join it by
			if err := t.refuse(ctx, topic, r); err != nil {
				return took, err
			}
			continue
		}
		t.groups.add(topic, r)
	}
	t.behind = took == t.cfg.MaxBatch || t.merge.waits
	if took == 0 {
		return 0, nil
	}
	if !t.dirty() {
		t.refresh() // an idle task has no commit at which it would have heard of a change
	}
	t.out.touch(started)
	t.out.behind = t.out.behind || took == t.cfg.MaxBatch
	t.unflushed = true
	for i := range t.groups.list {
		if i%ahead == 0 {
			t.ahead(t.groups.list[i:min(i+ahead, len(t.groups.list))])
		}
		if err := t.order(ctx, &t.groups.list[i], started.UnixMilli()); err != nil {
			return took, err
		}
	}
	t.counts.Keys = uint64(len(t.groups.list))
	unknown := t.intake.UnknownFields()
	t.counts.UnknownFields, t.unknown = unknown-t.unknown, unknown
	t.counts.Process = t.deps.Now().Sub(started)
	t.deps.Observer.Batch(&t.counts)
	return took, nil
}

// refuse makes a dead letter of a record that has no key.
func (t *Task) refuse(ctx context.Context, topic int, r *record.Record) error {
	t.intake.Reset()
	_, err := t.intake.Take(t.cfg.Topics[topic].Kind, r, &t.scratch.record)
	return t.reject(ctx, topic, r, err)
}

// order does all of a micro-batch that concerns one order: join its records, judge
// what they affect, publish what differs, keep the state.
func (t *Task) order(ctx context.Context, g *group, nowMs int64) error {
	if err := t.load(g.key); err != nil {
		return err
	}
	before := t.state.Newest()
	t.noteContributions()
	changed, err := t.join(ctx, g, nowMs)
	if err != nil {
		return err
	}
	if changed && !t.silent {
		if err := t.judge(ctx, g.key, nowMs); err != nil {
			return err
		}
	}
	if err := t.countContributions(); err != nil {
		return err
	}
	if err := t.keepCells(before); err != nil {
		return err
	}
	return t.save(g.key, t.state.Newest())
}

// load reads the state of an order into t.state, which then aliases scratch.stored, and so
// the memory of the store.
func (t *Task) load(key []byte) error {
	b, err := t.store.Get(key)
	if err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	t.state.Reset()
	t.scratch.parties = parties{} // they alias what was loaded before
	t.scratch.forgotten = t.scratch.forgotten[:0]
	t.scratch.stored = b // until the order is put: the calls between are about cells
	if b == nil {
		return nil
	}
	if err := t.state.Decode(t.scratch.stored); err != nil {
		return fmt.Errorf("%w: order %q: %w", ErrState, key, err)
	}
	return nil
}

// save writes the state of the order that was loaded last, when it differs.
func (t *Task) save(key []byte, newestMs int64) error {
	if len(t.scratch.stored) == 0 && len(t.state.Cases()) == 0 && len(t.state.Subjects()) == 0 {
		return nil // nothing of what came under this key was an event of an order
	}
	t.scratch.encoded = t.state.Append(t.scratch.encoded[:0])
	if bytes.Equal(t.scratch.encoded, t.scratch.stored) {
		return nil
	}
	tag, err := t.tag()
	if err != nil {
		return fmt.Errorf("%w: order %q: %w", ErrState, key, err)
	}
	if err := t.store.Put(key, t.scratch.encoded, newestMs, tag); err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	return nil
}

// tag is what the order stands under in the local state: the seller's, who mostly was asked
// for just now.
func (t *Task) tag() (uint64, error) {
	if e, ok := t.state.Order(); ok && e.Rank == t.scratch.parties.rank && e.Rank != (join.Rank{}) {
		return decide.SellerTag(t.scratch.parties.seller), nil
	}
	return decide.TagOf(&t.state)
}

// all is in scratch.affected when every subject of the order is affected.
const all = ""

// join applies the group's records to the state. It reports whether any verdict may
// have changed; scratch.affected then says whose.
func (t *Task) join(ctx context.Context, g *group, nowMs int64) (changed bool, err error) {
	t.intake.Reset()
	s := &t.scratch
	s.affected, s.dropped = s.affected[:0], s.dropped[:0]
	for i := g.first; i != none; i = t.groups.items[i].next {
		it := &t.groups.items[i]
		kind := t.cfg.Topics[it.topic].Kind
		if _, err := t.intake.Take(kind, it.rec, &s.record); err != nil {
			if err := t.reject(ctx, int(it.topic), it.rec, err); err != nil {
				return changed, err
			}
			continue
		}
		if changed, err = t.between(ctx, g.key, changed, nowMs); err != nil {
			return changed, err
		}
		cases := len(t.state.Cases())
		outcome := t.state.Apply(&t.cfg.Join, &s.record)
		s.dropped = append(s.dropped, t.state.Dropped()...)
		switch outcome {
		case join.OverLimit:
			err := t.reject(ctx, int(it.topic), it.rec, &decide.Reject{Code: decide.RejectOverLimit, Field: "shipment_id",
				Err: fmt.Errorf("one more shipment of its order; allowed: at most %d (those of the smallest ids)", t.cfg.Join.Shipments)})
			if err != nil {
				return changed, err
			}
			if len(t.state.Cases()) < cases { // it has bridged two cases all the same
				changed, s.affected = true, append(s.affected[:0], all)
			}
			continue
		case join.Expired:
			err := t.reject(ctx, int(it.topic), it.rec, &decide.Reject{Code: decide.RejectOutOfWindow, Field: "timestamp",
				Err: fmt.Errorf("the order's case of that time is forgotten; allowed: at most %d ms before its newest record", t.cfg.lifeMs())})
			if err != nil {
				return changed, err
			}
			continue
		}
		if err := t.took(int(it.topic), outcomeOf(outcome), it.rec.TimeMs); err != nil {
			return changed, err
		}
		// A duplicate may move a position, and any record may bridge two cases into one,
		// even a stale one: the verdict is asked for again, and mostly found unchanged.
		changed = true
		if outcome == join.Duplicate || outcome == join.Stale || s.record.Kind != kindOfSubjects || len(t.state.Cases()) < cases {
			s.affected = append(s.affected[:0], all)
		} else if len(s.affected) == 0 || s.affected[0] != all {
			s.affected = append(s.affected, s.record.ID)
		}
	}
	return changed, nil
}

func outcomeOf(o join.Outcome) Outcome {
	switch o {
	case join.Duplicate:
		return OutcomeDuplicate
	case join.Stale:
		return OutcomeStale
	case join.Evicted:
		return OutcomeEvicted
	}
	return OutcomeOK
}

// reject publishes a dead letter.
func (t *Task) reject(ctx context.Context, topic int, r *record.Record, cause error) error {
	var rej *decide.Reject
	if !errors.As(cause, &rej) {
		return cause
	}
	if t.silent {
		return nil // it was published when it was first read
	}
	if err := t.took(topic, OutcomeDeadLetter, r.TimeMs); err != nil {
		return err
	}
	t.counts.Rejects[rej.Code]++
	return t.deadLetter(ctx, topic, r, rej)
}

// affects tells whether the verdict of a shipment may have changed.
func (s *scratch) affects(id string) bool {
	return len(s.affected) > 0 && s.affected[0] == all || slices.Contains(s.affected, id)
}

// keepCells makes the roll-up cells of what stands live as long as the order, whenever
// its newest record has moved by a good part of that life. What stands of an order that was
// not known before was counted just now.
func (t *Task) keepCells(beforeMs int64) error {
	if len(t.scratch.stored) == 0 {
		return nil
	}
	step := max(t.cfg.keepMs()/16, 1)
	if t.state.Newest()/step == beforeMs/step {
		return nil
	}
	for i, subjects := 0, t.state.Subjects(); i < len(subjects); i++ {
		if p := &subjects[i]; len(p.Cell) > 0 {
			if err := t.book.Keep(p.Cell, t.state.Newest()); err != nil {
				return fmt.Errorf("order's shipment %q: %w", p.Subject, err)
			}
		}
	}
	return nil
}

// asString is a view of bytes that do not change while the string is in use.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
