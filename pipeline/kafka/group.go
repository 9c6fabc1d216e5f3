package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// GroupConfig is how this process takes part in the group.
type GroupConfig struct {
	Config
	Group    string
	Topics   []string // all have the same number of partitions
	Instance string   // name of this process; stickiness follows it
	// Static: the name stays this process's over restarts. The group then keeps its
	// partitions for it while it is away, for up to SessionTimeout, and gives them back
	// without asking the others; it does not leave the group when it stops.
	Static bool
	Local  func() []LocalState // partitions with state on this disk, asked at each join; may be nil

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
		RebalanceTimeout: 10 * time.Second,
		CommitEvery:      time.Second,
	}
}

// Pauses between two tries to join, or to be heard of, after a fault: doubled each time.
// They are short: while a process is not in its group, its partitions may stand still.
const (
	minRejoin = 50 * time.Millisecond
	maxRejoin = 500 * time.Millisecond
)

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
	rejoin  chan struct{} // claims have changed: join anew
	ask     chan struct{} // somebody waits in Confirm

	mu      sync.Mutex
	waiting []chan struct{} // of Confirm
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
	if cfg.Static && cfg.Instance == "" {
		faults = append(faults, errors.New("instance: empty; a static member needs a name"))
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
		bal:    &balancer{instance: cfg.Instance, local: cfg.Local, log: cfg.Log, generation: -1},
		rejoin: make(chan struct{}, 1), ask: make(chan struct{}, 1),
	}, nil
}

// Run is a member of the group until ctx ends, and leaves it then unless it is a static
// one. Passing faults are tried again; it returns early only on a refusal of the brokers.
func (g *Group) Run(ctx context.Context, events Events) error {
	m := &membership{cfg: &g.cfg, bal: g.bal, generation: -1}
	if err := m.connect(); err != nil {
		return err
	}
	defer m.client.Close()
	var committer sync.WaitGroup
	committing, stop := context.WithCancel(ctx)
	committer.Go(func() { g.commitLoop(committing, m) })
	g.log.Info("kafka: joining the group", "group", g.cfg.Group, "instance", g.cfg.Instance)
	err := g.member(ctx, m, events)
	stop()
	committer.Wait()
	if lerr := m.leave(); lerr != nil {
		g.log.Debug("kafka: group", "err", lerr)
	}
	return err
}

// member goes from generation to generation. Until the next one is there, the last one's
// partitions stay this process's: that is what tasks that run on through a rebalance
// rely on.
func (g *Group) member(ctx context.Context, m *membership, events Events) error {
	t := &tries{g: g, events: events, lost: true}
	for {
		given, err := m.join(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			t.well()
			partitions := together(g.cfg.Topics, given)
			g.bal.own(m.generation, partitions)
			g.stats.Generations.Add(1)
			g.stats.AssignedParts.Store(int64(len(partitions)))
			g.log.Info("kafka: assigned", "group", g.cfg.Group, "generation", m.generation, "partitions", partitions)
			g.commits.use(m.place(), partitions)
			events.Assigned(ctx, partitions)
			err = g.stay(ctx, m, t)
		} else if !errors.Is(err, errRebalance) {
			err = t.failed(ctx, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, ErrNameTaken) || accessFault(err) != nil || settingFault(err) {
			return fmt.Errorf("group %s: instance %s: %w", g.cfg.Group, g.cfg.Instance, err)
		}
	}
}

// settingFault tells whether the brokers refuse what the configuration says: a session
// timeout beyond their bounds (group.min.session.timeout.ms, group.max.session.timeout.ms),
// a group's name, or a group of another protocol.
func settingFault(err error) bool {
	return errors.Is(err, kerr.InvalidSessionTimeout) || errors.Is(err, kerr.InvalidGroupID) || errors.Is(err, kerr.InconsistentGroupProtocol)
}

// stay is heard of until the generation ends. Brokers that are away end nothing: when
// they are back, the generation mostly still stands.
func (g *Group) stay(ctx context.Context, m *membership, t *tries) error {
	tick := time.NewTicker(g.cfg.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-g.rejoin:
			return errRebalance
		case <-g.ask:
		case <-tick.C:
		}
		g.mu.Lock()
		waiting := g.waiting
		g.waiting = nil
		g.mu.Unlock()
		err := m.beat(ctx)
		for err != nil && ctx.Err() == nil && !errors.Is(err, errRebalance) && !errors.Is(err, errForgotten) {
			if err = t.failed(ctx, err); errors.Is(err, ErrNameTaken) || accessFault(err) != nil {
				return err
			}
			err = m.beat(ctx)
		}
		if err != nil {
			g.mu.Lock()
			g.waiting = append(g.waiting, waiting...)
			g.mu.Unlock()
			kick(g.ask) // for the next generation
			return err
		}
		t.well()
		for _, w := range waiting {
			close(w)
		}
	}
}

// Confirm waits until the group has said, later than the call, that the present
// assignment holds. A process that was paused learns so that it has lost its partitions
// before it takes them back from their owner.
func (g *Group) Confirm(ctx context.Context) error {
	w := make(chan struct{})
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()
	kick(g.ask)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w:
		return nil
	}
}

// Refuse says whether this process can serve a partition. When it cannot, the group
// gives it to one that can, if there is one; who has its state comes first.
func (g *Group) Refuse(partition int32, cannot bool) {
	if g.bal.refuse(partition, cannot) && cannot {
		kick(g.rejoin)
	}
}

// kick signals without waiting; one signal stands for several.
func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tries are the faults of a membership, over which it is tried again.
type tries struct {
	g       *Group
	events  Events
	failing trouble
	n       int
	lost    bool // nothing is assigned
}

func (t *tries) well() {
	t.failing.over(time.Now())
	t.n, t.lost = 0, false
}

// failed notes a fault and waits before the next try. It returns the fault.
func (t *tries) failed(ctx context.Context, err error) error {
	g := t.g
	g.stats.Errors.Add(1)
	if now := time.Now(); t.failing.failed(now, now, err) {
		g.log.Warn("kafka: group; it is tried again", "err", err)
	}
	if !t.lost && time.Since(t.failing.since) > g.cfg.SessionTimeout {
		t.lost = true
		g.stats.Lost.Add(1)
		g.stats.AssignedParts.Store(0)
		if t.events.Lost != nil {
			t.events.Lost(ctx, err)
		}
	}
	wait := maxRejoin
	if t.n < 4 {
		wait = min(wait, minRejoin<<t.n)
	}
	t.n++
	_ = sleep(ctx, wait)
	return err
}
