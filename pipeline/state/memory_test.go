package state

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// Whatever sizes values take in turn, no run reaches into another one, and what is given
// back is used again: the memory is bounded by what is held at a time.
func TestRunsDoNotOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := NewMemory(1<<20, 0)
		g := &generation{id: 1, memory: m}
		type held struct{ key, value []byte }
		var all []held
		size := rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 3000), rapid.IntRange(0, 3*chunkBytes))
		for n := range rapid.IntRange(1, 300).Draw(t, "steps") {
			value := bytes.Repeat([]byte{byte(n)}, size.Draw(t, "size"))
			if i := rapid.IntRange(0, len(all)).Draw(t, "which"); i < len(all) {
				all[i].value = value
				g.set(g.entry(i), spaceOrder, all[i].key, value)
			} else {
				key := fmt.Append(nil, "key", n)
				all = append(all, held{key, value})
				_, e := g.add()
				g.set(e, spaceOrder, key, value)
			}
		}
		for i, h := range all {
			e := g.entry(i)
			if !g.holds(e, spaceOrder, h.key) || !bytes.Equal(g.valueOf(e), h.value) {
				t.Fatalf("entry %d: key %q, value of %d bytes, want %q, %d", i, g.row(e), e.value, h.key, len(h.value))
			}
		}
		if g.used() > g.size() || g.used() < 0 {
			t.Fatalf("%d bytes used of %d", g.used(), g.size())
		}
	})
}

// An order that grows in small steps takes the room of those that have grown before it.
func TestOutgrownRunsAreUsedAgain(t *testing.T) {
	t.Parallel()
	g := &generation{id: 1, memory: NewMemory(1<<20, 0)}
	const orders, last = 2000, 1000
	held := 0
	for i := range orders {
		_, e := g.add()
		key := fmt.Append(nil, "key", i)
		for n := 100; n <= last; n += 100 {
			g.set(e, spaceOrder, key, make([]byte, n))
		}
		held += 1 + len(key) + last
	}
	if used := int(g.used()) - orders*entryBytes; used > held+held/20 {
		t.Fatalf("%d bytes for %d: what was outgrown is lost", used, held)
	}
}

// The bounds of the process are divided among the stores that are open, down to a least
// share, and a store that is closed gives its own back.
func TestSharesFollowTheStores(t *testing.T) {
	t.Parallel()
	m := NewMemory(64<<20, 32<<20)
	var stores []*Store
	open := func(n int) {
		for range n {
			o := testOptions(vfs.NewMem())
			o.Memory = m
			s, err := Open("db", o)
			must(t, err)
			stores = append(stores, s)
		}
	}
	expect := func(dirty, clean int64) {
		t.Helper()
		if d, c := m.dirtyShare.Load(), m.cleanShare.Load(); d != dirty || c != clean {
			t.Fatalf("%d stores: shares of %d and %d bytes, want %d and %d", len(stores), d, c, dirty, clean)
		}
	}
	open(1)
	expect(64<<20, 32<<20)
	open(3)
	expect(16<<20, 8<<20)
	must(t, stores[0].Close())
	expect((64<<20)/3, (32<<20)/3)
	m.count(252)
	expect(leastDirty, (32<<20)/255)
	m.count(-252)
	for _, s := range stores[1:] {
		must(t, s.Put([]byte("key"), make([]byte, 100), 1, 0))
		must(t, s.Close())
	}
	if m.stores != 0 || m.chunks != nil || m.pages != nil {
		t.Fatalf("with no store open: %d stores, %d chunks, %d pages", m.stores, len(m.chunks), len(m.pages))
	}
}

// What one store lets go of another one writes over, while the first still uses what Get has
// returned: cells may be got and put meanwhile, though that waits for a flush and lets go of
// the oldest memory.
func TestWhatGetReturnedStandsWhileCellsAreHandled(t *testing.T) {
	t.Parallel()
	m := NewMemory(1<<20, 0)
	open := func() *Store {
		o := testOptions(vfs.NewMem())
		o.Memory = m
		s, err := Open("db", o)
		must(t, err)
		return s
	}
	s, other := open(), open()
	value := bytes.Repeat([]byte("v"), 500)
	must(t, s.Put([]byte("order"), value, 1, 0))
	must(t, s.Flush(at(nil)))
	got, err := s.Get([]byte("order"))
	must(t, err)
	was := slices.Clone(got)
	for i := range 2*s.opts.DirtyEntries + 1 { // at twice its bound PutCell waits for the flush
		must(t, s.PutCell(fmt.Append(nil, "cell", i), []byte("c"), 1, unknown))
	}
	if s.frozen != nil || len(s.clean) != 0 {
		t.Fatal("no flush was waited for: the test shows nothing")
	}
	for i := range 10 {
		must(t, other.Put(fmt.Append(nil, "other", i), bytes.Repeat([]byte("x"), 500), 1, 0))
	}
	if !bytes.Equal(got, was) {
		t.Fatalf("what Get returned is %q now", got)
	}
	must(t, s.Put([]byte("back"), got, 1, 0))
	if v, err := s.Get([]byte("back")); err != nil || !bytes.Equal(v, value) {
		t.Fatalf("put back: %q, %v", v, err)
	}
	must(t, s.Close())
	must(t, other.Close())
}
