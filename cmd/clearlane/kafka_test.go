package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// fakeKafka is an in-process Kafka; the result is its address.
func fakeKafka(t testing.TB) string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	must(t, err)
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0]
}

func TestTopicsAreMadeOnceAndChecked(t *testing.T) {
	to := []string{"--set", "kafka.brokers=" + fakeKafka(t), "--set", "kafka.topic_prefix=eu.", "--set", "kafka.topics.dispositions=off"}
	topics := func(want int, flags ...string) string {
		t.Helper()
		code, out, errs := command(t, nil, append(append([]string{"topics"}, flags...), to...)...)
		if code != want {
			t.Fatalf("topics %v: exit %d, want %d\n%s%s", flags, code, want, out, errs)
		}
		return out
	}
	if out := topics(exitFault); strings.Count(out, "FAULT") != 11 || !strings.Contains(out, "eu.orders") {
		t.Errorf("11 topics are missing:\n%s", out)
	}
	if out := topics(exitOK, "--create", "--dry-run", "--partitions", "3"); strings.Count(out, "would create") != 11 {
		t.Errorf("11 topics would be created:\n%s", out)
	}
	if out := topics(exitFault); strings.Count(out, "FAULT") != 11 {
		t.Errorf("a dry run has made topics:\n%s", out)
	}
	// Without a count and without inputs only seller-sites can be made: it has one partition.
	if code, _, errs := command(t, nil, append([]string{"topics", "--create"}, to...)...); code != exitFault || !strings.Contains(errs, "partitions") {
		t.Errorf("without a count and without inputs: exit %d, %s", code, errs)
	}
	if out := topics(exitOK, "--create", "--partitions", "3"); strings.Count(out, "created") != 10 || !strings.Contains(out, "3 partitions") {
		t.Errorf("10 more topics are created:\n%s", out)
	}
	if out := topics(exitOK, "--create"); strings.Count(out, " ok") != 11 {
		t.Errorf("all are there already:\n%s", out)
	}
	code, out, errs := command(t, nil, append([]string{"check", "--set", "roles=score", "--set", "data_dir=" + t.TempDir()}, to...)...)
	if code != exitOK || !strings.Contains(out, "11 topics, 3 partitions") || strings.Contains(out, "FAULT") {
		t.Errorf("check: exit %d\n%s%s", code, out, errs)
	}
	code, out, _ = command(t, nil, append([]string{"check", "--set", "roles=score", "--set", "kafka.topics.orders=others"}, to...)...)
	if code != exitFault || !strings.Contains(out, "FAULT  topics") || !strings.Contains(out, "eu.others") {
		t.Errorf("check of a missing topic: exit %d\n%s", code, out)
	}
}

// What gen sends is the generator's stream: every record with its key, bytes and
// timestamp, on the partition of its key, the seller sites on theirs.
func TestGenSendsTheStreamToKafka(t *testing.T) {
	addr := fakeKafka(t)
	to := []string{"--set", "kafka.topics.dispositions=off"}
	if code, out, errs := command(t, nil, append([]string{"topics", "--create", "--partitions", "3", "--set", "kafka.brokers=" + addr}, to...)...); code != exitOK {
		t.Fatalf("topics: %s%s", out, errs)
	}
	code, out, errs := command(t, nil, append([]string{"gen", "--kafka", addr, "--orders", "50", "--seed", "7", "--bad", "5"}, to...)...)
	if code != exitOK || out != "" || !strings.Contains(errs, "records sent") {
		t.Fatalf("gen: exit %d, %s%s", code, out, errs)
	}
	want := map[string]int{}
	total := 0
	g := gen.New(gen.Options{Seed: 7, Orders: 50, Bad: 5, Partitions: 3})
	add := func(topic string, partition int32, e *gen.Event) {
		want[line(topic, partition, e.TimeMs, e.Key, e.Value)]++
		total++
	}
	for _, e := range g.Sites() {
		add("seller-sites", 0, &e)
	}
	topics := map[schemas.Kind]string{schemas.KindAdClick: "ad-clicks", schemas.KindOrder: "orders", schemas.KindShipment: "shipments", schemas.KindEcertVerification: "ecert-verifications"}
	for e, ok := g.Next(); ok; e, ok = g.Next() {
		if topic := topics[e.Kind]; topic != "" {
			partition := e.Partition
			if len(e.Key) == 0 {
				partition = -1
			}
			add(topic, partition, &e)
		}
	}

	reader, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics("ad-clicks", "orders", "shipments", "ecert-verifications", "seller-sites"))
	must(t, err)
	defer reader.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for n := 0; n < total; {
		fetches := reader.PollFetches(ctx)
		must(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			n++
			partition := r.Partition
			if len(r.Key) == 0 {
				partition = -1
			}
			want[line(r.Topic, partition, r.Timestamp.UnixMilli(), r.Key, r.Value)]--
		})
	}
	for l, n := range want {
		if n != 0 {
			t.Errorf("%d missing (below 0: too many): %s", n, l)
		}
	}
}

func line(topic string, partition int32, timeMs int64, key, value []byte) string {
	return fmt.Sprintf("%s-%d %d %q %q", topic, partition, timeMs, key, value)
}

func TestGenSaysWhichTopicIsMissing(t *testing.T) {
	code, _, errs := command(t, nil, "gen", "--kafka", fakeKafka(t), "--orders", "1")
	if code != exitFault || !strings.Contains(errs, "topic seller-sites") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func TestGenKeepsThePace(t *testing.T) {
	began := time.Now()
	p := newPacer(began, 100)
	must(t, p.wait(t.Context(), 5000))
	must(t, p.wait(t.Context(), 5080))
	if took := time.Since(began); took < 75*time.Millisecond {
		t.Errorf("80 ms of event time passed in %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx, 1<<50); err == nil {
		t.Error("waits on after the context has ended")
	}
	p = newPacer(began, 0)
	must(t, p.wait(t.Context(), 5000))
	must(t, p.wait(t.Context(), 1<<40)) // returns at once, or the test times out
}
