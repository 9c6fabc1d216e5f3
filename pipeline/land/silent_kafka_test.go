package land_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/land"
)

// silentOnProduce is a connection to a Kafka that falls silent once it has been sent a letter.
type silentOnProduce struct {
	net.Conn
	silent *atomic.Bool
}

func (c *silentOnProduce) Write(b []byte) (int, error) {
	const size, produce = 4, 0 // an API key follows the size
	if len(b) >= size+2 && binary.BigEndian.Uint16(b[size:]) == produce {
		c.silent.Store(true)
	}
	return c.Conn.Write(b)
}

// Read hears nothing any more, until its deadline or the end of the connection.
func (c *silentOnProduce) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.silent.Load() {
			return n, err
		}
	}
}

// A dead letter whose outcome Kafka does not tell holds no stop up: it is written again by
// the next start, and two letters about one record are one.
func TestStopWhileALetterIsOnItsWay(t *testing.T) {
	r := newRig(t)
	var silent atomic.Bool
	dial := func(ctx context.Context, network, host string) (net.Conn, error) {
		if silent.Load() {
			return nil, errors.New("Kafka is away")
		}
		conn, err := new(net.Dialer).DialContext(ctx, network, host)
		return &silentOnProduce{Conn: conn, silent: &silent}, err
	}
	r.produce(&kgo.Record{Topic: "decisions", Value: []byte("no decision")})
	cfg := r.cfg
	cfg.StopTimeout = 100 * time.Millisecond
	l, err := land.New(cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(r.broker.Addrs()...), kgo.Dialer(dial), kgo.RequestTimeoutOverhead(time.Second)}})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	waitUntil(t, "the letter is sent", silent.Load)
	cancel()
	select {
	case err := <-done:
		must(t, err)
	case <-time.After(40 * time.Second):
		t.Fatal("the lander waits for Kafka for ever")
	}
}
