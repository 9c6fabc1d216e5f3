package task

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// streamStart is the time of second 0 of a script: 2026-10-05T12:00:00Z.
const streamStart = 1_791_201_600_000

// stepFeed hands out one step of a stream after the other, each behind the commit of the
// one before. So what a task does with it is exact.
type stepFeed struct {
	steps [][]*record.Batch // by topic; nil for none
	open  int               // the step that is handed out
	wake  chan struct{}
}

func (f *stepFeed) Poll(topic int) *record.Batch {
	if f.open >= len(f.steps) {
		return nil
	}
	b := f.steps[f.open][topic]
	f.steps[f.open][topic] = nil
	return b
}
func (f *stepFeed) CaughtUp(topic int) bool {
	return f.open >= len(f.steps) || f.steps[f.open][topic] == nil
}
func (f *stepFeed) Wake() <-chan struct{} { return f.wake }
func (f *stepFeed) Err() error            { return nil }
func (f *stepFeed) Close()                {}

// teller writes down what an observer is told, and ends the run after the last step.
type teller struct {
	out  *strings.Builder
	feed *stepFeed
	stop context.CancelFunc
}

func (o *teller) Batch(c *Counts) {
	fmt.Fprintf(o.out, "batch: keys %d, judged %d", c.Keys, c.Judged)
	for topic, in := range c.In {
		for outcome, n := range in {
			if n > 0 {
				fmt.Fprintf(o.out, ", %s %s %d", testTopics[topic].Name, outcomeNames[outcome], n)
			}
		}
	}
	routes := func(what string, ns [schemas.RouteHighRisk + 1]uint64) {
		for r, n := range ns {
			if n > 0 {
				fmt.Fprintf(o.out, ", %s %s %d", what, schemas.Route(r), n)
			}
		}
	}
	routes("decisions", c.Decisions)
	routes("pre-reviews", c.PreReviews)
	for _, x := range []struct {
		what string
		n    uint64
	}{{"retractions", c.Retractions}, {"unknown fields", c.UnknownFields}, {"expired", c.Expired}, {"swept", c.Swept}, {"redecided", c.Redecided}} {
		if x.n > 0 {
			fmt.Fprintf(o.out, ", %s %d", x.what, x.n)
		}
	}
	if len(c.Rejects) > 0 {
		fmt.Fprintf(o.out, ", rejects %v", c.Rejects)
	}
	if len(c.Reasons) > 0 {
		fmt.Fprintf(o.out, ", reasons %v", c.Reasons)
	}
	o.out.WriteByte('\n')
}

var outcomeNames = [NumOutcomes]string{"ok", "duplicate", "stale", "evicted", "dead-letter"}

func (o *teller) Committed(c *Committed) {
	fmt.Fprintf(o.out, "commit %d: records %d, offsets %v, watermark +%ds, delays %v\n", c.Commit, c.Records, c.Offsets, (c.Watermark-streamStart)/1000, c.Delays)
	if o.feed.open++; o.feed.open == len(o.feed.steps) {
		o.stop()
	}
}
func (o *teller) Flushed(int32, time.Duration)               {}
func (o *teller) Recovered(int32, int64, time.Duration)      {}
func (o *teller) Sweeping(int32, Sweep, bool)                {}
func (o *teller) Step(int32, Step, time.Time, time.Duration) {}

