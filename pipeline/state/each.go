package state

import "github.com/cockroachdb/pebble/v2"

// EachCell calls fn with every roll-up cell, changes that are not flushed included, in
// no particular sequence. Key and value are valid during the call, which must not use
// the store. The first error of fn ends it and is returned.
func (s *Store) EachCell(fn func(key, value []byte) error) error {
	return s.each(spaceCell, func(key, value []byte, _ int64) error { return fn(key, value) })
}

// Each does the same for orders, and tells each one's newest record timestamp.
func (s *Store) Each(fn func(key, value []byte, newestMs int64) error) error {
	return s.each(spaceOrder, fn)
}

func (s *Store) each(sp space, fn func(key, value []byte, newestMs int64) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	// What memory holds is newer than the database: it comes first, and hides its rows.
	for _, sl := range s.index.slots {
		if sl == 0 {
			continue
		}
		g := s.gens[sl.loc().gen]
		e := g.entry(int(sl.loc().entry))
		if e.space != sp || e.gone {
			continue
		}
		if err := fn(g.row(e)[1:], g.valueOf(e), e.newestMs); err != nil {
			return err
		}
	}
	it, err := s.db.NewIter(&pebble.IterOptions{
		LowerBound: []byte{byte(sp)}, UpperBound: []byte{byte(sp) + 1},
	})
	if err != nil {
		return s.fault("iterate", err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		key, row := it.Key()[1:], it.Value()
		if s.lookup(sp, key).e != nil {
			continue
		}
		if len(row) < headerBytes {
			it.Close()
			return s.fault("iterate", corruptRow(it.Key()))
		}
		newestMs, _ := readHeader(row)
		if err := fn(key, row[headerBytes:], newestMs); err != nil {
			it.Close()
			return err
		}
	}
	if err := it.Close(); err != nil {
		return s.fault("iterate", err)
	}
	return nil
}
