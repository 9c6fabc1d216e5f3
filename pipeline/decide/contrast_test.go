package decide

import (
	"fmt"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// Two verdicts differ by their route, score, status and by codes and severities of reasons,
// and by nothing else.
func TestContrastSeesWhatMatters(t *testing.T) {
	base := func() *schemas.Verdict {
		return &schemas.Verdict{Route: schemas.RouteDocumentReview, Score: 50, Reasons: []schemas.Reason{
			{Code: "A", Severity: schemas.SeveritySoft, Field: "x"},
			{Code: "A", Severity: schemas.SeverityHard, Field: "y"},
			{Code: "C", Severity: schemas.SeverityInfo},
		}}
	}
	for _, c := range []struct {
		name   string
		change func(*schemas.Verdict)
		want   string
	}{
		{"nothing", func(*schemas.Verdict) {}, "false [] [] [A C]"},
		{"texts, weights, versions and unknowns", func(v *schemas.Verdict) {
			v.Reasons[0].Observed, v.Reasons[0].Weight, v.Reasons[0].RuleVersion, v.Reasons[0].PackVersion = "other", 9, 9, "9"
			v.Unknowns, v.Dimensions.Port, v.AttributedClick = []schemas.Unknown{{Field: "x"}}, "2704", "c"
		}, "false [] [] [A C]"},
		{"the lesser severity of a code", func(v *schemas.Verdict) { v.Reasons[0].Severity = schemas.SeverityInfo }, "false [] [] [A C]"},
		{"the severity of a code", func(v *schemas.Verdict) { v.Reasons[1].Severity = schemas.SeveritySoft }, "true [A] [A] [A C]"},
		{"route", func(v *schemas.Verdict) { v.Route = schemas.RouteRelease }, "true [] [] [A C]"},
		{"score", func(v *schemas.Verdict) { v.Score++ }, "true [] [] [A C]"},
		{"status", func(v *schemas.Verdict) { v.PreferenceStatus = schemas.PreferencePending }, "true [] [] [A C]"},
		{"a code for another", func(v *schemas.Verdict) { v.Reasons[2].Code = "B" }, "true [C] [B] [A]"},
		{"no reasons", func(v *schemas.Verdict) { v.Reasons = nil }, "true [A C] [] []"},
		{"one more", func(v *schemas.Verdict) { v.Reasons = append(v.Reasons, schemas.Reason{Code: "D"}) }, "true [] [D] [A C]"},
	} {
		v := base()
		c.change(v)
		var x Contrast
		x.Of(v, base()) // what it held is gone
		if got := fmt.Sprint(x.Of(base(), v), x.OnlyOld, x.OnlyNew, x.Both); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	var x Contrast
	if !x.Of(nil, base()) || len(x.OnlyNew) != 2 || !x.Of(base(), nil) || len(x.OnlyOld) != 2 || x.Of(nil, nil) {
		t.Error("a verdict that is not there differs from one that is, and from no other")
	}
}
