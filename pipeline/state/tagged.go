package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Flushed is how many flushes have been completed since Open.
func (s *Store) Flushed() (uint64, error) {
	err := s.usable()
	return s.flushed, err
}

// Orders is at most max keys of orders in their sequence, behind after, as of the last
// completed flush: those under a tag, or with tag 0 all. What was put or forgotten since
// is not in it. The keys are the caller's.
func (s *Store) Orders(tag uint64, after []byte, max int) ([][]byte, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	prefix := []byte{byte(spaceOrder)}
	if tag != 0 {
		prefix = appendTag(nil, tag, nil)
	}
	lower, upper := prefix, behind(prefix)
	if len(after) > 0 { // no order has an empty key
		lower = append(append(slices.Clone(prefix), after...), 0)
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return nil, s.fault("iterate", err)
	}
	var keys [][]byte
	for ok := it.First(); ok && len(keys) < max; ok = it.Next() {
		keys = append(keys, bytes.Clone(it.Key()[len(prefix):]))
	}
	if err := it.Close(); err != nil {
		return nil, s.fault("iterate", err)
	}
	return keys, nil
}

// behind is the first key behind all those with a prefix, nil when there is none.
func behind(prefix []byte) []byte {
	next := slices.Clone(prefix)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i]++; next[i] != 0 {
			return next[:i+1]
		}
	}
	return nil
}

// tagged is an index row that a flush has to change.
type tagged struct {
	tag uint64
	at  uint32 // of the entries in the sequence of their keys
	set bool
}

// fillTags adds the index rows that differ from the database's to the batch, in the
// sequence of their keys. order is that of the entries'.
func fillTags(batch *pebble.Batch, g *generation, order []uint32) error {
	rows := make([]tagged, 0, len(order))
	for at, i := range order {
		e := &g.entries[i]
		now := e.tag
		if e.gone {
			now = 0
		}
		if now == e.was {
			continue
		}
		if e.was != 0 {
			rows = append(rows, tagged{e.was, uint32(at), false})
		}
		if now != 0 {
			rows = append(rows, tagged{now, uint32(at), true})
		}
	}
	slices.SortFunc(rows, func(a, b tagged) int {
		if a.tag != b.tag {
			return cmp.Compare(a.tag, b.tag)
		}
		return int(a.at) - int(b.at)
	})
	for _, r := range rows {
		key := g.at(g.entries[order[r.at]].key)
		var op *pebble.DeferredBatchOp
		if r.set {
			op = batch.SetDeferred(tagBytes+len(key), 0)
		} else {
			op = batch.DeleteDeferred(tagBytes + len(key))
		}
		op.Key[0] = byte(spaceTag)
		binary.BigEndian.PutUint64(op.Key[1:], r.tag)
		copy(op.Key[tagBytes:], key)
		if err := op.Finish(); err != nil {
			return err
		}
	}
	return nil
}
