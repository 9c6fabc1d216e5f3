package state

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// journaled is a store of so many keys, flushed in steps so that its filter's base is
// renewed on the way, and forgets some of them again.
func journaled(t *testing.T, fs vfs.FS, steps, keys int) *Store {
	t.Helper()
	o := DefaultOptions()
	o.FS, o.FilterKeys, o.DirtyEntries = fs, keys, 2*keys
	s, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	for step := range steps {
		for k := range keys {
			if err := s.Put(fmt.Append(nil, step, "-", k), []byte("v"), int64(step)*o.ExpiryBucket.Milliseconds(), 0); err != nil {
				t.Fatal(err)
			}
		}
		if step == steps-1 {
			if n, err := s.Expire(o.ExpiryBucket.Milliseconds(), keys/2, nil); n == 0 || err != nil {
				t.Fatalf("%d forgotten, %v", n, err)
			}
		}
		if err := s.Flush(at([]byte("meta"))); err != nil {
			t.Fatal(err)
		}
		if err := s.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// A power cut costs no reading of all keys: the filter comes from its file and the
// journal since, and denies no key.
func TestFilterSurvivesAPowerCut(t *testing.T) {
	t.Parallel()
	const steps, keys = 7, rebaseLeast / 2
	mem := vfs.NewCrashableMem()
	s := journaled(t, mem, steps, keys)
	before := s.filter.clone()
	after := mem.CrashClone(vfs.CrashCloneCfg{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open("db", s.opts.on(after))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.journal.rebase {
		t.Error("the filter was built from the keys")
	}
	if s.journal.since >= steps*keys {
		t.Errorf("%d changes were read from the journal: its base was never renewed", s.journal.since)
	}
	if s.filter.keys != before.keys {
		t.Errorf("%d keys, not %d", s.filter.keys, before.keys)
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{byte(spaceOrder)}, UpperBound: []byte{byte(spaceOrder) + 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer it.Close()
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; !s.filter.has(s.hash(spaceOrder, it.Key()[1:])) {
			t.Fatalf("key %q is denied", it.Key()[1:])
		}
	}
	if n != s.filter.keys {
		t.Errorf("%d keys in the database, %d in the filter", n, s.filter.keys)
	}
}

func (o Options) on(fs vfs.FS) Options {
	o.FS = fs
	return o
}

// Where the file or a row of the journal is missing, or is of a flush that the database
// does not know, the filter is built from the keys, and is in its file again with the
// next flush.
func TestFilterWithoutItsFileOrJournalIsBuiltFromTheKeys(t *testing.T) {
	t.Parallel()
	for what, lose := range map[string]func(*Store) error{
		"file": func(s *Store) error { return s.fs.Remove(s.filterPath()) },
		"row": func(s *Store) error {
			return s.db.Delete(appendJournalKey(nil, s.sequence-1), pebble.NoSync)
		},
		"last row": func(s *Store) error { return s.db.Delete(appendJournalKey(nil, s.sequence), pebble.NoSync) },
		"flush":    func(s *Store) error { return s.saveFilter(s.filter, s.sequence+1) },
	} {
		t.Run(what, func(t *testing.T) {
			mem := vfs.NewMem()
			s := journaled(t, mem, 4, 100)
			keys := s.filter.keys
			if err := lose(s); err != nil {
				t.Fatal(err)
			}
			if err := s.settle(); err != nil {
				t.Fatal(err)
			}
			if err := s.db.Close(); err != nil { // as a crash does: the filter is not saved
				t.Fatal(err)
			}
			s, err := Open("db", s.opts)
			if err != nil {
				t.Fatal(err)
			}
			if !s.journal.rebase || s.filter.keys != keys {
				t.Errorf("built from the keys: %v, %d keys of %d", s.journal.rebase, s.filter.keys, keys)
			}
			if err := s.Flush(at([]byte("meta"))); err != nil {
				t.Fatal(err)
			}
			if err := s.Wait(); err != nil {
				t.Fatal(err)
			}
			b, err := s.readFilterFile()
			if err != nil {
				t.Fatal(err)
			}
			if _, base, err := decodeFilter(b); err != nil || base != s.sequence {
				t.Errorf("the file is of flush %d, not %d: %v", base, s.sequence, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A row that no flush has written is damage, not a reason to deny keys.
func TestDamagedJournalIsCorrupt(t *testing.T) {
	t.Parallel()
	mem := vfs.NewMem()
	s := journaled(t, mem, 3, 100)
	if err := s.db.Set(appendJournalKey(nil, s.sequence), binary.LittleEndian.AppendUint64(nil, 1), pebble.NoSync); err != nil {
		t.Fatal(err)
	}
	if err := s.settle(); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("db", s.opts); err == nil {
		t.Error("opened")
	}
}
