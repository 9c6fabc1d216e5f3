package offline

import (
	"bytes"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// fatal is what *testing.T, *testing.F and *rapid.T have.
type fatal interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must(t fatal, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func defaultPack(t testing.TB) *policy.Set {
	t.Helper()
	pack, err := policy.DefaultSet()
	must(t, err)
	return pack
}

func testOptions() Options {
	return Options{Name: "f", Events: schemas.DefaultLimits(), Join: join.DefaultLimits(), PreReviews: true}
}

// score runs over a text.
func score(t fatal, pack *policy.Set, opts Options, text string) (out string, sum Summary, bad []*BadLine) {
	var b bytes.Buffer
	s := New(opts, Deps{Policy: pack, Out: &b, Bad: func(l *BadLine) { bad = append(bad, l) }})
	sum, err := s.Run(background, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(bad)) != sum.Bad {
		t.Fatalf("%d bad lines counted, %d reported", sum.Bad, len(bad))
	}
	return b.String(), sum, bad
}

// generated is the generator's stream.
func generated(t fatal, seed uint64, orders int) string {
	var b bytes.Buffer
	if err := gen.WriteNDJSON(&b, gen.Options{Seed: seed, Orders: orders}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// verdicts is the last verdict written of each subject, by the subject.
func verdicts(t fatal, out string) map[string]string {
	last := map[string]string{}
	for line := range strings.Lines(out) {
		var d schemas.Decision
		var r schemas.PreReview
		switch {
		case codec.ParseDecision([]byte(line), &d) == nil:
			last[d.OrderKey+" "+d.ShipmentID] = string(codec.AppendVerdict(nil, &d.Verdict))
		case codec.ParsePreReview([]byte(line), &r) == nil:
			last[r.OrderKey+" "] = string(codec.AppendVerdict(nil, &r.Verdict))
		default:
			t.Fatalf("neither a decision nor a pre-review: %s", line)
		}
	}
	return last
}
