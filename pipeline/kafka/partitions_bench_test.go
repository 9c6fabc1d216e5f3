package kafka

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// The load of BenchmarkPartitions, of all partitions together.
const (
	benchEvents  = 15_000 // a second; every third one ends in a decision
	benchOutputs = 3      // records of a decision: itself and two roll-up rows
)

// BenchmarkPartitions says what the transactional clients of many partitions cost one
// process. Each iteration is a second of the same load, spread over the writers of more and
// more partitions: a writer's transaction begins with an event, and is committed an interval
// later. As a task does it, with everything else of a task left out.
//
//	go test ./pipeline/kafka -run xxx -bench Partitions -benchtime 3x
func BenchmarkPartitions(b *testing.B) {
	broker := brokers.Real(b, kafkatest.Options{})
	for _, c := range []struct {
		partitions int
		interval   time.Duration
	}{{8, 25 * time.Millisecond}, {64, 25 * time.Millisecond}, {64, 64 * time.Millisecond}, {256, 25 * time.Millisecond}, {256, 256 * time.Millisecond}} {
		b.Run(fmt.Sprintf("partitions=%d,interval=%v", c.partitions, c.interval), func(b *testing.B) {
			addrs := broker.Brokers()
			decisions, progress := newTopic(b, addrs, int32(c.partitions)), newTopic(b, addrs, int32(c.partitions))
			var topics [task.NumOutputs]string
			for out := range topics {
				topics[out] = decisions
			}
			topics[task.OutProgress] = progress
			rest := footprint(b)
			began := time.Now()
			shared := DefaultWriter()
			shared.Config, shared.Topics = Config{Brokers: addrs}, topics
			links, err := NewLinks(&shared)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(links.Close)
			writers := make([]*Writer, c.partitions)
			for p := range writers {
				writers[p] = newWriter(b, addrs, topics, int32(p), func(c *WriterConfig) { c.Links = links })
			}
			opened := time.Since(began)
			var commits atomic.Int64
			second := func() {
				ctx, cancel := context.WithTimeout(b.Context(), time.Second)
				defer cancel()
				var all sync.WaitGroup
				for _, w := range writers {
					all.Go(func() { busy(b, ctx, w, benchEvents/float64(c.partitions), c.interval, &commits) })
				}
				all.Wait()
			}
			second() // new transactional ids take a while
			commits.Store(0)
			before, theirs, from := cpu(b), cpuOf(b, broker.Pid()), time.Now()
			for b.Loop() {
				second()
			}
			took := time.Since(from).Seconds()
			ours := (cpu(b) - before).Seconds()
			n := float64(commits.Load())
			held := footprint(b)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(n/took, "commits/s")
			b.ReportMetric(ours/took*100, "cpu-%")
			b.ReportMetric(ours/n*1e6, "cpu-us/commit")
			b.ReportMetric((cpuOf(b, broker.Pid())-theirs).Seconds()/n*1e6, "broker-cpu-us/commit")
			b.ReportMetric(float64(held.goroutines-rest.goroutines)/float64(c.partitions), "goroutines/partition")
			b.ReportMetric(float64(held.connections-rest.connections)/float64(c.partitions), "connections/partition")
			b.ReportMetric(float64(held.bytes-rest.bytes)/float64(c.partitions)/1024, "KiB/partition")
			b.ReportMetric(opened.Seconds()/float64(c.partitions)*1e3, "open-ms/partition")
		})
	}
}

// busy writes what a partition writes of so many events a second, until ctx ends.
func busy(b *testing.B, ctx context.Context, w *Writer, events float64, interval time.Duration, commits *atomic.Int64) {
	key, value := []byte("0123456789abcdef"), []byte(strings.Repeat(`{"route":"RELEASE"}`, 20))
	owed := 0.0 // records
	for ctx.Err() == nil {
		_ = sleep(ctx, time.Duration(rand.ExpFloat64()/events*1e9))
		_ = sleep(ctx, interval)
		for owed += (1 + events*interval.Seconds()) / 3 * benchOutputs; owed >= 1; owed-- {
			if err := w.Produce(b.Context(), task.OutDecisions, key, value, nil); err != nil {
				b.Error(err)
				return
			}
		}
		if err := w.Produce(b.Context(), task.OutProgress, key, value, nil); err != nil {
			b.Error(err)
			return
		}
		if err := w.Commit(b.Context()); err != nil {
			b.Error(err)
			return
		}
		commits.Add(1)
	}
}

// held is what a process holds.
type held struct{ goroutines, connections, bytes int }

func footprint(b *testing.B) (h held) {
	for range 3 { // what is only pooled goes with the second one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.goroutines, h.bytes = runtime.NumGoroutine(), int(m.HeapAlloc+m.StackInuse)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		b.Skip(err)
	}
	for _, fd := range open {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			h.connections++
		}
	}
	return h
}
