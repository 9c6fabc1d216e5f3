package kafka

import (
	"context"
	"net"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// metadataTTL bounds how old kafka-go's view of the partitions' leaders may be: it
// refreshes after a random share of it.
const metadataTTL = time.Second

// transport is kafka-go's transport with its connections in sight: closing it ends
// those that wait in a long poll too, which kafka-go leaves to their deadline.
type transport struct {
	*kafkago.Transport
	addr     net.Addr
	clientID string
	cancel   context.CancelFunc // ends what kafka-go has running in the background
	conns    connections
}

func newTransport(c *Config, topics []string) (*transport, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	tlsConfig, err := c.TLS.Client()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &transport{cancel: cancel, addr: kafkago.TCP(c.Brokers...), clientID: c.ClientID}
	t.Transport = &kafkago.Transport{
		Context:        ctx,
		Dial:           t.conns.dial(c.dialTimeout()),
		DialTimeout:    c.dialTimeout(),
		MetadataTTL:    metadataTTL,
		MetadataTopics: topics,
		ClientID:       c.ClientID,
		TLS:            tlsConfig,
	}
	if m := c.SASL.mechanism(); m != nil {
		t.SASL = saslBridge{m}
	}
	return t, nil
}

// client is kafka-go's client over this transport.
func (t *transport) client() *kafkago.Client {
	return &kafkago.Client{Addr: t.addr, Transport: t.Transport}
}

func (t *transport) close() {
	t.cancel()
	t.CloseIdleConnections()
	t.conns.close()
}

// kgoOptions are the options of every kgo client.
func (c *Config) kgoOptions() ([]kgo.Opt, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...), kgo.DialTimeout(c.dialTimeout()),
		// kgo waits for this long before it asks again who leads a partition; its
		// default of seconds is a stall after every change of a leader.
		kgo.MetadataMinAge(250 * time.Millisecond),
		// The same for a broker that comes back: by default kgo waits up to five seconds.
		kgo.RetryBackoffFn(func(tries int) time.Duration { return backoff(min(max(tries-1, 0), 5)) }),
	}
	if c.ClientID != "" {
		opts = append(opts, kgo.ClientID(c.ClientID))
	}
	tlsConfig, err := c.TLS.Client()
	if err != nil {
		return nil, err
	}
	if tlsConfig != nil {
		opts = append(opts, kgo.DialTLSConfig(tlsConfig))
	}
	if m := c.SASL.mechanism(); m != nil {
		opts = append(opts, kgo.SASL(m))
	}
	return opts, nil
}
