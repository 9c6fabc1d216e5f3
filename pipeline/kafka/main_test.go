package kafka

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
)

// The real broker is shared by the tests of the package: it takes seconds to start.
var (
	realOnce   sync.Once
	realBroker *kafkatest.Broker
	realErr    error
)

func TestMain(m *testing.M) {
	code := m.Run()
	if realBroker != nil {
		if code != 0 {
			fmt.Fprintln(os.Stderr, "Kafka's log:", realBroker.Log())
		}
		_ = realBroker.Stop()
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "goroutines left:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// onBoth runs a test on kfake and on a real Apache Kafka.
func onBoth(t *testing.T, test func(t *testing.T, brokers []string)) {
	t.Run("kfake", func(t *testing.T) {
		f, err := kafkatest.StartFake(1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Stop() })
		test(t, f.Brokers())
	})
	t.Run("kafka", func(t *testing.T) { test(t, realKafka(t)) })
}

func realKafka(t *testing.T) []string {
	t.Helper()
	realOnce.Do(func() {
		realBroker, realErr = kafkatest.Start(context.Background(), kafkatest.Options{
			Settings: map[string]string{"log.cleaner.backoff.ms": "200", "log.initial.task.delay.ms": "0"},
		})
	})
	if errors.Is(realErr, kafkatest.ErrNotInstalled) && os.Getenv("CLEARLANE_REQUIRE_KAFKA") != "1" {
		t.Skipf("SKIPPED, NOT TESTED AGAINST A REAL KAFKA: %v", realErr)
	}
	if realErr != nil {
		t.Fatal(realErr)
	}
	return realBroker.Brokers()
}

var topicNumber atomic.Int64

// newTopic makes a topic of its own for a test.
func newTopic(t testing.TB, brokers []string, partitions int32, settings ...string) string {
	t.Helper()
	a, err := NewAdmin(Config{Brokers: brokers})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	name := fmt.Sprintf("t%d", topicNumber.Add(1))
	m := map[string]*string{}
	for _, s := range settings {
		k, v, _ := strings.Cut(s, "=")
		m[k] = &v
	}
	if _, err := a.adm.CreateTopic(t.Context(), partitions, 1, m, name); err != nil {
		t.Fatal(err)
	}
	if err := a.awaitListed(t.Context(), []string{name}, true); err != nil {
		t.Fatal(err)
	}
	return name
}

func newClient(t testing.TB, brokers []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func produce(t testing.TB, c *kgo.Client, topic string, partition int32, values ...string) {
	t.Helper()
	var rs []*kgo.Record
	for _, v := range values {
		rs = append(rs, &kgo.Record{Topic: topic, Partition: partition, Key: []byte("k" + v), Value: []byte(v)})
	}
	if err := c.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// startFetcher runs a fetcher for the length of the test.
func startFetcher(t testing.TB, brokers []string, change func(*FetchConfig), topics ...string) *Fetcher {
	t.Helper()
	cfg := DefaultFetch()
	cfg.Config = Config{Brokers: brokers}
	cfg.Topics = topics
	if change != nil {
		change(&cfg)
	}
	f, err := NewFetcher(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return f
}

// drain polls a topic of a feed until it is caught up and has handed out at least n
// records, or has failed.
func drain(t testing.TB, feed *Feed, topic, n int) (values []string, next int64) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		for b := feed.Poll(topic); b != nil; b = feed.Poll(topic) {
			for i := range b.Records {
				values = append(values, string(b.Records[i].Value))
			}
			next = b.Next
			b.Release()
		}
		if feed.Err() != nil || (len(values) >= n && feed.CaughtUp(topic)) {
			return values, next
		}
		select {
		case <-feed.Wake():
		case <-deadline:
			t.Fatalf("after 20 s %d of %d records, caught up: %v, next %d", len(values), n, feed.CaughtUp(topic), next)
		}
	}
}
