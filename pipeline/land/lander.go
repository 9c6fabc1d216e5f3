package land

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Observer takes what happens to inserts. Its methods are called by several goroutines at
// once and must not block.
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
// works, once. The goroutine of Run reads; each writer has one that lands the partitions
// given to it; one commits; one measures the lag.
type Lander struct {
	cfg       Config
	deps      Deps
	log       *slog.Logger
	client    *kgo.Client
	pos       *positions
	circuit   *circuit
	writers   []*writer
	committer *committer
	status    status

	reading, inserting repeats // what is said of faults that last; circuit guards inserting
}

// New builds a lander. It connects to nothing.
func New(cfg Config, deps Deps) (*Lander, error) {
	return newLander(cfg, deps, func(int) inserter { return newInserter(&cfg.ClickHouse) })
}

// newLander is given what makes the inserter of a writer, by the writer's number.
func newLander(cfg Config, deps Deps, insert func(int) inserter) (*Lander, error) {
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
	l := &Lander{cfg: cfg, deps: deps, log: deps.Log, pos: newPositions(cfg.ClickHouse.Writers)}
	l.circuit = newCircuit(cfg.MaxRetryInterval, l.away, l.back)
	l.committer = newCommitter(l.sendOffsets, l.pos, l.sayCommit)
	for n := range cfg.ClickHouse.Writers {
		l.writers = append(l.writers, newWriter(l, n, insert(n)))
	}
	return l, nil
}

type silent struct{}

func (silent) Inserted(string, int, time.Duration) {}
func (silent) InsertFailed(string)                 {}

// Run migrates the database, then lands until ctx ends; then it finishes what has been
// read, for at most StopTimeout, and leaves the group. A ClickHouse that is away is
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
	if err := l.migrate(ctx); err != nil {
		return endedBy(ctx, err)
	}
	client, err := kgo.NewClient(l.options()...)
	if err != nil {
		return fmt.Errorf("lander: %w", err)
	}
	l.client = client
	defer client.CloseAllowingRebalance()
	watching := l.watchLag(hard, client)
	defer func() { cut(); <-watching }()
	return endedBy(ctx, l.work(ctx, hard))
}

// work reads until ctx ends or a writer fails, lets the writers land what has been read,
// and commits it.
func (l *Lander) work(ctx, hard context.Context) error {
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var landing, committing sync.WaitGroup
	errs := make([]error, len(l.writers))
	for i, w := range l.writers {
		landing.Go(func() {
			if errs[i] = w.run(hard); errs[i] != nil {
				stop(errs[i])
			}
		})
	}
	landed := make(chan struct{})
	committing.Go(func() { l.committer.run(hard, landed) })
	err := l.read(reading)
	for _, w := range l.writers {
		w.in.close()
	}
	landing.Wait()
	close(landed)
	committing.Wait()
	if failed := errors.Join(errs...); failed != nil {
		return failed
	}
	return err
}

// endedBy is nil for an error that only says that ctx has ended. A batch that was cut
// off by it is not committed, so it is read again.
func endedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return nil
	}
	return err
}

// away shows that ClickHouse does not take rows. The circuit calls it at every fault.
func (l *Lander) away(err error, since time.Time) {
	l.status.failed(err, since)
	l.inserting.failed(func() {
		l.log.Warn("ClickHouse does not take rows, reading waits", "since", since.UTC(), "error", err)
	})
}

// back shows that ClickHouse takes rows again.
func (l *Lander) back(since time.Time, failures int) {
	l.status.answers()
	l.inserting.over(func() {
		l.log.Info("ClickHouse takes rows again", "away", time.Since(since).Round(time.Millisecond), "failures", failures)
	})
}

func (l *Lander) sendOffsets(ctx context.Context, at offsets) (failed error) {
	l.client.CommitOffsetsSync(ctx, at, func(_ *kgo.Client, _ *kmsgCommitRequest, res *kmsgCommitResponse, err error) {
		failed = commitError(res, err)
	})
	return failed
}

func (l *Lander) sayCommit(err error) {
	if err == nil {
		l.log.Info("offsets are committed again")
		return
	}
	l.log.Warn("committing offsets failed, the next commit covers it", "error", err)
}
