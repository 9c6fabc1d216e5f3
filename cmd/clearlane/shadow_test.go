package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// differing are the subjects of which the shadow topic says, in the end, that they differ.
func (s *setup) differing() map[schemas.DecisionID]schemas.Difference {
	s.t.Helper()
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(s.t, err)
	defer reader.Close()
	all := map[schemas.DecisionID]schemas.Difference{}
	_, err = reader.ReadAll(s.t.Context(), kafkaTopics(&s.cfg.Kafka).Shadow, func(_ int32, r *record.Record) error {
		var d schemas.Difference
		if err := codec.ParseDifference(bytes.Clone(r.Value), &d); err != nil {
			return err
		}
		if all[d.ID] = d; !d.Differs {
			delete(all, d.ID)
		}
		return nil
	})
	must(s.t, err)
	return all
}

// What a process with a shadow pack says beside its decisions, in the topic and in
// ClickHouse, is what a backtest of the same topics says. A shadow pack that is replaced is
// taken up, a bad one refused, and the decisions are those of the live pack.
func TestAShadowPackSaysWhatABacktestSays(t *testing.T) {
	options := chdbtest.Options(t)
	database := options.Auth.Database
	b, err := broker.Start(4)
	must(t, err)
	t.Cleanup(b.Close)
	file := filepath.Join(t.TempDir(), "shadow.yaml")
	must(t, os.WriteFile(file, policy.DefaultBytes(), 0o600))
	s := newSetup(t, strings.Join(b.Addrs(), ","), "roles=score,land,serve", "policy.shadow="+file, "kafka.topics.shadow=shadow", "policy.redecide=open", "policy.reload_interval=100ms",
		"clickhouse.addrs="+options.Addr[0], "clickhouse.protocol=http", "clickhouse.database="+database, "clickhouse.batch_interval=200ms")
	c := s.run("one")
	g := gen.Options{Seed: 7, Orders: 1500, Partitions: 4}
	s.send(g)
	s.agree(g)
	if n := len(s.differing()); n != 0 {
		t.Fatalf("%d differences from the pack itself", n)
	}

	changed := changedPack(t)
	text, err := os.ReadFile(changed)
	must(t, err)
	text = bytes.Replace(text, []byte("orders: all"), []byte("orders: claims_preference"), 1) // the live pack says which there are
	must(t, os.WriteFile(changed, text, 0o600))
	r := backtestOf(t, append([]string{"--policy", changed}, s.args()...)...)
	if r.Shipments.Changed < 10 || r.PreReviews.Changed < 10 {
		t.Fatalf("%d and %d changes: nothing to show", r.Shipments.Changed, r.PreReviews.Changed)
	}
	must(t, os.WriteFile(file, bytes.Replace(text, []byte("weight: 61"), []byte("weight: -1"), 1), 0o600))
	eventually(t, "the bad shadow pack is refused", func() bool { return strings.Contains(c.output.String(), "reference data refused") })
	must(t, os.WriteFile(file, text, 0o600))
	eventually(t, "the topic says what the backtest says", func() bool { return int64(len(s.differing())) == r.Changed })
	said := s.differing()
	for _, e := range append(r.Shipments.Examples, r.PreReviews.Examples...) {
		id, err := schemas.ParseDecisionID(e.DecisionID)
		must(t, err)
		if d := said[id]; d.Shadow.PackHash != r.New.Hash || d.Live.Route.String() != e.OldRoute || d.Shadow.Route.String() != e.NewRoute || d.Shadow.Score != e.NewScore {
			t.Errorf("the backtest says %+v, the topic %+v", e, d)
		}
	}
	s.agree(g) // the decisions are as they were

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, landed(ctx, &s.cfg))
	conn := chdbtest.Connect(t, options)
	a := s.rightly(ctx, t)
	found, err := a.outputs.CheckClickHouse(ctx, conn, database, a.expected)
	must(t, err)
	if len(a.expected.Differences) != len(said) || !found.OK() {
		t.Errorf("%d differences follow from the inputs, the topic has %d; the tables:\n%s", len(a.expected.Differences), len(said), (&audited{findings: found}).words())
	}
	var rows, held uint64
	must(t, conn.QueryRow(ctx, "SELECT count(), countIf(live_route = 'HIGH_RISK_CONTROL' AND shadow_route != live_route) FROM "+database+".v_shadow_differences").Scan(&rows, &held))
	want := uint64(0)
	for _, d := range said {
		if d.Live.Route == schemas.RouteHighRisk && d.Shadow.Route != d.Live.Route {
			want++
		}
	}
	if rows != uint64(len(said)) || held != want {
		t.Errorf("ClickHouse has %d differences, %d of them out of high-risk control; the topic %d and %d", rows, held, len(said), want)
	}

	must(t, os.WriteFile(file, policy.DefaultBytes(), 0o600))
	eventually(t, "all differences have ended", func() bool { return len(s.differing()) == 0 })
	must(t, landed(ctx, &s.cfg))
	must(t, conn.QueryRow(ctx, "SELECT count() FROM "+database+".v_shadow_differences").Scan(&rows))
	if rows != 0 {
		t.Errorf("ClickHouse has %d differences that have ended", rows)
	}
	c.stop(t)
}

// Differences may be said again, so a topic for them that begins anew, under the same name or
// another, keeps no partition from going on.
func TestAShadowTopicMayBeginAnew(t *testing.T) {
	b, err := broker.Start(4)
	must(t, err)
	t.Cleanup(b.Close)
	dir, addr := filepath.Join(t.TempDir(), "one"), strings.Join(b.Addrs(), ",")
	sets := []string{"policy.shadow=" + changedPack(t), "state.flush_interval=100ms"}
	s := newSetup(t, addr, append(sets, "kafka.topics.shadow=shadow")...)
	c := s.runIn(dir)
	g := gen.Options{Seed: 7, Orders: 300, Partitions: 4}
	s.send(g)
	s.agree(g)
	if len(s.differing()) == 0 {
		t.Fatal("no differences: nothing to show")
	}
	c.stop(t)
	again := newSetup(t, addr, append(sets, "kafka.topics.shadow=other")...)
	c = again.runIn(dir)
	eventually(t, "all partitions go on", func() bool { return c.owned() == 4 })
	c.stop(t)
}
