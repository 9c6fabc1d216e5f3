package kafka

import (
	"cmp"
	"slices"
	"strings"
)

// member is a member of the group as the assignment sees it.
type member struct {
	id    string
	claim claim
}

// assign shares out n partitions evenly (the shares differ by at most one, but for those
// that some member cannot serve), moves as few as that allows, and prefers for those
// that move a member that holds their state. The result depends on the set of members only, never on their order.
func assign(members []member, n int) map[string][]int32 {
	members = slices.Clone(members)
	slices.SortFunc(members, func(a, b member) int {
		return cmp.Or(strings.Compare(a.claim.Instance, b.claim.Instance), strings.Compare(a.id, b.id))
	})
	if len(members) == 0 {
		return nil
	}
	a := assignment{members: members, held: make([]int, len(members)), refused: refusals(members, n)}
	a.owner = a.owners(n)
	for _, m := range a.owner {
		if m >= 0 {
			a.held[m]++
		}
	}
	a.setQuotas(n)
	a.readState(n)
	a.shed()
	a.fill()
	out := make(map[string][]int32, len(members))
	for _, m := range members {
		out[m.id] = nil
	}
	for p, m := range a.owner {
		out[members[m].id] = append(out[members[m].id], int32(p))
	}
	return out
}

// assignment is one run of assign. Members are numbered in their sorted order.
type assignment struct {
	members []member
	owner   []int // by partition; -1: nobody
	held    []int // by member
	quota   []int // by member
	state   []holder
	refused map[refusal]bool
}

// refusal says that a member cannot serve a partition: records that it needs are gone,
// and it has no state that reflects them.
type refusal struct {
	member    int
	partition int32
}

// refusals are those of partitions that some member can serve. Of one that nobody can
// serve it does not matter who says so.
func refusals(members []member, n int) map[refusal]bool {
	all := map[refusal]bool{}
	count := make([]int, n)
	for i, m := range members {
		for _, p := range m.claim.Refused {
			if r := (refusal{i, p}); p >= 0 && int(p) < n && !all[r] {
				all[r] = true
				count[p]++
			}
		}
	}
	for r := range all {
		if count[r.partition] == len(members) {
			delete(all, r)
		}
	}
	return all
}

// serves tells whether a partition may go to a member.
func (a *assignment) serves(m int, p int32) bool { return !a.refused[refusal{m, p}] }

// holder says that a member has a partition's state on its disk.
type holder struct {
	member    int
	partition int32
	freshMs   int64
}

// owners is who owned each partition last: of two claims the one of the higher
// generation wins, then the first in order.
func (a *assignment) owners(n int) []int {
	members := a.members
	owner := make([]int, n)
	for p := range owner {
		owner[p] = -1
	}
	for i, m := range members {
		for _, p := range m.claim.Owned {
			if p < 0 || int(p) >= n || !a.serves(i, p) {
				continue
			}
			if o := owner[p]; o < 0 || members[o].claim.Generation < m.claim.Generation {
				owner[p] = i
			}
		}
	}
	return owner
}

// setQuotas gives the larger shares to those that hold most, so that least moves.
func (a *assignment) setQuotas(n int) {
	byHeld := make([]int, len(a.members))
	for i := range byHeld {
		byHeld[i] = i
	}
	slices.SortStableFunc(byHeld, func(x, y int) int { return a.held[y] - a.held[x] })
	a.quota = make([]int, len(a.members))
	for rank, m := range byHeld {
		a.quota[m] = n / len(a.members)
		if rank < n%len(a.members) {
			a.quota[m]++
		}
	}
}

// readState lists who has state of what, the freshest first.
func (a *assignment) readState(n int) {
	for i, m := range a.members {
		for _, s := range m.claim.State {
			if s.Partition >= 0 && int(s.Partition) < n && a.serves(i, s.Partition) {
				a.state = append(a.state, holder{i, s.Partition, s.FreshMs})
			}
		}
	}
	slices.SortStableFunc(a.state, func(x, y holder) int {
		return cmp.Or(cmp.Compare(y.freshMs, x.freshMs), cmp.Compare(x.partition, y.partition), cmp.Compare(x.member, y.member))
	})
}

// shed takes from each member what it holds above its quota: first what another
// one with room has the state of, then the highest partitions.
func (a *assignment) shed() {
	room := make([]int, len(a.members))
	for m := range room {
		room[m] = max(0, a.quota[m]-a.held[m])
	}
	for _, s := range a.state {
		if o := a.owner[s.partition]; o >= 0 && o != s.member && a.held[o] > a.quota[o] && room[s.member] > 0 {
			a.owner[s.partition] = s.member
			a.held[o]--
			a.held[s.member]++
			room[s.member]--
		}
	}
	for p := len(a.owner) - 1; p >= 0; p-- {
		if o := a.owner[p]; o >= 0 && a.held[o] > a.quota[o] {
			a.owner[p] = -1
			a.held[o]--
		}
	}
}

// fill gives what nobody owns to members with room: to those that have its state,
// then to the next.
func (a *assignment) fill() {
	give := func(p, m int) {
		a.owner[p] = m
		a.held[m]++
	}
	contested := map[int32]bool{} // for these, state is worth more than even shares
	for r := range a.refused {
		contested[r.partition] = true
	}
	for _, s := range a.state {
		if a.owner[s.partition] < 0 && (a.held[s.member] < a.quota[s.member] || contested[s.partition]) {
			give(int(s.partition), s.member)
		}
	}
	for p, o := range a.owner {
		if o < 0 {
			give(p, a.next(int32(p)))
		}
	}
}

// next is the member that a partition goes to that nobody owns: the first with room, and
// where none of those can serve it, of the others the one that has least.
func (a *assignment) next(p int32) int {
	least := -1
	for m := range a.members {
		switch {
		case !a.serves(m, p):
		case a.held[m] < a.quota[m]:
			return m
		case least < 0 || a.held[m] < a.held[least]:
			least = m
		}
	}
	return least
}
