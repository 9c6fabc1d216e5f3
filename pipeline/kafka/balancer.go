package kafka

import (
	"log/slog"
	"sync"

	kafkago "github.com/segmentio/kafka-go"
)

// protocolName is the balancer's name in the group protocol. Members of one group
// must all speak it.
const protocolName = "clearlane-copartitioned"

// balancer gives each member the same partition numbers of all topics. It implements
// kafkago.GroupBalancer; the group's goroutine and kafka-go's call it.
type balancer struct {
	instance string
	local    func() []LocalState // may be nil
	log      *slog.Logger

	mu         sync.Mutex
	generation int32
	owned      []int32
}

var _ kafkago.GroupBalancer = (*balancer)(nil)

// ProtocolName implements kafkago.GroupBalancer.
func (*balancer) ProtocolName() string { return protocolName }

// UserData implements kafkago.GroupBalancer.
func (b *balancer) UserData() ([]byte, error) {
	b.mu.Lock()
	c := claim{Instance: b.instance, Generation: b.generation, Owned: b.owned}
	b.mu.Unlock()
	if b.local != nil {
		c.State = b.local()
	}
	return c.encode()
}

// own notes what a generation gave this member.
func (b *balancer) own(generation int32, partitions []int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.generation, b.owned = generation, partitions
}

// AssignGroups implements kafkago.GroupBalancer. Topics with fewer partitions than
// others are refused at start (CheckTopics); here such a topic's missing partitions
// are left out.
func (b *balancer) AssignGroups(group []kafkago.GroupMember, partitions []kafkago.Partition) kafkago.GroupMemberAssignments {
	members := make([]member, len(group))
	for i, m := range group {
		c, err := decodeClaim(m.UserData)
		if err != nil {
			b.log.Warn("kafka: group", "member", m.ID, "err", err)
		}
		members[i] = member{id: m.ID, claim: c}
	}
	counts := map[string]int{}
	n := 0
	for _, p := range partitions {
		counts[p.Topic] = max(counts[p.Topic], p.ID+1)
		n = max(n, p.ID+1)
	}
	out := kafkago.GroupMemberAssignments{}
	for id, ps := range assign(members, n) {
		topics := make(map[string][]int, len(counts))
		for topic, count := range counts {
			for _, p := range ps {
				if int(p) < count {
					topics[topic] = append(topics[topic], int(p))
				}
			}
		}
		out[id] = topics
	}
	return out
}
