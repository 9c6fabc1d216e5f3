package land_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/land"
)

// outage is one run with ClickHouse away under load.
type outage struct {
	At             time.Time     `json:"at"`
	Machine        bench.Machine `json:"machine"`
	AwaySeconds    float64       `json:"away_seconds"`
	Records        int           `json:"records"` // produced in all
	Decisions      int           `json:"decisions"`
	LagBefore      int64         `json:"lag_before_records"` // at most, in the second before
	LagPeak        int64         `json:"lag_peak_records"`
	CatchUpSeconds float64       `json:"catch_up_seconds"` // from ClickHouse's return to twice the lag before, under the same load
	HeldPeakRows   int           `json:"held_peak_rows"`
	HeldPeakBytes  int           `json:"held_peak_bytes"`
	HeldBoundRows  int           `json:"held_bound_rows"`
	HeapBefore     uint64        `json:"heap_bytes_before"` // of the whole process, which holds the broker's topics too
	HeapPeak       uint64        `json:"heap_bytes_peak"`
	Tries          int           `json:"tries_while_away"`
	LogLines       int           `json:"log_lines"`
	Wrong          bool          `json:"wrong"`
}

// outageBurst is how many decisions are published at once, with some ten roll-up rows each.
const outageBurst = 10

// ClickHouse goes away under load: the lag grows and says since when and why, what is held
// stays within its bound, one writer at a time looks whether it is back, and then all of it
// lands once. CLEARLANE_AWAY=2m is how long; CLEARLANE_AWAY_RESULTS=FILE gets a line of it.
func TestClickHouseAwayUnderLoad(t *testing.T) {
	away := 3 * time.Second
	if text := os.Getenv("CLEARLANE_AWAY"); text != "" {
		var err error
		away, err = time.ParseDuration(text)
		must(t, err)
	}
	r, w := newRig(t), newWorld(number(t, "CLEARLANE_LAND_SEED", 1))
	addr, open := gate(t, r.cfg.ClickHouse.Addrs[0])
	open.Store(true)
	r.cfg.ClickHouse.Addrs = []string{addr}
	r.cfg.BatchRows, r.cfg.ClickHouse.Writers = 200, 2
	if away > 10*time.Second {
		r.cfg.BatchRows = 3000 // more to catch up with
	}
	_, err := land.Migrate(t.Context(), r.conn, r.db, land.MigrateOptions{})
	must(t, err)
	clear(w.poison)

	var log syncBuffer
	var tries triesCounter
	ctx, cancel := context.WithCancel(context.Background())
	l, err := land.New(r.cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(r.broker.Addrs()...)}, Log: slog.New(slog.NewTextHandler(&log, nil)), Observer: &tries})
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()

	var loading sync.WaitGroup
	enough := make(chan struct{})
	loading.Go(func() {
		for {
			select {
			case <-enough:
				return
			case <-time.After(200 * time.Millisecond):
				r.produce(w.burst(outageBurst)...)
			}
		}
	})
	r.eventually("rows landed", func() bool { return l.Status().Rows > 100 })

	x := outage{At: time.Now().UTC().Truncate(time.Second), Machine: land.ThisMachine(), AwaySeconds: away.Seconds()}
	// Each writer holds a batch in hand, one that waits, and at most what one poll brought.
	x.HeldBoundRows = r.cfg.ClickHouse.Writers * 3 * r.cfg.BatchRows
	x.HeapBefore = heap()
	watch := func() land.Status {
		s := l.Status()
		x.LagPeak = max(x.LagPeak, r.lag(l))
		x.HeldPeakRows, x.HeldPeakBytes = max(x.HeldPeakRows, s.HeldRows), max(x.HeldPeakBytes, s.HeldBytes)
		return s
	}
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		x.LagBefore = max(x.LagBefore, r.lag(l))
	}
	open.Store(false)
	r.eventually("sign that ClickHouse is away", func() bool { return watch().Retrying })
	since, before := l.Status().Since, tries.n.Load()
	for left := time.Now().Add(away); time.Now().Before(left); time.Sleep(20 * time.Millisecond) {
		if s := watch(); s.Since != since || s.Error == "" || s.Ready {
			t.Fatalf("while ClickHouse is away: %+v, want it to say why, and since %v", s, since)
		}
		x.HeapPeak = max(x.HeapPeak, heap())
	}
	x.Tries = int(tries.n.Load() - before)
	open.Store(true)
	back := time.Now()
	deadline := back.Add(time.Minute + away)
	for s := watch(); s.Retrying || r.lag(l) < 0 || r.lag(l) > 2*x.LagBefore; s = watch() {
		if time.Now().After(deadline) {
			t.Fatalf("not caught up %v after ClickHouse's return: %+v", time.Since(back), s)
		}
		time.Sleep(5 * time.Millisecond)
	}
	x.CatchUpSeconds = time.Since(back).Seconds()
	close(enough)
	loading.Wait()
	r.caughtUp(l)
	cancel()
	must(t, <-done)
	w.check(r)

	x.Records, x.Decisions, x.Wrong = r.produced, int(w.version), t.Failed()
	x.LogLines = strings.Count(log.String(), "ClickHouse does not take rows") + strings.Count(log.String(), "ClickHouse takes rows again")
	t.Logf("%+v", x)
	land.WriteResult(t, "CLEARLANE_AWAY_RESULTS", x)
	if perSecond := int64(outageBurst); x.LagPeak < perSecond*int64(away.Seconds()) {
		t.Errorf("a lag of %d at most, want it to grow while ClickHouse is away", x.LagPeak)
	}
	if x.HeldPeakRows > x.HeldBoundRows {
		t.Errorf("%d records in memory, bound %d", x.HeldPeakRows, x.HeldBoundRows)
	}
	// A pause is at least half of the longest one, after the first few: one try for each, not
	// one for each writer, whose first failures are in there too.
	if most := r.cfg.ClickHouse.Writers + 4 + int(away/(r.cfg.MaxRetryInterval/2)); x.Tries > most {
		t.Errorf("%d tries while ClickHouse was away, want at most %d", x.Tries, most)
	}
	if most := 2 + int(away/(30*time.Second)); x.LogLines < 2 || x.LogLines > most {
		t.Errorf("%d log lines, want 2 to %d:\n%s", x.LogLines, most, log.String())
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

type triesCounter struct{ n atomic.Int64 }

func (*triesCounter) Inserted(string, int, time.Duration) {}
func (c *triesCounter) InsertFailed(string)               { c.n.Add(1) }

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
