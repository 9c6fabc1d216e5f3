package task

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fakeRunner is a task that works until it is stopped, or fails.
type fakeRunner func(ctx context.Context) error

func (f fakeRunner) Run(ctx context.Context) error { return f(ctx) }

func newTestManager(open func(partition int32, live func()) Runner) *Manager {
	return NewManager(open, func(context.Context) error { return nil }, slog.New(slog.DiscardHandler), time.Now)
}

// However quickly partitions come and go, one task of a partition runs at a time, the
// last assignment holds, and Close leaves nothing behind.
func TestOneTaskOfAPartitionAtATime(t *testing.T) {
	const partitions = 4
	var running [partitions]atomic.Int32
	m := newTestManager(func(p int32, live func()) Runner {
		return fakeRunner(func(ctx context.Context) error {
			if running[p].Add(1) > 1 {
				t.Errorf("two tasks of partition %d", p)
			}
			defer running[p].Add(-1)
			live()
			<-ctx.Done()
			time.Sleep(time.Millisecond) // the last commit
			return nil
		})
	})
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		var assigned []int32
		for p := range int32(partitions) {
			if rng.IntN(2) == 0 {
				assigned = append(assigned, p)
			}
		}
		m.Assign(assigned)
		if rng.IntN(4) == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	m.Assign([]int32{1, 3})
	want := [partitions]int32{0, 1, 0, 1}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		var now [partitions]int32
		for p := range running {
			now[p] = running[p].Load()
		}
		if now == want && len(m.Status()) == 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("running %v, not %v; status %v", now, want, m.Status())
		}
	}
	m.Close()
	m.Assign([]int32{0}) // too late: nothing is started any more
	for p := range running {
		if running[p].Load() != 0 {
			t.Errorf("partition %d still runs", p)
		}
	}
	if s := m.Status(); len(s) != 0 {
		t.Errorf("status after the end: %v", s)
	}
}

// A partition that fails is shown as failed, tried again, and given up at once when it is
// no longer assigned.
func TestAFailedPartitionIsTriedAgain(t *testing.T) {
	var tries atomic.Int32
	fault := errors.New("planted")
	failed := make(chan struct{}, 1)
	m := newTestManager(func(_ int32, live func()) Runner {
		return fakeRunner(func(ctx context.Context) error {
			if tries.Add(1) == 1 {
				failed <- struct{}{}
				return fault
			}
			live()
			<-ctx.Done()
			return nil
		})
	})
	defer m.Close()
	await := func(phase Phase) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			s := m.Status()
			if len(s) == 1 && s[0].Phase == phase {
				if phase == PhaseFailed && !errors.Is(s[0].Err, fault) {
					t.Errorf("failed with %v, not with %v", s[0].Err, fault)
				}
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("status %v, never %v", s, phase)
			}
		}
	}
	m.Assign([]int32{7})
	<-failed
	await(PhaseFailed)
	await(PhaseLive)
	if n := tries.Load(); n != 2 {
		t.Errorf("%d tries, not 2", n)
	}
}

// Closing does not wait for the pause before the next try.
func TestCloseEndsAPause(t *testing.T) {
	var once sync.Once
	failed := make(chan struct{})
	m := newTestManager(func(int32, func()) Runner {
		return fakeRunner(func(context.Context) error {
			defer once.Do(func() { close(failed) })
			return ErrFenced
		})
	})
	m.Assign([]int32{0})
	<-failed
	ended := make(chan struct{})
	go func() {
		m.Close()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("Close waits")
	}
}

// A task that was fenced starts again only when the group has confirmed the assignment
// after that, and never when it takes the partition away instead.
func TestAFencedPartitionWaitsForTheGroup(t *testing.T) {
	var starts atomic.Int32
	asked, confirmed := make(chan struct{}), make(chan struct{})
	m := NewManager(func(_ int32, live func()) Runner {
		return fakeRunner(func(ctx context.Context) error {
			live()
			if starts.Add(1) < 3 {
				return ErrFenced
			}
			<-ctx.Done()
			return nil
		})
	}, func(ctx context.Context) error {
		asked <- struct{}{}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-confirmed:
			return nil
		}
	}, slog.New(slog.DiscardHandler), time.Now)
	m.Assign([]int32{0})
	<-asked
	confirmed <- struct{}{}
	<-asked // the second task was fenced as well
	if n := starts.Load(); n != 2 {
		t.Fatalf("%d starts, not 2", n)
	}
	m.Assign(nil)
	m.Close()
	if n := starts.Load(); n != 2 {
		t.Errorf("%d starts: a partition that was taken away was started again", n)
	}
}
