package scoring

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

func benchCase(tb testing.TB, script string) *Case {
	var base map[string]map[string]any
	if err := yaml.Unmarshal([]byte(baseEvents), &base); err != nil {
		tb.Fatal(err)
	}
	c, err := buildCase(base, script)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

var benchCases = []struct{ name, script string }{
	{"clean", "order {}\nshipment {}\nclick {_country: US}\nsite {}"},
	{"clean claim", "claim {}\nshipment {}\nclick {_country: US}\nsite {}\necert {}"},
	{"three reasons", "order {}\nshipment {}\nclick {_country: US, target_countries: [US, DE, -US], utm_content: \"{x}\", facebook_pixel_id: \"9\"}\nsite {}"},
}

func BenchmarkScore(b *testing.B) {
	for _, bc := range benchCases {
		b.Run(bc.name, func(b *testing.B) {
			c, s := benchCase(b, bc.script), New(policy.Alone(packs(b)[0]))
			var v schemas.Verdict
			b.ReportAllocs()
			for b.Loop() {
				s.Score(c, &v)
			}
		})
	}
}

// Deciding allocates nothing once the Scorer's and the verdict's memory has grown.
func TestScoreAllocatesNothing(t *testing.T) {
	for _, bc := range benchCases {
		c, s := benchCase(t, bc.script), New(policy.Alone(packs(t)[0]))
		var v schemas.Verdict
		s.Score(c, &v)
		if n := testing.AllocsPerRun(100, func() { s.Score(c, &v); s.PreReview(c, &v) }); n != 0 {
			t.Errorf("%s: %v allocations", bc.name, n)
		}
	}
}
