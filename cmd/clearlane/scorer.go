package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
)

// scorer is the role score: the partitions that this process is assigned.
type scorer struct {
	*process
	topics          kafka.Topics
	inputs          []config.Input
	layout          int32
	deadLetterBytes int // the largest batch that the dead-letter topic takes
	refs            *references
	reader          *kafka.Reader
	links           *kafka.Links // of the writers
	fetcher         *kafka.Fetcher
	group           *kafka.Group
	cache           *pebble.Cache
	flushing        chan struct{} // bounds the flushes that are written at a time
	stateMemory     *state.Memory // bounds of the stores together
	metrics         *serve.TaskMetrics
	health          *serve.Component
	fetched         kafka.FetchStats
	joined          kafka.GroupStats
	written         kafka.WriteStats

	standing *standings
	failures *failures
	disk     *diskWaits
	aside    atomic.Int64 // local states put aside

	assigned      atomic.Int64 // partitions
	waits, waited atomic.Int64 // of tasks for commits under way; ns
	saidOrders    time.Time    // of too many open orders; the goroutine of score owns it

	mu       sync.Mutex
	stores   map[int32]*state.Store
	unusable map[int32]error // partitions whose local state has to be put aside, and why
	seen     *serve.Metrics
}

// score runs the role until ctx ends and every task has committed and stopped.
func (p *process) score(ctx context.Context, metrics *serve.Metrics, health *serve.Health) error {
	s := &scorer{process: p, topics: kafkaTopics(&p.cfg.Kafka), inputs: p.cfg.Kafka.Inputs(), health: health.Component("score"), stores: map[int32]*state.Store{}, failures: newFailures(), disk: newDiskWaits(p.log, time.Now), unusable: map[int32]error{}, seen: metrics}
	defer s.close()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	names := make([]string, len(s.inputs))
	for i, in := range s.inputs {
		names[i] = in.Topic
	}
	s.metrics, s.standing = metrics.Task(names), newStandings(names, p.now)

	manager := task.NewManager(s.open, s.group.Confirm, p.log, p.now)
	metrics.OnScrape(func(x *serve.Sample) { s.sample(x, manager) })
	// The group is left after the tasks have committed; the fetcher serves them to the end.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 5)
	var running sync.WaitGroup
	start := func(what string, run func(context.Context) error) {
		running.Add(1)
		go func() {
			defer running.Done()
			if err := run(background); err != nil && background.Err() == nil {
				ended <- fmt.Errorf("%s: %w", what, err)
			}
		}()
	}
	start("fetcher", s.fetcher.Run)
	start("seller sites", func(ctx context.Context) error { return s.refs.follow(ctx, s.reader, s.topics.SellerSites) })
	start("reference data", func(ctx context.Context) error { return s.refs.watchFiles(ctx, p.reload) })
	start("stalls", func(ctx context.Context) error { metrics.Stalls().Watch(ctx); return nil })
	start("group", func(ctx context.Context) error {
		return s.group.Run(ctx, kafka.Events{
			Assigned: func(_ context.Context, partitions []int32) {
				s.assigned.Store(int64(len(partitions)))
				manager.Assign(partitions)
			},
			// A session lost stops nothing: as long as no other member has fenced this
			// one, its tasks write rightly, and with the brokers away nobody takes over.
			Lost: func(_ context.Context, err error) { p.log.Warn("the group has lost this process", "err", err) },
		})
	})
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	var err error
	for err == nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case err = <-ended:
		case <-tick.C:
			s.standing.look(manager.Status(), s.fetcher.Stable)
			s.report(manager)
			s.sayOpenOrders(manager.Status())
		}
	}
	s.health.Set(serve.Stopping, "")
	manager.Close()
	stop()
	running.Wait()
	return err
}

