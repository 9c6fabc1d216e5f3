package offline

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// A task that takes one record at a time publishes what --all-versions writes: the same
// versions of the same verdicts from the same records, one after the other. Tight
// limits and a short retention make it cut, close, refuse and forget.
func TestAllVersionsAreThoseOfATask(t *testing.T) {
	opts := testOptions()
	opts.AllVersions = true
	opts.Join.Clicks, opts.Join.Shipments, opts.Join.RetentionMs, opts.Join.SlackMs = 1, 1, 300_000, 1000
	sites, events := merged(t, opts, displaced(300, generated(t, 5, 400)))
	var text strings.Builder
	for _, line := range sites {
		text.WriteString(line)
	}
	for _, e := range events {
		text.WriteString(e.line)
	}
	out, sum, bad := score(t, defaultPack(t), opts, text.String())
	got := []string{}
	for line := range strings.Lines(out) {
		got = append(got, published(t, line))
	}
	want, letters := streamed(t, opts, sites, events)
	if !slices.Equal(got, want) {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("version %d of %d: got\n%s\nwant, of %d,\n%s", i, len(got), got[i], len(want), want[i])
			}
		}
		t.Fatalf("%d versions, want %d", len(got), len(want))
	}
	if letters != len(bad) || letters == 0 {
		t.Errorf("%d bad lines, %d dead letters", len(bad), letters)
	}
	if sum.Evicted == 0 || sum.Dropped == 0 || sum.Stale == 0 || sum.Duplicates == 0 {
		t.Errorf("the limits did not bite: %s", sum.String())
	}
}

// displaced moves lines by up to a number of places.
func displaced(by int, text string) string {
	r := rand.New(rand.NewPCG(1, 1))
	lines := slices.Collect(strings.Lines(text))
	place := make(map[string]int, len(lines))
	for i, line := range lines {
		place[line] = i + r.IntN(by)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(place[a], place[b]) })
	return strings.Join(lines, "")
}

// published is what an output says, without the clock and the names of topics.
func published(t fatal, line string) string {
	var d schemas.Decision
	if codec.ParseDecision([]byte(line), &d) != nil {
		var r schemas.PreReview
		must(t, codec.ParsePreReview([]byte(line), &r))
		d = schemas.Decision{OrderKey: r.OrderKey, Version: r.Version, Supersedes: r.Supersedes, Verdict: r.Verdict, Evidence: r.Evidence}
	}
	return fmt.Sprintf("%s %s %d after %d, input %d %x: %s", d.OrderKey, d.ShipmentID, d.Version, d.Supersedes,
		d.Evidence.InputTime, d.Evidence.InputHash, codec.AppendVerdict(nil, &d.Verdict))
}

// streamKinds are the topics of the task, in the order in which it merges them.
var streamKinds = []schemas.Kind{schemas.KindAdClick, schemas.KindOrder, schemas.KindShipment, schemas.KindEcertVerification, schemas.KindDisposition}

type timed struct {
	topic int
	key   string
	ms    int64
	line  string
}

// merged puts events in the order in which a task takes them: of the topics' next
// records the oldest first.
func merged(t fatal, opts Options, text string) (sites []string, events []timed) {
	in := decide.NewIntake(decide.Bounds{Events: opts.Events, MaxAheadMs: math.MaxInt64, Keyless: true}, nil)
	for line := range strings.Lines(text) {
		kind, err := codec.TypeOf([]byte(line))
		must(t, err)
		if kind == schemas.KindSellerSite {
			sites = append(sites, line)
			continue
		}
		var r join.Record
		key, err := in.Take(kind, &record.Record{Value: []byte(line)}, &r)
		must(t, err)
		events = append(events, timed{slices.Index(streamKinds, kind), string(key), r.Rank.EventMs, line})
	}
	for i := range events { // the oldest of those that stand before no other of their topic
		oldest, seen := -1, map[int]bool{}
		for j := i; j < len(events) && len(seen) < len(streamKinds); j++ {
			if e := &events[j]; !seen[e.topic] && (oldest < 0 || cmp.Or(cmp.Compare(e.ms, events[oldest].ms), cmp.Compare(e.topic, events[oldest].topic)) < 0) {
				oldest = j
			}
			seen[events[j].topic] = true
		}
		e := events[oldest]
		copy(events[i+1:oldest+1], events[i:oldest])
		events[i] = e
	}
	return sites, events
}

