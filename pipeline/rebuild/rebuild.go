package rebuild

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Options say what is compared.
type Options struct {
	From, To  time.Time // cut to whole days, UTC; To itself is not in the span
	Grains    []string  // empty: all
	Decisions string    // name of the topic, as the ledger has it
	// Settled returns once all that was committed before the call has landed. It is called
	// before each time that something is compared again.
	Settled func(ctx context.Context) error
	// Progress is told of every day that is done. nil: nobody asks.
	Progress func(day time.Time, done, days int)
	Timeout  time.Duration // of one statement
}

// Report is what was found.
type Report struct {
	Tables []Table
	Days   int
	// Published is what the ledger says of published decisions, Rows the versions in the
	// history; they are over all time, and known only where there is a ledger.
	Published, Rows int64
}

// Table is what was found of one roll-up.
type Table struct {
	Grain     string
	Cells     int64 // compared
	Differing int64 // that miss the same amount every time
	Moving    int64 // that never stood still while they were looked at
	Examples  []Difference
}

// Difference is a cell that does not hold what it has to.
type Difference struct {
	Time                string
	Cell                []string // its dimensions
	Held, Due           int64
	HeldValue, DueValue string
}

// OK is true when nothing differs.
func (r *Report) OK() bool {
	return !slices.ContainsFunc(r.Tables, func(t Table) bool { return t.Differing+t.Moving > 0 }) && r.Published <= r.Rows
}

// Bounds.
const (
	maxExamples = 5 // of one table
	// passes is how often a cell that differs is compared before it is a fault.
	passes = 3
	// maxDiffering bounds the differing cells of one day and grain that are remembered; more
	// than that are a fault as they are.
	maxDiffering = 100_000
)

// Run compares, one day after the other.
func Run(ctx context.Context, conn driver.Conn, o Options) (*Report, error) {
	var chosen []grain
	for _, g := range grains {
		if len(o.Grains) == 0 || slices.Contains(o.Grains, g.name) {
			chosen = append(chosen, g)
		}
	}
	if o.Settled == nil {
		return nil, fmt.Errorf("rebuild: no way to tell when rows have landed")
	}
	days, err := daysOf(ctx, conn, chosen, &o)
	if err != nil {
		return nil, err
	}
	report := &Report{Tables: make([]Table, len(chosen)), Days: len(days)}
	for i := range chosen {
		report.Tables[i].Grain = chosen[i].name
	}
	for n, day := range days {
		for i := range chosen {
			if err := compareDay(ctx, conn, &chosen[i], day, &o, &report.Tables[i]); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", chosen[i].name, day.Format(time.DateOnly), err)
			}
		}
		if o.Progress != nil {
			o.Progress(day, n+1, len(days))
		}
	}
	return report, readLedger(ctx, conn, &o, report)
}

const aDay = 24 * time.Hour

// daysOf are the days of the span that decisions or cells lie in.
func daysOf(ctx context.Context, conn driver.Conn, chosen []grain, o *Options) ([]time.Time, error) {
	from := o.From.UTC().Truncate(aDay)
	to := o.To.UTC().Add(aDay - 1).Truncate(aDay)
	var parts []string
	for i := range chosen {
		parts = append(parts, fmt.Sprintf("SELECT DISTINCT toDate32(%s) AS d FROM %s", chosen[i].time, chosen[i].view))
	}
	parts = append(parts, "SELECT DISTINCT toDate32(event_time) AS d FROM decisions")
	statement := "SELECT DISTINCT d FROM (" + strings.Join(parts, " UNION ALL ") + ") WHERE d >= toDate32({from:DateTime64(3, 'UTC')}) AND d < toDate32({to:DateTime64(3, 'UTC')}) ORDER BY d"
	rows, err := conn.Query(bound(ctx, from, to, o), statement)
	if err != nil {
		return nil, fmt.Errorf("days: %w", err)
	}
	defer rows.Close()
	var days []time.Time
	for rows.Next() {
		var d time.Time
		if err := rows.Scan(&d); err != nil {
			return nil, fmt.Errorf("days: %w", err)
		}
		days = append(days, d)
	}
	return days, rows.Err()
}

