package task

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// TestSweepScript runs scripts on one task that is committed and flushed behind each step.
// "events" are as in TestStream. A line of "sites" is a seller, a host and the members of
// what is registered, or - for a deletion. Each shows what the observer was told, slice by
// slice, and what was published since.
func TestSweepScript(t *testing.T) {
	pack, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	datadriven.Walk(t, "testdata/sweep", func(t *testing.T, path string) {
		table, offset := &decide.SiteTable{}, int64(0)
		refs := &decide.References{Policy: policy.Alone(pack), Sites: table}
		cfg := testConfig()
		cfg.SweepOrders = 2
		c := newCluster(make([][]record.Record, len(testTopics)), 1, 0)
		feed := &stepFeed{wake: make(chan struct{})}
		told := &strings.Builder{}
		d := c.deps(nil, Deps{References: func() *decide.References { return refs }, Now: func() time.Time { return time.UnixMilli(streamStart + 60_000) }})
		d.Observer = &teller{out: told, feed: feed, stop: func() {}}
		task := New(cfg, d)
		if err := task.recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		task.merge.feed = feed
		offsets := make([]int64, len(testTopics))
		in := decide.NewSiteIntake(schemas.DefaultLimits())
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			told.Reset()
			for o := range c.outputs {
				c.outputs[o] = nil
			}
			switch d.Cmd {
			case "events":
				step := make([]*record.Batch, len(testTopics))
				for line := range strings.Lines(d.Input) {
					e := event(t, line)
					e.rec.Offset = offsets[e.topic]
					offsets[e.topic]++
					if step[e.topic] == nil {
						step[e.topic] = &record.Batch{}
					}
					b := step[e.topic]
					b.Records, b.Next = append(b.Records, e.rec), e.rec.Offset+1
				}
				for len(feed.steps) <= feed.open {
					feed.steps = append(feed.steps, make([]*record.Batch, len(testTopics)))
				}
				feed.steps[feed.open] = step
				_, err := task.batch(t.Context())
				must(err)
			case "sites":
				for line := range strings.Lines(d.Input) {
					words := strings.SplitN(strings.TrimSpace(line), " ", 3)
					r := &record.Record{Key: []byte(words[0] + words[1]), Offset: offset}
					if words[2] != "-" {
						r.Value = fmt.Appendf(nil, `{"seller_id":%q,"site_host":%q,%s}`, words[0], words[1], words[2])
					}
					offset++
					changes, err := in.Take(r)
					must(err)
					table = table.With(changes)
				}
				refs = &decide.References{Policy: policy.Alone(pack), Sites: table, SitesOffset: offset}
				for swept := true; swept; {
					var err error
					swept, err = task.sweepOn(t.Context())
					must(err)
				}
			default:
				t.Fatalf("unknown command %q", d.Cmd)
			}
			must(task.flush(t.Context()))
			must(task.store.(*fakeStore).wait())
			c.show(t, told)
			return told.String()
		})
		must(task.release())
	})
}
