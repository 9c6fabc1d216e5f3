package boards_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/boards"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

// dashboards are those that Grafana gets.
var dashboards = os.DirFS("../../deploy/grafana/dashboards")

func TestMain(m *testing.M) { chdbtest.Main(m) }

// world is what the dashboards show: once landed in tables, once as values of Go.
type world struct {
	ctx      context.Context
	tables   *landtest.Tables
	set      *landtest.Set
	boards   []boards.Board
	queries  []boards.Query
	newest   []*schemas.Decision
	reviews  []*schemas.PreReview // the newest of each order
	counters counters
}

// oddSeller is a seller whose name has all that could break out of a query.
const oddSeller = `O'Neil "Sons" \ Co \', (1=1)`

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{ctx: t.Context(), tables: landtest.New(t), set: landtest.Make(t, landtest.Default()), counters: makeCounters()}
	w.add(t)
	var err error
	w.boards, err = boards.Load(dashboards)
	must(t, err)
	w.queries = boards.Queries(w.boards)
	w.newest = w.set.Newest()
	reviews := map[schemas.DecisionID]*schemas.PreReview{}
	for _, r := range w.set.PreReviews {
		if was := reviews[r.ID]; was == nil || was.Version < r.Version {
			reviews[r.ID] = r
		}
	}
	for _, r := range reviews {
		w.reviews = append(w.reviews, r)
	}
	slices.SortFunc(w.reviews, func(a, b *schemas.PreReview) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	w.counters.letters(w.set.Letters)
	w.set.Counters = w.counters.all // in place of those that the set has
	w.tables.Produce(w.set.Records(t)...)
	w.tables.CatchUp()
	return w
}

