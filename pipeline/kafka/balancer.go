package kafka

import (
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Names in the group protocol. Members of one group must all speak them.
const (
	protocolType = "consumer"
	protocolName = "clearlane-copartitioned"
)

// balancer gives each member the same partition numbers of all topics. The group's
// goroutine calls it; refuse is called from others.
type balancer struct {
	instance string
	local    func() []LocalState // may be nil
	log      *slog.Logger

	mu         sync.Mutex
	generation int32
	owned      []int32
	refused    map[int32]bool
}

// metadata is this member's subscription, with its claim.
func (b *balancer) metadata(topics []string) ([]byte, error) {
	b.mu.Lock()
	c := claim{Instance: b.instance, Generation: b.generation, Owned: b.owned, Refused: slices.Sorted(maps.Keys(b.refused))}
	b.mu.Unlock()
	if b.local != nil {
		c.State = b.local()
	}
	data, err := c.encode()
	if err != nil {
		return nil, err
	}
	s := kmsg.NewConsumerMemberMetadata()
	s.Topics, s.UserData = topics, data
	return s.AppendTo(nil), nil
}

// own notes what a generation gave this member.
func (b *balancer) own(generation int32, partitions []int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.generation, b.owned = generation, partitions
}

// refuse notes whether this member cannot serve a partition, and tells whether that is
// news.
func (b *balancer) refuse(partition int32, cannot bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused[partition] == cannot {
		return false
	}
	if b.refused == nil {
		b.refused = map[int32]bool{}
	}
	if cannot {
		b.refused[partition] = true
	} else {
		delete(b.refused, partition)
	}
	return true
}

// share is the leader's part: it shares the partitions out among the members. Topics
// with fewer partitions than others are refused at start (CheckTopics); here such a
// topic's missing partitions are left out.
func (b *balancer) share(group []kmsg.JoinGroupResponseMember, counts map[string]int32) []kmsg.SyncGroupRequestGroupAssignment {
	members := make([]member, len(group))
	for i, m := range group {
		var s kmsg.ConsumerMemberMetadata
		err := s.ReadFrom(m.ProtocolMetadata)
		c := claim{Generation: -1}
		if err == nil {
			c, err = decodeClaim(s.UserData)
		}
		if err != nil {
			b.log.Warn("kafka: group", "member", m.MemberID, "err", err)
		}
		members[i] = member{id: m.MemberID, claim: c}
	}
	most := int32(0)
	for _, n := range counts {
		most = max(most, n)
	}
	var out []kmsg.SyncGroupRequestGroupAssignment
	for id, partitions := range assign(members, int(most)) {
		a := kmsg.NewConsumerMemberAssignment()
		for _, topic := range slices.Sorted(maps.Keys(counts)) {
			t := kmsg.NewConsumerMemberAssignmentTopic()
			t.Topic = topic
			for _, p := range partitions {
				if p < counts[topic] {
					t.Partitions = append(t.Partitions, p)
				}
			}
			a.Topics = append(a.Topics, t)
		}
		out = append(out, kmsg.SyncGroupRequestGroupAssignment{MemberID: id, MemberAssignment: a.AppendTo(nil)})
	}
	return out
}
