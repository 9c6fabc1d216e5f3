package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// membership speaks the group protocol of the consumers (KIP-62), with a name that
// outlives the process (KIP-345) if the group is told so. Group's goroutine owns it; the
// committer's calls commit alone.
type membership struct {
	cfg    *GroupConfig
	client *kgo.Client
	bal    *balancer

	id         string // given by the coordinator; empty: none yet
	generation int32  // -1: none yet
}

// place is what the coordinator knows a member by.
type place struct {
	id         string
	instance   *string
	generation int32
}

// Errors that end a generation.
var (
	errRebalance = errors.New("the group shares out its partitions anew")
	errForgotten = errors.New("the group has forgotten this process")
)

// connect makes the client. A coordinator that hangs, its connections open, is left after
// a few heartbeats: kgo gives up its connection, and looks for the coordinator anew.
func (m *membership) connect() error {
	opts, err := m.cfg.kgoOptions()
	if err != nil {
		return err
	}
	m.client, err = kgo.NewClient(append(opts,
		kgo.MaxVersions(kversion.V3_8_0()), // later versions of OffsetCommit know topics by their ids only
		kgo.RequestTimeoutOverhead(m.patience()),
	)...)
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	return nil
}

// patience is how long one request may take that the coordinator answers at once.
func (m *membership) patience() time.Duration {
	return max(m.cfg.SessionTimeout/3, minPatience)
}

// minPatience is for sessions so short that a busy broker would miss a third of one.
const minPatience = 500 * time.Millisecond

func (m *membership) place() place { return place{m.id, m.instance(), m.generation} }

// instance is the name by which the coordinator knows this process again.
func (m *membership) instance() *string {
	if !m.cfg.Static {
		return nil
	}
	return &m.cfg.Instance
}

// join takes part in a generation, and is the partitions of each topic that it gives
// this member.
func (m *membership) join(ctx context.Context) (map[string][]int32, error) {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.RebalanceTimeout+m.cfg.SessionTimeout)
	defer cancel()
	joined, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group, sync.Generation, sync.MemberID, sync.InstanceID = m.cfg.Group, joined.Generation, joined.MemberID, m.instance()
	sync.ProtocolType, sync.Protocol = kmsg.StringPtr(protocolType), kmsg.StringPtr(protocolName)
	// A leader that has come back to a group at rest has nothing to share out.
	if joined.LeaderID == joined.MemberID && !joined.SkipAssignment {
		counts, err := m.partitions(ctx)
		if err != nil {
			return nil, err
		}
		sync.GroupAssignment = m.bal.share(joined.Members, counts)
	}
	answer, err := request[*kmsg.SyncGroupResponse](ctx, m, sync)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	if err != nil {
		return nil, m.judge("sync", err)
	}
	var given kmsg.ConsumerMemberAssignment
	if err := given.ReadFrom(answer.MemberAssignment); err != nil {
		return nil, fmt.Errorf("assignment: %w", err)
	}
	m.generation = joined.Generation
	topics := map[string][]int32{}
	for _, t := range given.Topics {
		topics[t.Topic] = t.Partitions
	}
	return topics, nil
}

// enter joins until the coordinator has made a generation with this member in it.
func (m *membership) enter(ctx context.Context) (*kmsg.JoinGroupResponse, error) {
	for {
		metadata, err := m.bal.metadata(m.cfg.Topics)
		if err != nil {
			return nil, err
		}
		join := kmsg.NewPtrJoinGroupRequest()
		join.Group, join.MemberID, join.InstanceID = m.cfg.Group, m.id, m.instance()
		join.SessionTimeoutMillis = int32(m.cfg.SessionTimeout.Milliseconds())
		join.RebalanceTimeoutMillis = int32(m.cfg.RebalanceTimeout.Milliseconds())
		join.ProtocolType = protocolType
		join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: protocolName, Metadata: metadata}}
		answer, err := request[*kmsg.JoinGroupResponse](ctx, m, join)
		if err == nil {
			err = kerr.ErrorForCode(answer.ErrorCode)
		}
		switch {
		case err == nil:
			m.id = answer.MemberID
			return answer, nil
		case errors.Is(err, kerr.MemberIDRequired): // it is asked to come again with it
			m.id = answer.MemberID
		case errors.Is(err, kerr.UnknownMemberID) && m.id != "":
			m.id = ""
		default:
			return nil, m.judge("join", err)
		}
	}
}