// add gives some decisions and pre-reviews names that nobody would like to quote, e-Certs
// whose last day lies on and beside the edges, and a past in cells that are empty now.
func (w *world) add(t *testing.T) {
	t.Helper()
	w.newest = w.set.Newest()
	_, to := w.span()
	lastDay := schemas.Time(to.UnixMilli()).Date()
	var before []*schemas.Decision
	for i := range 40 {
		d := *w.set.Decisions[i*7]
		d.OrderKey = fmt.Sprint("odd-", i)
		d.ID, d.Supersedes = schemas.MakeDecisionID(d.OrderKey, d.ShipmentID), 0
		x := &d.Verdict.Dimensions
		x.SellerID, x.SiteHost = oddSeller, `it's\a.example`
		x.ChannelGroup, x.AdNetwork, x.Campaign = `Paid 'X' \`, `net"work'\`, fmt.Sprint(`sale's \`, i%3)
		if i%5 == 0 {
			was := d
			was.Version--
			was.Verdict.Dimensions = schemas.Dimensions{SellerID: "gone", SiteHost: "gone.example", Platform: "gone", Channel: "B2B", Port: "9999", OriginCountry: "ZZ",
				HSChapter: "00", ChannelGroup: "gone", AdNetwork: "gone", Campaign: "gone", LabelClass: "certain", Currency: "USD", EventTime: x.EventTime - 100*dayMs}
			was.Verdict.Reasons = []schemas.Reason{{Code: "GONE", Severity: schemas.SeverityInfo}}
			d.Supersedes = was.Version
			before = append(before, &was)
		}
		w.set.Decisions = append(w.set.Decisions, &d)
		r := *w.set.PreReviews[i*3]
		r.OrderKey = d.OrderKey
		r.ID, r.Supersedes = schemas.MakePreReviewID(r.OrderKey), 0
		r.Verdict.Ecert = schemas.Ecert{ID: "E-1", Platform: `CROSS'NET\`, Status: schemas.EcertStatus(i % 7), ValidTo: lastDay + []schemas.Date{-1, 0, 30, 31, 90, 365}[i/7]}
		w.set.PreReviews = append(w.set.PreReviews, &r)
	}
	w.set.Decisions = append(before, w.set.Decisions...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// span is from the first to the last event, with an hour on both sides.
func (w *world) span() (from, to time.Time) {
	lo, hi := schemas.Time(1<<62), schemas.Time(0)
	for _, d := range w.newest {
		if at := d.Verdict.Dimensions.EventTime; at > 0 {
			lo, hi = min(lo, at), max(hi, d.DecidedAt)
		}
	}
	return time.UnixMilli(int64(lo)).Add(-time.Hour), time.UnixMilli(int64(hi)).Add(time.Hour)
}

// question is a query in a view, to be answered without SQL.
type question struct {
	*world
	board *boards.Board
	view  boards.View
	step  time.Duration
}

// chosen is true where a variable has the value, or is All.
func (q *question) chosen(variable, value string) bool {
	values := q.view.Values[variable]
	if len(values) == 0 || values[0] == boards.All || values[0] == "" {
		return true
	}
	// A query's values have their backslashes doubled.
	return slices.Contains(values, strings.ReplaceAll(value, `\`, `\\`))
}

// one is the value of a variable that has no All.
func (q *question) one(variable string) string {
	if values := q.view.Values[variable]; len(values) > 0 {
		return values[0]
	}
	for _, v := range q.board.Templating.List {
		if v.Name == variable {
			return v.Current.Value.(string)
		}
	}
	return ""
}

const (
	minuteMs = 60_000
	hourMs   = 60 * minuteMs
	dayMs    = 24 * hourMs
)

func floor(at schemas.Time, unit int64) int64 {
	m := int64(at) % unit
	if m < 0 {
		m += unit
	}
	return int64(at) - m
}

// The times of $__timeFilter: whole seconds, both ends included.
func (q *question) within(ms int64) bool {
	return ms >= q.view.From.Unix()*1000 && ms <= q.view.To.Unix()*1000
}
func (q *question) minute(at schemas.Time) bool { return q.within(floor(at, minuteMs)) }
func (q *question) hour(at schemas.Time) bool   { return q.overlaps(at, hourMs) }
func (q *question) day(at schemas.Time) bool    { return q.overlaps(at, dayMs) }

// overlaps is true of a time whose unit overlaps the span.
func (q *question) overlaps(at schemas.Time, unit int64) bool {
	u := floor(at, unit)
	return u >= floor(schemas.Time(q.view.From.UnixMilli()), unit) && u <= floor(schemas.Time(q.view.To.UnixMilli()), unit)
}

// stepOf is the beginning of the step of time, of a time that is cut to a unit first.
func (q *question) stepOf(at schemas.Time, unit int64) time.Time {
	return time.UnixMilli(floor(schemas.Time(floor(at, unit)), q.step.Milliseconds())).UTC()
}

// line is one row of an answer, before it is written down.
type line struct {
	key   []any
	n     []int64
	value []schemas.Sum
	set   map[string]bool // distinct texts
}

// tally groups items by key; count and value say what of an item counts.
type tally[T any] struct {
	keep     func(T) bool
	key      func(T) []any
	counts   []func(T) bool
	values   []func(T) schemas.Decimal
	distinct func(T) string
}

func (y tally[T]) of(items []T) (lines []*line) {
	found := map[string]*line{}
	if y.key == nil { // a total is there also of nothing
		y.key = func(T) []any { return nil }
		found[""] = &line{n: make([]int64, len(y.counts)), value: make([]schemas.Sum, len(y.values))}
		lines = append(lines, found[""])
	}
	for _, item := range items {
		if !y.keep(item) {
			continue
		}
		key := y.key(item)
		l := found[text(key)]
		if l == nil {
			l = &line{key: key, n: make([]int64, len(y.counts)), value: make([]schemas.Sum, len(y.values)), set: map[string]bool{}}
			found[text(key)] = l
			lines = append(lines, l)
		}
		for i, counts := range y.counts {
			if counts(item) {
				l.n[i]++
			}
		}
		for i, value := range y.values {
			l.value[i] = l.value[i].Add(value(item))
		}
		if y.distinct != nil {
			l.set[y.distinct(item)] = true
		}
	}
	slices.SortFunc(lines, func(a, b *line) int { return compareKeys(a.key, b.key) })
	return lines
}

func compareKeys(a, b []any) int {
	for i := range a {
		var c int
		switch x := a[i].(type) {
		case time.Time:
			c = x.Compare(b[i].(time.Time))
		case string:
			c = strings.Compare(x, b[i].(string))
		case int64:
			c = cmp.Compare(x, b[i].(int64))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// most sorts by the greatest of a figure; equals stay as they are.
func most(lines []*line, figure func(*line) int64) []*line {
	slices.SortStableFunc(lines, func(a, b *line) int { return cmp.Compare(figure(b), figure(a)) })
	return lines
}

func first(lines []*line, n int) []*line { return lines[:min(n, len(lines))] }

// rows writes lines down: key, counts, values.
func rows(lines []*line) (made [][]any) {
	for _, l := range lines {
		row := slices.Clone(l.key)
		for _, n := range l.n {
			row = append(row, n)
		}
		for _, v := range l.value {
			row = append(row, v)
		}
		made = append(made, row)
	}
	return made
}

// share is a part of a whole, nil of nothing.
func share(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return float64(part) / float64(whole)
}