// prepare connects, checks the topics and reads the reference data.
func (s *scorer) prepare(ctx context.Context) error {
	// Before the group is joined: partitions taken over would stand still.
	err := writable(s.cfg.DataDir)
	if err != nil && !state.DiskFull(err) { // a full disk is waited for, partition by partition
		return fmt.Errorf("data_dir %s: %w", s.cfg.DataDir, err)
	}
	if s.refs, err = loadReferences(s.cfg.Policy, s.cfg.Geo, s.cfg.Limits.Event(), s.log); err != nil {
		return err
	}
	s.refs.reportTo(s.seen)
	if err := s.waitForTopics(ctx); err != nil {
		return err
	}
	conn := kafkaConn(&s.cfg.Kafka)
	if s.reader, err = kafka.NewReader(conn); err != nil {
		return err
	}
	writer := writerConfig(&s.cfg, s.topics.Outputs())
	if s.links, err = kafka.NewLinks(&writer); err != nil {
		return err
	}
	fetch := kafka.DefaultFetch()
	fetch.Config, fetch.Topics, fetch.Log, fetch.Stats = conn, s.topics.Inputs(), s.log, &s.fetched
	fetch.Held = s.memory.held
	f := &s.cfg.Kafka.Fetch
	fetch.MaxBytes, fetch.MaxPartitionBytes, fetch.MaxWait, fetch.BufferedBytes = int(f.MaxBytes), int(f.MaxPartitionBytes), f.MaxWait, int(f.MaxBufferedBytes)
	if s.fetcher, err = kafka.NewFetcher(fetch); err != nil {
		return err
	}
	group := kafka.DefaultGroup()
	group.Config, group.Group, group.Topics, group.Instance = conn, s.cfg.Kafka.Group, s.topics.Inputs(), s.cfg.Instance
	group.Static = s.cfg.StaticMember()
	group.SessionTimeout, group.Heartbeat, group.RebalanceTimeout = s.cfg.Kafka.SessionTimeout, s.cfg.Kafka.Heartbeat, s.cfg.Kafka.RebalanceWindow
	group.Local, group.Log, group.Stats = s.local, s.log, &s.joined
	if s.group, err = kafka.NewGroup(group); err != nil {
		return err
	}
	s.cache = pebble.NewCache(int64(s.cfg.State.PebbleCacheBytes))
	s.stateMemory = state.NewMemory(int64(s.cfg.State.MaxDirtyBytes), int64(s.cfg.State.CacheBytes))
	s.flushing = make(chan struct{}, parallelFlushes(s.cfg.State.ParallelFlushes))
	return s.refs.readSites(ctx, s.reader, s.topics.SellerSites)
}

// close releases what prepare has taken, all of it or a part.
func (s *scorer) close() {
	if s.reader != nil {
		s.reader.Close()
	}
	if s.links != nil {
		s.links.Close()
	}
	if s.cache != nil {
		s.cache.Unref()
	}
}

// maxKafkaWait is the longest pause between two tries to reach the brokers at start.
const maxKafkaWait = 15 * time.Second

