package broker_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
)

func TestStartServesTopicsUntilClose(t *testing.T) {
	defer goleak.VerifyNone(t)
	b, err := broker.Start(3, "orders")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.ConsumeTopics("orders"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	stamp := time.UnixMilli(1_700_000_000_000)
	if err := client.ProduceSync(ctx, &kgo.Record{Topic: "orders", Partition: 2, Value: []byte("v"), Timestamp: stamp}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	got := client.PollFetches(ctx).Records()
	if len(got) != 1 || got[0].Partition != 2 || !got[0].Timestamp.Equal(stamp) {
		t.Fatalf("read %v, want the record with its partition and its own timestamp", got)
	}
}

func TestStartRefusesPartitions(t *testing.T) {
	if _, err := broker.Start(0, "orders"); err == nil || !strings.Contains(err.Error(), "partitions: 0") {
		t.Fatal(err)
	}
}
