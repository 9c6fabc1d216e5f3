package kafka

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// A broker that is killed and comes back: feeds go on from where they were, the
// group joins again, a commit that failed has a name, and a new writer takes over.
func TestBrokerKilledAndRestarted(t *testing.T) {
	if testing.Short() {
		t.Skip("a broker's restart takes half a minute")
	}
	realKafka(t) // skips where there is none
	b, err := kafkatest.Start(t.Context(), kafkatest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop() })
	in := newTopic(t, b.Brokers(), 1)
	topics := newOutputs(t, b.Brokers())
	c := newClient(t, b.Brokers())
	produce(t, c, in, 0, "before")
	f := startFetcher(t, b.Brokers(), nil, in)
	feed, err := f.Open(0, []int64{0})
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	drain(t, feed, 0, 1)
	member := join(t, b.Brokers(), "chaos", "me", nil, in)
	member.until(t, 1)
	w := newWriter(t, b.Brokers(), topics, 0, func(c *WriterConfig) { c.CommitTimeout = time.Second })
	put(t, w, task.OutProgress, "first")
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, w, task.OutProgress, "second")
	flush(t, w)

	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(t.Context()); !errors.Is(err, task.ErrUnknownOutcome) {
		t.Errorf("commit without a broker: %v", err)
	}
	w.Close()
	if err := b.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}

	produce(t, c, in, 0, "after")
	if got, next := drain(t, feed, 0, 1); len(got) != 1 || got[0] != "after" || next != 2 {
		t.Errorf("read %q up to %d, %v", got, next, feed.Err())
	}
	if since, err := f.Away(); err != nil {
		t.Errorf("with the broker back: away since %v: %v", since, err)
	}
	if f.stats.Retries.Load() == 0 {
		t.Error("no try was counted as failed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cfg := *w.cfg
	again, err := NewWriter(ctx, cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	p, ok, err := newReader(t, b.Brokers()).LastProgress(ctx, topics[task.OutProgress], 0, "k", parseInstance)
	if err != nil || !ok || p.Instance != "first" {
		t.Errorf("last progress %+v, %v, %v", p, ok, err)
	}
	// Nothing has to be shared out anew: the member has been heard of in time.
	if err := member.group.Confirm(ctx); err != nil {
		t.Errorf("the group does not know its member any more: %v", err)
	}
	select {
	case p := <-member.assigned:
		t.Errorf("assigned anew: %v", p)
	default:
	}
}

// A coordinator that hangs, connections open, is left for the one that takes its place:
// the members keep their partitions, and are heard of again while it still hangs.
func TestACoordinatorThatHangsIsLeft(t *testing.T) {
	c := brokers.Cluster(t, 3, kafkatest.Options{Heap: "256m", JVM: kafkatest.Small()})
	in := newTopic(t, c.Brokers(), 2)
	id := "group-" + in
	change := func(c *GroupConfig) { c.Heartbeat = 500 * time.Millisecond }
	first := join(t, c.Brokers(), id, "first", change, in)
	first.until(t, 2)
	second := join(t, c.Brokers(), id, "second", change, in)
	mine, yours := first.until(t, 1), second.until(t, 1)
	coordinator, err := c.GroupCoordinator(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := coordinator.Pause(); err != nil {
		t.Fatal(err)
	}
	defer coordinator.Resume()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for name, j := range map[string]*joined{"first": first, "second": second} {
		want := map[string][]int32{"first": mine, "second": yours}[name]
		if err := j.group.Confirm(ctx); err != nil {
			t.Errorf("%s is not heard of: %v", name, err)
		}
		for more := true; more; {
			select {
			case p := <-j.assigned:
				if !slices.Equal(p, want) {
					t.Errorf("%s had %v and has %v", name, want, p)
				}
			default:
				more = false
			}
		}
	}
}
