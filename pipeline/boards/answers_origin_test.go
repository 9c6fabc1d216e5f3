package boards_test

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/clearlane/clearlane/schemas"
)

type claim = *schemas.PreReview

// answered are claims whose e-Cert has one of some answers.
func answered(all ...schemas.EcertStatus) func(claim) bool {
	return func(r claim) bool { return slices.Contains(all, r.Verdict.Ecert.Status) }
}

func named(r claim) bool { return r.Verdict.Ecert.ID != "" }

func standing(s schemas.PreferenceStatus) func(claim) bool {
	return func(r claim) bool { return r.Verdict.PreferenceStatus == s }
}

// ofClaims are the pre-reviews of the span and the chosen platforms.
func (q *question) ofClaims(r claim) bool {
	return q.within(int64(r.Verdict.Dimensions.EventTime)) && !r.Verdict.Cancelled && q.chosen("platform", r.Verdict.Ecert.Platform)
}

// expiring are verified e-Certs whose last day comes soon.
func (q *question) expiring(r claim) bool {
	e := &r.Verdict.Ecert
	days, err := strconv.Atoi(q.one("days"))
	if err != nil {
		panic(err)
	}
	return e.Status == schemas.EcertVerified && e.ValidTo >= q.lastDay() && e.ValidTo <= q.lastDay()+schemas.Date(days)
}

func (q *question) lastDay() schemas.Date { return schemas.Time(q.view.To.UnixMilli()).Date() }

// sorted are the claims of which something is true, in an order.
func (q *question) sorted(is func(claim) bool, compare func(a, b claim) int) []claim {
	found := slices.DeleteFunc(slices.Clone(q.reviews), func(r claim) bool { return !q.ofClaims(r) || !is(r) })
	slices.SortFunc(found, compare)
	return found[:min(100, len(found))]
}

func answerOf(r claim, none string) string {
	if r.Verdict.Ecert.Status == schemas.EcertUnknown {
		return none
	}
	return r.Verdict.Ecert.Status.String()
}

func originAnswers() map[string]answer {
	const b = "clearlane-origin / "
	ofMinutes := func(q *question) func(decision) bool { return q.ofMinutes }
	ofDays := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.day(dims(d).EventTime) }
	}
	country := func(d *schemas.Dimensions) string { return d.OriginCountry }
	chapter := func(d *schemas.Dimensions) string { return d.HSChapter }
	return map[string]answer{
		b + "$platform": func(q *question) [][]any {
			return rows(tally[claim]{key: func(r claim) []any { return []any{doubled(r.Verdict.Ecert.Platform)} },
				keep: func(r claim) bool {
					return q.within(int64(r.Verdict.Dimensions.EventTime)) && r.Verdict.Ecert.Platform != ""
				}}.of(q.reviews))
		},
		b + "$currency":         func(q *question) [][]any { return q.currencies(ofDays(q)) },
		b + "Preference status": func(q *question) [][]any { return q.overTime(minuteMs, both(q.ofMinutes, claimed), statuses()) },
		b + "Claims by status":  func(q *question) [][]any { return rows([]*line{q.total(ofMinutes(q), statuses())}) },
		b + "Value of claims by status": func(q *question) [][]any {
			return rows([]*line{q.total(both(q.ofMinutes, q.ofCurrency), nil, valued(statuses()...)...)})
		},
		b + "Claims of the span": func(q *question) [][]any {
			open := answered(schemas.EcertUnknown, schemas.EcertUnavailable, schemas.EcertNotFound)
			return rows(tally[claim]{keep: q.ofClaims, counts: []func(claim) bool{
				func(claim) bool { return true }, func(r claim) bool { return !named(r) }, func(r claim) bool { return named(r) && open(r) },
				answered(schemas.EcertInvalid), answered(schemas.EcertRevoked), answered(schemas.EcertExpired), q.expiring}}.of(q.reviews))
		},
		b + "Answers by platform": func(q *question) [][]any {
			var counts []func(claim) bool
			for _, s := range []schemas.EcertStatus{schemas.EcertVerified, schemas.EcertUnknown, schemas.EcertUnavailable, schemas.EcertNotFound,
				schemas.EcertInvalid, schemas.EcertExpired, schemas.EcertRevoked} {
				counts = append(counts, answered(s))
			}
			lines := tally[claim]{keep: func(r claim) bool { return q.ofClaims(r) && named(r) }, counts: counts,
				key: func(r claim) []any { return []any{cmp.Or(r.Verdict.Ecert.Platform, "(none)")} }}.of(q.reviews)
			return rows(first(most(lines, sum), 15))
		},
		b + "Claims by integration of the site": func(q *question) [][]any {
			return rows(tally[claim]{keep: q.ofClaims, key: func(r claim) []any { return []any{r.Evidence.Site.Integration.String()} },
				counts: []func(claim) bool{standing(schemas.PreferenceEligible), standing(schemas.PreferencePending), standing(schemas.PreferenceSuspended)}}.of(q.reviews))
		},
		b + "Next to expire": func(q *question) (made [][]any) {
			for _, r := range q.sorted(q.expiring, func(a, b claim) int {
				return cmp.Or(cmp.Compare(a.Verdict.Ecert.ValidTo, b.Verdict.Ecert.ValidTo), cmp.Compare(a.Verdict.Ecert.ID, b.Verdict.Ecert.ID), bytes.Compare(a.ID[:], b.ID[:]))
			}) {
				e := &r.Verdict.Ecert
				made = append(made, []any{e.ID, e.Platform, r.Verdict.Dimensions.SellerID, r.OrderID,
					time.UnixMilli(int64(e.ValidTo) * dayMs), int64(e.ValidTo - q.lastDay())})
			}
			return made
		},
		b + "Claims to look at": func(q *question) (made [][]any) {
			for _, r := range q.sorted(func(r claim) bool { return r.Verdict.Ecert.Status != schemas.EcertVerified }, func(a, b claim) int {
				return cmp.Or(cmp.Compare(b.Verdict.Dimensions.EventTime, a.Verdict.Dimensions.EventTime), bytes.Compare(a.ID[:], b.ID[:]))
			}) {
				d := &r.Verdict.Dimensions
				made = append(made, []any{time.UnixMilli(int64(d.EventTime)), r.OrderID, d.SellerID, d.SiteHost, r.Evidence.Site.Integration.String(),
					r.Verdict.Ecert.ID, answerOf(r, "no answer"), r.Verdict.PreferenceStatus.String()})
			}
			return made
		},
		b + "Countries of origin": func(q *question) [][]any {
			return rows(first(most(q.by(ofDays(q), or(country, "(unknown)"), strictest()...), sum), 15))
		},
		b + "HS chapters": func(q *question) [][]any {
			return rows(first(most(q.by(ofDays(q), or(chapter, "(unknown)"), strictest()...), sum), 15))
		},
		b + "Origin and chapter": func(q *question) (made [][]any) {
			lines := tally[decision]{keep: ofDays(q), key: func(d decision) []any { return []any{dims(d).OriginCountry, dims(d).HSChapter} },
				counts: []func(decision) bool{every, high}, values: valued(q.ofCurrency)}.of(q.newest)
			for _, l := range first(most(most(lines, figure(0)), figure(1)), 100) {
				made = append(made, []any{l.key[0], l.key[1], l.n[0], l.n[1], share(l.n[1], l.n[0]), l.value[0]})
			}
			return made
		},
	}
}
