package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Cluster is several nodes of real Apache Kafka, each broker and controller in one. With
// three, every topic has three replicas, of which two have to acknowledge: one node may
// be away, and with two away everything waits. Each node is killed, paused and started
// again apart from the others.
type Cluster struct {
	Nodes []*Broker // of the ids 1, 2, ...
}

// StartCluster formats and starts n nodes. When it returns, every one of them is known
// to every other. The error is ErrNotInstalled where there is nothing to start.
func StartCluster(ctx context.Context, n int, opts Options) (*Cluster, error) {
	all, err := prepare(ctx, n, opts)
	if err != nil {
		return nil, err
	}
	c := &Cluster{Nodes: all}
	errs := make([]error, n)
	var starting sync.WaitGroup
	for i, b := range all {
		starting.Go(func() { errs[i] = b.Restart(ctx) })
	}
	starting.Wait()
	if err = errors.Join(errs...); err == nil {
		err = c.Complete(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// Brokers are the addresses to start from.
func (c *Cluster) Brokers() []string {
	addrs := make([]string, len(c.Nodes))
	for i, b := range c.Nodes {
		addrs[i] = b.Addr
	}
	return addrs
}

// Log is what the nodes have printed so far, one after the other.
func (c *Cluster) Log() string {
	var all strings.Builder
	for _, b := range c.Nodes {
		fmt.Fprintf(&all, "node %d, %s:\n%s\n", b.ID, b.Addr, b.Log())
	}
	return all.String()
}

// Stop ends all nodes and removes their data, if those are in folders of their own.
func (c *Cluster) Stop() error {
	var errs []error
	for _, b := range c.Nodes {
		errs = append(errs, b.Stop())
	}
	return errors.Join(errs...)
}

// Complete waits until every node answers that it knows of all nodes.
func (c *Cluster) Complete(ctx context.Context) error {
	for _, b := range c.Nodes {
		wait, cancel := context.WithTimeout(ctx, b.opts.Ready)
		err := b.knows(wait, len(c.Nodes))
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// knows waits until a node counts n brokers.
func (b *Broker) knows(ctx context.Context, n int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RetryTimeout(time.Second), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		try, done := context.WithTimeout(ctx, 2*time.Second)
		meta, err := kadm.NewClient(client).BrokerMetadata(try)
		done()
		if err == nil && len(meta.Brokers) == n {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kafka node %d knows of %d brokers, not %d: %w:\n%s", b.ID, len(meta.Brokers), n, errors.Join(err, ctx.Err()), tail(b.Log()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// InSync waits until every replica of every partition, those of Kafka's own topics too, is in
// sync: then any one node may die, and what it led goes on elsewhere.
func (c *Cluster) InSync(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()...), kgo.RetryTimeout(time.Second), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		topics, err := kadm.NewClient(client).ListTopicsWithInternal(ctx)
		var behind []string
		topics.EachPartition(func(p kadm.PartitionDetail) {
			if p.Err != nil || len(p.ISR) < len(p.Replicas) {
				behind = append(behind, fmt.Sprintf("%s/%d has %d of %v", p.Topic, p.Partition, p.ISR, p.Replicas))
			}
		})
		if err == nil && len(behind) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kafka: replicas are not in sync: %v: %w", behind, errors.Join(err, ctx.Err()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Leader is the node that leads a partition of a topic now.
func (c *Cluster) Leader(ctx context.Context, topic string, partition int32) (*Broker, error) {
	return c.ask(ctx, func(ctx context.Context, adm *kadm.Client) (int32, error) {
		topics, err := adm.ListTopics(ctx, topic)
		if err != nil {
			return -1, err
		}
		return topics[topic].Partitions[partition].Leader, topics[topic].Err
	})
}

// GroupCoordinator is the node that coordinates a consumer group now.
func (c *Cluster) GroupCoordinator(ctx context.Context, group string) (*Broker, error) {
	return c.ask(ctx, func(ctx context.Context, adm *kadm.Client) (int32, error) {
		r := adm.FindGroupCoordinators(ctx, group)[group]
		return r.NodeID, r.Err
	})
}

// TxnCoordinator is the node that coordinates the transactions of a transactional.id now.
func (c *Cluster) TxnCoordinator(ctx context.Context, id string) (*Broker, error) {
	return c.ask(ctx, func(ctx context.Context, adm *kadm.Client) (int32, error) {
		r := adm.FindTxnCoordinators(ctx, id)[id]
		return r.NodeID, r.Err
	})
}

// ask asks until a node of the cluster is named.
func (c *Cluster) ask(ctx context.Context, which func(context.Context, *kadm.Client) (int32, error)) (*Broker, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()...), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	for {
		id, err := which(ctx, kadm.NewClient(client))
		if i := slices.IndexFunc(c.Nodes, func(b *Broker) bool { return b.ID == id }); err == nil && i >= 0 {
			return c.Nodes[i], nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("kafka node: %w", errors.Join(err, ctx.Err()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
