package join

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// inWords are contributions, each with how often there is one like it.
func inWords(list []Contribution, into map[string]int, sign int) {
	for i := range list {
		c := &list[i]
		k := fmt.Sprintf("clicks %d, shipments %d, joined %d, order %t %q, time %d", c.Clicks, c.Shipments, c.Joined(), c.HasOrder, c.Order, c.TimeMs)
		if into[k] += sign; into[k] == 0 {
			delete(into, k)
		}
	}
}

// What an order contributes is a function of the set of its records: of any permutation,
// duplication and split into batches.
func TestContributionsAreAFunctionOfTheRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &Limits{Clicks: 2, Shipments: 3, Verifications: 2, Dispositions: 2, RetentionMs: 10, SlackMs: NeverForget}
		records := drawRecords(t, 60)
		var want State
		for i := range records {
			want.Apply(l, &records[i])
		}
		again := append(slices.Clone(records), records[:rapid.IntRange(0, len(records)).Draw(t, "twice")]...)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		var got State
		for i := range again {
			if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
				if err := got.Decode(got.Append(nil)); err != nil {
					t.Fatal(err)
				}
			}
			got.Apply(l, &again[i])
		}
		a, b := map[string]int{}, map[string]int{}
		inWords(want.Contributions(nil), a, +1)
		inWords(got.Contributions(nil), b, +1)
		if !maps.Equal(a, b) {
			t.Fatalf("%v\nnot %v", b, a)
		}
	})
}

// Whoever takes out what was contributed before some records and puts in what is now, with
// what forgotten cases have left, ends up with the same, however the records are split:
// with what each case held when it ended.
func TestContributionsOfForgottenCasesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &Limits{Clicks: 2, Shipments: 3, Verifications: 2, Dispositions: 2, RetentionMs: 10, SlackMs: 3}
		records := drawRecords(t, 200)
		slices.SortStableFunc(records, func(a, b Record) int { return int(a.TimeMs - b.TimeMs) })
		tally := func(most int) map[string]int {
			counted := map[string]int{}
			var kept []byte
			for at := 0; at < len(records); {
				n := min(rapid.IntRange(1, most).Draw(t, "batch"), len(records)-at)
				var s State
				if err := s.Decode(kept); err != nil {
					t.Fatal(err)
				}
				if s.Counted() {
					inWords(s.Contributions(nil), counted, -1)
				}
				for i := range n {
					s.Apply(l, &records[at+i])
				}
				inWords(s.Contributions(slices.Clone(s.Left())), counted, +1)
				s.SetCounted()
				kept, at = s.Append(nil), at+n
			}
			return counted
		}
		if one, many := tally(1), tally(len(records)); !maps.Equal(one, many) {
			t.Fatalf("one by one %v\nin batches %v", one, many)
		}
	})
}

// A state of an older release is read as one that is not counted, and stays one until it
// is said to be.
func TestAStateKnowsWhetherItIsCounted(t *testing.T) {
	l := DefaultLimits()
	var s State
	s.Apply(&l, &Record{Kind: schemas.KindOrder, TimeMs: 5})
	old := s.Append(nil)
	if err := s.Decode(old); err != nil || old[0] != formatUncounted || s.Counted() {
		t.Fatalf("error %v, version %d, counted %t", err, old[0], s.Counted())
	}
	s.SetCounted()
	if err := s.Decode(s.Append(nil)); err != nil || !s.Counted() {
		t.Fatalf("error %v, counted %t", err, s.Counted())
	}
}
