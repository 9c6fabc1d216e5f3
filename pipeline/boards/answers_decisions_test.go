package boards_test

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

type decision = *schemas.Decision

func dims(d decision) *schemas.Dimensions { return &d.Verdict.Dimensions }
func every(decision) bool                 { return true }
func release(d decision) bool             { return d.Verdict.Route == schemas.RouteRelease }
func review(d decision) bool              { return d.Verdict.Route == schemas.RouteDocumentReview }
func high(d decision) bool                { return d.Verdict.Route == schemas.RouteHighRisk }
func eligible(d decision) bool            { return d.Verdict.PreferenceStatus == schemas.PreferenceEligible }
func pending(d decision) bool             { return d.Verdict.PreferenceStatus == schemas.PreferencePending }
func suspended(d decision) bool           { return d.Verdict.PreferenceStatus == schemas.PreferenceSuspended }
func claimed(d decision) bool             { return d.Verdict.PreferenceStatus != schemas.PreferenceNotClaimed }
func routes() []func(decision) bool       { return []func(decision) bool{release, review, high} }
func strictest() []func(decision) bool    { return []func(decision) bool{high, review, release} }
func statuses() []func(decision) bool     { return []func(decision) bool{eligible, pending, suspended} }
func class(name string) func(decision) bool {
	return func(d decision) bool { return dims(d).LabelClass == name }
}

func anyOf(all ...func(decision) bool) func(decision) bool {
	return func(d decision) bool {
		return slices.ContainsFunc(all, func(is func(decision) bool) bool { return is(d) })
	}
}

func both(a, b func(decision) bool) func(decision) bool {
	return func(d decision) bool { return a(d) && b(d) }
}

// valued are the declared values of those of which something is true.
func valued(all ...func(decision) bool) (values []func(decision) schemas.Decimal) {
	for _, is := range all {
		values = append(values, func(d decision) schemas.Decimal {
			if is(d) {
				return dims(d).DeclaredValue
			}
			return schemas.Decimal{}
		})
	}
	return values
}

// The decisions of the views that dashboards choose from.
func (q *question) ofMinutes(d decision) bool { return q.minute(dims(d).EventTime) }
func (q *question) ofPorts(d decision) bool {
	return q.ofMinutes(d) && q.chosen("port", dims(d).Port)
}
func (q *question) ofSellers(d decision) bool {
	return q.day(dims(d).EventTime) && q.chosen("seller_id", dims(d).SellerID) && q.chosen("site_host", dims(d).SiteHost)
}
func (q *question) ofCurrency(d decision) bool { return dims(d).Currency == q.one("currency") }

// total is one row of counts and values.
func (q *question) total(keep func(decision) bool, counts []func(decision) bool, values ...func(decision) schemas.Decimal) *line {
	return tally[decision]{keep: keep, counts: counts, values: values}.of(q.newest)[0]
}

// shareOf is one row: the share of those kept of which something is true.
func (q *question) shareOf(keep, is func(decision) bool) [][]any {
	l := q.total(keep, []func(decision) bool{is, every})
	return [][]any{{share(l.n[0], l.n[1])}}
}

// shareOfValue is the same of declared values.
func (q *question) shareOfValue(keep, is func(decision) bool) [][]any {
	l := q.total(keep, nil, valued(is, every)...)
	if whole := float(l.value[1]); whole != 0 {
		return [][]any{{float(l.value[0]) / whole}}
	}
	return [][]any{{nil}}
}

// overTime is a row for each step of time.
func (q *question) overTime(unit int64, keep func(decision) bool, counts []func(decision) bool, values ...func(decision) schemas.Decimal) [][]any {
	return rows(tally[decision]{keep: keep, counts: counts, values: values,
		key: func(d decision) []any { return []any{q.stepOf(dims(d).EventTime, unit)} }}.of(q.newest))
}

