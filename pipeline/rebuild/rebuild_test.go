package rebuild

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a loaded database and a connection that starts in it.
type bench struct {
	*landtest.Tables
	set  *landtest.Set
	conn driver.Conn
}

func newBench(t *testing.T) *bench {
	x, s := landtest.Load(t)
	return &bench{x, s, chdbtest.Connect(t, &clickhouse.Options{Addr: x.Land.ClickHouse.Addrs, Protocol: clickhouse.HTTP, Auth: clickhouse.Auth{Database: x.DB}})}
}

// run compares all there is.
func (b *bench) run(t *testing.T, settled func(context.Context) error) *Report {
	t.Helper()
	return b.span(t, time.Unix(0, 0), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), settled)
}

// day compares the stream's second day.
func (b *bench) day(t *testing.T, settled func(context.Context) error) *Report {
	t.Helper()
	from := time.Date(2026, 10, 6, 5, 0, 0, 0, time.UTC) // its whole day is taken
	return b.span(t, from, from.Add(time.Hour), settled)
}

func (b *bench) span(t *testing.T, from, to time.Time, settled func(context.Context) error) *Report {
	t.Helper()
	r, err := Run(context.Background(), b.conn, Options{From: from, To: to, Settled: settled, Timeout: time.Minute, Decisions: "decisions"})
	must(t, err)
	return r
}

func still(context.Context) error { return nil }

// exec runs a statement by hand, as no part of Clearlane would.
func (b *bench) exec(t *testing.T, format string, args ...any) {
	t.Helper()
	must(t, b.conn.Exec(context.Background(), fmt.Sprintf(format, args...)))
}

func (r *Report) table(grain string) *Table {
	for i := range r.Tables {
		if r.Tables[i].Grain == grain {
			return &r.Tables[i]
		}
	}
	return nil
}

// What was counted as decisions came, revised ones among them, is what their history says.
func TestRollupsAreThoseOfTheHistory(t *testing.T) {
	b := newBench(t)
	r := b.run(t, still)
	if !r.OK() || len(r.Tables) != 6 || r.Days < 20 {
		t.Fatalf("%+v", r)
	}
	type cell struct {
		minute            schemas.Time
		port, currency    string
		route, preference string
	}
	cells := map[cell]bool{}
	for _, d := range b.set.Newest() {
		v := &d.Verdict
		at := v.Dimensions.EventTime
		cells[cell{at - at%60_000, v.Dimensions.Port, v.Dimensions.Currency, v.Route.String(), v.PreferenceStatus.String()}] = true
	}
	if got := r.table("minute_route").Cells; got != int64(len(cells)) {
		t.Errorf("%d cells were compared, want %d", got, len(cells))
	}
}

// Rows that were damaged by hand are found, with what they hold and must hold. Reading the
// topic again puts back what is gone.
func TestDamageIsFoundAndATopicReadAgainMendsIt(t *testing.T) {
	b := newBench(t)
	damaged := map[string]bool{}
	for _, c := range []struct{ grain, damage string }{
		{"minute_route", "DELETE FROM rollup_minute_route WHERE port = '2704'"},
		{"hour_reason", "DELETE FROM rollup_hour_reason WHERE reason = 'SITE_NOT_INTEGRATED'"},
		{"day_origin", "DELETE FROM rollup_day_origin WHERE origin_country = 'MX'"},
		{"hour_label", "DELETE FROM rollup_hour_label WHERE label_class = 'certain'"},
		{"day_campaign", "DELETE FROM rollup_day_campaign WHERE ad_network = 'google'"},
		{"day_seller", "DELETE FROM rollup_day_seller WHERE currency = 'USD'"},
	} {
		b.exec(t, "%s", c.damage)
		damaged[c.grain] = true
		r := b.day(t, still)
		for i := range r.Tables {
			x := &r.Tables[i]
			if damaged[x.Grain] != (x.Differing > 0) || x.Moving > 0 {
				t.Errorf("after %s: %+v", c.damage, x)
			}
		}
		if x := r.table(c.grain); len(x.Examples) == 0 || x.Examples[0].Held != 0 || x.Examples[0].Due < 1 {
			t.Errorf("%+v", x.Examples)
		}
	}
	b.Again()
	if r := b.run(t, still); !r.OK() {
		t.Errorf("read again: %+v", r)
	}
	// A value that is wrong by a ten-thousandth.
	b.exec(t, "INSERT INTO rollup_day_seller SELECT * REPLACE (version + 1 AS version, value + toDecimal64(0.0001, 4) AS value) FROM rollup_day_seller FINAL WHERE count > 0 AND day = '2026-10-06' ORDER BY seller_id LIMIT 1")
	r := b.day(t, still)
	if x := r.table("day_seller"); r.OK() || x.Differing != 1 || x.Examples[0].Held != x.Examples[0].Due {
		t.Errorf("%+v", x)
	}
	var text bytes.Buffer
	must(t, r.Write(&text))
	if !strings.Contains(text.String(), "day_seller 2026-") || !strings.Contains(text.String(), "must hold") {
		t.Errorf("%s", text.String())
	}
}

// late is a further decision about a shipment, with another route, as of a later time.
func (b *bench) late(t *testing.T) *schemas.Decision {
	t.Helper()
	all := b.set.Newest()
	i := slices.IndexFunc(all, func(d *schemas.Decision) bool {
		at := time.UnixMilli(int64(d.Verdict.Dimensions.EventTime)).UTC()
		return at.Format(time.DateOnly) == "2026-10-06" && len(d.Verdict.Reasons) > 0
	})
	d := *all[i]
	d.Supersedes, d.Version = d.Version, d.Version+1000
	d.Verdict.Route = d.Verdict.Route%3 + 1
	return &d
}

