package kafka

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
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

// BenchmarkProduce writes transactions of 4,000 decisions and 8,000 roll-up rows, as a
// partition does that catches up, by each compression.
func BenchmarkProduce(b *testing.B) {
	broker := brokers.Real(b, kafkatest.Options{})
	addrs := broker.Brokers()
	{
		for _, compression := range []string{"lz4", "snappy", "zstd", "none"} {
			b.Run(compression, func(b *testing.B) {
				topics := newOutputs(b, addrs)
				w := newWriter(b, addrs, topics, 0, func(c *WriterConfig) { c.Compression = compression })
				const decisions, rows = 4000, 8000
				var values [decisions + rows][]byte
				for i := range values {
					if i < decisions {
						values[i] = fmt.Appendf(nil, benchDecision, i*2654435761, i, i, i%5000, i%5000, i*37%100000, i*40503, 1000+i, 900+i, 800+i, i*97)
					} else {
						values[i] = fmt.Appendf(nil, benchRow, i*1123%5000, i*1123%5000, i%7, i*31%100000, i)
					}
				}
				transaction := func() {
					for i, v := range values {
						out := task.OutDecisions
						if i >= decisions {
							out = task.OutRollups
						}
						if err := w.Produce(context.Background(), out, v[16:32], v, nil); err != nil {
							b.Fatal(err)
						}
					}
					if err := w.Commit(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				transaction() // a new topic and a new transactional id take a while
				transaction()
				b.ReportAllocs()
				before, theirs, n := cpu(b), cpuOf(b, broker.Pid()), 0
				for b.Loop() {
					transaction()
					n += len(values)
				}
				b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(n), "cpu-ns/record")
				b.ReportMetric(float64((cpuOf(b, broker.Pid())-theirs).Nanoseconds())/float64(n), "broker-cpu-ns/record")
			})
		}
	}
}

// cpuOf is the processor time of another process, in steps of 10 ms.
func cpuOf(b *testing.B, pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')'):])) // from the state on, which is the third
	user, _ := strconv.Atoi(fields[12])
	system, _ := strconv.Atoi(fields[13])
	return time.Duration(user+system) * 10 * time.Millisecond
}

const (
	benchDecision = `{"decision_id":"4a36c903d596e7a8618e%012x","order_key":"o-%09d","shipment_id":"sh-%09d","version":1782993600001,"decided_at":"2026-07-02T12:00:00.042Z","route":"RELEASE","score":0,"preference_status":"NOT_CLAIMED","reasons":[],"unknowns":[{"field":"origin_integration","why":"site not registered"},{"field":"facebook_pixel_id","why":"site not registered"}],"complete":true,"attributed_click":"c-000000042","seller_id":"s-%04d","site_host":"shop-%04d.example","platform":"shopline","channel":"B2B","port":"2704","origin_country":"MX","hs_chapter":"85","channel_group":"Paid Search","label_class":"clean","currency":"USD","declared_value":"%d.90","event_time":"2026-07-02T12:00:00.000Z","verdict_hash":"%016x","input_time_ms":1782993600020,"evidence":{"positions":[{"topic":"ad-clicks","partition":3,"offset":%d},{"topic":"orders","partition":3,"offset":%d},{"topic":"shipments","partition":3,"offset":%d}],"input_hash":"%016x","policy_hash":"7f3a9c","geo_version":"2026-06-30","lists_version":"2026-06"}}`
	benchRow      = `{"kind":"cell","grain":"day_seller","time":"2026-07-02T00:00:00.000Z","layout":4,"partition":3,"version":1201,"seller_id":"s-%04d","site_host":"shop-%04d.example","route":"RELEASE","currency":"USD","count":%d,"value":"%d.90","epoch":%d}`
)
