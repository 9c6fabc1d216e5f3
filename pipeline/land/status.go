package land

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Status is how a lander is doing, for readiness and metrics.
type Status struct {
	Ready      bool      // the tables are there and the last insert was taken
	Retrying   bool      // ClickHouse does not take rows: tried again until it does
	Since      time.Time // of Retrying
	Error      string    // the last fault while Retrying
	Kafka      string    // why Kafka does not answer; empty while it does
	LastInsert time.Time
	Rows       uint64 // acknowledged by ClickHouse, with repetitions
	Buried     uint64 // records put on the dead-letter topic
	Unlandable uint64 // dead letters that ClickHouse refuses even without their bytes
	Skipped    uint64 // records of an input topic that the pipeline refuses
	// HeldRows and HeldBytes are what has been read and has not landed yet.
	HeldRows, HeldBytes int
	Lag                 []Lag // of the partitions of this member, by topic and partition
}

// Lag is how many records of a partition have not landed yet: those up to the last
// stable offset that the group has not committed, the ends of transactions included.
type Lag struct {
	Topic     string
	Partition int32
	Records   int64
}

type status struct {
	mu sync.Mutex
	s  Status
}

func (s *status) change(f func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.s)
}

func (s *status) landed(rows int) {
	s.change(func(s *Status) {
		s.LastInsert = time.Now()
		s.Rows += uint64(rows)
	})
}

func (s *status) failed(err error, since time.Time) {
	s.change(func(s *Status) { s.Ready, s.Retrying, s.Since, s.Error = false, true, since, err.Error() })
}

func (s *status) answers() {
	s.change(func(s *Status) { s.Ready, s.Retrying, s.Since, s.Error = true, false, time.Time{}, "" })
}

func (s *status) buried()     { s.change(func(s *Status) { s.Buried++ }) }
func (s *status) skipped()    { s.change(func(s *Status) { s.Skipped++ }) }
func (s *status) unlandable() { s.change(func(s *Status) { s.Unlandable++ }) }

// Status may be called by any goroutine at any time.
func (l *Lander) Status() Status {
	var s Status
	l.status.change(func(now *Status) {
		s = *now
		s.Lag = append([]Lag(nil), now.Lag...)
	})
	for _, w := range l.writers {
		rows, bytes := w.in.held()
		s.HeldRows += rows
		s.HeldBytes += bytes
	}
	return s
}

// migrationTimeout is the longest time of one statement of a migration. One that fills a new
// table from an old one takes far longer than an insert; given up too soon, it would begin
// again, beside the one that the server goes on with, and never end.
const migrationTimeout = time.Hour

// migrate brings the tables up to date, waiting for a ClickHouse that is away.
func (l *Lander) migrate(ctx context.Context) error {
	conn, err := ConnectTo(l.cfg.ClickHouse, "default", migrationTimeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	quick, err := Connect(l.cfg.ClickHouse) // tells a server that hangs from one that is at work
	if err != nil {
		return err
	}
	defer quick.Close()
	const nobody = -1 // no writer is at work yet
	for {
		probe, err := l.circuit.enter(ctx, nobody)
		if err != nil {
			return err
		}
		var applied []MigrationStatus
		if err = quick.Ping(ctx); err == nil {
			applied, err = Migrate(ctx, conn, l.cfg.ClickHouse.Database, MigrateOptions{Cluster: l.cfg.ClickHouse.Cluster, Version: l.deps.Version})
		}
		for _, m := range applied {
			l.log.Info("applied migration", "database", l.cfg.ClickHouse.Database, "number", m.Number, "name", m.Name)
		}
		switch {
		case err == nil:
			l.circuit.answered(nobody, probe)
			l.status.answers()
			return nil
		case unfit(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		l.deps.Observer.InsertFailed("schema_migrations")
		l.circuit.failed(nobody, probe, err)
	}
}

// watchLag measures the lag now and then, also while an insert is being tried again.
// The channel is closed when it has ended, with ctx.
func (l *Lander) watchLag(ctx context.Context, client *kgo.Client) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		adm := kadm.NewClient(client)
		tick := time.NewTicker(l.cfg.LagInterval)
		defer tick.Stop()
		for {
			l.measureLag(ctx, adm)
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return done
}

// measureLag asks Kafka where the partitions stand. It notes when there is no answer: the
// consumer itself tries again without a word.
func (l *Lander) measureLag(ctx context.Context, adm *kadm.Client) {
	bounded, cancel := context.WithTimeout(ctx, l.cfg.LagInterval)
	defer cancel()
	lag, err := l.lag(bounded, adm)
	if ctx.Err() != nil {
		return
	}
	l.status.change(func(s *Status) {
		if err != nil { // the last measure stands until there is another
			if s.Kafka = err.Error(); bounded.Err() != nil {
				s.Kafka = fmt.Sprintf("no answer within %v: %v", l.cfg.LagInterval, err)
			}
			return
		}
		s.Kafka, s.Lag = "", lag
	})
}

// lag is that of the partitions of this member, by topic and partition.
func (l *Lander) lag(ctx context.Context, adm *kadm.Client) ([]Lag, error) {
	topics := l.cfg.Topics.used()
	ends, err := adm.ListCommittedOffsets(ctx, topics...)
	if err != nil {
		return nil, err
	}
	for _, topic := range topics {
		for _, end := range ends[topic] {
			if end.Err != nil {
				return nil, fmt.Errorf("topic %s: %w", topic, end.Err)
			}
		}
	}
	starts, err := adm.ListStartOffsets(ctx, topics...)
	if err != nil {
		return nil, err
	}
	group, err := adm.FetchOffsets(ctx, l.cfg.Group)
	if err != nil {
		return nil, err
	}
	var lag []Lag
	ends.Each(func(end kadm.ListedOffset) {
		if end.Err != nil || l.pos.of(end.Topic, end.Partition) == nil {
			return
		}
		from := int64(0)
		if s, ok := starts.Lookup(end.Topic, end.Partition); ok && s.Err == nil {
			from = s.Offset
		}
		if c, ok := group.Lookup(end.Topic, end.Partition); ok && c.Err == nil {
			from = max(from, c.At)
		}
		lag = append(lag, Lag{Topic: end.Topic, Partition: end.Partition, Records: max(0, end.Offset-from)})
	})
	sort.Slice(lag, func(i, j int) bool {
		return lag[i].Topic < lag[j].Topic || lag[i].Topic == lag[j].Topic && lag[i].Partition < lag[j].Partition
	})
	return lag, nil
}