// beat tells the coordinator that this process lives. With no error the generation is
// the group's present one.
func (m *membership) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.patience())
	defer cancel()
	beat := kmsg.NewPtrHeartbeatRequest()
	beat.Group, beat.Generation, beat.MemberID, beat.InstanceID = m.cfg.Group, m.generation, m.id, m.instance()
	answer, err := request[*kmsg.HeartbeatResponse](ctx, m, beat)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	if err != nil {
		return m.judge("heartbeat", err)
	}
	return nil
}

// leave gives this member's partitions to the others at once. A process with a lasting
// name does not: it comes back to them within the session timeout.
func (m *membership) leave() error {
	if m.cfg.Static || m.id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group, leave.MemberID = m.cfg.Group, m.id
	leave.Members = []kmsg.LeaveGroupRequestMember{{MemberID: m.id}}
	answer, err := request[*kmsg.LeaveGroupResponse](ctx, m, leave)
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return kerr.ErrorForCode(answer.ErrorCode)
}

// judge names what a fault of the coordinator means for this member.
func (m *membership) judge(doing string, err error) error {
	switch {
	case errors.Is(err, kerr.RebalanceInProgress), errors.Is(err, kerr.IllegalGeneration):
		return errRebalance
	case errors.Is(err, kerr.UnknownMemberID):
		m.id = ""
		return errForgotten
	case errors.Is(err, kerr.FencedInstanceID) && doing == "sync":
		// A join is asked again when a broker that hangs gives no answer, and when it wakes it
		// may take both, the older one last: then this member was replaced by itself.
		m.id = ""
		return errForgotten
	case errors.Is(err, kerr.FencedInstanceID):
		return fmt.Errorf("%s: %w: %w", doing, ErrNameTaken, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// partitions is how many each topic has.
func (m *membership) partitions(ctx context.Context) (map[string]int32, error) {
	req := kmsg.NewPtrMetadataRequest()
	for _, topic := range m.cfg.Topics {
		req.Topics = append(req.Topics, kmsg.MetadataRequestTopic{Topic: kmsg.StringPtr(topic)})
	}
	answer, err := request[*kmsg.MetadataResponse](ctx, m, req)
	if err != nil {
		return nil, fmt.Errorf("partitions of the topics: %w", err)
	}
	counts := map[string]int32{}
	for _, t := range answer.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil || t.Topic == nil {
			return nil, fmt.Errorf("partitions of the topics: %w", err)
		}
		counts[*t.Topic] = int32(len(t.Partitions))
	}
	return counts, nil
}

// commit sends offsets in the name of a place.
func (m *membership) commit(ctx context.Context, at place, offsets map[string]map[int32]int64) error {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.Generation, req.MemberID, req.InstanceID = m.cfg.Group, at.generation, at.id, at.instance
	for topic, parts := range offsets {
		t := kmsg.NewOffsetCommitRequestTopic()
		t.Topic = topic
		for p, offset := range parts {
			c := kmsg.NewOffsetCommitRequestTopicPartition()
			c.Partition, c.Offset = p, offset
			t.Partitions = append(t.Partitions, c)
		}
		req.Topics = append(req.Topics, t)
	}
	answer, err := request[*kmsg.OffsetCommitResponse](ctx, m, req)
	if err != nil {
		return fmt.Errorf("commit offsets: %w", err)
	}
	for _, t := range answer.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("commit offsets: topic %s partition %d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	return nil
}

// commitWithin is how long sending offsets may take; newer ones follow. The end of the
// process waits for it.
const commitWithin = 2 * time.Second

// request asks the coordinator, which kgo finds.
func request[R kmsg.Response](ctx context.Context, m *membership, req kmsg.Request) (answer R, err error) {
	r, err := m.client.Request(ctx, req)
	if err != nil {
		return answer, err
	}
	return r.(R), nil
}

// together is the partitions of which this member has those of all topics, sorted.
func together(topics []string, given map[string][]int32) []int32 {
	count := map[int32]int{}
	for _, topic := range topics {
		for _, p := range given[topic] {
			count[p]++
		}
	}
	partitions := make([]int32, 0, len(count))
	for p, n := range count {
		if n == len(topics) {
			partitions = append(partitions, p)
		}
	}
	slices.Sort(partitions)
	return partitions
}
