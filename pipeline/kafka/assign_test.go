package kafka

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	kafkago "github.com/segmentio/kafka-go"
	"pgregory.net/rapid"
)

// genMembers draws members with claims of any kind, wrong and contradicting ones too.
func genMembers(t *rapid.T, n int) []member {
	members := make([]member, rapid.IntRange(1, 9).Draw(t, "members"))
	for i := range members {
		m := member{id: fmt.Sprintf("id-%d", i)}
		m.claim.Instance = fmt.Sprintf("instance-%d", rapid.IntRange(0, 6).Draw(t, "instance"))
		m.claim.Generation = int32(rapid.IntRange(-1, 3).Draw(t, "generation"))
		m.claim.Owned = rapid.SliceOfN(rapid.Int32Range(-1, int32(n)+2), 0, n).Draw(t, "owned")
		for _, p := range rapid.SliceOfN(rapid.Int32Range(-1, int32(n)+1), 0, 4).Draw(t, "state") {
			m.claim.State = append(m.claim.State, LocalState{p, int64(rapid.IntRange(0, 3).Draw(t, "fresh"))})
		}
		members[i] = m
	}
	return members
}

func TestAssignmentIsEvenWholeAndIndependentOfOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "partitions")
		members := genMembers(t, n)
		got := assign(members, n)
		if len(got) != len(members) {
			t.Fatalf("%d members have shares, not %d", len(got), len(members))
		}
		seen := make([]int, n)
		smallest, largest := n, 0
		for _, ps := range got {
			for _, p := range ps {
				seen[p]++
			}
			smallest, largest = min(smallest, len(ps)), max(largest, len(ps))
		}
		for p, times := range seen {
			if times != 1 {
				t.Fatalf("partition %d is given %d times", p, times)
			}
		}
		if largest-smallest > 1 {
			t.Fatalf("shares from %d to %d", smallest, largest)
		}
		shuffled := slices.Clone(members)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again := assign(shuffled, n)
		for id, ps := range got {
			if !slices.Equal(ps, again[id]) {
				t.Fatalf("%s has %v, and %v in another order of the members", id, ps, again[id])
			}
		}
	})
}

// mostKept is the greatest number of partitions that can stay where they are in an
// even assignment, by trying every choice of who gets the larger shares.
func mostKept(held []int, n int) int {
	best := 0
	larger := n % len(held)
	for choice := range 1 << len(held) {
		kept, count := 0, 0
		for m, h := range held {
			quota := n / len(held)
			if choice>>m&1 == 1 {
				quota++
				count++
			}
			kept += min(h, quota)
		}
		if count == larger {
			best = max(best, kept)
		}
	}
	return best
}

func TestAssignmentMovesAsFewAsPossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "partitions")
		members := genMembers(t, n)
		for i := range members {
			members[i].claim.Instance = fmt.Sprint(i)
		}
		owner := owners(members, n)
		held := make([]int, len(members))
		for _, m := range owner {
			if m >= 0 {
				held[m]++
			}
		}
		kept := 0
		for id, ps := range assign(members, n) {
			for _, p := range ps {
				if owner[p] >= 0 && members[owner[p]].id == id {
					kept++
				}
			}
		}
		if want := mostKept(held, n); kept != want {
			t.Fatalf("%d partitions stay, %d could: held %v", kept, want, held)
		}
	})
}

func TestAssignmentStaysWhenNothingChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "partitions")
		members := genMembers(t, n)
		first := assign(members, n)
		for i := range members {
			members[i].claim.Generation = 9
			members[i].claim.Owned = first[members[i].id]
		}
		for id, ps := range assign(members, n) {
			if !slices.Equal(ps, first[id]) {
				t.Fatalf("%s had %v and now has %v", id, first[id], ps)
			}
		}
	})
}

func TestOfTwoClaimsTheHigherGenerationWins(t *testing.T) {
	members := []member{
		{id: "a", claim: claim{Instance: "a", Generation: 4, Owned: []int32{0, 1}}},
		{id: "b", claim: claim{Instance: "b", Generation: 5, Owned: []int32{1}}},
	}
	if got := assign(members, 2); !slices.Equal(got["a"], []int32{0}) || !slices.Equal(got["b"], []int32{1}) {
		t.Errorf("%v", got)
	}
}

func TestReturningMemberGetsThePartitionsWhoseStateItHas(t *testing.T) {
	members := []member{
		{id: "stays", claim: claim{Instance: "stays", Generation: 7, Owned: []int32{0, 1, 2, 3},
			State: []LocalState{{0, 900}, {1, 900}, {2, 900}, {3, 900}}}},
		{id: "back", claim: claim{Instance: "back", Generation: -1, State: []LocalState{{0, 500}, {2, 500}}}},
	}
	got := assign(members, 4)
	if !slices.Equal(got["back"], []int32{0, 2}) || !slices.Equal(got["stays"], []int32{1, 3}) {
		t.Errorf("%v", got)
	}
}

func TestBalancerKeepsTopicsTogetherAndSurvivesForeignClaims(t *testing.T) {
	b := &balancer{instance: "i", log: discard()}
	data, err := b.UserData()
	if err != nil {
		t.Fatal(err)
	}
	group := []kafkago.GroupMember{{ID: "m1", UserData: data}, {ID: "m2", UserData: []byte("{broken")}, {ID: "m3"}}
	var partitions []kafkago.Partition
	for p := range 7 {
		for _, topic := range []string{"x", "y"} {
			partitions = append(partitions, kafkago.Partition{Topic: topic, ID: p})
		}
	}
	total := 0
	for id, topics := range b.AssignGroups(group, partitions) {
		if !slices.Equal(topics["x"], topics["y"]) {
			t.Errorf("%s: x %v, y %v", id, topics["x"], topics["y"])
		}
		total += len(topics["x"])
	}
	if total != 7 {
		t.Errorf("%d partitions given, not 7", total)
	}
}
