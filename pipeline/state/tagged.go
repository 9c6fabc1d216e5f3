package state

import (
	"bytes"
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
