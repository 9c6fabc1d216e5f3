package task

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/record"
)

// Groups are those that a map would make, in the sequence of their first record, each
// with its records in theirs, over any number of rounds in the same memory.
func TestGroupsAreThoseOfAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGroups()
		g.round = rapid.SampledFrom([]uint32{1, 7, ^uint32(0) - 1, ^uint32(0)}).Draw(t, "round")
		for range 3 {
			g.reset()
			keys := rapid.IntRange(1, 3*minSlots).Draw(t, "keys")
			var order []string
			want := map[string][]int64{}
			for i := range rapid.IntRange(0, 4000).Draw(t, "records") {
				key := fmt.Sprint((i * 7919) % keys)
				if want[key] == nil {
					order = append(order, key)
				}
				want[key] = append(want[key], int64(i))
				g.add(i%5, &record.Record{Key: []byte(key), Offset: int64(i)})
			}
			if len(g.list) != len(order) {
				t.Fatalf("%d groups, want %d", len(g.list), len(order))
			}
			for n, key := range order {
				var got []int64
				for i := g.list[n].first; i != none; i = g.items[i].next {
					if it := &g.items[i]; it.topic != int32(it.rec.Offset%5) {
						t.Fatalf("record %d is of topic %d", it.rec.Offset, it.topic)
					}
					got = append(got, g.items[i].rec.Offset)
				}
				if string(g.list[n].key) != key || !slices.Equal(got, want[key]) {
					t.Fatalf("group %d is %s %v, want %s %v", n, g.list[n].key, got, key, want[key])
				}
			}
		}
	})
}