// TestStream runs scripts on a whole task with a clock that stands still, a minute after
// the script's second 0. A line of "events" is a topic, an order key, a second and the
// members of the event but for its order_key and its time; "raw" in front of the members
// takes them as they are. "run" runs a new task over all of them, one record a micro-batch
// or all in one, and what stands in the end must be the same. It shows what the observer was
// told, then the outputs.
func TestStream(t *testing.T) {
	pack, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	site := &schemas.SellerSite{SellerID: "s", SiteHost: "h", OriginIntegration: schemas.OriginIntegration{Status: schemas.Integrated}}
	refs := &decide.References{Policy: policy.Alone(pack), Sites: (&decide.SiteTable{}).With([]decide.SiteChange{{SellerID: "s", SiteHost: "h", Site: site}})}
	base := Deps{References: func() *decide.References { return refs }, Now: func() time.Time { return time.UnixMilli(streamStart + 60_000) }}
	datadriven.Walk(t, "testdata/stream", func(t *testing.T, path string) {
		var stream []streamed
		var stands *standing // after the run before
		offsets := make([]int64, len(testTopics))
		forgets := false
		cfg := testConfig()
		cfg.CommitInterval, cfg.CatchUpInterval, cfg.FlushInterval = 0, 0, time.Hour
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "forgets": // an order comes back after its life: a decision may supersede nothing again
				forgets = true
				return ""
			case "limit":
				d.MaybeScanArgs(t, "shipments", &cfg.Join.Shipments)
				d.MaybeScanArgs(t, "clicks", &cfg.Join.Clicks)
				return ""
			case "events":
				for line := range strings.Lines(d.Input) {
					e := event(t, line)
					e.rec.Offset = offsets[e.topic]
					offsets[e.topic]++
					stream = append(stream, e)
				}
				stands = nil
				return ""
			case "run":
				shown, s := runStream(t, cfg, base, stream, d.HasArg("one"), forgets)
				if stands != nil {
					if diff := s.differs(stands); diff != "" {
						t.Errorf("%s: not what stands after the run before: %s", d.Pos, diff)
					}
				}
				stands = &s
				return shown
			}
			t.Fatalf("unknown command %q", d.Cmd)
			return ""
		})
	})
}

// streamed is one record of a stream of several topics.
type streamed struct {
	topic int
	rec   record.Record
}

// event reads one line of a script.
func event(t *testing.T, line string) (e streamed) {
	t.Helper()
	words := strings.SplitN(strings.TrimSpace(line), " ", 4)
	if len(words) < 4 {
		t.Fatalf("%q is no event", line)
	}
	e.topic = slices.IndexFunc(testTopics, func(x Topic) bool { return x.Name == words[0] })
	if e.topic < 0 {
		t.Fatalf("%q: no such topic", words[0])
	}
	var second int64
	if _, err := fmt.Sscan(words[2], &second); err != nil {
		t.Fatal(err)
	}
	e.rec.TimeMs = streamStart + second*1000
	if words[1] != "-" {
		e.rec.Key = []byte(words[1])
	}
	if raw, ok := strings.CutPrefix(words[3], "raw "); ok {
		e.rec.Value = []byte(raw)
		return e
	}
	at := "event_time"
	if testTopics[e.topic].Kind == schemas.KindEcertVerification {
		at = "checked_at"
	}
	e.rec.Value = fmt.Appendf(nil, `{"order_key":%q,%q:%d,%s}`, words[1], at, e.rec.TimeMs, words[3])
	return e
}

