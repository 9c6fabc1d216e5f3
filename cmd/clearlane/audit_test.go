package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/oracle/audit"
	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
)

// committedLog reads topics with kgo, which shares nothing with how Clearlane reads
// events: not the decoding of batches, nor the filter of aborted records.
type committedLog struct{ opts []kgo.Opt }

// ReadAll implements naive.Log.
func (l *committedLog) ReadAll(ctx context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error) {
	// Control records are kept, so that a partition that ends in them is seen to its end.
	client, err := kgo.NewClient(append(l.opts[:len(l.opts):len(l.opts)], kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, err
	}
	stable, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = stable.Error()
	}
	if err != nil {
		return nil, err
	}
	ends, left := make([]int64, len(stable[topic])), 0
	from := map[int32]kgo.Offset{}
	for p, end := range stable[topic] {
		ends[p] = end.Offset
		if first := starts[topic][p].Offset; first > 0 {
			return nil, fmt.Errorf("partition %d begins at offset %d: what was said before that is gone", p, first)
		}
		if end.Offset > 0 {
			from[p] = kgo.NewOffset().At(0)
			left++
		}
	}
	if left == 0 {
		return ends, nil
	}
	client.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
	done := make([]bool, len(ends))
	var failed error
	for left > 0 && failed == nil {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if failed == nil && r.Offset < ends[r.Partition] && !r.Attrs.IsControl() {
				failed = fn(r.Partition, recordOf(r))
			}
			if r.Offset+1 >= ends[r.Partition] && !done[r.Partition] {
				done[r.Partition] = true
				left--
			}
		})
	}
	return ends, failed
}

func recordOf(r *kgo.Record) *record.Record {
	out := &record.Record{Key: r.Key, Value: r.Value, Offset: r.Offset, TimeMs: r.Timestamp.UnixMilli()}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, record.Header{Key: h.Key, Value: h.Value})
	}
	return out
}

// audited is an audit of a group's topics.
type audited struct {
	expected *naive.Expected
	outputs  *audit.Outputs
	findings *audit.Findings
}

// auditTopics works out from the inputs what has to stand in the outputs, and searches
// them. Every input has to be processed, and the processes at rest.
func auditTopics(ctx context.Context, c *config.Config) (*audited, error) {
	opts, err := kafkaConn(&c.Kafka).ClientOptions()
	if err != nil {
		return nil, err
	}
	log := &committedLog{opts: opts}
	settings, err := auditSettings(c)
	if err != nil {
		return nil, err
	}
	a := &audited{}
	if a.expected, err = naive.Expect(ctx, log, settings); err != nil {
		return nil, err
	}
	t := kafkaTopics(&c.Kafka)
	if a.outputs, err = audit.Read(ctx, log, audit.Topics{Decisions: t.Decisions, HighRisk: t.HighRisk, PreReviews: t.PreReviews,
		Rollups: t.Rollups, DeadLetters: t.DeadLetters, Progress: t.Progress, Shadow: t.Shadow, Group: c.Kafka.Group}); err != nil {
		return nil, err
	}
	a.findings = a.outputs.Check(a.expected)
	return a, nil
}

// auditSettings are what the verdicts of a process with this configuration follow from.
func auditSettings(c *config.Config) (*naive.Settings, error) {
	s := &naive.Settings{Inputs: map[string]schemas.Kind{}, SellerSites: kafkaTopics(&c.Kafka).SellerSites, Events: c.Limits.Event(),
		MaxAheadMs: c.Task.MaxAhead.Milliseconds(), MaxLatenessMs: c.Task.MaxLateness.Milliseconds(), RetentionMs: c.Task.Retention.Milliseconds(),
		Clicks: c.Limits.ClicksPerOrder, Verifications: c.Limits.VerificationsPerOrder, Dispositions: c.Limits.DispositionsPerOrder, Shipments: c.Limits.ShipmentsPerOrder}
	for _, in := range c.Kafka.Inputs() {
		s.Inputs[in.Topic] = in.Kind
	}
	var err error
	if s.Policy, err = loadPolicy(c.Policy.File); err != nil {
		return nil, err
	}
	if c.Policy.Shadow != "" {
		if s.Shadow, err = loadPolicy(c.Policy.Shadow); err != nil {
			return nil, err
		}
	}
	if c.Geo.File != "" {
		b, err := os.ReadFile(c.Geo.File)
		if err != nil {
			return nil, err
		}
		if s.Geo, err = geo.FromBytes(b); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// words are what an audit has found, empty for nothing.
func (a *audited) words() string {
	var b strings.Builder
	_ = a.findings.Write(&b) // into memory
	return b.String()
}

// rightly fails unless an audit of the group's topics finds nothing.
func (s *setup) rightly(ctx context.Context, t testing.TB) *audited {
	t.Helper()
	a, err := auditTopics(ctx, &s.cfg)
	must(t, err)
	if !a.findings.OK() {
		t.Errorf("the outputs are not what follows from the inputs:\n%s", a.words())
	}
	if len(a.expected.Decisions) == 0 || a.outputs.Decisions() == 0 {
		t.Error(fmt.Sprint(len(a.expected.Decisions), " decisions expected, ", a.outputs.Decisions(), " read: the audit proves nothing"))
	}
	return a
}
