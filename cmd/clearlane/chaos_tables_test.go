package main

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

// chaosTables is a database of the real ClickHouse engine, behind an address of its own
// that can go away.
type chaosTables struct {
	engine   *chdb.Engine
	front    *chdb.Front
	addr     string
	database string
	conn     driver.Conn // by another address, which stays
}

// newChaosTables makes a database; nil, and said, where there is no engine.
func newChaosTables(t *testing.T) *chaosTables {
	if _, err := chdb.Find(chdbtest.CacheDir()); err != nil && os.Getenv(chdbtest.RequireEnv) != "1" {
		t.Logf("SKIPPED, NOTHING LANDS IN CLICKHOUSE: %v", err)
		return nil
	}
	options := chdbtest.Options(t)
	c := &chaosTables{engine: chdbtest.Engine(t), database: options.Auth.Database, conn: chdbtest.Connect(t, options)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	c.addr = l.Addr().String()
	c.front, err = c.engine.Serve(l)
	must(t, err)
	t.Cleanup(func() { _ = c.front.Close() })
	return c
}

// sets are the settings of processes that land there.
func (c *chaosTables) sets() []string {
	return []string{"roles=score,land,serve", "clickhouse.addrs=" + c.addr, "clickhouse.protocol=http", "clickhouse.database=" + c.database,
		"clickhouse.batch_interval=500ms", "clickhouse.max_retry_interval=1s", "clickhouse.dial_timeout=1s"}
}

// away is a ClickHouse that nobody reaches for a time.
func (c *chaosTables) away(length time.Duration) error {
	if err := c.front.Close(); err != nil {
		return err
	}
	time.Sleep(length)
	var l net.Listener
	var err error
	for range 100 { // somebody else may have the port for a moment
		if l, err = net.Listen("tcp", c.addr); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	c.front, err = c.engine.Serve(l)
	return err
}
