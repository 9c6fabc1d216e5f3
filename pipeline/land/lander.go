package land

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// Observer takes what happens to inserts. Its methods are called by the lander's
// goroutine and must not block.
type Observer interface {
	// Inserted: rows of one insert have been acknowledged.
	Inserted(table string, rows int, took time.Duration)
	// InsertFailed: an insert failed and will be tried again, whole or in halves.
	InsertFailed(table string)
}

// Deps is what a lander is given.
type Deps struct {
	Kafka    []kgo.Opt // brokers, TLS, sign-in
	Log      *slog.Logger
	Observer Observer // may be nil
	Version  string   // of the binary, noted with the migrations it applies
	// Dispositions makes a reader of that topic for each goroutine that needs one; only
	// needed where the topic is landed.
	Dispositions func() DispositionReader
}

// Lander moves committed outputs of the pipeline into ClickHouse. New builds it, Run
// works. One goroutine, that of Run, owns all but what mu and status guard.
type Lander struct {
	cfg    Config
	deps   Deps
	log    *slog.Logger
	client *kgo.Client
	ins    inserter
	pos    *positions
	status status

	decisions, preReviews, letters, differences, dispositions *table
	rollups                                                   *grainTables

	rollup                         schemas.RollupRow // reused
	rows                           int               // in all tables
	bytes                          int               // of the records they came from
	inserting, reading, committing repeats           // what is said of faults that last

	deadline time.Time // when the oldest row has to go; zero: there is none
}

// New builds a lander. It connects to nothing.
func New(cfg Config, deps Deps) (*Lander, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("lander: %w", err)
	}
	if deps.Dispositions == nil {
		if cfg.Topics.Dispositions != "" {
			return nil, errors.New("lander: topics.dispositions is landed, but there is no reader of dispositions")
		}
		deps.Dispositions = func() DispositionReader { return nil }
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Observer == nil {
		deps.Observer = silent{}
	}
	l := &Lander{
		cfg: cfg, deps: deps, log: deps.Log, pos: newPositions(),
		decisions: newDecisions(), preReviews: newPreReviews(), letters: newLetters(), differences: newDifferences(),
		dispositions: newDispositions(deps.Dispositions()),
		rollups:      newGrainTables(),
	}
	return l, nil
}

type silent struct{}

func (silent) Inserted(string, int, time.Duration) {}
func (silent) InsertFailed(string)                 {}

// Run migrates the database, then lands until ctx ends; then it finishes the batch in
// hand, for at most StopTimeout, and leaves the group. A ClickHouse that is away is
// waited for. The error is that of a configuration that can never work.
func (l *Lander) Run(ctx context.Context) error {
	// hard outlives ctx by StopTimeout: inserts and commits under way run on it.
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		if l.cfg.StopTimeout == 0 {
			cut()
			return
		}
		time.AfterFunc(l.cfg.StopTimeout, cut) // without effect when Run has ended before
	})()
	l.ins = newInserter(&l.cfg.ClickHouse)
	defer l.ins.close()
	if err := l.migrate(ctx); err != nil {
		return endedBy(ctx, err)
	}
	client, err := kgo.NewClient(l.options()...)
	if err != nil {
		return fmt.Errorf("lander: %w", err)
	}
	l.client = client
	defer client.Close()
	watching := l.watchLag(hard, client)
	defer func() { cut(); <-watching }()
	for ctx.Err() == nil {
		if err := l.step(ctx, hard); err != nil {
			return endedBy(ctx, err)
		}
	}
	return endedBy(ctx, l.flush(hard))
}

// endedBy is nil for an error that only says that ctx has ended. A batch that was cut
// off by it is not committed, so it is read again.
func endedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return nil
	}
	return err
}

func (l *Lander) options() []kgo.Opt {
	return append(append([]kgo.Opt{}, l.deps.Kafka...),
		kgo.ConsumerGroup(l.cfg.Group),
		kgo.SessionTimeout(l.cfg.SessionTimeout),
		kgo.HeartbeatInterval(l.cfg.Heartbeat),
		kgo.ConsumeTopics(l.cfg.Topics.used()...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // so that offsets and lag pass the ends of transactions
		kgo.FetchMaxWait(min(l.cfg.BatchInterval, 500*time.Millisecond)),
		kgo.DisableAutoCommit(),
		kgo.OnPartitionsAssigned(l.pos.assigned),
		kgo.OnPartitionsRevoked(l.pos.lost),
		kgo.OnPartitionsLost(l.pos.lost),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), // a dead letter keeps its partition
	)
}