// streamed runs a task over the events, one a micro-batch.
func streamed(t *testing.T, opts Options, sites []string, events []timed) (versions []string, letters int) {
	s := &stream{left: len(events), state: map[string][]byte{}, topics: make([][]record.Record, len(streamKinds))}
	cfg := task.Config{
		Layout: 1, Instance: "test", Group: "test", CommitInterval: time.Hour, MaxBatch: 1, MaxTransaction: math.MaxInt, FlushInterval: time.Hour, MaxDirtyCells: math.MaxInt,
		StopTimeout: time.Minute, Bounds: decide.Bounds{Events: opts.Events, MaxAheadMs: 1}, Join: opts.Join,
	}
	for _, kind := range streamKinds {
		cfg.Topics = append(cfg.Topics, task.Topic{Name: kind.String(), Kind: kind})
	}
	for _, e := range events {
		in := &s.topics[e.topic]
		*in = append(*in, record.Record{Key: []byte(e.key), Value: []byte(e.line), TimeMs: e.ms, Offset: int64(len(*in))})
	}
	var changes []decide.SiteChange
	intake := decide.NewSiteIntake(opts.Events)
	for _, line := range sites {
		c, err := intake.Site([]byte(line))
		must(t, err)
		changes = append(changes, c)
	}
	refs := &decide.References{Policy: defaultPack(t), Sites: new(decide.SiteTable).With(changes)}
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	s.stop = cancel
	must(t, task.New(cfg, task.Deps{
		Writer:     func(context.Context) (task.Writer, error) { return s, nil },
		Store:      func() (task.Store, error) { return store{s}, nil },
		Feed:       func(context.Context, []int64) (task.Feed, error) { return feed{s}, nil },
		LogStarts:  func(context.Context) ([]int64, error) { return make([]int64, len(streamKinds)), nil },
		Progress:   func(context.Context) (*schemas.Progress, error) { return nil, nil },
		OutputEnds: func(context.Context) (ends [task.NumOutputs]int64, err error) { return ends, nil },
		Tail: func(_ context.Context, _ task.Output, from int64, _ func(*record.Record) error) (int64, error) {
			return max(from, 0), nil
		},
		References: func() *decide.References { return refs },
		Live:       func() {}, Observer: s, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}).Run(ctx))
	if s.left > 0 {
		t.Fatalf("the task left %d records", s.left)
	}
	for _, v := range s.values {
		versions = append(versions, published(t, string(v)))
	}
	return versions, s.letters
}

// stream is all that the task is surrounded by.
type stream struct {
	topics  [][]record.Record
	left    int // records not yet taken
	stop    func()
	state   map[string][]byte // orders and cells
	values  [][]byte          // published, in their order
	letters int
}

func (s *stream) Produce(_ context.Context, out task.Output, _, value []byte, _ []record.Header) error {
	switch out {
	case task.OutDecisions, task.OutPreReviews:
		s.values = append(s.values, slices.Clone(value))
	case task.OutDeadLetters:
		s.letters++
	}
	return nil
}
func (s *stream) Seal(context.Context) error   { return nil }
func (s *stream) Commit(context.Context) error { return nil }
func (s *stream) Abort(context.Context) error  { return nil }
func (s *stream) Next(task.Output) int64       { return -1 }
func (s *stream) Close()                       {}

func (s *stream) Batch(c *task.Counts) {
	if c.Keys > 0 {
		s.left--
	}
	if s.left == 0 {
		s.stop()
	}
}
func (s *stream) Committed(*task.Committed)                       {}
func (s *stream) Flushed(int32, time.Duration)                    {}
func (s *stream) Recovered(int32, int64, time.Duration)           {}
func (s *stream) Sweeping(int32, task.Sweep, bool)                {}
func (s *stream) Step(int32, task.Step, time.Time, time.Duration) {}

// feed hands out each topic in one batch.
type feed struct{ *stream }

func (f feed) Poll(topic int) *record.Batch {
	in := f.topics[topic]
	if len(in) == 0 {
		return nil
	}
	f.topics[topic] = nil
	return &record.Batch{Records: in, Next: int64(len(in)), LastStable: int64(len(in))}
}
func (f feed) CaughtUp(topic int) bool { return len(f.topics[topic]) == 0 }
func (f feed) Wake() <-chan struct{}   { return nil }
func (f feed) Err() error              { return nil }

// store is a local state that is never flushed.
type store struct{ *stream }

func (s store) Get(key []byte) ([]byte, error)               { return s.state["o"+string(key)], nil }
func (s store) GetCell(key []byte) ([]byte, error)           { return s.state["c"+string(key)], nil }
func (s store) Ahead([][]byte)                               {}
func (s store) AheadCells([][]byte)                          {}
func (s store) Orders(uint64, []byte, int) ([][]byte, error) { return nil, nil }
func (s store) Flushed() (uint64, error)                     { return 0, nil }
func (s store) Put(key, value []byte, _ int64, _ uint64) error {
	s.state["o"+string(key)] = slices.Clone(value)
	return nil
}
func (s store) PutCell(key, value []byte, _, _ int64) error {
	s.state["c"+string(key)] = slices.Clone(value)
	return nil
}
func (s store) Full() bool                                                   { return false }
func (s store) Room() error                                                  { return nil }
func (s store) Flush(func() ([]byte, error)) error                           { return nil }
func (s store) Meta() ([]byte, error)                                        { return nil, nil }
func (s store) Expire(int64, int, func(key, value []byte) bool) (int, error) { return 0, nil }
func (s store) Close() error                                                 { return nil }