// A revised decision that has landed before its roll-up rows is no fault, as long as these
// come: then it has moved from its old cells to its new ones.
func TestRowsOnTheirWayAreNoFault(t *testing.T) {
	b := newBench(t)
	d := b.late(t)
	b.Produce(landtest.DecisionRecord(d))
	b.CatchUp()
	settled := 0
	r := b.day(t, func(context.Context) error {
		if settled++; settled == 1 {
			b.Produce(b.set.Rows(t, d)...)
			b.CatchUp()
		}
		return nil
	})
	if !r.OK() || settled == 0 {
		t.Errorf("%d times settled: %+v", settled, r)
	}
}

// An order that was forgotten and comes back is decided by itself again, and counts again: what
// its earlier life was counted as stays.
func TestAnOrderThatCameBackCountsForEachOfItsLives(t *testing.T) {
	b := newBench(t)
	d := b.late(t)
	d.Supersedes = 0
	revised := *d
	revised.Supersedes, revised.Version = d.Version, d.Version+1000
	revised.Verdict.Route = d.Verdict.Route%3 + 1
	b.Produce(landtest.DecisionRecord(d), landtest.DecisionRecord(&revised))
	b.Produce(b.set.Rows(t, d, &revised)...)
	b.CatchUp()
	if r := b.day(t, still); !r.OK() {
		t.Errorf("%+v", r)
	}
}

// Rows that never come are one, and a cell that is moved each time is told apart.
func TestRowsThatNeverComeAreAFault(t *testing.T) {
	b := newBench(t)
	b.Produce(landtest.DecisionRecord(b.late(t)))
	b.CatchUp()
	r := b.day(t, still)
	if x := r.table("minute_route"); x.Differing != 2 || x.Moving != 0 {
		t.Errorf("one decision is in two cells, old and new: %+v", x)
	}
	n := 0
	r = b.day(t, func(context.Context) error {
		n++
		b.exec(t, "INSERT INTO rollup_minute_route SELECT * REPLACE (version + 1 AS version, count + 1 AS count) FROM rollup_minute_route FINAL")
		return nil
	})
	if x := r.table("minute_route"); x.Moving == 0 || r.OK() {
		t.Errorf("%d times: %+v", n, x)
	}
}

// digest is all that people see.
func (b *bench) digest(t *testing.T) (all []string) {
	t.Helper()
	for _, view := range []string{"v_decisions", "v_decision_history", "v_decision_reasons", "v_pre_reviews", "v_dead_letters", "v_shadow_differences",
		"v_minute_route", "v_hour_reason", "v_day_origin", "v_hour_label", "v_day_campaign", "v_day_seller"} {
		var s string
		must(t, b.conn.QueryRow(context.Background(), "SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toString(tuple(*)))))) FROM "+view).Scan(&s))
		if strings.HasPrefix(s, "0 ") {
			t.Errorf("%s is empty: it would prove nothing", view)
		}
		all = append(all, view+" "+s)
	}
	return all
}

// Any part of the topics that is read again, whole or in pieces, changes nothing.
func TestReadingAnyPartAgainChangesNothing(t *testing.T) {
	b := newBench(t)
	before := fmt.Sprint(b.digest(t))
	b.Again()
	if after := fmt.Sprint(b.digest(t)); after != before {
		t.Fatalf("read again from the start:\n%s\nwant\n%s", after, before)
	}
	rng := rand.New(rand.NewPCG(6, 4))
	for range 4 {
		if err := b.Rewind(rng); err != nil {
			t.Fatal(err)
		}
		b.CatchUp()
		if after := fmt.Sprint(b.digest(t)); after != before {
			t.Fatalf("read again in part:\n%s\nwant\n%s", after, before)
		}
	}
	if r := b.day(t, still); !r.OK() {
		t.Errorf("%+v", r)
	}
}

// The view that dashboards ask says of each day what a comparison says.
func TestCheckViewSaysTheSame(t *testing.T) {
	b := newBench(t)
	b.exec(t, "DELETE FROM rollup_hour_label WHERE hour >= '2026-10-06' AND hour < '2026-10-07' AND label_class = 'certain'")
	b.exec(t, "INSERT INTO rollup_day_seller SELECT * REPLACE (version + 1 AS version, value + toDecimal64(0.0001, 4) AS value) FROM rollup_day_seller FINAL WHERE count > 0 AND day = '2026-10-06' ORDER BY seller_id LIMIT 1")
	want := map[string]string{}
	for _, x := range b.day(t, still).Tables {
		want[x.Grain] = fmt.Sprint(x.Cells, " ", x.Differing)
	}
	if strings.HasSuffix(want["hour_label"], " 0") || !strings.HasSuffix(want["day_seller"], " 1") || !strings.HasSuffix(want["minute_route"], " 0") {
		t.Fatalf("%v", want)
	}
	rows, err := b.conn.Query(context.Background(), "SELECT grain, cells, differing FROM v_rollup_check WHERE day = '2026-10-06'")
	must(t, err)
	for rows.Next() {
		var (
			grain            string
			cells, differing int64
		)
		must(t, rows.Scan(&grain, &cells, &differing))
		if got := fmt.Sprint(cells, " ", differing); got != want[grain] {
			t.Errorf("%s: %s cells and differing, want %s", grain, got, want[grain])
		}
		delete(want, grain)
	}
	if must(t, rows.Err()); len(want) > 0 {
		t.Errorf("nothing about %v", want)
	}
}
