package kafka

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
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
		owner := (&assignment{members: members}).owners(n)
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
	data, err := b.metadata([]string{"x", "y"})
	if err != nil {
		t.Fatal(err)
	}
	broken := kmsg.NewConsumerMemberMetadata()
	broken.UserData = []byte("{broken")
	group := []kmsg.JoinGroupResponseMember{{MemberID: "m1", ProtocolMetadata: data}, {MemberID: "m2", ProtocolMetadata: broken.AppendTo(nil)}, {MemberID: "m3"}}
	total := 0
	for _, given := range b.share(group, map[string]int32{"x": 7, "y": 7, "z": 2}) {
		var a kmsg.ConsumerMemberAssignment
		if err := a.ReadFrom(given.MemberAssignment); err != nil {
			t.Fatal(err)
		}
		topics := map[string][]int32{}
		for _, of := range a.Topics {
			topics[of.Topic] = of.Partitions
		}
		if !slices.Equal(topics["x"], topics["y"]) || slices.ContainsFunc(topics["z"], func(p int32) bool { return p > 1 || !slices.Contains(topics["x"], p) }) {
			t.Errorf("%s: %v", given.MemberID, topics)
		}
		total += len(topics["x"])
	}
	if total != 7 {
		t.Errorf("%d partitions given, not 7", total)
	}
}

// A partition goes to who can serve it, whatever the shares, and first to who has its
// state; where nobody can, somebody has it. With the same refusals again nothing moves on
// and on: after at most one round for each member the assignment stays.
func TestPartitionsAvoidThoseThatCannotServeThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "partitions")
		members := genMembers(t, n)
		for i := range members {
			members[i].claim.Refused = rapid.SliceOfN(rapid.Int32Range(-1, int32(n)), 0, n).Draw(t, "refused")
		}
		serves := func(m *member, p int32) bool { return !slices.Contains(m.claim.Refused, p) }
		var last map[string][]int32
		for round := 0; ; round++ {
			got := assign(members, n)
			seen := 0
			for i := range members {
				for _, p := range got[members[i].id] {
					seen++
					if !serves(&members[i], p) && slices.ContainsFunc(members, func(m member) bool { return serves(&m, p) }) {
						t.Fatalf("%s has partition %d, which it cannot serve", members[i].id, p)
					}
				}
			}
			if seen != n {
				t.Fatalf("%d partitions given, not %d", seen, n)
			}
			same := last != nil
			for id := range got {
				same = same && slices.Equal(got[id], last[id])
			}
			if same {
				return
			}
			if round > len(members) {
				t.Fatalf("still moving after %d rounds: %v, then %v", round, last, got)
			}
			last = got
			for i := range members {
				members[i].claim.Generation, members[i].claim.Owned = int32(10+round), got[members[i].id]
			}
		}
	})
}

func TestWhoHasTheStateGetsAPartitionThatItsOwnerCannotServe(t *testing.T) {
	members := []member{
		{id: "a", claim: claim{Instance: "a", Generation: 4, Owned: []int32{0, 1}, Refused: []int32{1}}},
		{id: "b", claim: claim{Instance: "b", Generation: 4, Owned: []int32{2}}},
		{id: "c", claim: claim{Instance: "c", Generation: 4, Owned: []int32{3}, State: []LocalState{{1, 700}, {3, 900}}}},
	}
	if got := assign(members, 4); !slices.Contains(got["c"], 1) || !slices.Equal(got["a"], []int32{0}) {
		t.Errorf("%v", got)
	}
}