// waitForTopics checks that the topics fit together. Brokers that are away are waited
// for; topics that don't fit are refused.
func (s *scorer) waitForTopics(ctx context.Context) error {
	admin, err := kafka.NewAdmin(kafkaConn(&s.cfg.Kafka))
	if err != nil {
		return err
	}
	defer admin.Close()
	for wait := time.Second; ; wait = min(2*wait, maxKafkaWait) {
		layout, err := admin.CheckTopics(ctx, s.topics, topicRules(&s.cfg))
		if err == nil {
			s.deadLetterBytes, err = admin.MaxMessageBytes(ctx, s.topics.DeadLetters)
		}
		if err == nil {
			err = s.advise(ctx, admin)
		}
		var fault *kafka.TopicFault
		switch {
		case err == nil:
			s.layout = layout
			return nil
		case errors.As(err, &fault):
			return err
		case ctx.Err() != nil:
			return nil
		}
		s.health.Set(serve.Waiting, "Kafka: "+err.Error())
		s.log.Warn("waiting for Kafka", "err", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// advise says what about the topics is worth a warning.
func (s *scorer) advise(ctx context.Context, admin *kafka.Admin) error {
	advice, err := admin.Advice(ctx, s.topics, topicRules(&s.cfg))
	for _, a := range advice {
		s.log.Warn(a.Error())
	}
	return err
}

// open makes the task of a partition.
func (s *scorer) open(partition int32, live func()) task.Runner {
	cfg := taskConfig(&s.cfg, s.inputs, partition, uint32(s.layout))
	cfg.AcceptGap = s.acceptGap
	inputs, outputs := s.topics.Inputs(), s.topics.Outputs()
	cfg.Outputs = outputs
	writer := writerConfig(&s.cfg, outputs)
	writer.Stats, writer.Links, writer.MaxDeadLetterBytes = &s.written, s.links, s.deadLetterBytes
	deps := task.Deps{
		Writer: func(ctx context.Context) (task.Writer, error) { return kafka.NewWriter(ctx, writer, partition) },
		Store:  func() (task.Store, error) { return s.openStore(partition) },
		Feed: func(_ context.Context, offsets []int64) (task.Feed, error) {
			s.standing.begun(partition, offsets)
			return s.fetcher.Open(partition, offsets)
		},
		LogStarts: func(ctx context.Context) ([]int64, error) {
			starts := make([]int64, len(inputs))
			for i, topic := range inputs {
				b, err := s.reader.Bounds(ctx, topic, partition)
				if err != nil {
					return nil, err
				}
				starts[i] = b.Start
			}
			return starts, nil
		},
		OutputEnds: func(ctx context.Context) (ends [task.NumOutputs]int64, err error) {
			for out, topic := range outputs {
				if topic == "" {
					continue
				}
				b, err := s.reader.Bounds(ctx, topic, partition)
				if err != nil {
					return ends, err
				}
				ends[out] = b.Stable
			}
			return ends, nil
		},
		Progress: func(ctx context.Context) (*schemas.Progress, error) {
			p, found, err := s.reader.LastProgress(ctx, s.topics.Progress, partition, task.ProgressKey(s.cfg.Kafka.Group, partition), parseProgress)
			if !found || err != nil {
				return nil, err
			}
			s.standing.recovering(partition, p.Offsets)
			return p, nil
		},
		Tail: func(ctx context.Context, out task.Output, from int64, each func(*record.Record) error) (int64, error) {
			end, err := s.reader.ReadTail(ctx, outputs[out], partition, from, each)
			var gap *kafka.PartitionError
			gone := s.acceptGap && errors.Is(err, kafka.ErrTruncated)
			if out == task.OutShadow { // it may be said again, in another topic too: nobody acts on it
				gone = errors.Is(err, kafka.ErrTruncated) || errors.Is(err, kafka.ErrOutOfRange)
			}
			if gone && errors.As(err, &gap) {
				s.log.Warn("going on over a gap in the published records", "topic", outputs[out], "partition", partition, "from", from, "to", gap.LogStart)
				return s.reader.ReadTail(ctx, outputs[out], partition, gap.LogStart, each)
			}
			if errors.Is(err, kafka.ErrTruncated) {
				err = fmt.Errorf("%w: what was published since the local state was written is not known: bring back a newer state folder of partition %d, or go on with --accept-gap, which may publish decisions again under higher versions: %w", task.ErrGap, partition, err)
			}
			return end, err
		},
		References: s.refs.current,
		Partitions: func() int { return int(s.assigned.Load()) },
		Live: func() {
			s.group.Refuse(partition, false)
			live()
		},
		Observer: s,
		Now:      s.now,
		Log:      s.log,
	}
	if s.wrap != nil {
		deps = s.wrap(s, partition, deps)
	}
	return s.watched(partition, task.New(cfg, deps))
}
