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
// The longest is about what a partition may stand still after brokers or a disk are back.
// Records that are gone do not come back by themselves: that is tried more seldom.
const (
	minRetry = 250 * time.Millisecond
	maxRetry = 2 * time.Second
	gapRetry = 30 * time.Second
)

// Manager runs the tasks of the partitions that a process is assigned. A task runs on
// through a rebalance, and ends only when an assignment lacks its partition. A failed
// one starts anew from its committed progress, for as long as it is assigned.
type Manager struct {
	open    func(partition int32, live func()) Runner
	confirm func(ctx context.Context) error
	log     *slog.Logger
	now     func() time.Time

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
// when it has recovered. confirm waits until the group has said anew that the assignment
// holds: a task that has failed is not started again before, as it might fence the
// rightful owner back.
func NewManager(open func(partition int32, live func()) Runner, confirm func(ctx context.Context) error, log *slog.Logger, now func() time.Time) *Manager {
	return &Manager{open: open, confirm: confirm, log: log, now: now, workers: map[int32]*worker{}}
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
		m.update(w, PhaseFailed, err)
		pause := m.pause(p, err, retry)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			// Whatever it failed of, this process may have been away for longer than it knows,
			// and the partition be another's by now. The error is that ctx has ended.
			if m.confirm(ctx) == nil {
				m.update(w, PhaseStarting, err)
			}
		}
		retry = min(2*retry, maxRetry)
	}
	m.mu.Lock()
	if m.workers[p] == w {
		delete(m.workers, p)
	}
	m.mu.Unlock()
}

// pause is how long a partition that failed waits, before the group is asked whose it is.
func (m *Manager) pause(partition int32, err error, retry time.Duration) time.Duration {
	pause := retry/2 + rand.N(retry)
	if errors.Is(err, ErrFenced) { // a rebalance has come that this process had not heard of
		m.log.Warn("partition was fenced; it waits for the group to say whose it is", "partition", partition, "err", err)
		return pause
	}
	if errors.Is(err, ErrGap) {
		pause = gapRetry
	}
	m.log.Error("partition failed; it starts anew from the committed progress", "partition", partition, "err", err, "in", pause)
	return pause
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
