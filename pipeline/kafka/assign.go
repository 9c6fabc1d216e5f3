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

// assign shares out n partitions evenly (the shares differ by at most one), moves as
// few as that allows, and prefers for those that move a member that holds their
// state. The result depends on the set of members only, never on their order.
func assign(members []member, n int) map[string][]int32 {
	members = slices.Clone(members)
	slices.SortFunc(members, func(a, b member) int {
		return cmp.Or(strings.Compare(a.claim.Instance, b.claim.Instance), strings.Compare(a.id, b.id))
	})
	if len(members) == 0 {
		return nil
	}
	a := assignment{members: members, owner: owners(members, n), held: make([]int, len(members))}
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
}

// holder says that a member has a partition's state on its disk.
type holder struct {
	member    int
	partition int32
	freshMs   int64
}

// owners is who owned each partition last: of two claims the one of the higher
// generation wins, then the first in order.
func owners(members []member, n int) []int {
	owner := make([]int, n)
	for p := range owner {
		owner[p] = -1
	}
	for i, m := range members {
		for _, p := range m.claim.Owned {
			if p < 0 || int(p) >= n {
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
			if s.Partition >= 0 && int(s.Partition) < n {
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
// then to the first.
func (a *assignment) fill() {
	give := func(p, m int) {
		a.owner[p] = m
		a.held[m]++
	}
	for _, s := range a.state {
		if a.owner[s.partition] < 0 && a.held[s.member] < a.quota[s.member] {
			give(int(s.partition), s.member)
		}
	}
	m := 0
	for p, o := range a.owner {
		if o >= 0 {
			continue
		}
		for a.held[m] >= a.quota[m] {
			m++
		}
		give(p, m)
	}
}
