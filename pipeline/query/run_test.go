package query

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

// answered is the result of a statement that has a limit.
func answered(t *testing.T, sql string, values map[string]string, timeout time.Duration) (*Result, error) {
	t.Helper()
	conn := chdbtest.Connect(t, chdbtest.Options(t))
	values["limit"] = "1000"
	return Run(context.Background(), conn, &queries.Query{Name: "q", SQL: sql + " LIMIT {limit:UInt32}"}, values, timeout)
}

const everyType = `SELECT * FROM values('port String, none Nullable(String), worth Nullable(Decimal(38, 4)), big UInt64, share Float64, on Date32, at DateTime64(3, \'UTC\'), codes Array(LowCardinality(String)), ok Bool',
	('2704', 'a,"b"', '12345678901234567890.1', 18446744073709551615, 0.5, '2026-10-05', '2026-10-05 08:00:00.250', ['A', 'B'], true),
	('', NULL, NULL, 0, 100, '1970-01-01', '1970-01-01 00:00:00', [], false))`

// NULL, an empty text and 0 are three things, in every form.
func TestFormsTellNothingFromUnknown(t *testing.T) {
	r, err := answered(t, everyType, map[string]string{}, time.Minute)
	must(t, err)
	for want, write := range map[string]func(*bytes.Buffer) error{
		`port  none                     worth                   big  share  on          at                        codes  ok
----  -----  -----------------------  --------------------  -----  ----------  ------------------------  -----  -----
2704  a,"b"  12345678901234567890.10  18446744073709551615    0.5  2026-10-05  2026-10-05T08:00:00.250Z  A, B   true
-     NULL                      NULL                     0    100  1970-01-01  1970-01-01T00:00:00.000Z  -      false
`: func(b *bytes.Buffer) error { return r.Table(b, 0) },
		"port,none,worth,big,share,on,at,codes,ok\r\n" +
			"2704,\"a,\"\"b\"\"\",12345678901234567890.10,18446744073709551615,0.5,2026-10-05,2026-10-05T08:00:00.250Z,\"A, B\",true\r\n" +
			"\"\",,,0,100,1970-01-01,1970-01-01T00:00:00.000Z,\"\",false\r\n": func(b *bytes.Buffer) error { return r.CSV(b) },
		`{"port":"2704","none":"a,\"b\"","worth":"12345678901234567890.10","big":18446744073709551615,"share":0.5,"on":"2026-10-05","at":"2026-10-05T08:00:00.250Z","codes":["A","B"],"ok":true}
{"port":"","none":null,"worth":null,"big":0,"share":100,"on":"1970-01-01","at":"1970-01-01T00:00:00.000Z","codes":[],"ok":false}
`: func(b *bytes.Buffer) error { return r.NDJSON(b) },
	} {
		var b bytes.Buffer
		must(t, write(&b))
		if b.String() != want {
			t.Errorf("got\n%s\nwant\n%s", b.String(), want)
		}
	}
	var b bytes.Buffer
	must(t, r.JSON(&b))
	var list []map[string]any
	must(t, json.Unmarshal(b.Bytes(), &list))
	if len(list) != 2 || list[1]["worth"] != nil || list[1]["port"] != "" {
		t.Errorf("%v", list)
	}
	b.Reset()
	must(t, r.CSV(&b))
	records, err := csv.NewReader(&b).ReadAll()
	must(t, err)
	if records[1][1] != `a,"b"` {
		t.Errorf("%q", records[1])
	}
}

// A table fits its terminal: long texts are cut, numbers never, columns stay aligned.
func TestTableFitsATerminal(t *testing.T) {
	r, err := answered(t, "SELECT repeat('ü', 60) AS long, 'short' AS b, 1234567 AS n, 'c\nd' AS lines", map[string]string{}, time.Minute)
	must(t, err)
	var b bytes.Buffer
	must(t, r.Table(&b, 60))
	lines := strings.Split(b.String(), "\n")
	for _, line := range lines {
		if n := len([]rune(line)); n > 60 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if len(lines) != 4 || !strings.Contains(lines[2], "…") || !strings.Contains(lines[2], "1234567") || !strings.Contains(lines[2], "c\uFFFDd") {
		t.Errorf("%s", b.String())
	}
}

// No value can become a part of the statement.
func TestValuesStayValues(t *testing.T) {
	for _, value := range []string{`it's`, `' OR 1 = 1 --`, `\`, "tab\tand\nline", `{x:String}`, ""} {
		r, err := answered(t, "SELECT {x:String} AS x", map[string]string{"x": value}, time.Minute)
		must(t, err)
		if len(r.Rows) != 1 || r.Rows[0][0] != value {
			t.Errorf("%q came back as %q", value, r.Rows)
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	if _, err := answered(t, "SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000)", map[string]string{}, time.Second); !errors.Is(err, ErrTimeout) {
		t.Errorf("a statement of hours: %v, want %v", err, ErrTimeout)
	}
	if _, err := answered(t, "SELECT port FROM v_decisions", map[string]string{}, time.Minute); !errors.Is(err, ErrNoTables) {
		t.Errorf("without tables: %v, want %v", err, ErrNoTables)
	}
	conn := chdbtest.Connect(t, &clickhouse.Options{Addr: []string{"127.0.0.1:1"}, Protocol: clickhouse.HTTP, DialTimeout: time.Second})
	q := &queries.Query{Name: "q", SQL: "SELECT 1 LIMIT {limit:UInt32}"}
	if _, err := Run(context.Background(), conn, q, map[string]string{"limit": "1"}, time.Second); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a server that is away: %v", err)
	}
}

// Every statement asks for readonly and for a bound of time. A user who is readonly already
// may set neither, and is served without.
func TestStatementsOnlyRead(t *testing.T) {
	engine := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: chdbtest.Addr(t)})
	var settings []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		asked := r.URL.Query()
		if bytes.Contains(body, []byte("only_reads")) {
			settings = append(settings, asked.Get("readonly")+" "+asked.Get("max_execution_time"))
			if asked.Has("readonly") {
				w.Header().Set("X-ClickHouse-Exception-Code", "164")
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, "Code: 164. DB::Exception: Cannot modify 'readonly' setting in readonly mode. (READONLY)")
				return
			}
		}
		engine.ServeHTTP(w, r)
	}))
	defer server.Close()
	conn := chdbtest.Connect(t, &clickhouse.Options{Addr: []string{strings.TrimPrefix(server.URL, "http://")}, Protocol: clickhouse.HTTP})
	q := &queries.Query{Name: "q", SQL: "SELECT 5 AS only_reads LIMIT {limit:UInt32}"}
	got, err := Run(context.Background(), conn, q, map[string]string{"limit": "1"}, 7*time.Second)
	must(t, err)
	if !slices.Equal(settings, []string{"2 7", " "}) || len(got.Rows) != 1 {
		t.Errorf("%q was asked for, %v came back", settings, got.Rows)
	}
}
