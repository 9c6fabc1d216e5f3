package state

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

func openTest(t *testing.T) *Store {
	t.Helper()
	o := testOptions(vfs.NewMem())
	o.CleanBytes = 0
	s, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// at is the meta of a flush that need not wait for anything.
func at(meta []byte) func() ([]byte, error) {
	meta = bytes.Clone(meta)
	return func() ([]byte, error) { return meta, nil }
}

func flushTest(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.Flush(at([]byte("meta"))))
	must(t, s.Wait())
}

// A key that is forgotten and comes back before the next flush, in the same bucket of
// time, is forgotten again: its timer row was deleted by the first time.
func TestForgottenAndBack(t *testing.T) {
	s := openTest(t)
	key := []byte("key")
	must(t, s.Put(key, []byte("one"), 5, 0))
	flushTest(t, s)
	must(t, s.Put(key, []byte("two"), 5, 0))
	for round := range 2 {
		if n, err := s.Expire(1000, 10, nil); n != 1 || err != nil {
			t.Fatalf("round %d: forgot %d, %v; want 1", round, n, err)
		}
		if v, err := s.Get(key); v != nil || err != nil {
			t.Fatalf("round %d: a forgotten key is %q, %v", round, v, err)
		}
		must(t, s.Put(key, []byte("three"), 5, 0))
		flushTest(t, s)
		if v, err := s.Get(key); string(v) != "three" || err != nil {
			t.Fatalf("round %d: %q, %v; want three", round, v, err)
		}
	}
}

// A key that comes back while its deletion is flushed and still in memory is a new one:
// the filter has to know it once the memory has gone.
func TestBackAfterFlushedDeletion(t *testing.T) {
	s := openTest(t)
	s.memory.cleanShare.Store(8 << 20)
	key := []byte("key")
	must(t, s.Put(key, []byte("one"), 5, 0))
	flushTest(t, s)
	if n, err := s.Expire(1000, 10, nil); n != 1 || err != nil {
		t.Fatalf("forgot %d, %v; want 1", n, err)
	}
	flushTest(t, s)
	must(t, s.Put(key, []byte("two"), 5, 0))
	flushTest(t, s)
	s.memory.cleanShare.Store(0)
	s.trim()
	if v, err := s.Get(key); string(v) != "two" || err != nil {
		t.Fatalf("%q, %v; want two", v, err)
	}
	if n := s.filter.keys; n != 1 {
		t.Fatalf("%d keys in the filter, want 1", n)
	}
}

// What Get returned may be put under another key, though putting looks that key up.
func TestPutOfWhatGetReturned(t *testing.T) {
	s := openTest(t)
	must(t, s.Put([]byte("a"), []byte("value of a"), 1, 0))
	must(t, s.Put([]byte("b"), []byte("VALUE OF B"), 1, 0))
	flushTest(t, s)
	a, err := s.Get([]byte("a"))
	must(t, err)
	must(t, s.Put([]byte("b"), a, 1, 0))
	if b, err := s.Get([]byte("b")); string(b) != "value of a" || err != nil {
		t.Fatalf("b is %q, %v; want what a was", b, err)
	}
}

// What is frozen for a commit that fails is never written, and the store says why.
func TestWhatIsNotReadyIsNotWritten(t *testing.T) {
	o := testOptions(vfs.NewMem())
	s, err := Open("db", o)
	must(t, err)
	must(t, s.Put([]byte("first"), []byte("1"), 0, 0))
	flushTest(t, s)
	must(t, s.Put([]byte("second"), []byte("2"), 0, 0))
	failed := errors.New("not committed")
	go1, go2 := make(chan struct{}), make(chan struct{})
	must(t, s.Flush(func() ([]byte, error) {
		close(go1)
		<-go2
		return []byte("never"), failed
	}))
	<-go1
	if v, err := s.Get([]byte("second")); err != nil || string(v) != "2" {
		t.Fatalf("frozen: %q, %v", v, err)
	}
	close(go2)
	if err := s.Wait(); !errors.Is(err, failed) {
		t.Fatalf("waited: %v", err)
	}
	if err := s.Put([]byte("third"), nil, 0, 0); !errors.Is(err, failed) {
		t.Fatalf("put: %v", err)
	}
	if err := s.Close(); !errors.Is(err, failed) {
		t.Fatalf("closed: %v", err)
	}
	s, err = Open("db", o)
	must(t, err)
	meta, err := s.Meta()
	must(t, err)
	first, err := s.Get([]byte("first"))
	must(t, err)
	second, err := s.Get([]byte("second"))
	must(t, err)
	if string(meta) != "meta" || string(first) != "1" || second != nil {
		t.Fatalf("opened again: meta %q, %q, %q", meta, first, second)
	}
	must(t, s.Close())
}

// What an older release has left in blocks of columns is read, and written anew in rows.
func TestTablesOfColumnsAreRead(t *testing.T) {
	fs, want := vfs.NewMem(), map[string]string{}
	for round, columns := range []bool{true, false, true, false} {
		o := testOptions(fs)
		o.DirtyEntries = 300
		o.tune = func(o *pebble.Options) { o.Experimental.EnableColumnarBlocks = func() bool { return columns } }
		s, err := Open("db", o)
		must(t, err)
		for i := range 300 {
			key := fmt.Sprintf("k%03d", i)
			got, err := s.Get([]byte(key))
			must(t, err)
			if string(got) != want[key] {
				t.Fatalf("round %d: %s is %q, want %q", round, key, got, want[key])
			}
			if i%4 == round || round == 0 { // each table holds what the ones before lack
				want[key] = fmt.Sprintf("%0100d", round)
				must(t, s.Put([]byte(key), []byte(want[key]), int64(round), uint64(i%7)))
			}
		}
		flushTest(t, s)
		if round == 2 {
			must(t, s.db.Compact(t.Context(), []byte{0}, []byte{0xff}, false))
		}
		must(t, s.Close())
	}
}
