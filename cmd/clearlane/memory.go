package main

import (
	"context"
	"log/slog"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// cgroupShare is how much of the container's memory the Go runtime may take: the rest
	// is for what it does not count, such as the page tables and the country database.
	cgroupShare = 0.9
	// Fetching pauses when so much of the limit is live, which no collection frees, and
	// goes on below the other: at the limit the collector would take the CPU instead.
	holdShare, goOnShare = 0.85, 0.75
	memoryEvery          = 250 * time.Millisecond
	collectEvery         = time.Second // while held, so that the live heap is known
	// gcPercent is how much garbage, in percent of what is live, is collected. What is live is
	// large and mostly without pointers, so a collection costs little: with Go's 100 the peak is 15
	// to 20 % higher at full load, and no CPU time is saved that shows. GOGC overrules it.
	gcPercent = 50
)

// memoryLimit is the bound of the process's memory in bytes: the one configured, else that
// of GOMEMLIMIT, else a share of the container's; 0: none.
func memoryLimit(configured int64, cgroup func() (uint64, error)) int64 {
	if configured > 0 {
		return configured
	}
	if set := debug.SetMemoryLimit(-1); set < math.MaxInt64 {
		return set
	}
	if n, err := cgroup(); err == nil && n > 0 && n < math.MaxInt64 {
		return int64(float64(n) * cgroupShare)
	}
	return 0 // no container, or one without a limit
}

// memory pauses fetching while the live heap is near the limit. Safe for concurrent use.
type memory struct {
	limit int64 // bytes; 0: none
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	since time.Time // when fetching was paused; zero: it is not
	said  time.Time
}

func newMemory(configured int64, log *slog.Logger) *memory {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	m := &memory{limit: memoryLimit(configured, memlimit.FromCgroup), log: log, now: time.Now}
	if m.limit > 0 {
		debug.SetMemoryLimit(m.limit)
	}
	return m
}

// run looks at the live heap until ctx ends.
func (m *memory) run(ctx context.Context) {
	if m.limit == 0 {
		return
	}
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	collected := m.now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if m.held() && m.now().Sub(collected) >= collectEvery {
			runtime.GC()
			collected = m.now()
		}
		metrics.Read(sample)
		m.note(int64(sample[0].Value.Uint64()))
	}
}

// note takes what is live.
func (m *memory) note(live int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, share := m.now(), float64(live)/float64(m.limit)
	switch {
	case !m.since.IsZero() && share < goOnShare:
		m.log.Info("there is memory again, fetching goes on", "waited", now.Sub(m.since), "live", live, "limit", m.limit)
		m.since, m.said = time.Time{}, time.Time{}
	case m.since.IsZero() && share >= holdShare:
		m.since = now
	}
	if !m.since.IsZero() && (m.said.IsZero() || now.Sub(m.said) >= sayAgain) {
		m.said = now
		m.log.Error("memory is nearly full: fetching waits until some is free; nothing is lost", "live", live, "limit", m.limit)
	}
}

// waiting is since when fetching waits for memory; zero: it does not.
func (m *memory) waiting() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.since
}

func (m *memory) held() bool { return !m.waiting().IsZero() }
