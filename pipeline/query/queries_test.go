package query

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

var rewrite = flag.Bool("rewrite", false, "write the examples of the queries anew")

// queriesDir is where the queries, their examples and the cookbook are.
const queriesDir = "../../schemas/clickhouse/queries"

// tried is when the queries are asked: a day after the stream's last order.
var tried = time.Date(2026, 10, 9, 0, 0, 0, 0, time.UTC)

// asked is a question with its values, and the decisions that numbers are worked out from.
type asked struct {
	*landtest.Set
	newest []*schemas.Decision
	values map[string]string
}

// connectTo opens a connection that starts in the tables' database.
func connectTo(t testing.TB, x *landtest.Tables) driver.Conn {
	return chdbtest.Connect(t, &clickhouse.Options{Addr: x.Land.ClickHouse.Addrs, Protocol: clickhouse.HTTP, Auth: clickhouse.Auth{Database: x.DB}})
}

// Every query answers what is worked out from the same decisions without SQL: for the
// span of its example, and for another.
func TestEveryQueryAnswersWhatTheDecisionsSay(t *testing.T) {
	x, set := landtest.Load(t)
	conn := connectTo(t, x)
	all, err := queries.All()
	must(t, err)
	newest := set.Newest()
	for i := range all {
		q := &all[i]
		t.Run(q.Name, func(t *testing.T) {
			expect := expectations[q.Name]
			if expect == nil && slices.Contains(unsteady, q.Name) {
				example(t, conn, q)
				return
			}
			if expect == nil {
				t.Fatal("has no numbers to be held against; add them to expectations")
			}
			for _, more := range append([]map[string]string{{}}, others[q.Name]...) {
				given := maps.Clone(q.Example)
				maps.Copy(given, more)
				given["limit"] = "100000"
				values, err := q.Values(given, tried)
				must(t, err)
				got, err := Run(context.Background(), conn, q, values, time.Minute)
				must(t, err)
				want := expect(&asked{Set: set, newest: newest, values: values})
				if len(want) == 0 {
					t.Errorf("%v: nothing is expected: it would prove nothing", given)
				}
				compare(t, shownRows(got), want)
			}
			example(t, conn, q)
		})
	}
	for name := range expectations {
		if _, err := queries.Find(all, name); err != nil {
			t.Errorf("expectations: %v", err)
		}
	}
}

// Of the sizes of tables, the rows are known: every version of a decision is in its table.
func TestTableSizesCountTheRows(t *testing.T) {
	x, set := landtest.Load(t)
	all, err := queries.All()
	must(t, err)
	q, err := queries.Find(all, "table-sizes")
	must(t, err)
	values, err := q.Values(nil, tried)
	must(t, err)
	got, err := Run(context.Background(), connectTo(t, x), q, values, time.Minute)
	must(t, err)
	rows := map[any]uint64{}
	for _, r := range got.Rows {
		rows[r[0]] = r[1].(uint64)
		if r[1] == 0 || r[2] == 0 || r[3] == 0 || r[4] == 0 {
			t.Errorf("%v: nothing in it", r)
		}
	}
	if n := rows["decisions"]; n < uint64(len(set.Newest())) || n > uint64(len(set.Decisions)) || rows["dead_letters"] != uint64(len(set.Letters)) {
		t.Errorf("%v; %d versions and %d dead letters have landed", rows, len(set.Decisions), len(set.Letters))
	}
}

func shownRows(r *Result) []string {
	rows := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = shown(cell, r.Columns[j].Type)
		}
		rows[i] = strings.Join(cells, " | ")
	}
	return rows
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("row %d of %d, %d expected:\n got %s\nwant %s", i, len(got), len(want), g, w)
		}
	}
}

// unsteady are queries whose result is not the same in every run; the cookbook shows one.
// A test of its own holds what can be held of it.
var unsteady = []string{"table-sizes"}

// exampleWidth is the width of the cookbook's tables.
const exampleWidth = 180

