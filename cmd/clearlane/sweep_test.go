package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// customsBroker reads the committed decisions as they come, and keeps
// what stands.
type customsBroker struct {
	mu     sync.Mutex
	stands map[schemas.DecisionID]schemas.Decision
	twice  []string // versions that did not grow
}

func follow(t *testing.T, s *setup) *customsBroker {
	t.Helper()
	b := &customsBroker{stands: map[schemas.DecisionID]schemas.Decision{}}
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = reader.Follow(ctx, kafkaTopics(&s.cfg.Kafka).Decisions, make([]int64, 4), func(_ int32, r *record.Record) error {
			var d schemas.Decision
			if err := codec.ParseDecision(bytes.Clone(r.Value), &d); err != nil {
				return err
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			if old, known := b.stands[d.ID]; known && (d.Version <= old.Version || d.Supersedes != old.Version) {
				b.twice = append(b.twice, fmt.Sprintf("%s: version %d, supersedes %d, after %d", d.ID, d.Version, d.Supersedes, old.Version))
			}
			b.stands[d.ID] = d
			return nil
		}, nil)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		reader.Close()
	})
	return b
}

// count is how many decisions that stand are of a kind.
func (b *customsBroker) count(is func(*schemas.Decision) bool) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, d := range b.stands {
		if is(&d) {
			n++
		}
	}
	return n
}

// A change of all sellers' sites decides their open orders anew within seconds, and a
// changed pack does so with policy.redecide: open; processes killed in the middle of it
// leave nothing out, and say no version twice.
func TestOpenOrdersFollowTheReferenceData(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	pack := filepath.Join(t.TempDir(), "pack.yaml")
	must(t, os.WriteFile(pack, packOf("first"), 0o600))
	s.sets = append(s.sets, "kafka.session_timeout=6s", "kafka.heartbeat_interval=1s", "task.sweep_orders=1",
		"policy.file="+pack, "policy.reload_interval=100ms", "policy.redecide=open")
	g := gen.Options{Seed: 21, Orders: 2 * e2eOrders(t), Partitions: 4}
	registered := map[string]bool{}
	for _, e := range gen.New(g).Sites() {
		var site struct {
			ID string `json:"seller_id"`
		}
		must(t, json.Unmarshal(e.Value, &site))
		registered[site.ID] = true
	}
	b := follow(t, s)
	data := t.TempDir()
	run := func() *child {
		return start(t, s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "instance=one", "--set", "data_dir="+data)...)
	}
	c := run()
	s.send(g)
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(t, err)
	defer reader.Close()
	must(t, positions(&s.cfg, reader, 4).Await(t.Context(), time.Minute, nil))
	ofRegistered := func(d *schemas.Decision) bool { return registered[d.Verdict.Dimensions.SellerID] }
	var all int
	eventually(t, "all decisions are read", func() bool {
		n := b.count(ofRegistered)
		same := n == all
		all = n
		return same && n > g.Orders/2
	})
	review := func(d *schemas.Decision) bool { return d.Verdict.Route == schemas.RouteDocumentReview }
	reviews := b.count(review)

	broken := false
	for round := 1; round <= 6 && !broken; round++ {
		platform := fmt.Sprint("round ", round)
		s.changeSites(g, platform)
		decided := func(d *schemas.Decision) bool { return ofRegistered(d) && d.Verdict.Dimensions.Platform == platform }
		eventually(t, "the first order is decided anew", func() bool { return b.count(decided) > 0 })
		must(t, c.cmd.Process.Kill())
		<-c.ended
		broken = b.count(decided) < all
		c = run()
		eventually(t, "all orders of registered sellers are decided anew", func() bool { return b.count(decided) == all })
	}
	if !broken {
		t.Error("no process was killed in the middle of a sweep: nothing to show")
	}
	if n := b.count(review); n <= reviews {
		t.Errorf("%d document reviews, and %d while sites were integrated: no route has changed", n, reviews)
	}

	must(t, os.WriteFile(pack, bytes.Replace(packOf("bad"), []byte("weight: 60"), []byte("weight: -1"), 1), 0o600))
	eventually(t, "the bad pack is refused", func() bool { return strings.Contains(c.output.String(), "reference data refused") })
	must(t, os.WriteFile(pack, packOf("second"), 0o600))
	of := func(version string) func(*schemas.Decision) bool {
		return func(d *schemas.Decision) bool {
			return len(d.Verdict.Reasons) > 0 && d.Verdict.Reasons[0].PackVersion == version
		}
	}
	before := b.count(func(d *schemas.Decision) bool { return len(d.Verdict.Reasons) > 0 })
	eventually(t, "all reasons are those of the second pack", func() bool { return b.count(of("second")) == before })
	c.stop(t)
	bad := b.count(of("bad"))
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.twice) > 0 || bad > 0 {
		t.Errorf("%d by the bad pack; %d versions that did not grow: %q", bad, len(b.twice), b.twice[:min(5, len(b.twice))])
	}
}

// changeSites registers all sites of the generator anew, on another platform and without an
// integration.
func (s *setup) changeSites(g gen.Options, platform string) {
	s.t.Helper()
	kc := kafkaConn(&s.cfg.Kafka)
	opts, err := kc.ClientOptions()
	must(s.t, err)
	client, err := kgo.NewClient(opts...)
	must(s.t, err)
	defer client.Close()
	var records []*kgo.Record
	for _, e := range gen.New(g).Sites() {
		var site map[string]any
		must(s.t, json.Unmarshal(e.Value, &site))
		site["platform"], site["origin_integration"] = platform, map[string]any{"status": "NONE"}
		value, err := json.Marshal(site)
		must(s.t, err)
		records = append(records, &kgo.Record{Topic: kafkaTopics(&s.cfg.Kafka).SellerSites, Key: e.Key, Value: value})
	}
	must(s.t, client.ProduceSync(s.t.Context(), records...).FirstErr())
}
