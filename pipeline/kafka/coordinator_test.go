package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// The node that coordinates the writer's transactions dies in the middle of one: another
// coordinates them, and the commit goes through, each record once. So it goes with the other
// producer's coordinator, and with the leader of the outputs, which one of the two may be.
func TestCoordinatorMovesInMidTransaction(t *testing.T) {
	if testing.Short() {
		t.Skip("three nodes take a while to start")
	}
	const patience = 3 * time.Minute // three JVMs on a busy machine
	c := brokers.Cluster(t, 3, kafkatest.Options{})
	a, err := NewAdmin(Config{Brokers: c.Brokers()})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var topics [task.NumOutputs]string
	for out := range topics {
		topics[out] = "moved"
	}
	topics[task.OutProgress] = "moved-progress"
	for _, topic := range []string{"moved", "moved-progress"} {
		if _, err := a.adm.CreateTopic(t.Context(), 1, -1, nil, topic); err != nil {
			t.Fatal(err)
		}
		if err := a.awaitListed(t.Context(), []string{topic}, true); err != nil {
			t.Fatal(err)
		}
	}
	w := newWriter(t, c.Brokers(), topics, 0, func(c *WriterConfig) { c.CommitTimeout = patience })
	var want []string
	for n := range lanes {
		before, after := fmt.Sprint(n, " before"), fmt.Sprint(n, " after")
		write(t, w, before)
		flush(t, w)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		node, err := c.TxnCoordinator(ctx, w.cfg.TransactionalID(0, w.writing.at))
		if err != nil {
			t.Fatal(err)
		}
		if err := node.Kill(); err != nil {
			t.Fatal(err)
		}
		write(t, w, after)
		commit(t, w)
		want = append(want, before, after)
		if moved, err := c.TxnCoordinator(ctx, w.cfg.TransactionalID(0, w.writing.at)); err != nil {
			t.Error(err)
		} else if moved == node {
			t.Errorf("transaction %d: the node that was killed coordinates", n)
		}
		if err := node.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.Complete(ctx), c.InSync(ctx)); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	if decisions, progress := committed(t, c.Brokers(), topics, 0); !slices.Equal(decisions, want) || progress != want[len(want)-1] {
		t.Errorf("%q and progress %q are committed, not %q", decisions, progress, want)
	}
}