// example holds the example in the cookbook against what the query answers.
func example(t *testing.T, conn driver.Conn, q *queries.Query) {
	values, err := q.Values(q.Example, tried)
	must(t, err)
	got, err := Run(context.Background(), conn, q, values, time.Minute)
	must(t, err)
	var b bytes.Buffer
	b.WriteString("$ clearlane query " + q.Name)
	for _, p := range q.Params {
		v, given := q.Example[p.Name]
		switch {
		case !given:
		case p.Name == "from" || p.Name == "to" || p.Name == "limit":
			fmt.Fprintf(&b, " --%s %s", p.Name, v)
		default:
			fmt.Fprintf(&b, " --param %s=%s", p.Name, v)
		}
	}
	b.WriteByte('\n')
	must(t, got.Table(&b, exampleWidth))
	file := filepath.Join(queriesDir, "examples", q.Name+".txt")
	if *rewrite {
		must(t, os.WriteFile(file, b.Bytes(), 0o644))
		return
	}
	stored, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(stored, b.Bytes()) && !slices.Contains(unsteady, q.Name) {
		t.Errorf("%s is not what the query answers; 'go test ./pipeline/query -rewrite' and 'make generate' write it (%v)\n%s", file, err, b.String())
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in tells whether a time lies in the span asked for.
func (a *asked) in(at schemas.Time) bool {
	return at >= a.time("from") && at < a.time("to")
}

func (a *asked) time(param string) schemas.Time {
	at, err := time.Parse("2006-01-02 15:04:05.000", a.values[param])
	if err != nil {
		panic(err)
	}
	return schemas.Time(at.UnixMilli())
}

// minutes cuts a span's bounds, as cells of a minute are in it whole or not at all.
func (a *asked) minutes(at schemas.Time) bool {
	return a.in(at - at%60_000)
}

// days tells whether a date lies in the days asked for.
func (a *asked) days(d schemas.Date) bool {
	return d >= a.date("on") && d < a.date("on")+schemas.Date(a.number("days"))
}

func (a *asked) number(param string) (n int) {
	if _, err := fmt.Sscan(a.values[param], &n); err != nil {
		panic(err)
	}
	return n
}

func (a *asked) date(param string) schemas.Date {
	at, err := time.Parse(time.DateOnly, a.values[param])
	if err != nil {
		panic(err)
	}
	return schemas.Time(at.UnixMilli()).Date()
}

// row is a line of a result.
func row(cells ...any) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case schemas.Sum:
			parts[i] = places(c.String())
		case schemas.Decimal:
			parts[i] = "NULL"
			if c.Set {
				parts[i] = places(schemas.Sum{}.Add(c).String())
			}
		case schemas.Time:
			parts[i] = time.UnixMilli(int64(c)).UTC().Format("2006-01-02T15:04:05.000Z")
		case schemas.Date:
			parts[i] = day(c)
		case []string:
			parts[i] = strings.Join(c, ", ")
		default:
			parts[i] = fmt.Sprint(c)
		}
		if parts[i] == "" {
			parts[i] = "-"
		}
	}
	return strings.Join(parts, " | ")
}

// places is an amount with at least two places.
func places(s string) string {
	units, rest, _ := strings.Cut(s, ".")
	rest = strings.TrimRight(rest, "0")
	for len(rest) < 2 {
		rest += "0"
	}
	return units + "." + rest
}

func day(d schemas.Date) string {
	return time.UnixMilli(int64(d.Time())).UTC().Format(time.DateOnly)
}

// sorted are the groups in the sequence that less gives, as lines.
func sorted[K comparable, V any](groups map[K]V, less func(a, b K) int, line func(K, V) string) []string {
	keys := slices.SortedFunc(maps.Keys(groups), less)
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = line(k, groups[k])
	}
	return lines
}

// first is the first comparison that says something.
func first(orders ...int) int { return cmp.Or(orders...) }

// of is the group of a key, made when it is not there.
func of[K comparable, V any](groups map[K]*V, k K) *V {
	if groups[k] == nil {
		groups[k] = new(V)
	}
	return groups[k]
}
