package scoring

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// FuzzStoredFeatures scores whatever stored click features can be read: hostile or
// from a newer program, they never make a rule panic.
func FuzzStoredFeatures(f *testing.F) {
	c := benchCase(f, benchCases[2].script)
	stored := label.AppendFeatures(nil, &c.Clicks[0])
	f.Add(stored)
	c.Clicks[0].Findings[0].Code = 255
	f.Add(label.AppendFeatures(nil, &c.Clicks[0]))
	all := packs(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var x label.Features
		if label.ReadFeatures(b, &x) != nil {
			return
		}
		c.Clicks[0] = x
		var v schemas.Verdict
		for _, p := range all {
			s := New(policy.Alone(p))
			s.Score(c, &v)
			s.PreReview(c, &v)
		}
	})
}