// step takes what has arrived, until the batch is full or due, and then lands it.
func (l *Lander) step(ctx, hard context.Context) error {
	poll, cancel := ctx, context.CancelFunc(func() {})
	if !l.deadline.IsZero() {
		poll, cancel = context.WithDeadline(ctx, l.deadline)
	}
	defer cancel()
	fetches := l.client.PollRecords(poll, l.cfg.BatchRows-l.rows)
	if fetches.IsClientClosed() {
		return errors.New("lander: Kafka client closed")
	}
	fetches.EachError(func(topic string, partition int32, err error) {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			l.reading.failed(func() {
				l.log.Warn("reading a topic failed, trying again", "topic", topic, "partition", partition, "error", err)
			})
		}
	})
	if !fetches.Empty() {
		l.reading.over(func() { l.log.Info("reading goes on") })
	}
	for it := fetches.RecordIter(); !it.Done(); {
		if err := l.take(hard, it.Next()); err != nil {
			return err
		}
	}
	due := !l.deadline.IsZero() && !time.Now().Before(l.deadline)
	if l.rows >= l.cfg.BatchRows || l.bytes >= l.cfg.BatchBytes || due {
		return l.flush(hard)
	}
	return nil
}

// take turns a record into a row of its table, or into a dead letter.
func (l *Lander) take(ctx context.Context, r *kgo.Record) error {
	if l.deadline.IsZero() {
		l.deadline = time.Now().Add(l.cfg.BatchInterval)
	}
	l.pos.taken(r)
	if r.Attrs.IsControl() {
		return nil
	}
	l.rows++
	l.bytes += len(r.Key) + len(r.Value)
	t, err := l.tableOf(r)
	if err == nil {
		err = t.add(r)
	}
	if errors.Is(err, errNotOurs) {
		l.status.skipped()
		return nil
	}
	if err != nil {
		return l.bury(ctx, r, "unreadable", err)
	}
	return nil
}

// tableOf is the table that a record goes to. A topic's records may go to several.
func (l *Lander) tableOf(r *kgo.Record) (*table, error) {
	switch r.Topic {
	case l.cfg.Topics.Decisions:
		return l.decisions, nil
	case l.cfg.Topics.PreReviews:
		return l.preReviews, nil
	case l.cfg.Topics.DeadLetters:
		return l.letters, nil
	case l.cfg.Topics.Shadow:
		return l.differences, nil
	case l.cfg.Topics.Dispositions:
		return l.dispositions, nil
	}
	if err := readRollup(r, &l.rollup); err != nil {
		return nil, err
	}
	return l.rollups.of(l.rollup.Cell.Grain)
}

func (l *Lander) tables() []*table {
	return append([]*table{l.decisions, l.preReviews, l.letters, l.differences, l.dispositions}, l.rollups.all()...)
}

// flush lands every table and then commits the offsets of all records taken.
func (l *Lander) flush(ctx context.Context) error {
	for _, t := range l.tables() {
		if err := l.land(ctx, t); err != nil {
			return err
		}
	}
	l.rows, l.bytes, l.deadline = 0, 0, time.Time{}
	return l.commit(ctx)
}

// commit moves the group's offsets. A commit that fails costs nothing but reading
// again: it is made up for by the next one.
func (l *Lander) commit(ctx context.Context) error {
	offsets := l.pos.toCommit()
	if len(offsets) == 0 {
		return nil
	}
	var failed error
	l.client.CommitOffsetsSync(ctx, offsets, func(_ *kgo.Client, _ *kmsgCommitRequest, res *kmsgCommitResponse, err error) {
		failed = commitError(res, err)
	})
	if failed != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.committing.failed(func() { l.log.Warn("committing offsets failed, the next commit covers it", "error", failed) })
		return nil
	}
	l.committing.over(func() { l.log.Info("offsets are committed again") })
	l.pos.committed(offsets)
	return nil
}
