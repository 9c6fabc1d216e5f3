package state

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// journal is how the filter survives a crash: each flush writes, in its batch, which
// hashes it adds to the filter and which it takes out. So base and journal together are
// the filter of exactly the flush that the database ends with. The base is renewed when
// the journal since has grown to a share of it.
type journal struct {
	since  int  // changes of the filter since its base
	rebase bool // there is no base
}

const (
	// rebaseShare is the part of the filter's keys that the journal may have changed:
	// reading a change again takes about 0.1 us, writing a base anew about 3 bytes a key.
	rebaseShare = 4
	// rebaseLeast spares small stores from renewing the base with every flush.
	rebaseLeast = 1 << 16
)

// appendJournalKey appends the key of a flush's row. Rows stand in the sequence of flushes.
func appendJournalKey(dst []byte, sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, keyJournal...), sequence)
}

// journalRow is what a generation changes in the filter:
//
//	8 n, n x 8 hash added, the rest 8 hash taken out each
func journalRow(g *generation) []byte {
	row := make([]byte, 8, 8+8*g.n)
	var removed []byte
	for i := range g.n {
		switch e := g.entry(i); {
		case e.fresh && !e.gone:
			row = binary.LittleEndian.AppendUint64(row, e.hash)
		case !e.fresh && e.gone:
			removed = binary.LittleEndian.AppendUint64(removed, e.hash)
		}
	}
	binary.LittleEndian.PutUint64(row, uint64(len(row)/8-1))
	return append(row, removed...)
}

// replayJournal brings a filter from its base to the flush that the database ends with.
// It reports false when rows are missing.
func (s *Store) replayJournal(f *filter, base uint64) (bool, error) {
	if base > s.sequence {
		return false, nil
	}
	it, err := s.db.NewIter(&pebble.IterOptions{
		LowerBound: appendJournalKey(nil, base+1), UpperBound: appendJournalKey(nil, s.sequence+1),
	})
	if err != nil {
		return false, err
	}
	next := base + 1
	for ok := it.First(); ok; ok = it.Next() {
		row := it.Value()
		if string(it.Key()) != string(appendJournalKey(nil, next)) {
			break
		}
		if len(row) < 8 || len(row)%8 != 0 || binary.LittleEndian.Uint64(row) > uint64(len(row)/8-1) {
			it.Close()
			return false, fmt.Errorf("%w: row %q of %d bytes", ErrCorrupt, it.Key(), len(row))
		}
		added := int(binary.LittleEndian.Uint64(row))
		s.journal.since += len(row)/8 - 1
		for i, rest := 0, row[8:]; len(rest) > 0; i, rest = i+1, rest[8:] {
			if hash := binary.LittleEndian.Uint64(rest); i < added {
				f.add(hash)
			} else {
				f.remove(hash)
			}
		}
		next++
	}
	return next == s.sequence+1, it.Close()
}

// base is a copy of the filter for the file when its time has come, else nil. The
// filter is that of the flush which begins now.
func (s *Store) newBase(changes int) *filter {
	s.journal.since += changes
	if !s.journal.rebase && s.journal.since < max(rebaseLeast, s.filter.keys/rebaseShare) {
		return nil
	}
	s.journal = journal{}
	return s.filter.clone()
}

func (f *filter) clone() *filter {
	c := &filter{tables: slices.Clone(f.tables), overflow: make(map[uint64]int, len(f.overflow)), keys: f.keys}
	for i := range c.tables {
		c.tables[i].buckets = slices.Clone(c.tables[i].buckets)
	}
	for hash, n := range f.overflow {
		c.overflow[hash] = n
	}
	return c
}