// by groups decisions by a text of theirs.
func (q *question) by(keep func(decision) bool, name func(*schemas.Dimensions) string, counts ...func(decision) bool) []*line {
	return tally[decision]{keep: keep, counts: counts, key: func(d decision) []any { return []any{name(dims(d))} }}.of(q.newest)
}

// names is a variable's list: those of the kept that are not empty, their backslashes doubled.
func (q *question) names(keep func(decision) bool, name func(*schemas.Dimensions) string) [][]any {
	return rows(q.by(func(d decision) bool { return keep(d) && name(dims(d)) != "" }, func(d *schemas.Dimensions) string { return doubled(name(d)) }))
}

// currencies is a variable's list: the most frequent first.
func (q *question) currencies(keep func(decision) bool) (made [][]any) {
	for _, l := range most(q.by(func(d decision) bool { return keep(d) && dims(d).Currency != "" }, currency, every), figure(0)) {
		made = append(made, l.key)
	}
	return made
}

func currency(d *schemas.Dimensions) string { return d.Currency }

// or is another name for a text that is empty.
func or(name func(*schemas.Dimensions) string, empty string) func(*schemas.Dimensions) string {
	return func(d *schemas.Dimensions) string {
		if s := name(d); s != "" {
			return s
		}
		return empty
	}
}

func figure(i int) func(*line) int64 { return func(l *line) int64 { return l.n[i] } }

func sum(l *line) (n int64) {
	for _, x := range l.n {
		n += x
	}
	return n
}

// reason is a code that a decision carries, however often.
type reason struct {
	decision
	code string
}

func (q *question) reasons() (all []reason) {
	for _, d := range q.newest {
		seen := map[string]bool{}
		for _, r := range d.Verdict.Reasons {
			if !seen[r.Code] {
				seen[r.Code] = true
				all = append(all, reason{d, r.Code})
			}
		}
	}
	return all
}

// topReasons are the codes that most of the kept carry.
func (q *question) topReasons(keep func(decision) bool, n int) []*line {
	lines := tally[reason]{keep: func(r reason) bool { return keep(r.decision) }, key: func(r reason) []any { return []any{r.code} },
		counts: []func(reason) bool{func(reason) bool { return true }}}.of(q.reasons())
	return first(most(lines, figure(0)), n)
}

// reasonsOverTime are the hours of these codes.
func (q *question) reasonsOverTime(keep func(decision) bool, n int) [][]any {
	top := map[string]bool{}
	for _, l := range q.topReasons(keep, n) {
		top[l.key[0].(string)] = true
	}
	return rows(tally[reason]{keep: func(r reason) bool { return top[r.code] && keep(r.decision) },
		key:    func(r reason) []any { return []any{q.stepOf(dims(r.decision).EventTime, hourMs), r.code} },
		counts: []func(reason) bool{func(reason) bool { return true }}}.of(q.reasons()))
}

// published are the versions of the span's hours, by what the version states.
func (q *question) published(d decision) bool { return q.hour(schemas.Time(d.Version)) }

func (q *question) ofSites(d decision) bool {
	return q.chosen("seller_id", dims(d).SellerID) && q.chosen("site_host", dims(d).SiteHost)
}

// history is the newest versions of which something is true.
func (q *question) history(is func(decision) bool, n int) []decision {
	found := slices.DeleteFunc(slices.Clone(q.set.Decisions), func(d decision) bool { return !q.published(d) || !is(d) })
	slices.SortFunc(found, func(a, b decision) int {
		return cmp.Or(cmp.Compare(b.Version, a.Version), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return found[:min(n, len(found))]
}

// codes are the codes of a decision, each once.
func codes(d decision) string {
	var all []string
	for _, r := range d.Verdict.Reasons {
		if !slices.Contains(all, r.Code) {
			all = append(all, r.Code)
		}
	}
	return strings.Join(all, " ")
}

// amount is nothing where none is stated.
func amount(d schemas.Decimal) any {
	if !d.Set {
		return nil
	}
	return schemas.Sum{}.Add(d)
}
