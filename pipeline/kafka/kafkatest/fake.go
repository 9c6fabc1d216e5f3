package kafkatest

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Fake is a Kafka cluster in this process. It keeps everything in memory.
type Fake struct {
	*kfake.Cluster
}

// StartFake starts a cluster of n brokers on free loopback ports. Stop ends it.
func StartFake(n int, opts ...kfake.Opt) (*Fake, error) {
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(n)}, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("kfake: %w", err)
	}
	return &Fake{c}, nil
}

// Brokers are the addresses to start from.
func (f *Fake) Brokers() []string { return f.ListenAddrs() }

// Stop ends the cluster; its data is gone.
func (f *Fake) Stop() error {
	f.Close()
	return nil
}
