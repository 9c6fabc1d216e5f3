package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/oracle/audit"
)

// landed waits until the landers have committed the outputs to their ends, for at most a
// minute.
func landed(ctx context.Context, c *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	opts, err := kafkaConn(&c.Kafka).ClientOptions()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return err
	}
	defer client.Close()
	admin, t := kadm.NewClient(client), kafkaTopics(&c.Kafka)
	topics := []string{t.Decisions, t.PreReviews, t.Rollups, t.DeadLetters}
	if t.Shadow != "" {
		topics = append(topics, t.Shadow)
	}
	for {
		ends, err := admin.ListCommittedOffsets(ctx, topics...)
		if err == nil {
			err = ends.Error()
		}
		if err != nil {
			return err
		}
		group, err := admin.FetchOffsets(ctx, c.Kafka.LandGroup())
		if err != nil {
			return err
		}
		left := int64(0)
		ends.Each(func(end kadm.ListedOffset) {
			at, _ := group.Lookup(end.Topic, end.Partition)
			left += max(end.Offset-at.At, 0)
		})
		if left == 0 {
			return nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("%d records have not landed: %w", left, ctx.Err())
		}
	}
}

// tables audits what has landed too: what is wrong there joins the findings.
func (a *audited) tables(ctx context.Context, c *config.Config) error {
	lander, err := landConfig(c)
	if err != nil {
		return err
	}
	conn, err := land.Connect(lander.ClickHouse)
	if err != nil {
		return err
	}
	defer conn.Close()
	found, err := a.outputs.CheckClickHouse(ctx, conn, c.ClickHouse.Database, a.expected)
	if err != nil {
		return err
	}
	a.findings.Add(found)
	return nil
}

// ClickHouse holds what the topics say, and adds up to what follows from the inputs; and
// whatever is wrong there is found.
func TestTablesHoldWhatFollowsFromTheInputs(t *testing.T) {
	options := chdbtest.Options(t)
	database := options.Auth.Database
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr, "roles=score,land,serve",
		"clickhouse.addrs="+options.Addr[0], "clickhouse.protocol=http", "clickhouse.database="+database, "clickhouse.batch_interval=200ms")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	c := s.run("one")
	g := gen.Options{Seed: 31, Orders: 1200, Bad: 60, OrdersPerSecond: 50, Partitions: 4}
	s.send(g)
	s.agree(g)
	must(t, landed(ctx, &s.cfg))
	c.stop(t)

	a := s.rightly(ctx, t)
	conn := chdbtest.Connect(t, options)
	check := func(t *testing.T) *audit.Findings {
		t.Helper()
		f, err := a.outputs.CheckClickHouse(ctx, conn, database, a.expected)
		must(t, err)
		return f
	}
	if f := check(t); !f.OK() {
		var b strings.Builder
		must(t, f.Write(&b))
		t.Fatalf("the tables are not what the topics say:\n%s", &b)
	}
	for _, planted := range []struct {
		what, statement string
		class           audit.Class
		text            string
	}{
		{"a version nobody said", "INSERT INTO %[1]s.decisions SELECT * REPLACE (version + 1 AS version) FROM %[1]s.decisions FINAL LIMIT 1", audit.Wrong, "v_decision_history"},
		{"another member", "INSERT INTO %[1]s.pre_reviews SELECT * REPLACE ('X' AS port) FROM %[1]s.pre_reviews FINAL LIMIT 1", audit.Wrong, "pre_reviews"},
		{"a cell of another count", "INSERT INTO %[1]s.rollup_minute_route SELECT * REPLACE (version + 1 AS version, count + 1 AS count) FROM %[1]s.rollup_minute_route FINAL LIMIT 1", audit.Wrong, "v_minute_route"},
		{"dead letters lost", "TRUNCATE TABLE %[1]s.dead_letters", audit.Missing, "v_dead_letters"},
		{"cells lost", "TRUNCATE TABLE %[1]s.rollup_hour_reason", audit.Missing, "v_hour_reason"},
	} {
		must(t, conn.Exec(ctx, fmt.Sprintf(planted.statement, database)))
		f := check(t)
		var b strings.Builder
		must(t, f.Write(&b))
		if !f.Has(planted.class, planted.text) {
			t.Errorf("planted %s; found\n%s", planted.what, &b)
		}
	}
}
