package task

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Phase is where the work on one partition stands.
type Phase uint8

// The phases.
const (
	PhaseStarting Phase = iota // recovering, or about to
	PhaseLive
	PhaseStopping
	PhaseFailed // waits to be tried again
)

var phaseNames = [...]string{"starting", "live", "stopping", "failed"}

// String is the phase's name.
func (p Phase) String() string { return phaseNames[p] }

// Status is what a process says of one of its partitions.
type Status struct {
	Partition int32
	Phase     Phase
	Since     time.Time
	Err       error // of PhaseFailed
}

// Pauses between two tries of a partition that failed: doubled each time, with jitter.
// The longest is what a partition may stand still after brokers or a disk are back.
const (
	minRetry = 500 * time.Millisecond
	maxRetry = 10 * time.Second
)

// Manager runs the tasks of the partitions that a process is assigned. A task runs on
// through a rebalance, and ends only when an assignment lacks its partition. A failed
// one starts anew from its committed progress, for as long as it is assigned.
type Manager struct {
	open func(partition int32, live func()) Runner
	log  *slog.Logger
	now  func() time.Time

	mu      sync.Mutex
	workers map[int32]*worker
	closed  bool
	wg      sync.WaitGroup
}

// Runner is a task, as the manager sees it.
type Runner interface {
	Run(ctx context.Context) error
}

// worker is the goroutine of one assigned partition.
type worker struct {
	stop   context.CancelFunc
	ended  chan struct{}
	status Status // guarded by Manager.mu
}

// NewManager makes a manager. open makes a new task of a partition, which calls live
// when it has recovered.
func NewManager(open func(partition int32, live func()) Runner, log *slog.Logger, now func() time.Time) *Manager {
	return &Manager{open: open, log: log, now: now, workers: map[int32]*worker{}}
}

// Assign makes the running partitions those given. It returns at once: partitions that
// are no longer assigned commit and end on their own, and one that comes back waits
// for that end.
func (m *Manager) Assign(partitions []int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	wanted := make(map[int32]bool, len(partitions))
	for _, p := range partitions {
		wanted[p] = true
	}
	for p, w := range m.workers {
		if !wanted[p] && w.status.Phase != PhaseStopping {
			m.set(w, PhaseStopping, nil)
			w.stop()
		}
	}
	for _, p := range partitions {
		old := m.workers[p]
		if old != nil && old.status.Phase != PhaseStopping {
			continue
		}
		ctx, stop := context.WithCancel(context.Background())
		w := &worker{stop: stop, ended: make(chan struct{}), status: Status{Partition: p, Since: m.now()}}
		m.workers[p] = w
		m.wg.Add(1)
		go m.run(ctx, w, old)
	}
}

func (m *Manager) set(w *worker, phase Phase, err error) {
	w.status.Phase, w.status.Err, w.status.Since = phase, err, m.now()
}

// run owns one partition until its worker is stopped.
func (m *Manager) run(ctx context.Context, w, old *worker) {
	defer m.wg.Done()
	defer close(w.ended)
	defer w.stop()
	if old != nil {
		<-old.ended // one task of a partition at a time: they share its local state
	}
	p := w.status.Partition
	for retry := minRetry; ctx.Err() == nil; {
		live := false
		task := m.open(p, func() {
			live = true
			m.update(w, PhaseLive, nil)
		})
		err := task.Run(ctx)
		if err == nil || ctx.Err() != nil {
			if err != nil {
				m.log.Error("partition did not end cleanly; its next owner starts from the committed progress", "partition", p, "err", err)
			}
			break
		}
		if live {
			retry = minRetry
		}
		level := slog.LevelError
		if errors.Is(err, ErrFenced) {
			level = slog.LevelWarn // a rebalance that this process has not heard of yet
		}
		pause := retry/2 + rand.N(retry)
		m.log.Log(ctx, level, "partition failed; it starts anew from the committed progress", "partition", p, "err", err, "in", pause)
		m.update(w, PhaseFailed, err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			m.update(w, PhaseStarting, err)
		}
		retry = min(2*retry, maxRetry)
	}
	m.mu.Lock()
	if m.workers[p] == w {
		delete(m.workers, p)
	}
	m.mu.Unlock()
}

// update notes a phase, unless the worker is being stopped.
func (m *Manager) update(w *worker, phase Phase, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.status.Phase != PhaseStopping {
		m.set(w, phase, err)
	}
}

// Status is where every partition of this process stands.
func (m *Manager) Status() []Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Status, 0, len(m.workers))
	for _, w := range m.workers {
		out = append(out, w.status)
	}
	return out
}

// Close stops all tasks gracefully and waits for them.
func (m *Manager) Close() {
	m.mu.Lock()
	m.closed = true
	for _, w := range m.workers {
		m.set(w, PhaseStopping, nil)
		w.stop()
	}
	m.mu.Unlock()
	m.wg.Wait()
}
