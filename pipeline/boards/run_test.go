package boards_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"

	"github.com/clearlane/clearlane/pipeline/boards"
	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

// answer works out without SQL what a query must find.
type answer func(*question) [][]any

// answers are those of all queries, by name.
func answers() map[string]answer {
	all := map[string]answer{}
	for _, some := range []map[string]answer{overviewAnswers(), sitesAnswers(), originAnswers(), labelsAnswers(), pipelineAnswers()} {
		maps.Copy(all, some)
	}
	return all
}

// Every query of every panel and every variable finds what its independent answer says, in
// spans whose ends lie on and beside the cells' edges, with some values, one and all of them.
func TestQueriesFindWhatTheEventsSay(t *testing.T) {
	w := newWorld(t)
	known := answers()
	for name, view := range w.views() {
		t.Run(name, func(t *testing.T) {
			full := 0
			for i := range w.queries {
				q := &w.queries[i]
				answer, ok := known[q.Name]
				if !ok {
					t.Errorf("%s: no independent answer is known", q.Name)
					continue
				}
				sql, err := q.Expand(view)
				must(t, err)
				got, err := ask(w.tables.Conn, sql)
				if err != nil {
					t.Errorf("%s: %v\n%s", q.Name, err, sql)
					continue
				}
				step, err := q.Step(view)
				must(t, err)
				want := answer(&question{world: w, board: q.Board, view: view, step: step})
				if len(want) > 0 {
					full++
				}
				if diff := difference(got, want); diff != "" {
					t.Errorf("%s: %s\n%s", q.Name, diff, sql)
				}
			}
			if name == "everything" && full < len(w.queries) {
				t.Errorf("only %d of %d queries find anything in the whole span", full, len(w.queries))
			}
		})
	}
	t.Run("drawn", w.draw)
	for name := range known {
		if !slices.ContainsFunc(w.queries, func(q boards.Query) bool { return q.Name == name }) {
			t.Errorf("%s: an answer to a query that is no more", name)
		}
	}
}

// views are spans and choices by name.
func (w *world) views() map[string]boards.View {
	from, to := w.span()
	middle := w.newest[slices.IndexFunc(w.newest, func(d decision) bool {
		return high(d) && len(d.Verdict.Reasons) > 1 && dims(d).AdNetwork != "" && dims(d).EventTime%hourMs > 30*minuteMs
	})].Verdict.Dimensions
	at := time.UnixMilli(int64(middle.EventTime)).UTC()
	odd := map[string][]string{
		"port": {middle.Port, "2704"}, "currency": {middle.Currency}, "seller_id": {strings.ReplaceAll(oddSeller, `\`, `\\`), middle.SellerID},
		"site_host": {`it's\\a.example`, middle.SiteHost}, "platform": {`CROSS'NET\\`, "CROSSNET"}, "days": {"90"},
		"channel_group": {`Paid 'X' \\`, "Paid Search"}, "ad_network": {`net"work'\\`, "google"},
	}
	minute := at.Truncate(time.Minute)
	return map[string]boards.View{
		"everything":              {From: from, To: to},
		"everything, some chosen": {From: from, To: to, Values: odd},
		"one odd seller":          {From: from, To: to, Values: map[string][]string{"seller_id": odd["seller_id"][:1], "days": {"365"}, "currency": {"MXN"}}},
		"one site, one network":   {From: from, To: to, Values: map[string][]string{"site_host": {middle.SiteHost}, "ad_network": {middle.AdNetwork}, "port": {""}}},
		"minutes on the edge":     {From: minute, To: minute.Add(3 * time.Hour)},
		"minutes off the edge":    {From: minute.Add(time.Millisecond), To: minute.Add(26*time.Hour - time.Second)},
		"up to the edge":          {From: minute.Add(-30 * time.Hour), To: minute},
		"one second":              {From: minute, To: minute},
		"two years":               {From: from.AddDate(-1, 0, 0), To: to.AddDate(1, 0, 0)},
		"long ago":                {From: time.Date(2001, 2, 3, 4, 5, 6, 789e6, time.UTC), To: time.Date(2001, 2, 4, 0, 0, 0, 0, time.UTC)},
	}
}

// In an empty database every query runs.
func TestQueriesRunOnNothing(t *testing.T) {
	tables := landtest.New(t)
	w := &world{}
	all, err := boards.Load(dashboards)
	must(t, err)
	w.queries = boards.Queries(all)
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	for _, q := range w.queries {
		sql, err := q.Expand(boards.View{From: now.Add(-time.Hour), To: now})
		must(t, err)
		if _, err := ask(tables.Conn, sql); err != nil {
			t.Errorf("%s: %v", q.Name, err)
		}
	}
}

// ask runs a query and writes its rows down as text.
func ask(conn driver.Conn, sql string) (found [][]string, err error) {
	result, err := conn.Query(context.Background(), sql)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	for result.Next() {
		var into []any
		for _, column := range result.ColumnTypes() {
			into = append(into, reflect.New(column.ScanType()).Interface())
		}
		if err := result.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]string, len(into))
		for i, v := range into {
			row[i] = cell(reflect.ValueOf(v).Elem().Interface())
		}
		found = append(found, row)
	}
	return found, result.Err()
}

// cell is a value as text, whoever it comes from.
func cell(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000")
	case schemas.Time:
		return cell(time.UnixMilli(int64(v)))
	case decimal.Decimal:
		return v.String()
	case schemas.Sum:
		units, places, _ := strings.Cut(v.String(), ".")
		return strings.TrimSuffix(units+"."+strings.TrimRight(places, "0"), ".")
	case float64:
		return strconv.FormatFloat(v, 'g', 12, 64)
	case string:
		return strconv.Quote(v)
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return "NULL"
		}
		return cell(r.Elem().Interface())
	}
	if v == nil {
		return "NULL"
	}
	return fmt.Sprint(v)
}

func text(row []any) string {
	parts := make([]string, len(row))
	for i, v := range row {
		parts[i] = cell(v)
	}
	return strings.Join(parts, " | ")
}

// difference says where the rows of a query are not those of its answer.
func difference(got [][]string, want [][]any) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = strings.Join(got[i], " | ")
		}
		if i < len(want) {
			w = text(want[i])
		}
		if g != w {
			return fmt.Sprintf("row %d of %d is %s\nwant %d rows, there %s", i+1, len(got), g, len(want), w)
		}
	}
	return ""
}
