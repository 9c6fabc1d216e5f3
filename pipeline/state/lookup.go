package state

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// found is what a lookup of a key has found. It is kept for the next one, which is mostly of
// the same key: a Put behind its Get, which then costs no look at the index, at other
// memory or at the database.
type found struct {
	epoch uint64 // of the store; another one: it is out of date
	key   []byte
	hash  uint64
	at    int         // place in the index, -1 for none
	e     *entry      // the newest one in memory, or nil
	g     *generation // that holds it

	// What the database has of a key that is not in memory, once it was asked.
	asked    bool
	has      bool
	newestMs int64
	tag      uint64
	value    []byte
}

// last is what the last lookup in a space has found.
func (s *Store) last(sp space) *found {
	if sp == spaceCell {
		return &s.cells
	}
	return &s.orders
}

// lookup finds the newest entry of a key in memory.
func (s *Store) lookup(sp space, key []byte) *found {
	f := s.last(sp)
	if f.epoch == s.epoch && string(f.key) == string(key) {
		return f
	}
	f.epoch, f.key, f.hash = s.epoch, append(f.key[:0], key...), s.hashOf(sp, key)
	f.asked, f.has, f.at, f.e, f.g = false, false, -1, nil, nil
	for i := s.index.find(f.hash, s.index.home(f.hash)); i >= 0; i = s.index.find(f.hash, i+1) {
		l := s.index.slots[i].loc()
		g := s.gens[l.gen]
		if e := g.entry(int(l.entry)); e.hash == f.hash && g.holds(e, sp, key) {
			f.at, f.e, f.g = i, e, g
			break
		}
	}
	return f
}

func (s *Store) get(sp space, key []byte) ([]byte, error) {
	f := s.lookup(sp, key)
	if f.e != nil {
		s.counters.hit(s, f.g)
		if f.e.gone {
			return nil, nil
		}
		return f.g.valueOf(f.e), nil
	}
	if err := s.stored(f, sp, key, true); err != nil || !f.has {
		return nil, err
	}
	return f.value, nil
}

// stored looks a key up that is not in memory, unless that was done: the filter, then the
// database. The value is read only when it is asked for: one that is put may be the one
// that was read last.
func (s *Store) stored(f *found, sp space, key []byte, value bool) error {
	if f.asked && (!value || !f.has) {
		return nil
	}
	f.asked, f.has = false, false
	if !s.filter.has(f.hash) {
		s.counters.filtered.Add(1)
		f.asked = true
		return nil
	}
	s.rowKey = appendKey(s.rowKey[:0], sp, key)
	row, closer, err := s.db.Get(s.rowKey)
	if errors.Is(err, pebble.ErrNotFound) {
		s.counters.falsePositives.Add(1)
		f.asked = true
		return nil
	}
	if err == nil && len(row) < headerBytes {
		closer.Close()
		err = fmt.Errorf("%w: row %q of %d bytes", ErrCorrupt, s.rowKey, len(row))
	}
	if err != nil {
		return s.fault("read", err)
	}
	s.counters.reads.Add(1)
	f.asked, f.has = true, true
	f.newestMs, f.tag = readHeader(row)
	if value {
		// Not nil, even of an empty value: nil is a key that is not stored.
		f.value = append(append(f.value[:0], 0)[:0], row[headerBytes:]...)
	}
	return closer.Close()
}
