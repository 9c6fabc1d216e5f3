package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// asPlanted names the fault that is planted in a process of the tests.
const asPlanted = "CLEARLANE_TEST_PLANTED"

// The faults: what keeps a promise after a crash is taken away from every task.
const (
	plantedNothing = "nothing"
	plantedFence   = "no fence"                   // writers of different processes don't fence each other
	plantedTail    = "no tail"                    // what was published since the last flush is not read
	plantedAborted = "no filter"                  // aborted input is read as if it were committed
	plantedAhead   = "state flushed ahead"        // the state is written between commits
	saidAhead      = "planted: flushed ahead of " // what a process says when it has
)

// runPlanted is `clearlane run` with a planted fault. It takes no flag but --set.
func runPlanted(plant string, args []string) {
	a := &app{err: os.Stderr, environ: os.Environ()}
	for i := range args {
		if args[i] == "--set" {
			a.set = append(a.set, args[i+1])
		}
	}
	err := func() error {
		c, err := a.config()
		if err != nil {
			return err
		}
		log, err := a.logger(&c)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		return (&process{cfg: c, log: log, now: time.Now, wrap: func(s *scorer, partition int32, d task.Deps) task.Deps {
			return planted(plant, s, partition, d)
		}}).run(ctx)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "clearlane:", err)
		os.Exit(exitFault)
	}
}

// planted is what a task works with, with a fault in it.
func planted(plant string, s *scorer, partition int32, d task.Deps) task.Deps {
	switch plant {
	case plantedFence:
		w := writerConfig(&s.cfg, s.topics.Outputs())
		w.Stats, w.MaxDeadLetterBytes = &s.written, s.deadLetterBytes
		w.Group += "-" + s.cfg.Instance // and with it the transactional.id
		d.Writer = func(ctx context.Context) (task.Writer, error) { return kafka.NewWriter(ctx, w, partition) }
	case plantedTail:
		read := d.Tail
		d.Tail = func(ctx context.Context, out task.Output, from int64, _ func(*record.Record) error) (int64, error) {
			return read(ctx, out, from, func(*record.Record) error { return nil })
		}
	case plantedAborted:
		d.Feed = func(ctx context.Context, offsets []int64) (task.Feed, error) {
			return newUncommittedFeed(ctx, s, partition, offsets)
		}
	case plantedAhead:
		open, live := d.Store, d.Live
		hasty := &hastyStore{}
		d.Store = func() (task.Store, error) {
			store, err := open()
			if err != nil {
				return nil, err
			}
			meta, err := store.Meta()
			hasty.Store = store
			if meta = bytes.Clone(meta); meta != nil {
				hasty.meta.Store(&meta)
			}
			return hasty, err
		}
		d.Live = func() {
			hasty.live = true
			live()
		}
	}
	return d
}

// hastyStore writes what has changed whenever a few orders have, with the positions of
// the last flush that was asked for. The task's goroutine owns it.
type hastyStore struct {
	task.Store
	meta atomic.Pointer[[]byte]
	live bool // behind recovery, which publishes nothing
	puts int
}

// Flush implements task.Store.
func (s *hastyStore) Flush(ready func() ([]byte, error)) error {
	return s.Store.Flush(func() ([]byte, error) {
		meta, err := ready()
		if err == nil {
			s.meta.Store(&meta)
		}
		return meta, err
	})
}

// Put implements task.Store.
func (s *hastyStore) Put(key, value []byte, newestMs int64, seller uint64) error {
	if err := s.Store.Put(key, value, newestMs, seller); err != nil {
		return err
	}
	meta := s.meta.Load()
	if !s.live || meta == nil {
		return nil
	}
	if s.puts++; s.puts%20 != 0 {
		return nil
	}
	for range 2 { // the second waits for the first
		if err := s.Store.Flush(func() ([]byte, error) { return *meta, nil }); err != nil {
			return err
		}
	}
	if s.puts == 20 {
		fmt.Fprintf(os.Stderr, "%s%.60s\n", saidAhead, *meta)
	}
	return nil
}

// uncommittedFeed is a feed that reads whatever was written, committed or not.
type uncommittedFeed struct {
	client *kgo.Client
	topics []string
	wake   chan struct{}
	ended  chan struct{}

	mu     sync.Mutex
	queues [][]*record.Batch
	next   []int64
	high   []int64
	err    error
}

func newUncommittedFeed(ctx context.Context, s *scorer, partition int32, offsets []int64) (*uncommittedFeed, error) {
	opts, err := kafkaConn(&s.cfg.Kafka).ClientOptions()
	if err != nil {
		return nil, err
	}
	f := &uncommittedFeed{topics: s.topics.Inputs(), wake: make(chan struct{}, 1), ended: make(chan struct{}),
		next: append([]int64(nil), offsets...), high: make([]int64, len(offsets)), queues: make([][]*record.Batch, len(offsets))}
	from := map[string]map[int32]kgo.Offset{}
	for i, topic := range f.topics {
		from[topic] = map[int32]kgo.Offset{partition: kgo.NewOffset().At(offsets[i])}
	}
	if f.client, err = kgo.NewClient(append(opts, kgo.FetchIsolationLevel(kgo.ReadUncommitted()), kgo.KeepControlRecords(), kgo.ConsumePartitions(from))...); err != nil {
		return nil, err
	}
	ends, err := kadm.NewClient(f.client).ListEndOffsets(ctx, f.topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		f.client.Close()
		return nil, err
	}
	for i, topic := range f.topics {
		f.high[i] = ends[topic][partition].Offset
	}
	go f.run()
	return f, nil
}

func (f *uncommittedFeed) run() {
	defer close(f.ended)
	for {
		fetches := f.client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		f.mu.Lock()
		f.err = fetches.Err()
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			i := 0
			for f.topics[i] != p.Topic {
				i++
			}
			b := &record.Batch{}
			for _, r := range p.Records {
				if !r.Attrs.IsControl() {
					b.Records = append(b.Records, *recordOf(r))
				}
				f.next[i] = r.Offset + 1
			}
			b.Next = f.next[i]
			f.high[i] = max(f.high[i], p.HighWatermark)
			f.queues[i] = append(f.queues[i], b)
		})
		f.mu.Unlock()
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// Poll implements task.Feed.
func (f *uncommittedFeed) Poll(topic int) *record.Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queues[topic]) == 0 {
		return nil
	}
	b := f.queues[topic][0]
	f.queues[topic] = f.queues[topic][1:]
	return b
}

// CaughtUp implements task.Feed.
func (f *uncommittedFeed) CaughtUp(topic int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queues[topic]) == 0 && f.next[topic] >= f.high[topic]
}

// Wake implements task.Feed.
func (f *uncommittedFeed) Wake() <-chan struct{} { return f.wake }

// Err implements task.Feed.
func (f *uncommittedFeed) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Close implements task.Feed.
func (f *uncommittedFeed) Close() {
	f.client.Close()
	<-f.ended
}

// said is how often the process has printed a text.
func (c *child) said(text string) int { return strings.Count(c.output.String(), text) }
