package offline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

var background = context.Background()

func isSite(line string) bool { return strings.HasPrefix(line, `{"type":"seller_site"`) }

// permuted shuffles lines, but for the sequence of seller sites among themselves.
func permuted(seed uint64, text string) string {
	lines := slices.Collect(strings.Lines(text))
	sites := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !isSite(l) })
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	for i := range lines {
		if isSite(lines[i]) {
			lines[i], sites = sites[0], sites[1:]
		}
	}
	return strings.Join(lines, "")
}

var offsetMember = regexp.MustCompile(`"offset":(\d+)`)

// byContent replaces the line numbers in an output by those that the lines have in the
// order of their contents, so that outputs of permuted lines can be compared.
func byContent(t fatal, out, text string) string {
	lines := slices.Collect(strings.Lines(text))
	sorted := slices.Compact(slices.Sorted(slices.Values(lines)))
	return offsetMember.ReplaceAllStringFunc(out, func(m string) string {
		n, err := strconv.Atoi(offsetMember.FindStringSubmatch(m)[1])
		if err != nil || n < 1 || n > len(lines) {
			t.Fatalf("%s of %d lines: %v", m, len(lines), err)
		}
		at, _ := slices.BinarySearch(sorted, lines[n-1])
		return fmt.Sprintf(`"offset":%d`, at)
	})
}

// The output is a function of the set of lines: for generous limits, for ones so tight
// that records are cut off, and for a retention so short that orders break into cases.
func TestTheSequenceOfTheLinesDoesNotMatter(t *testing.T) {
	pack := defaultPack(t)
	generous, tight, short := testOptions(), testOptions(), testOptions()
	tight.Join.Clicks, tight.Join.Shipments, tight.Join.Verifications, tight.Join.Dispositions = 1, 1, 1, 1
	short.Join.RetentionMs, short.Join.SlackMs = 60_000, 0
	rapid.Check(t, func(t *rapid.T) {
		text := generated(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 15).Draw(t, "orders"))
		other := permuted(rapid.Uint64().Draw(t, "permutation"), text)
		for _, opts := range []Options{generous, tight, short} {
			want, _, _ := score(t, pack, opts, text)
			got, _, _ := score(t, pack, opts, other)
			if byContent(t, got, other) != byContent(t, want, text) {
				t.Fatalf("got:\n%s\nwant:\n%s", got, want)
			}
		}
	})
}

// The short retention of the property above does break orders into cases, and the
// tight limits do cut.
func TestTheSequenceIsTriedOnWhatDependsOnIt(t *testing.T) {
	pack, text := defaultPack(t), generated(t, 1, 200)
	generous, tight, short := testOptions(), testOptions(), testOptions()
	tight.Join.Clicks, tight.Join.Shipments = 1, 1
	short.Join.RetentionMs, short.Join.SlackMs = 60_000, 0
	want, _, _ := score(t, pack, generous, text)
	for name, opts := range map[string]Options{"tight": tight, "short": short} {
		if got, _, _ := score(t, pack, opts, text); got == want {
			t.Errorf("%s limits change nothing", name)
		}
	}
}

// With the seller sites first, the last version of every subject is its final
// decision, however the other lines stand; and versions chain.
func TestTheLastVersionIsTheFinalDecision(t *testing.T) {
	pack := defaultPack(t)
	rapid.Check(t, func(t *rapid.T) {
		text := generated(t, rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 15).Draw(t, "orders"))
		from := len(text) // a small input may be nothing but seller sites
		for line := range strings.Lines(text) {
			if !isSite(line) {
				from = strings.Index(text, line)
				break
			}
		}
		text = text[:from] + permuted(rapid.Uint64().Draw(t, "permutation"), text[from:])
		final, _, _ := score(t, pack, testOptions(), text)
		all := testOptions()
		all.AllVersions = true
		versions, sum, bad := score(t, pack, all, text)
		if len(bad) > 0 {
			t.Fatalf("line %d: %v", bad[0].Line, bad[0].Reject)
		}
		if got, want := verdicts(t, versions), verdicts(t, final); !maps.Equal(got, want) {
			t.Fatalf("got:\n%s\nwant:\n%s", versions, final)
		}
		checkChain(t, versions, sum)
	})
}

