package chdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

func TestPing(t *testing.T) {
	c := chdbtest.Connect(t, chdbtest.Options(t))
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := c.ServerVersion()
	if err != nil || v.Version.Major < 24 || v.Revision != 0 {
		t.Fatalf("server version %+v, %v: want a release of today at revision 0", v, err)
	}
}

// Every compression clickhouse-go offers carries a batch in and its rows out.
func TestBatchAndQueryWithEveryCompression(t *testing.T) {
	for _, m := range []struct {
		name   string
		method clickhouse.CompressionMethod
	}{
		{"none", clickhouse.CompressionNone}, {"lz4", clickhouse.CompressionLZ4}, {"zstd", clickhouse.CompressionZSTD},
		{"gzip", clickhouse.CompressionGZIP}, {"deflate", clickhouse.CompressionDeflate},
	} {
		t.Run(m.name, func(t *testing.T) {
			o := chdbtest.Options(t)
			o.Compression = &clickhouse.Compression{Method: m.method, Level: 1}
			c := chdbtest.Connect(t, o)
			must(t, c.Exec(t.Context(), "CREATE TABLE t (id UInt64, code LowCardinality(String), tags Array(String), at DateTime64(3,'UTC')) ENGINE = MergeTree ORDER BY id"))
			const rows = 20_000
			insertColumns(t, c, rows)
			got, err := c.Query(t.Context(), "SELECT id, code, tags, at FROM t ORDER BY id")
			must(t, err)
			n := 0
			for ; got.Next(); n++ {
				var (
					id   uint64
					code string
					tags []string
					at   time.Time
				)
				must(t, got.Scan(&id, &code, &tags, &at))
				if id != uint64(n) || code != fmt.Sprint("code", n%7) || len(tags) != n%3 || at.UnixMilli() != int64(1_700_000_000_000+n) {
					t.Fatalf("row %d: %d %q %v %v", n, id, code, tags, at)
				}
			}
			must(t, got.Err())
			must(t, got.Close())
			if n != rows {
				t.Fatalf("%d rows, want %d", n, rows)
			}
		})
	}
}

func insertColumns(t testing.TB, c driver.Conn, rows int) {
	t.Helper()
	b, err := c.PrepareBatch(t.Context(), "INSERT INTO t (id, code, tags, at)")
	must(t, err)
	ids, codes, tags, at := make([]uint64, rows), make([]string, rows), make([][]string, rows), make([]time.Time, rows)
	for i := range rows {
		ids[i], codes[i], at[i] = uint64(i), fmt.Sprint("code", i%7), time.UnixMilli(int64(1_700_000_000_000+i))
		tags[i] = []string{"a", "b"}[:i%3]
	}
	for i, col := range []any{ids, codes, tags, at} {
		must(t, b.Column(i).Append(col))
	}
	must(t, b.Send())
}

func TestParametersAreValuesAndNotText(t *testing.T) {
	c := chdbtest.Connect(t, chdbtest.Options(t))
	nasty := "it's \\ a\ttab\nand `ticks` {x:String}"
	// As on a server, a value comes in the escaped form of TabSeparated.
	escaped := strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n").Replace(nasty)
	ctx := clickhouse.Context(t.Context(), clickhouse.WithParameters(clickhouse.Parameters{"s": escaped, "n": "42"}))
	var (
		s string
		n uint32
	)
	must(t, c.QueryRow(ctx, "SELECT {s:String}, {n:UInt32}").Scan(&s, &n))
	if s != nasty || n != 42 {
		t.Fatalf("got %q, %d", s, n)
	}
}

