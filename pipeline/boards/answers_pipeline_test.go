package boards_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

// add adds up a figure of counters by a key.
func (q *question) add(keep func(*schemas.RollupRow) bool, key func(*schemas.RollupRow) []any, figures ...func(*schemas.RollupRow) int64) (lines []*line) {
	for i := range q.counters.newest {
		r := &q.counters.newest[i]
		if !keep(r) {
			continue
		}
		k := key(r)
		at := slices.IndexFunc(lines, func(l *line) bool { return text(l.key) == text(k) })
		if at < 0 {
			at = len(lines)
			lines = append(lines, &line{key: k, n: make([]int64, len(figures))})
		}
		for j, figure := range figures {
			lines[at].n[j] += figure(r)
		}
	}
	slices.SortFunc(lines, func(a, b *line) int { return compareKeys(a.key, b.key) })
	return lines
}

func (q *question) ledger(r *schemas.RollupRow) bool {
	return r.Cell.Grain == schemas.GrainDayLedger && q.day(r.Cell.Time)
}

func (q *question) funnel(r *schemas.RollupRow) bool {
	return r.Cell.Grain == schemas.GrainHourFunnel && q.hour(r.Cell.Time)
}

func count(r *schemas.RollupRow) int64   { return r.Count }
func joined(r *schemas.RollupRow) int64  { return r.Funnel.Joined }
func waiting(r *schemas.RollupRow) int64 { return r.Funnel.Waiting }
func expired(r *schemas.RollupRow) int64 { return r.Funnel.Expired }

func pipelineAnswers() map[string]answer {
	const b = "clearlane-pipeline / "
	letters := func(q *question, within func(int64) bool) []landtest.Letter {
		return slices.DeleteFunc(slices.Clone(q.set.Letters), func(l landtest.Letter) bool { return !within(l.TimeMs) })
	}
	return map[string]answer{
		b + "Ledger": func(q *question) [][]any {
			return rows(q.add(q.ledger, func(r *schemas.RollupRow) []any { return []any{r.Cell.Topic, r.Cell.Outcome} }, count))
		},
		b + "Ledger by day": func(q *question) [][]any {
			return rows(q.add(func(r *schemas.RollupRow) bool { return q.ledger(r) && r.Cell.Outcome != "published" },
				func(r *schemas.RollupRow) []any { return []any{q.stepOf(r.Cell.Time, dayMs), r.Cell.Outcome} }, count))
		},
		b + "Dead letters, ledger against table": func(q *question) (made [][]any) {
			ledger, table := map[string]int64{}, map[string]int64{}
			for _, l := range letters(q, func(ms int64) bool { return q.day(schemas.Time(ms)) }) {
				table[l.Topic]++
				ledger[l.Topic] += 0
			}
			for i := range q.counters.newest {
				if r := &q.counters.newest[i]; q.ledger(r) && r.Cell.Outcome == "dead_letter" {
					ledger[r.Cell.Topic] += r.Count
				}
			}
			for topic, n := range ledger {
				made = append(made, []any{topic, n, table[topic], n - table[topic]})
			}
			slices.SortFunc(made, func(a, b []any) int { return cmp.Compare(a[0].(string), b[0].(string)) })
			return made
		},
		b + "Dead letters by kind": func(q *question) [][]any {
			return rows(tally[landtest.Letter]{keep: func(l landtest.Letter) bool { return q.within(l.TimeMs) },
				key:    func(l landtest.Letter) []any { return []any{q.stepOf(schemas.Time(l.TimeMs), 1000), l.Code} },
				counts: []func(landtest.Letter) bool{func(landtest.Letter) bool { return true }}}.of(q.set.Letters))
		},
		b + "Newest dead letters": func(q *question) (made [][]any) {
			found := letters(q, q.within)
			slices.SortFunc(found, func(a, b landtest.Letter) int {
				return cmp.Or(cmp.Compare(b.TimeMs, a.TimeMs), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
			})
			for _, l := range found[:min(50, len(found))] {
				made = append(made, []any{time.UnixMilli(l.TimeMs), l.Topic, l.Partition, l.Offset, l.Code, l.Field, l.Shown})
			}
			return made
		},
		b + "Shipments joined": func(q *question) [][]any {
			return rows(q.add(q.funnel, func(r *schemas.RollupRow) []any { return []any{q.stepOf(r.Cell.Time, hourMs)} }, joined, waiting, expired))
		},
		b + "Funnel by channel": func(q *question) (made [][]any) {
			clicks := func(r *schemas.RollupRow) int64 { return r.Funnel.Clicks }
			orders := func(r *schemas.RollupRow) int64 { return r.Funnel.Orders }
			shipments := func(r *schemas.RollupRow) int64 { return r.Funnel.Shipments }
			for _, row := range rows(q.add(q.funnel, func(r *schemas.RollupRow) []any { return []any{r.Cell.Channel} }, clicks, orders, shipments, joined, waiting, expired)) {
				made = append(made, append(row, share(row[4].(int64), row[3].(int64))))
			}
			return made
		},
		b + "Roll-ups against decisions": func(q *question) (made [][]any) {
			var stand, found int64
			for _, d := range q.newest {
				if q.day(dims(d).EventTime) {
					stand++
				}
			}
			for _, r := range q.reasons() {
				if q.day(dims(r.decision).EventTime) {
					found++
				}
			}
			for _, name := range []string{"day x campaign", "day x origin x chapter", "day x seller x site", "hour x label class", "hour x site x reason", "minute x port x route"} {
				n := stand
				if name == "hour x site x reason" {
					n = found
				}
				made = append(made, []any{name, n, n, int64(0)})
			}
			return made
		},
		b + "Versions published": func(q *question) [][]any {
			return rows(tally[decision]{keep: q.published, key: func(d decision) []any { return []any{q.stepOf(schemas.Time(d.Version), 1000)} },
				counts: []func(decision) bool{func(d decision) bool { return d.Supersedes == 0 }, func(d decision) bool { return d.Supersedes != 0 }}}.of(q.set.Decisions))
		},
		b + "Delay of decisions, from the history": func(q *question) (made [][]any) {
			delays := map[int64][]int64{}
			for _, d := range q.set.Decisions {
				if q.published(d) {
					step := q.stepOf(schemas.Time(d.Version), 1000).UnixMilli()
					delays[step] = append(delays[step], int64(d.DecidedAt-d.Evidence.InputTime))
				}
			}
			for step, ms := range delays {
				slices.Sort(ms)
				at := func(level float64) int64 { return ms[min(int(level*float64(len(ms))), len(ms)-1)] }
				made = append(made, []any{time.UnixMilli(step), at(0.5), at(0.99)})
			}
			slices.SortFunc(made, func(a, b []any) int { return compareKeys(a[:1], b[:1]) })
			return made
		},
	}
}
