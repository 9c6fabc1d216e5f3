package kafka

import (
	"context"
	"net"
	"sync"
	"time"
)

// connections are the open connections of one client, so that closing it ends what
// waits on them too. Safe for concurrent use; the zero value is ready.
type connections struct {
	mu     sync.Mutex
	closed bool
	open   map[net.Conn]struct{}
}

// dial is a function that connects and remembers the connection.
func (c *connections) dial(timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	d := net.Dialer{Timeout: timeout}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed {
			conn.Close()
			return nil, net.ErrClosed
		}
		if c.open == nil {
			c.open = map[net.Conn]struct{}{}
		}
		c.open[conn] = struct{}{}
		return &remembered{conn, c}, nil
	}
}

// close ends all connections and refuses new ones.
func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		conn.Close()
	}
}

type remembered struct {
	net.Conn
	in *connections
}

func (r *remembered) Close() error {
	r.in.mu.Lock()
	delete(r.in.open, r.Conn)
	r.in.mu.Unlock()
	return r.Conn.Close()
}
