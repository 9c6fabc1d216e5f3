// Package broker runs a Kafka broker inside this process, for make demo: franz-go's
// kfake. Nothing of it outlives the process, and nobody is asked who they are.
//
// It owns the broker and its loopback listeners, and imports nothing of Clearlane.
//
// Where kfake differs from Apache Kafka 4.1, as far as it matters here (its source):
//   - Records lie in memory. Topics with cleanup.policy compact or delete are cleaned
//     in memory, so that a demo that runs on stays small only if its topics say so.
//   - One controller loop serves all requests: throughput does not grow with brokers,
//     and times measured on it say nothing about a real one.
//   - Transactions, fencing by epoch, read_committed, the classic group protocol and
//     the new one behave as the protocol says; there is no replication, so acks=all
//     is acks=1 and the high water mark moves at once.
package broker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Broker is a running broker.
type Broker struct{ cluster *kfake.Cluster }

// Start runs a broker on a free loopback port, with topics of that many partitions.
// Topics that need a configuration are created by whoever knows it.
func Start(partitions int, topics ...string) (*Broker, error) {
	if partitions < 1 || partitions > 1024 {
		return nil, fmt.Errorf("broker: partitions: %d, must be 1 to 1024", partitions)
	}
	opts := []kfake.Opt{kfake.NumBrokers(1), kfake.DefaultNumPartitions(partitions)}
	if len(topics) > 0 {
		opts = append(opts, kfake.SeedTopics(int32(partitions), topics...))
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	for _, addr := range cluster.ListenAddrs() {
		if !strings.HasPrefix(addr, "127.0.0.1:") && !strings.HasPrefix(addr, "[::1]:") {
			cluster.Close()
			return nil, errors.New("broker: listens on " + addr + ", must be a loopback address")
		}
	}
	return &Broker{cluster: cluster}, nil
}

// Addrs are the addresses to start from, host:port.
func (b *Broker) Addrs() []string { return b.cluster.ListenAddrs() }

// Close stops the broker. What it held is gone.
func (b *Broker) Close() { b.cluster.Close() }
