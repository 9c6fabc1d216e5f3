package land_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/land"
)

// crashPoint is where a lander dies.
type crashPoint int

const (
	beforeInsert  crashPoint = iota
	beforeAnswer             // ClickHouse has taken the rows, the lander does not hear of it
	betweenTables            // one table of a batch has its rows, the next has not
	inBisection              // while refused rows are looked for
	beforeCommit             // all has landed, no offset is committed
	afterCommit              // the offset is committed, the lander does not hear of it
	inRebalance              // while another member joins
	crashPoints
)

var pointNames = [...]string{"before an insert", "before its answer", "between tables", "in bisection", "before a commit", "after a commit", "in a rebalance"}

// bomb ends a lander at a point, once it has been there a number of times.
type bomb struct {
	at    crashPoint
	crash context.CancelFunc

	mu      sync.Mutex
	times   int
	tables  map[int]string // the last table of each writer
	refused map[int]bool   // writers that look for refused rows
	gone    bool
}

// hit is true when the lander dies now.
func (b *bomb) hit(at crashPoint) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at == at && b.count()
}

func (b *bomb) count() bool {
	if b.times--; b.times != 0 {
		return false
	}
	b.gone = true
	b.crash()
	return true
}

// errDead is what a dead lander's calls end with.
var errDead = errors.New("dead")

func (b *bomb) insert(_ context.Context, writer int, table string, _ int, insert func() error) error {
	b.mu.Lock()
	dies := false
	switch b.at {
	case beforeInsert:
		dies = b.count()
	case betweenTables:
		dies = b.tables[writer] != "" && b.tables[writer] != table && b.count()
	case inBisection:
		dies = b.refused[writer] && b.count()
	}
	b.mu.Unlock()
	if dies {
		return errDead
	}
	err := insert()
	if err == nil && b.hit(beforeAnswer) {
		return errDead
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tables[writer] = table
	if land.IsRefusal(err) {
		b.refused[writer] = true
	}
	return err
}

func (b *bomb) commit(_ context.Context, commit func() error) error {
	if b.hit(beforeCommit) {
		return errDead
	}
	err := commit()
	if b.hit(afterCommit) {
		return errDead
	}
	return err
}

// number is a setting of a test from the environment.
func number(t *testing.T, name string, other uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return other
	}
	n, err := strconv.ParseUint(text, 10, 64)
	must(t, err)
	return n
}

// Wherever a lander dies, and whatever part of the topics is read again: what is seen of
// decisions, reasons and every roll-up is what follows from the records, after each crash.
// CLEARLANE_LAND_CRASHES=50 says how many, CLEARLANE_LAND_SEED which.
func TestEveryViewIsExactAfterEachCrash(t *testing.T) {
	crashes, seed := int(number(t, "CLEARLANE_LAND_CRASHES", 8)), number(t, "CLEARLANE_LAND_SEED", 1)
	t.Logf("CLEARLANE_LAND_SEED=%d CLEARLANE_LAND_CRASHES=%d", seed, crashes)
	r, w := newRig(t), newWorld(seed)
	r.cfg.ClickHouse.DeadLetterBytes = true // the world knows its refused decisions by their bytes
	_, err := land.Migrate(t.Context(), r.conn, r.db, land.MigrateOptions{})
	must(t, err)
	w.refusePoison(r)
	died := map[string]int{}
	for n := range crashes {
		at := crashPoint((n + int(seed)) % int(crashPoints))
		if !crashOnce(r, w, at) {
			continue // all had landed before the point was reached that often
		}
		died[pointNames[at]]++
		r.rewind(w.rng)
		cfg := r.cfg
		cfg.ClickHouse.Writers = 1 + w.rng.IntN(4)
		l, stop := r.start(cfg)
		r.caughtUp(l)
		stop()
		if w.check(r); t.Failed() {
			t.Fatalf("wrong after crash %d, %s; CLEARLANE_LAND_SEED=%d", n, pointNames[at], seed)
		}
	}
	t.Logf("died %v", died)
	if total := sum(died); total < crashes*9/10 {
		t.Errorf("died %d times, want nearly %d", total, crashes)
	}
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// crashOnce lets a lander die at a point with new records before it.
func crashOnce(r *rig, w *world, at crashPoint) bool {
	r.t.Helper()
	r.produce(w.burst(20 + w.rng.IntN(40))...)
	ctx, crash := context.WithCancel(context.Background())
	defer crash()
	b := &bomb{at: at, crash: crash, times: 1 + w.rng.IntN(4), tables: map[int]string{}, refused: map[int]bool{}}
	if at == inBisection { // so that there is something to look for
		for len(w.letters) == 0 || w.rng.IntN(3) > 0 {
			r.produce(w.burst(20)...)
		}
	}
	cfg := r.cfg
	cfg.StopTimeout = 0 // cut off in the middle of whatever it does
	cfg.ClickHouse.Writers = 1 + w.rng.IntN(4)
	cfg.BatchRows, cfg.BatchInterval = 5+w.rng.IntN(60), 10*time.Millisecond
	l, err := land.NewWithFaults(cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(r.broker.Addrs()...)}}, land.Faults{Insert: b.insert, Commit: b.commit})
	must(r.t, err)
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	if at == inRebalance {
		r.eventually("records landed", func() bool { return l.Status().Rows > 0 || r.lag(l) == 0 })
		_, stop := r.start(cfg)
		defer stop()
		w.pause(150 * time.Millisecond)
		b.mu.Lock()
		b.gone = true
		b.mu.Unlock()
		crash()
	}
	for deadline := time.Now().Add(5 * time.Second); ctx.Err() == nil && time.Now().Before(deadline) && r.lag(l) != 0; {
		time.Sleep(5 * time.Millisecond)
	}
	crash()
	must(r.t, <-done)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// lag is how much the members' partitions are behind, -1 when that is not known.
func (r *rig) lag(l *land.Lander) int64 {
	s, total := l.Status(), int64(0)
	for _, g := range s.Lag {
		total += g.Records
	}
	if len(s.Lag) != partitions*r.topics {
		return -1
	}
	return total
}

// rewind has random partitions read again from random offsets.
func (r *rig) rewind(rng *rand.Rand) {
	r.t.Helper()
	adm := kadm.NewClient(r.client)
	committed, err := adm.FetchOffsets(context.Background(), r.cfg.Group)
	must(r.t, err)
	back := kadm.Offsets{}
	committed.Each(func(o kadm.OffsetResponse) {
		if rng.IntN(3) == 0 && o.At > 0 {
			back.AddOffset(o.Topic, o.Partition, rng.Int64N(o.At), -1)
		}
	})
	if len(back) == 0 {
		return
	}
	r.eventually("group without members", func() bool {
		done, err := adm.CommitOffsets(context.Background(), r.cfg.Group, back)
		return err == nil && done.Error() == nil
	})
}
