package kafkatest_test

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Of three nodes one may be away, the leader and coordinator too, and everything goes on;
// with two away everything waits, and nothing that was acknowledged is lost.
func TestOneOfThreeNodesMayBeAway(t *testing.T) {
	c := brokers.Cluster(t, 3, kafkatest.Options{Heap: "384m", JVM: kafkatest.Small()})
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()...), kgo.TransactionalID("t"), kgo.TransactionTimeout(time.Minute),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(t, err)
	defer client.Close()
	adm := kadm.NewClient(client)
	_, err = adm.CreateTopic(t.Context(), 1, -1, nil, "topic")
	must(t, err)
	// begin writes a record of a transaction; the channel tells what became of it.
	begin := func(value string) <-chan error {
		must(t, client.BeginTransaction())
		written := make(chan error, 1)
		client.Produce(t.Context(), &kgo.Record{Topic: "topic", Value: []byte(value)}, func(_ *kgo.Record, err error) { written <- err })
		return written
	}
	end := func(written <-chan error) {
		t.Helper()
		select {
		case err := <-written:
			must(t, err)
		case <-time.After(time.Minute):
			t.Fatal("not acknowledged within a minute")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		must(t, client.EndTransaction(ctx, kgo.TryCommit))
	}
	end(begin("all there"))
	topics, err := adm.ListTopics(t.Context(), "topic")
	must(t, err)
	if p := topics["topic"].Partitions[0]; len(p.Replicas) != 3 {
		t.Errorf("replicas %v", p.Replicas)
	}

	leader, err := c.Leader(t.Context(), "topic", 0)
	must(t, err)
	must(t, leader.Kill())
	end(begin("one away"))
	must(t, leader.Restart(t.Context()))
	must(t, c.Complete(t.Context()))

	coordinator, err := c.TxnCoordinator(t.Context(), "t")
	must(t, err)
	must(t, coordinator.Kill())
	end(begin("the coordinator away"))
	group, err := c.GroupCoordinator(t.Context(), "g")
	must(t, err)
	if group == coordinator {
		t.Errorf("node %d is away, and coordinates a group", group.ID)
	}
	for _, b := range c.Nodes {
		if b != coordinator {
			must(t, b.Kill())
			break
		}
	}
	waits := begin("two away")
	select {
	case err := <-waits:
		t.Errorf("with two of three away: %v", err)
	case <-time.After(3 * time.Second):
	}
	for _, b := range c.Nodes {
		if !b.Running() {
			must(t, b.Restart(t.Context()))
		}
	}
	must(t, c.Complete(t.Context()))
	end(waits)

	reader, err := kgo.NewClient(kgo.SeedBrokers(c.Brokers()...), kgo.ConsumeTopics("topic"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	must(t, err)
	defer reader.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, want := range []string{"all there", "one away", "the coordinator away", "two away"} {
		for got := ""; got != want; {
			fetches := reader.PollRecords(ctx, 1)
			must(t, fetches.Err())
			for _, r := range fetches.Records() {
				if got = string(r.Value); got != want {
					t.Fatalf("reads %q, not %q", got, want)
				}
			}
		}
	}
}