// As a server does, so that a query's cost can be seen: what was read when the first block
// of the result was there, which is all of it where rows are added up.
func TestSummarySaysWhatAQueryHasRead(t *testing.T) {
	o := chdbtest.Options(t)
	c := chdbtest.Connect(t, o)
	must(t, c.Exec(t.Context(), "CREATE TABLE t (id UInt64, text String) ENGINE = MergeTree ORDER BY id"))
	must(t, c.Exec(t.Context(), "INSERT INTO t SELECT number, 'x' FROM numbers(20000)"))
	for query, want := range map[string]string{
		"SELECT sum(id) FROM " + o.Auth.Database + ".t": `{"read_rows":"20000","read_bytes":"160000"}`,
		"SELECT 1": `{"read_rows":"1","read_bytes":"1"}`,
	} {
		res, err := http.Post("http://"+o.Addr[0]+"/", "text/plain", strings.NewReader(query))
		must(t, err)
		must(t, res.Body.Close())
		if got := res.Header.Get("X-ClickHouse-Summary"); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestErrorsCarryCodeAndMessage(t *testing.T) {
	c := chdbtest.Connect(t, chdbtest.Options(t))
	for _, tc := range []struct {
		sql  string
		code int32
		text string
	}{
		{"SELECT * FROM nosuch", 60, "nosuch"},
		{"SELEC 1", 62, "Syntax error"},
		{"SELECT throwIf(number = 3, 'three') FROM numbers(10)", 395, "three"},
		{"DROP TABLE nosuch", 60, "nosuch"},
	} {
		err := c.Exec(t.Context(), tc.sql)
		var e *clickhouse.Exception
		if !errors.As(err, &e) || e.Code != tc.code || !strings.Contains(e.Message, tc.text) {
			t.Errorf("%s: %v, want code %d and %q", tc.sql, err, tc.code, tc.text)
		}
	}
}

// An error after the first blocks have been sent still reaches the client as one.
func TestErrorInTheMiddleOfAResult(t *testing.T) {
	for _, method := range []clickhouse.CompressionMethod{clickhouse.CompressionNone, clickhouse.CompressionLZ4, clickhouse.CompressionGZIP} {
		o := chdbtest.Options(t)
		o.Compression = &clickhouse.Compression{Method: method, Level: 1}
		c := chdbtest.Connect(t, o)
		rows, err := c.Query(t.Context(), "SELECT number, throwIf(number = 2000000, 'two million') FROM numbers(4000000) SETTINGS max_threads = 1")
		n := 0
		for err == nil && rows.Next() {
			n++
		}
		if err == nil {
			err = rows.Err()
		}
		var e *clickhouse.Exception
		if n == 0 || n >= 2_000_000 || !errors.As(err, &e) || e.Code != 395 {
			t.Errorf("%v: after %d rows: %v, want code 395 after some rows", method, n, err)
		}
	}
}

// Settings, USE and SET hold for the statement they came with, and for no other.
func TestNothingStaysWithAConnection(t *testing.T) {
	o := chdbtest.Options(t)
	c := chdbtest.Connect(t, o)
	read := func(ctx context.Context) (v string) {
		must(t, c.QueryRow(ctx, "SELECT value FROM system.settings WHERE name = 'max_block_size'").Scan(&v))
		return v
	}
	before := read(t.Context())
	if got := read(clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_block_size": 777}))); got != "777" {
		t.Fatalf("setting of the request: max_block_size %s, want 777", got)
	}
	must(t, c.Exec(t.Context(), "SET max_block_size = 778"))
	must(t, c.Exec(t.Context(), "USE system"))
	err := c.Exec(clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"no_such_setting": 1})), "SELECT 1")
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Fatalf("unknown setting: %v", err)
	}
	for range 16 {
		var db string
		must(t, c.QueryRow(t.Context(), "SELECT currentDatabase()").Scan(&db))
		if got := read(t.Context()); got != before || db != o.Auth.Database {
			t.Fatalf("max_block_size %s in %s, want %s in %s", got, db, before, o.Auth.Database)
		}
	}
}

