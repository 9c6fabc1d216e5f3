package state

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"
)

// timerScan is how far Expire has got since the last flush: until then what it found
// stands in the database still.
type timerScan struct {
	next []byte // timer row to go on from; empty: the first one
	idle bool   // no timer row before bucket was left
	upTo int64
}

// visitsPerKey bounds how many timer rows a call looks at, so that many rows out of
// date make it slow down the caller no more than keys to forget do.
const visitsPerKey = 4

// Expire forgets at most max keys and cells, orders and cells alike, whose newest record
// is before the time, in whole buckets of Options.ExpiryBucket, and returns how many it
// forgot. A key changed since the last flush is forgotten after the next one, as its
// timer row is written by it. It stops early when the set of changes is full. Call again,
// at once or later, while it returns max.
//
// keep, if it is not nil, is asked about each cell that is due, and the cell stays when it says so:
// it is due again after the next flush. It must not call the store, nor keep what it
// is handed.
//
// One timer row is written a key and bucket. The rows that a key leaves behind as it
// moves on are deleted here, when their bucket is due.
func (s *Store) Expire(beforeMs int64, max int, keep func(key, value []byte) bool) (int, error) {
	if err := s.usable(); err != nil {
		return 0, err
	}
	limit := s.bucketOf(beforeMs)
	if max <= 0 || s.timers.idle && limit <= s.timers.upTo {
		return 0, nil
	}
	lower := s.timers.next
	if len(lower) == 0 {
		lower = []byte{byte(spaceTimer)}
	}
	upper := appendTimer(nil, limit, 0, nil)[:timerBytes-1]
	if bytes.Compare(lower, upper) >= 0 {
		return 0, nil
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return 0, s.fault("expire", err)
	}
	forgot, visits := 0, 0
	valid := it.First()
	for ; valid && forgot < max && visits < visitsPerKey*max && !s.Full(); valid = it.Next() {
		visits++
		gone, err := s.visit(it.Key(), keep)
		if err != nil {
			it.Close()
			return forgot, err
		}
		if gone {
			forgot++
		}
	}
	s.timers.idle, s.timers.upTo = !valid, limit
	if valid {
		s.timers.next = append(s.timers.next[:0], it.Key()...)
	} else {
		s.timers.next = append(s.timers.next[:0], upper...)
	}
	if err := it.Close(); err != nil {
		return forgot, s.fault("expire", err)
	}
	s.counters.forgotten.Add(uint64(forgot))
	return forgot, nil
}

// visit looks at a timer row that is due: its key is forgotten, or kept, or the row is out of
// date and deleted by the next flush.
func (s *Store) visit(row []byte, keep func(key, value []byte) bool) (forgot bool, err error) {
	bucket, sp, key, ok := splitTimer(row)
	if !ok || sp != spaceOrder && sp != spaceCell {
		return false, s.fault("expire", corruptRow(row))
	}
	f := s.lookup(sp, key)
	newestMs, was, exists := int64(0), uint64(0), false
	var value []byte
	if f.e != nil {
		newestMs, was, exists = f.e.newestMs, f.e.tag, !f.e.gone
		if exists {
			value = f.g.valueOf(f.e)
		}
	} else {
		if err = s.stored(f, sp, key, true); err != nil {
			return false, err
		}
		exists, newestMs, was, value = f.has, f.newestMs, f.tag, f.value
	}
	if exists && sp == spaceCell && keep != nil && s.bucketOf(newestMs) == bucket && keep(key, value) {
		return false, nil // with its row, so that it is found again
	}
	s.active.dead = append(s.active.dead, append([]byte(nil), row...))
	s.active.deadRaw += int64(len(row))
	if f.g == s.active && f.e.timer == bucket {
		f.e.timer = noTimer // the row that it would have relied on is being deleted
	}
	if !exists || s.bucketOf(newestMs) != bucket {
		return false, nil
	}
	s.filter.remove(f.hash)
	if f.g == s.active {
		f.e.gone = true
		return true, nil
	}
	s.append(entry{hash: f.hash, newestMs: newestMs, timer: noTimer, was: was, gone: true}, f.at, sp, key, nil)
	return true, nil
}
