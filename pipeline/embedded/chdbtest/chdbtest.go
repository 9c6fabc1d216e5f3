// Package chdbtest gives tests the real ClickHouse engine: one engine for a test
// process, a database of its own for every test.
package chdbtest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
)

// RequireEnv names the environment variable that, set to 1, makes a missing library
// a failure instead of a skipped test.
const RequireEnv = "CLEARLANE_REQUIRE_CHDB"

// Cluster is a cluster that the engine knows: itself, as one shard of one replica. Its
// Distributed tables work; ON CLUSTER and replication need servers and are refused.
const Cluster = "loopback"

const clusterConfig = `<clickhouse>
  <tcp_port>9000</tcp_port>
  <remote_servers><loopback><shard>
    <internal_replication>true</internal_replication>
    <replica><host>127.0.0.1</host><port>9000</port></replica>
  </shard></loopback></remote_servers>
</clickhouse>
`

// shared is the engine of this test process: the library allows one.
var shared struct {
	once      sync.Once
	engine    *chdb.Engine
	front     *chdb.Front
	dir       string
	err       error
	databases atomic.Int64
}

// Main runs a package's tests and then closes the engine, if one was opened. Call
// it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared.engine != nil {
		if err := shared.engine.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "chdbtest: close:", err)
			code = max(code, 1)
		}
	}
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir) // left in the temporary directory at worst
	}
	os.Exit(code)
}

// Engine is the engine of this test process. The test is skipped, loudly, when the
// library is not installed.
func Engine(t testing.TB) *chdb.Engine {
	t.Helper()
	shared.once.Do(open)
	if shared.err == nil {
		return shared.engine
	}
	if os.Getenv(RequireEnv) == "1" {
		t.Fatalf("the ClickHouse engine is required (%s=1): %v", RequireEnv, shared.err)
	}
	fmt.Fprintf(os.Stderr, "SKIPPED without the ClickHouse engine: %s: %v\n", t.Name(), shared.err)
	t.Skip(shared.err)
	return nil
}

func open() {
	library, err := chdb.Find(CacheDir())
	if err != nil {
		shared.err = err
		return
	}
	if shared.dir, shared.err = os.MkdirTemp("", "chdbtest-"); shared.err != nil {
		return
	}
	config := filepath.Join(shared.dir, "cluster.xml")
	if shared.err = os.WriteFile(config, []byte(clusterConfig), 0o600); shared.err != nil {
		return
	}
	if shared.engine, shared.err = chdb.Open(chdb.Options{Library: library, DataDir: filepath.Join(shared.dir, "data"), ConfigFile: config}); shared.err != nil {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		shared.err = err
		return
	}
	shared.front, shared.err = shared.engine.Serve(l)
}

// CacheDir is .cache/embedded of this checkout.
func CacheDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", ".cache", "embedded")
}

// Addr is host:port of the engine's HTTP front.
func Addr(t testing.TB) string {
	t.Helper()
	Engine(t)
	return shared.front.Addr()
}

// Options are those of a connection to a new, empty database, which is dropped when
// the test ends.
func Options(t testing.TB) *clickhouse.Options {
	t.Helper()
	addr := Addr(t)
	name := fmt.Sprintf("test_%d_%s", shared.databases.Add(1), identifier(t.Name()))
	admin := Connect(t, &clickhouse.Options{Addr: []string{addr}, Protocol: clickhouse.HTTP})
	if err := admin.Exec(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin.Exec(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return &clickhouse.Options{
		Addr:        []string{addr},
		Protocol:    clickhouse.HTTP,
		Auth:        clickhouse.Auth{Database: name},
		DialTimeout: 10 * time.Second,
		ReadTimeout: time.Minute,
	}
}

// Connect opens a connection that is closed when the test ends.
func Connect(t testing.TB, o *clickhouse.Options) driver.Conn {
	t.Helper()
	c, err := clickhouse.Open(o)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close connection: %v", err)
		}
	})
	return c
}

// identifier keeps of a test's name what may stand in the name of a database.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name[:min(len(name), 60)])
}