func TestStatementsRunSideBySide(t *testing.T) {
	c := chdbtest.Connect(t, chdbtest.Options(t))
	must(t, c.Exec(t.Context(), "CREATE TABLE t (id UInt64, code LowCardinality(String), tags Array(String), at DateTime64(3,'UTC')) ENGINE = MergeTree ORDER BY id"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			insertColumns(t, c, 1000)
			var n uint64
			if err := c.QueryRow(t.Context(), "SELECT count() FROM t").Scan(&n); err != nil || n%1000 != 0 {
				t.Errorf("count %d, %v: want whole inserts only", n, err)
			}
		})
	}
	wg.Wait()
	var n uint64
	must(t, c.QueryRow(t.Context(), "SELECT count() FROM t").Scan(&n))
	if n != 8000 {
		t.Fatalf("%d rows, want 8000", n)
	}
}

// Inline values, whole statements in a body and data apart from its statement.
func TestPlainHTTP(t *testing.T) {
	o := chdbtest.Options(t)
	base := "http://" + chdbtest.Addr(t) + "/?database=" + o.Auth.Database
	post := func(query, body string) (int, string) {
		t.Helper()
		res, err := http.Post(base+query, "text/plain", strings.NewReader(body))
		must(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		must(t, err)
		return res.StatusCode, string(b)
	}
	post("", "CREATE TABLE v (a Int32, s String) ENGINE = MergeTree ORDER BY a")
	var values bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&values, "(%d,'x''y'),", i)
	}
	post("", "INSERT INTO v VALUES "+values.String())
	post("&query=INSERT+INTO+v+VALUES", values.String())
	post("&query=INSERT+INTO+v+FORMAT+JSONEachRow", `{"a":1,"s":"json"}`)
	if code, got := post("", "SELECT count(), uniqExact(a) FROM v"); code != 200 || got != "6001\t3000\n" {
		t.Errorf("count: %d %q", code, got)
	}
	if code, got := post("", "SELECT 1 AS a FORMAT JSONEachRow"); code != 200 || got != "{\"a\":1}\n" {
		t.Errorf("FORMAT: %d %q", code, got)
	}
	for _, tc := range []struct {
		query string
		code  int
	}{{"&session_id=1", 400}, {"&no-such=1", 500}} {
		if code, got := post(tc.query, "SELECT 1"); code != tc.code {
			t.Errorf("%s: %d %q, want %d", tc.query, code, got, tc.code)
		}
	}
	res, err := http.Get("http://" + chdbtest.Addr(t) + "/ping")
	must(t, err)
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); string(b) != "Ok.\n" {
		t.Errorf("ping: %q", b)
	}
}

// A client that leaves in the middle of a result frees its session.
func TestClientThatLeaves(t *testing.T) {
	c := chdbtest.Connect(t, chdbtest.Options(t))
	for range 8 {
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := c.Query(ctx, "SELECT number FROM numbers(1000000000)")
		must(t, err)
		rows.Next()
		cancel()
		for rows.Next() {
		}
		_ = rows.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var n uint8
	must(t, c.QueryRow(ctx, "SELECT 1").Scan(&n))
}

func TestFrontClosesAndOpensAgain(t *testing.T) {
	e := chdbtest.Engine(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f, err := e.Serve(l)
	must(t, err)
	addr := f.Addr()
	c := chdbtest.Connect(t, &clickhouse.Options{Addr: []string{addr}, Protocol: clickhouse.HTTP})
	must(t, c.Ping(t.Context()))
	must(t, f.Close())
	if err := c.Ping(t.Context()); err == nil {
		t.Fatal("ping answered by a closed front")
	}
	l, err = net.Listen("tcp", addr)
	must(t, err)
	f, err = e.Serve(l)
	must(t, err)
	must(t, c.Ping(t.Context()))
	must(t, f.Close())
}

func TestServeRefusesAnAddressOthersReach(t *testing.T) {
	e := chdbtest.Engine(t)
	l, err := net.Listen("tcp", "0.0.0.0:0")
	must(t, err)
	defer l.Close()
	if _, err := e.Serve(l); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Fatalf("serve on %s: %v", l.Addr(), err)
	}
}

func TestFindSaysWhatToDo(t *testing.T) {
	t.Setenv(chdb.LibraryEnv, "")
	_, err := chdb.Find(t.TempDir())
	if !errors.Is(err, chdb.ErrNotInstalled) || !strings.Contains(err.Error(), "install") {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