// bound is the context of a statement about a span.
func bound(ctx context.Context, from, to time.Time, o *Options) context.Context {
	const layout = "2006-01-02 15:04:05.000"
	return clickhouse.Context(ctx,
		clickhouse.WithParameters(clickhouse.Parameters{"from": from.Format(layout), "to": to.Format(layout)}),
		clickhouse.WithSettings(clickhouse.Settings{"readonly": 2, "max_execution_time": int(o.Timeout.Seconds())}))
}

// compareDay compares a day of a grain, and what differs again until it is known for what
// it is.
func compareDay(ctx context.Context, conn driver.Conn, g *grain, day time.Time, o *Options, t *Table) error {
	cells, suspects, err := readDay(ctx, conn, g, day, o)
	if err != nil {
		return err
	}
	t.Cells += cells
	moving := map[string]bool{}
	for pass := 1; pass < passes && len(suspects) > 0; pass++ {
		if err := o.Settled(ctx); err != nil {
			return err
		}
		_, again, err := readDay(ctx, conn, g, day, o)
		if err != nil {
			return err
		}
		for key := range suspects {
			now, still := again[key]
			switch was := suspects[key]; {
			case !still:
				delete(suspects, key)
				delete(moving, key)
			case now.missing() != was.missing():
				moving[key] = true
				suspects[key] = now
			default:
				delete(moving, key)
				suspects[key] = now
			}
		}
	}
	for key, d := range suspects {
		if moving[key] {
			t.Moving++
			continue
		}
		t.Differing++
		t.Examples = append(t.Examples, d)
	}
	slices.SortFunc(t.Examples, func(a, b Difference) int { return strings.Compare(a.key(), b.key()) })
	t.Examples = t.Examples[:min(len(t.Examples), maxExamples)]
	return nil
}

func (d *Difference) key() string { return d.Time + "\x00" + strings.Join(d.Cell, "\x00") }

// missing is the amount that a cell misses.
func (d *Difference) missing() string {
	held, _ := new(big.Rat).SetString(d.HeldValue)
	due, _ := new(big.Rat).SetString(d.DueValue)
	if held == nil || due == nil {
		return fmt.Sprint(d.Due-d.Held, " ", d.HeldValue, " ", d.DueValue)
	}
	return fmt.Sprint(d.Due-d.Held, " ", due.Sub(due, held).RatString())
}

// readDay is the number of a day's cells, and those that differ.
func readDay(ctx context.Context, conn driver.Conn, g *grain, day time.Time, o *Options) (cells int64, differ map[string]Difference, err error) {
	rows, err := conn.Query(bound(ctx, day, day.Add(aDay), o), g.statement())
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	differ = map[string]Difference{}
	for rows.Next() {
		var d Difference
		if err := rows.Scan(&d.Time, &d.Cell, &d.Held, &d.Due, &d.HeldValue, &d.DueValue); err != nil {
			return 0, nil, err
		}
		cells++
		if d.Held == d.Due && d.HeldValue == d.DueValue {
			continue
		}
		if len(differ) == maxDiffering {
			return 0, nil, fmt.Errorf("more than %d cells differ: these roll-ups are not those of this history", maxDiffering)
		}
		differ[d.key()] = d
	}
	return cells, differ, rows.Err()
}

// readLedger holds published decisions against the rows of the history: each has landed.
// A row of the ledger may land before the decisions of its commit, so it is asked again.
func readLedger(ctx context.Context, conn driver.Conn, o *Options, r *Report) error {
	const statement = `SELECT
    (SELECT sum(records) FROM v_ledger WHERE outcome = 'published' AND topic = {topic:String}) AS published,
    (SELECT toInt64(count()) FROM v_decision_history) AS stored`
	asked := clickhouse.Context(bound(ctx, o.From, o.To, o), clickhouse.WithParameters(clickhouse.Parameters{"topic": o.Decisions}))
	for pass := 1; ; pass++ {
		if err := conn.QueryRow(asked, statement).Scan(&r.Published, &r.Rows); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		if r.Published <= r.Rows || pass == passes {
			return nil
		}
		if err := o.Settled(ctx); err != nil {
			return err
		}
	}
}
