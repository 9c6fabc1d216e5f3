package offline

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The table is a map of copies.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, model := newTable(), map[string][]byte{}
		for i := range rapid.IntRange(1, 60).Draw(t, "puts") {
			key := rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e"}).Draw(t, "key")
			n := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 3*greatestSlot)).Draw(t, "bytes")
			value := bytes.Repeat([]byte{byte(i + 1)}, n)
			model[key] = bytes.Clone(value)
			table.put([]byte(key), value)
			clear(value)
			for key, want := range model {
				if got := table.get([]byte(key)); !bytes.Equal(got, want) || cap(got) != len(got) {
					t.Fatalf("%q is %d bytes of %d, want %d of %d", key, len(got), got[0], len(want), want[0])
				}
			}
		}
		if got, want := table.keys(), slices.Sorted(maps.Keys(model)); !slices.Equal(got, want) {
			t.Fatalf("keys %q, want %q", got, want)
		}
		if table.get([]byte("none")) != nil {
			t.Fatal("a key that was never put has a value")
		}
	})
}

// What values leave behind when they grow is used again: as they do in a stream, where
// some orders grow while others begin.
func TestTableUsesSlotsAgain(t *testing.T) {
	table := newTable()
	live := 0
	value := make([]byte, 1000)
	for i := range 100_000 {
		for age, n := range []int{120, 400, 700, 900} {
			if k := i - 500*age; k >= 0 {
				table.put(fmt.Appendf(nil, "order %d", k), value[:n])
			}
		}
		live += 900
	}
	held := 0
	for _, p := range table.pages {
		held += len(p)
	}
	if held > live*120/100 {
		t.Errorf("%d bytes are held for %d", held, live)
	}
}