// checkChain: each version supersedes the one before it, is greater, and differs.
func checkChain(t *rapid.T, out string, sum Summary) {
	type version struct {
		number uint64
		hash   uint64
	}
	last := map[string]version{}
	n := int64(0)
	for line := range strings.Lines(out) {
		n++
		var d schemas.Decision
		if !strings.Contains(line, `"decision_id"`) {
			continue
		}
		must(t, codec.ParseDecision([]byte(line), &d))
		subject := d.OrderKey + " " + d.ShipmentID
		before := last[subject]
		if d.Supersedes != before.number || d.Version <= before.number || d.VerdictHash == before.hash {
			t.Fatalf("after version %d: %s", before.number, line)
		}
		last[subject] = version{d.Version, d.VerdictHash}
	}
	if total(&sum.Decisions)+total(&sum.PreReviews) != n {
		t.Fatalf("%d lines were written, the summary is %s", n, sum.String())
	}
}

func TestAFaultOfTheInputIsAnError(t *testing.T) {
	broken := errors.New("broken")
	text := generated(t, 1, 10)
	var out strings.Builder
	s := New(testOptions(), Deps{Policy: defaultPack(t), Out: &out})
	_, err := s.Run(background, iotest.TimeoutReader(strings.NewReader(text+strings.Repeat(" ", 2*lineBuffer))))
	if !errors.Is(err, iotest.ErrTimeout) || !strings.Contains(err.Error(), "after line ") {
		t.Errorf("a failing read: %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("decisions of half a file: %s", out.String())
	}
	s = New(testOptions(), Deps{Policy: defaultPack(t), Out: failing{broken}})
	if _, err := s.Run(background, strings.NewReader(text)); !errors.Is(err, broken) {
		t.Errorf("a failing write: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// It stops between lines when it is told to, and between orders.
func TestItStops(t *testing.T) {
	var text strings.Builder
	for i := range 3 * often {
		fmt.Fprintf(&text, `{"type":"shipment","order_key":"%d","shipment_id":"s","event_time":1782900000000}`+"\n", i)
	}
	for _, stage := range []string{StageRead, StageJudge} {
		ctx, cancel := context.WithCancelCause(background)
		stopped := errors.New("stopped")
		seen := 0
		s := New(testOptions(), Deps{Policy: defaultPack(t), Out: &strings.Builder{}, Progress: func(at string, done int) {
			if at == stage && done > 0 {
				seen++
				cancel(stopped)
			}
		}})
		if _, err := s.Run(ctx, strings.NewReader(text.String())); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", stage, err)
		}
		if seen != 1 {
			t.Errorf("%s: went on %d times after it was stopped", stage, seen)
		}
	}
}

// Whatever the bytes are: each line is taken in, empty or bad, every output line is
// whole, and a second run writes the same.
func FuzzScore(f *testing.F) {
	for line := range strings.Lines(permuted(1, generated(f, 1, 20))) {
		f.Add([]byte(line))
	}
	f.Add([]byte(generated(f, 2, 3)))
	f.Add([]byte("\xef\xbb\xbf{\"type\":\"order\",\"order_key\":\"\\u0000\",\"order_id\":\"o\",\"event_time\":1782900000000}\r\n\r\n{}"))
	pack, opts := defaultPack(f), testOptions()
	opts.Events.RecordBytes = 2048
	f.Fuzz(func(t *testing.T, text []byte) {
		out, sum, _ := score(t, pack, opts, string(text))
		taken := int64(0)
		for _, n := range sum.Events {
			taken += n
		}
		if taken+sum.Bad != sum.Lines {
			t.Fatalf("of %d lines %d are taken in and %d bad", sum.Lines, taken, sum.Bad)
		}
		if n := int64(len(verdicts(t, out))); n != total(&sum.Decisions)+total(&sum.PreReviews) {
			t.Fatalf("%d subjects, %s", n, sum.String())
		}
		if again, _, _ := score(t, pack, opts, string(text)); again != out {
			t.Fatalf("got:\n%s\nfirst:\n%s", again, out)
		}
		opts := opts
		opts.AllVersions = true
		score(t, pack, opts, string(text))
	})
}
