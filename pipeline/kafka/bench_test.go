package kafka

import (
	"bytes"
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// onBench runs a benchmark on kfake and, where it is installed, on a real Kafka. On
// kfake the processor time includes the broker's.
func onBench(b *testing.B, bench func(b *testing.B, addrs []string)) {
	b.Run("kfake", func(b *testing.B) { bench(b, brokers.Fake(b, 1).Brokers()) })
	b.Run("kafka", func(b *testing.B) { bench(b, brokers.Real(b, kafkatest.Options{}).Brokers()) })
}

// BenchmarkFetch reads 380-byte events of three topics of four partitions.
func BenchmarkFetch(b *testing.B) {
	onBench(b, func(b *testing.B, addrs []string) {
		const each = 20_000
		value := bytes.Repeat([]byte("x"), 380)
		var topics []string
		c := newClient(b, addrs, kgo.ProducerLinger(5*time.Millisecond), kgo.ProducerBatchCompression(kgo.NoCompression()))
		for range 3 {
			topic := newTopic(b, addrs, 4)
			topics = append(topics, topic)
			for p := range int32(4) {
				for i := range each {
					c.Produce(context.Background(), &kgo.Record{Topic: topic, Partition: p, Key: fmt.Append(nil, "order-", i), Value: value}, nil)
				}
			}
		}
		if err := c.Flush(context.Background()); err != nil {
			b.Fatal(err)
		}
		f := startFetcher(b, addrs, nil, topics...)
		b.ReportAllocs()
		before, n := cpu(b), 0
		for b.Loop() {
			for p := range int32(4) {
				feed, err := f.Open(p, make([]int64, 3))
				if err != nil {
					b.Fatal(err)
				}
				for topic := range topics {
					for got := 0; got < each; {
						if batch := feed.Poll(topic); batch != nil {
							got += len(batch.Records)
							batch.Release()
							continue
						}
						<-feed.Wake()
					}
					n += each
				}
				feed.Close()
			}
		}
		b.ReportMetric(float64(n)/(cpu(b)-before).Seconds(), "events/cpu-s")
	})
}

// BenchmarkCommit writes transactions of 200 decisions and a progress record.
func BenchmarkCommit(b *testing.B) {
	onBench(b, func(b *testing.B, addrs []string) {
		for _, linger := range []time.Duration{0, time.Millisecond} {
			b.Run(fmt.Sprint("linger=", linger), func(b *testing.B) {
				topics := newOutputs(b, addrs)
				w := newWriter(b, addrs, topics, 0, func(c *WriterConfig) { c.Linger = linger })
				key, value := []byte("0123456789abcdef"), bytes.Repeat([]byte(`{"route":"RELEASE"}`), 16)
				for range 5 { // a new topic and a new transactional id take a while
					put(b, w, task.OutProgress, "warm")
					if err := w.Commit(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				w.stats.FlushNs.Store(0)
				w.stats.EndTxnNs.Store(0)
				w.stats.Commits.Store(0)
				b.ReportAllocs()
				before, n := cpu(b), 0
				for b.Loop() {
					for range 200 {
						if err := w.Produce(context.Background(), task.OutDecisions, key, value, nil); err != nil {
							b.Fatal(err)
						}
					}
					if err := w.Produce(context.Background(), task.OutProgress, key, value, nil); err != nil {
						b.Fatal(err)
					}
					if err := w.Commit(context.Background()); err != nil {
						b.Fatal(err)
					}
					n += 201
				}
				b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(n), "cpu-ns/record")
				b.ReportMetric(float64(w.stats.FlushNs.Load())/float64(w.stats.Commits.Load())/1e6, "flush-ms")
				b.ReportMetric(float64(w.stats.EndTxnNs.Load())/float64(w.stats.Commits.Load())/1e6, "endtxn-ms")
			})
		}
	})
}
