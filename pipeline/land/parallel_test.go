package land_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/land"
)

// startFaulty runs a lander with faults until stop is called.
func (r *rig) startFaulty(insert func(ctx context.Context, writer int, table string, rows int, insert func() error) error) (l *land.Lander, stop func()) {
	r.t.Helper()
	l, err := land.NewWithFaults(r.cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(r.broker.Addrs()...)}}, land.Faults{Insert: insert})
	must(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	return l, func() {
		r.t.Helper()
		cancel()
		must(r.t, <-done)
	}
}

// behind counts the partitions of decisions that have a lag.
func behind(l *land.Lander) (n int) {
	for _, g := range l.Status().Lag {
		if g.Topic == "decisions" && g.Records > 0 {
			n++
		}
	}
	return n
}

// An insert that takes for ever holds its own partitions, within the bound of its writer,
// and no others.
func TestSlowWriterHoldsNoOther(t *testing.T) {
	r, w := newRig(t), newWorld(1)
	clear(w.poison)
	r.cfg.BatchRows, r.cfg.ClickHouse.Writers = 50, 2
	release := make(chan struct{})
	l, stop := r.startFaulty(func(ctx context.Context, writer int, _ string, _ int, insert func() error) error {
		if writer == 0 {
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		return insert()
	})
	for range 3 {
		r.produce(w.burst(20)...)
		r.eventually("half of the partitions landed, half not", func() bool { return r.lag(l) > 0 && behind(l) == partitions/2 })
	}
	// In hand, waiting, and a poll, whose bound is that of a batch here.
	if held, most := l.Status().HeldRows, 3*r.cfg.BatchRows*r.cfg.ClickHouse.Writers; held > most {
		t.Errorf("%d records in memory, want at most %d", held, most)
	}
	close(release)
	r.caughtUp(l)
	stop()
	w.check(r)
}

// errAway is what a server that is away looks like.
var errAway = errors.New("connection refused")

// While ClickHouse is away one writer at a time tries, with few rows; nothing else is
// inserted until it has been answered.
func TestOneSmallProbeAtATime(t *testing.T) {
	r, w := newRig(t), newWorld(1)
	clear(w.poison)
	r.cfg.ClickHouse.Writers = 2
	var (
		mu          sync.Mutex
		away        = true
		failed      = map[int]bool{} // writers whose first insert has failed
		inside      int
		tries, most int
	)
	r.produce(w.burst(400)...) // batches of far more rows than a probe has
	l, stop := r.startFaulty(func(_ context.Context, writer int, _ string, rows int, insert func() error) error {
		mu.Lock()
		if !away {
			mu.Unlock()
			return insert()
		}
		probe := failed[writer]
		failed[writer] = true
		if probe {
			tries++
			inside++
			most = max(most, rows)
			if inside > 1 {
				t.Errorf("%d probes at once", inside)
			}
		}
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		if probe {
			inside--
		}
		return errAway
	})
	r.eventually("ten probes", func() bool { mu.Lock(); defer mu.Unlock(); return tries >= 10 })
	if s := l.Status(); s.Ready || !s.Retrying || s.Rows != 0 {
		t.Errorf("%+v, want a lander that waits", s)
	}
	mu.Lock()
	if away = false; most > 100 {
		t.Errorf("a probe of %d rows", most)
	}
	mu.Unlock()
	r.caughtUp(l)
	stop()
	w.check(r)
}
