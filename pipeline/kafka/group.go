package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// GroupConfig is how this process takes part in the group.
type GroupConfig struct {
	Config
	Group    string
	Topics   []string            // all have the same number of partitions
	Instance string              // name of this process; stickiness follows it
	Local    func() []LocalState // partitions with state on this disk, asked at each join; may be nil

	SessionTimeout   time.Duration // a process not heard of for this long loses its partitions
	Heartbeat        time.Duration // at most a third of SessionTimeout
	RebalanceTimeout time.Duration // how long the group waits for its members to join anew
	CommitEvery      time.Duration // how often CommitOffsets' newest offsets are sent

	Log   *slog.Logger
	Stats *GroupStats // may be nil
}

// DefaultGroup is settings for a group of a few dozen processes.
func DefaultGroup() GroupConfig {
	return GroupConfig{
		SessionTimeout:   10 * time.Second,
		Heartbeat:        time.Second,
		RebalanceTimeout: 30 * time.Second,
		CommitEvery:      time.Second,
	}
}

// joinBackoff is the pause before joining again after a fault.
const joinBackoff = 500 * time.Millisecond

// leaveWithin is how long leaving the group may take; after it the others wait for
// the session timeout.
const leaveWithin = 2 * time.Second

// Group is this process's membership in the consumer group. It only says which
// partitions are this process's; the fence (NewWriter) makes it true.
type Group struct {
	cfg   GroupConfig
	stats *GroupStats
	log   *slog.Logger
	bal   *balancer

	commits commits
}

// Events are what a Group reports. They are called one at a time, from Run's
// goroutine, and should return soon: the next generation waits for them.
type Events struct {
	// Assigned brings the partitions that are now this process's, sorted. Tasks of
	// partitions in it run on; those of others are to be ended.
	Assigned func(ctx context.Context, partitions []int32)
	// Lost: for longer than the session timeout the group has not known this
	// process; others may own all its partitions. Run keeps trying to join.
	Lost func(ctx context.Context, err error)
}

// NewGroup builds a membership; Run joins.
func NewGroup(cfg GroupConfig) (*Group, error) {
	var faults []error
	if err := cfg.validate(); err != nil {
		faults = append(faults, err)
	}
	if cfg.Group == "" {
		faults = append(faults, errors.New("group: empty"))
	}
	if len(cfg.Topics) == 0 {
		faults = append(faults, errors.New("topics: empty; at least one is needed"))
	}
	if cfg.Heartbeat <= 0 || cfg.Heartbeat > cfg.SessionTimeout/3 {
		faults = append(faults, fmt.Errorf("heartbeat_interval: %v; allowed: above 0, at most a third of session_timeout %v", cfg.Heartbeat, cfg.SessionTimeout))
	}
	if cfg.RebalanceTimeout <= 0 {
		faults = append(faults, fmt.Errorf("rebalance_timeout: %v; it must be above 0", cfg.RebalanceTimeout))
	}
	if cfg.CommitEvery <= 0 {
		faults = append(faults, fmt.Errorf("commit_every: %v; it must be above 0", cfg.CommitEvery))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("group: %w", err)
	}
	if cfg.Stats == nil {
		cfg.Stats = new(GroupStats)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Group{
		cfg: cfg, stats: cfg.Stats, log: cfg.Log,
		bal: &balancer{instance: cfg.Instance, local: cfg.Local, log: cfg.Log, generation: -1},
	}, nil
}

// Run is a member of the group until ctx ends, and leaves it then, so that the
// others need not wait for the session timeout. Passing faults are tried again; it
// returns early only on a refusal of the brokers.
func (g *Group) Run(ctx context.Context, events Events) error {
	var conns connections
	dialer, err := g.cfg.dialer(&conns)
	if err != nil {
		return err
	}
	cg, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
		ID: g.cfg.Group, Brokers: g.cfg.Brokers, Dialer: dialer, Topics: g.cfg.Topics,
		GroupBalancers:    []kafkago.GroupBalancer{g.bal},
		HeartbeatInterval: g.cfg.Heartbeat,
		SessionTimeout:    g.cfg.SessionTimeout,
		RebalanceTimeout:  g.cfg.RebalanceTimeout,
		JoinGroupBackoff:  joinBackoff,
		Logger:            debugLogger{g.log},
	})
	if err != nil {
		return fmt.Errorf("group: %w", err)
	}
	var committer sync.WaitGroup
	committer.Add(1)
	committing, stop := context.WithCancel(ctx)
	go func() {
		defer committer.Done()
		g.commitLoop(committing)
	}()
	defer func() {
		stop()
		committer.Wait()
		// kafka-go may be waiting for the others in a JoinGroup, for as long as
		// RebalanceTimeout.
		impatient := time.AfterFunc(leaveWithin, conns.close)
		cg.Close()
		impatient.Stop()
		conns.close()
	}()

	var (
		failing trouble // with joining
		lost    = true  // nothing is assigned
	)
	g.log.Info("kafka: joining the group", "group", g.cfg.Group, "instance", g.cfg.Instance)
	for {
		// Until the next generation is there, the last one's partitions stay this
		// process's: that is what tasks that run on through a rebalance rely on.
		gen, err := cg.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			failing.over(time.Now())
			lost = false
			partitions := g.together(gen)
			g.bal.own(gen.ID, partitions)
			g.stats.Generations.Add(1)
			g.stats.AssignedParts.Store(int64(len(partitions)))
			g.log.Info("kafka: assigned", "group", g.cfg.Group, "generation", gen.ID, "partitions", partitions)
			g.commits.use(gen, partitions)
			events.Assigned(ctx, partitions)
		case errors.Is(err, kafkago.RebalanceInProgress):
			g.log.Debug("kafka: group", "err", err)
		default:
			g.stats.Errors.Add(1)
			if now := time.Now(); failing.failed(now, now, err) {
				g.log.Warn("kafka: group; it is joined again", "err", err)
			}
			if named := accessFault(err); named != nil {
				return fmt.Errorf("group %s: %w", g.cfg.Group, named)
			}
			if !lost && time.Since(failing.since) > g.cfg.SessionTimeout {
				lost = true
				g.stats.Lost.Add(1)
				g.stats.AssignedParts.Store(0)
				g.commits.use(nil, nil)
				if events.Lost != nil {
					events.Lost(ctx, err)
				}
			}
		}
	}
}

// together is the partitions of which this member has those of all topics.
func (g *Group) together(gen *kafkago.Generation) []int32 {
	count := map[int32]int{}
	for _, topic := range g.cfg.Topics {
		for _, a := range gen.Assignments[topic] {
			count[int32(a.ID)]++
		}
	}
	partitions := make([]int32, 0, len(count))
	for p, n := range count {
		if n == len(g.cfg.Topics) {
			partitions = append(partitions, p)
		}
	}
	slices.Sort(partitions)
	return partitions
}

// debugLogger lets kafka-go tell what it does at the level of debugging.
type debugLogger struct{ log *slog.Logger }

func (d debugLogger) Printf(format string, args ...any) {
	if d.log.Enabled(context.Background(), slog.LevelDebug) {
		d.log.Debug("kafka-go: " + fmt.Sprintf(format, args...))
	}
}
