package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// maxLinks is how many clients the writers of a process share, each with at most two
// connections to a broker. A broker answers the requests of a connection one after the other,
// each batch when it is replicated, so that one connection for all would carry one batch a
// round trip.
const maxLinks = 8

// Versions of requests that mean transactions as brokers have had them since Kafka 4.0
// (KIP-890): the first batch in a partition adds it to the transaction, and an end gives the
// producer its next epoch. Before, partitions are added by a request of their own.
const (
	newProduce, oldProduce = 12, 11
	newEndTxn, oldEndTxn   = 5, 4
	oldAddPartitions       = 3 // later versions are the brokers'
	newTransactions        = 2 // of the feature transaction.version
)

// Links are the connections that the writers of a process share. Close ends them; writers
// that still have requests on their way see these fail. Safe for concurrent use.
type Links struct {
	opts   []kgo.Opt
	topics []string

	mu     sync.Mutex
	closed bool
	asked  bool // what brokers can do
	newer  bool // they have the newer transactions
	links  [maxLinks]*link
}

// link is one client, and what it has heard of the partitions' leaders.
type link struct {
	client *kgo.Client
	topics []string
	newer  bool

	gate    chan struct{} // held by who asks for the leaders
	heard   time.Time     // when the last answer was asked for; guarded by gate
	leaders map[string]topicLeaders
}

// topicLeaders are the leaders of a topic's partitions, -1 for none, or what is wrong with it.
type topicLeaders struct {
	ids  []int32
	code int16
}

var errLinksClosed = errors.New("the writers' connections are closed")

// NewLinks makes the connections of writers with this configuration; its group and topics are
// those of all of them. It connects when the first writer is made.
func NewLinks(cfg *WriterConfig) (*Links, error) {
	opts, err := cfg.kgoOptions()
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	l := &Links{opts: append(opts,
		// A dead coordinator is replaced after the brokers' session timeout, 9 s by default.
		// kgo's count of 20 tries ends before that at pauses as short as ours, and a commit
		// that was never sent would count as one of unknown outcome: time is the bound.
		kgo.RequestRetries(math.MaxInt32), kgo.RetryTimeout(cfg.CommitTimeout))}
	seen := map[string]bool{}
	for _, topic := range cfg.Topics {
		if topic != "" && !seen[topic] {
			seen[topic] = true
			l.topics = append(l.topics, topic)
		}
	}
	return l, nil
}

// of is the link of a partition, connected when it is first asked for.
func (l *Links) of(ctx context.Context, partition int32) (*link, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errLinksClosed
	}
	if !l.asked {
		newer, err := l.ask(ctx)
		if err != nil {
			return nil, err
		}
		l.asked, l.newer = true, newer
	}
	at := &l.links[partition%maxLinks]
	if *at == nil {
		client, err := kgo.NewClient(append(l.opts, versions(l.newer))...)
		if err != nil {
			return nil, fmt.Errorf("write: %w", err)
		}
		*at = &link{client: client, topics: l.topics, newer: l.newer, gate: make(chan struct{}, 1)}
	}
	return *at, nil
}

// ask tells whether the cluster has the newer transactions. A process that is running when
// they are switched off has to be started again.
func (l *Links) ask(ctx context.Context) (newer bool, err error) {
	client, err := kgo.NewClient(l.opts...)
	if err != nil {
		return false, fmt.Errorf("write: %w", err)
	}
	defer client.Close()
	answer, err := kmsg.NewPtrApiVersionsRequest().RequestWith(ctx, client)
	if err != nil {
		return false, fmt.Errorf("what brokers can do: %w", writeFault(err))
	}
	for _, f := range answer.FinalizedFeatures {
		newer = newer || f.Name == "transaction.version" && f.MaxVersionLevel >= newTransactions
	}
	return newer, nil
}

// versions keeps requests to what goes together.
func versions(newer bool) kgo.Opt {
	v := kversion.Stable()
	produce, end := int16(oldProduce), int16(oldEndTxn)
	if newer {
		produce, end = newProduce, newEndTxn
	}
	v.SetMaxKeyVersion(int16(kmsg.Produce), produce)
	v.SetMaxKeyVersion(int16(kmsg.EndTxn), end)
	v.SetMaxKeyVersion(int16(kmsg.AddPartitionsToTxn), oldAddPartitions)
	return kgo.MaxVersions(v)
}

// Close ends the connections.
func (l *Links) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, one := range l.links {
		if one != nil {
			one.client.Close()
		}
	}
}

// leader says who leads a partition, -1 for nobody, as brokers have said at that time or later.
// Many may ask at once, one of them asks the brokers. The error may be one of kerr.
func (l *link) leader(ctx context.Context, topic string, partition int32, since time.Time) (int32, error) {
	select {
	case l.gate <- struct{}{}:
	case <-ctx.Done():
		return -1, ctx.Err()
	}
	defer func() { <-l.gate }()
	if l.heard.Before(since) {
		if err := l.refresh(ctx); err != nil {
			return -1, err
		}
	}
	t, ok := l.leaders[topic]
	switch {
	case t.code != 0:
		return -1, kerr.ErrorForCode(t.code)
	case !ok || int(partition) >= len(t.ids):
		return -1, kerr.UnknownTopicOrPartition
	}
	return t.ids[partition], nil
}

// refresh asks who leads the partitions of all topics; the client hears where brokers are.
func (l *link) refresh(ctx context.Context) error {
	req := kmsg.NewPtrMetadataRequest()
	for i := range l.topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &l.topics[i]
		req.Topics = append(req.Topics, t)
	}
	began := time.Now()
	answer, err := req.RequestWith(ctx, l.client)
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	leaders := make(map[string]topicLeaders, len(answer.Topics))
	for i := range answer.Topics {
		t := &answer.Topics[i]
		if t.Topic == nil {
			continue
		}
		all := topicLeaders{code: t.ErrorCode, ids: make([]int32, 0, len(t.Partitions))}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			for int(p.Partition) >= len(all.ids) {
				all.ids = append(all.ids, -1)
			}
			all.ids[p.Partition] = p.Leader
		}
		leaders[*t.Topic] = all
	}
	l.heard, l.leaders = began, leaders
	return nil
}