func runStream(t *testing.T, cfg Config, base Deps, stream []streamed, one, forgets bool) (shown string, stands standing) {
	inputs := make([][]record.Record, len(testTopics))
	feed := &stepFeed{wake: make(chan struct{})}
	for i, e := range stream {
		inputs[e.topic] = append(inputs[e.topic], e.rec)
		if i == 0 || one {
			feed.steps = append(feed.steps, make([]*record.Batch, len(testTopics)))
		}
		step := feed.steps[len(feed.steps)-1]
		if step[e.topic] == nil {
			step[e.topic] = &record.Batch{}
		}
		b := step[e.topic]
		b.Records, b.Next = append(b.Records, e.rec), e.rec.Offset+1
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newCluster(inputs, 1, 0)
	c.forgets = forgets
	told := &strings.Builder{}
	d := c.deps(nil, base)
	d.Observer = &teller{out: told, feed: feed, stop: cancel}
	d.Feed = func(context.Context, []int64) (Feed, error) { return feed, nil }
	if err := New(cfg, d).Run(ctx); err != nil {
		t.Fatal(err)
	}
	stands = c.read(t)
	c.show(t, told)
	return told.String(), stands
}

// show writes the committed outputs, but for progress and what is derived of the verdict.
func (c *cluster) show(t *testing.T, w *strings.Builder) {
	since := func(version uint64) string {
		if version == 0 {
			return "nothing"
		}
		return fmt.Sprintf("+%dms", int64(version)-streamStart)
	}
	tell := func(what, subject string, version, supersedes uint64, v *schemas.Verdict) {
		fmt.Fprintf(w, "%s %s: %s, version %s supersedes %s", what, subject, v.Route, since(version), since(supersedes))
		for i := range v.Reasons {
			fmt.Fprintf(w, ", %s", v.Reasons[i].Code)
		}
		if len(v.Missing) > 0 {
			fmt.Fprintf(w, ", missing %v", v.Missing)
		}
		if v.Cancelled {
			w.WriteString(", cancelled")
		}
		if x := v.Suppressed; x.Code != "" {
			fmt.Fprintf(w, ", %s until %s, else %s", x.Code, x.Until, x.Route)
		}
		w.WriteByte('\n')
	}
	for _, out := range []Output{OutDecisions, OutHighRisk} {
		for _, r := range c.outputs[out] {
			var d schemas.Decision
			if err := codec.ParseDecision(r.Value, &d); err != nil {
				t.Fatal(err)
			}
			what := out.String()
			if d.Retracted {
				what += " retracted"
			}
			if string(r.Key) != string(d.ID[:]) || d.ID != schemas.MakeDecisionID(d.OrderKey, d.ShipmentID) {
				t.Errorf("%s: key %x, id %s", out, r.Key, d.ID)
			}
			tell(what, d.OrderKey+"/"+d.ShipmentID, d.Version, d.Supersedes, &d.Verdict)
		}
	}
	for _, r := range c.outputs[OutPreReviews] {
		var p schemas.PreReview
		if err := codec.ParsePreReview(r.Value, &p); err != nil {
			t.Fatal(err)
		}
		tell(OutPreReviews.String(), p.OrderKey, p.Version, p.Supersedes, &p.Verdict)
	}
	for _, r := range c.outputs[OutRollups] {
		var row schemas.RollupRow
		if err := codec.ParseRollup(r.Value, &row); err != nil {
			t.Fatal(err)
		}
		if tellFlow(w, &row) {
			continue
		}
		fmt.Fprintf(w, "rollups version %d: %s\n", row.Version, describe(&row))
	}
	for _, r := range c.outputs[OutDeadLetters] {
		fmt.Fprintf(w, "dead-letters %q", r.Key)
		for _, h := range r.Headers {
			if h.Key == "clearlane-topic" || h.Key == "clearlane-offset" || h.Key == "clearlane-reason" {
				fmt.Fprintf(w, ", %s %s", strings.TrimPrefix(h.Key, "clearlane-"), h.Value)
			}
		}
		w.WriteByte('\n')
	}
}

// describe is a roll-up row without what all rows of a script share: only the dimensions
// that say something.
func describe(row *schemas.RollupRow) string {
	c := &row.Cell
	var b strings.Builder
	b.WriteString(c.Grain.String())
	if c.Route != schemas.RouteNone {
		b.WriteString(" " + c.Route.String())
	}
	for _, s := range []string{c.Reason, c.Port, c.SellerID, c.SiteHost, c.OriginCountry, c.HSChapter, c.ChannelGroup, c.Platform, c.LabelClass, c.AdNetwork, c.Campaign, c.Currency} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	fmt.Fprintf(&b, ": %d", row.Count)
	if row.Value != (schemas.Sum{}) {
		b.WriteString(", " + row.Value.String())
	}
	return b.String()
}
