package explain

import (
	"fmt"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
)

// route says what the route follows from. Without the decision's pack the severities are
// all that is known: what they lead to is the pack's.
func (e *explainer) route() Route {
	v := e.verdict
	r := Route{Route: v.Route.String(), Score: v.Score}
	say := func(format string, a ...any) { r.From = append(r.From, fmt.Sprintf(format, a...)) }
	switch {
	case v.Cancelled:
		say("The order or the shipment was cancelled: nothing is asked of it.")
		return r
	case e.withoutOrder():
		say("The order has not arrived, and the pack leads such a case to %s until it does.", r.Route)
		return r
	case e.pack == nil:
		e.routeWithoutPack(say)
		return r
	}
	hard, soft := codesOf(v.Reasons, schemas.SeverityHard), codesOf(v.Reasons, schemas.SeveritySoft)
	_, full := scoring.RouteOf(e.pack, v.Reasons)
	if len(hard) > 0 && e.pack.HardRoute == full {
		say("%s of severity HARD, and a hard reason leads to %s.", areReasons(hard), e.pack.HardRoute)
	}
	if len(soft) > 0 && e.pack.SoftRoute == full {
		say("%s of severity SOFT, and a soft reason leads to %s.", areReasons(soft), e.pack.SoftRoute)
	}
	for _, t := range e.pack.Thresholds {
		if v.Score >= t.AtLeast && t.Route == full && full > schemas.RouteRelease {
			say("The score, %d, reaches %d, from where on it leads to %s.", v.Score, t.AtLeast, t.Route)
		}
	}
	if len(r.From) == 0 {
		e.nothingRoutes(hard, soft, say)
	}
	if held := &v.Suppressed; held.Code != "" {
		say("The reasons lead to %s. A disposition, %s, takes the route to %s instead; it holds until %s, by the date of the case.",
			held.Route, clean(held.Code), v.Route, held.Until)
	} else if full != v.Route {
		if e.PreReview && v.Route == e.pack.PreReviewHighest {
			say("The reasons lead to %s; a pre-review never leads beyond %s.", full, v.Route)
		} else {
			say("The reasons alone lead to %s.", full)
		}
	}
	return r
}

// nothingRoutes says why reasons, or none, lead to no more than RELEASE.
func (e *explainer) nothingRoutes(hard, soft []string, say func(string, ...any)) {
	switch {
	case len(e.verdict.Reasons) == 0:
		say("No rule in force found a reason.")
	case len(hard) == 0 && len(soft) == 0:
		say("There is no hard and no soft reason, and the score, %d, reaches no threshold.", e.verdict.Score)
	default:
		say("The pack leads the reasons found to %s.", e.verdict.Route)
	}
}

func (e *explainer) routeWithoutPack(say func(string, ...any)) {
	v := e.verdict
	strictest := ""
	for _, s := range []schemas.Severity{schemas.SeverityHard, schemas.SeveritySoft, schemas.SeverityInfo} {
		if codes := codesOf(v.Reasons, s); len(codes) > 0 && strictest == "" {
			strictest = fmt.Sprintf("%s of severity %s, the strictest there is.", areReasons(codes), s)
		}
	}
	if strictest == "" {
		say("No rule in force found a reason.")
		return
	}
	say("%s", strictest)
	say("Where severities and the score, %d, lead is said by the pack, which is not at hand.", v.Score)
	if held := &v.Suppressed; held.Code != "" {
		say("It is %s. A disposition, %s, takes the route to %s instead; it holds until %s, by the date of the case.",
			held.Route, clean(held.Code), v.Route, held.Until)
	}
}

func (e *explainer) withoutOrder() bool {
	for _, m := range e.verdict.Missing {
		if m == "order" {
			return true
		}
	}
	return false
}

// codesOf is the codes of a severity, each once.
func codesOf(reasons []schemas.Reason, s schemas.Severity) (codes []string) {
	for i := range reasons {
		if reasons[i].Severity != s {
			continue
		}
		if code := clean(reasons[i].Code); len(codes) == 0 || codes[len(codes)-1] != code {
			codes = append(codes, code) // reasons are ordered by code
		}
	}
	return codes
}

func areReasons(codes []string) string {
	if len(codes) == 1 {
		return codes[0] + " is"
	}
	return and(codes) + " are"
}
