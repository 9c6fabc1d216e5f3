package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/pipeline/task"
)

// storeDir is where the local state of a partition lies.
func storeDir(dataDir, group string, partition int32) string {
	return filepath.Join(dataDir, group, strconv.Itoa(int(partition)))
}

// openStore opens the local state of a partition. One that can't be used is put aside,
// and an empty one takes its place: the task then rebuilds it from Kafka, or says what
// is missing there.
func (s *scorer) openStore(partition int32) (task.Store, error) {
	dir := storeDir(s.cfg.DataDir, s.cfg.Kafka.Group, partition)
	s.mu.Lock()
	why := s.unusable[partition]
	s.mu.Unlock()
	if why != nil {
		if err := s.putAside(dir, why); err != nil {
			return nil, err
		}
		s.mu.Lock()
		delete(s.unusable, partition)
		s.mu.Unlock()
	}
	store, err := s.tryStore(dir)
	if errors.Is(err, state.ErrCorrupt) {
		if err := s.putAside(dir, err); err != nil {
			return nil, err
		}
		store, err = s.tryStore(dir)
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.stores[partition] = store
	s.mu.Unlock()
	return &ownedStore{Store: store, asked: func(err error) { s.disk.note(partition, err) }, closed: func() {
		s.disk.note(partition, nil)
		s.mu.Lock()
		delete(s.stores, partition)
		s.mu.Unlock()
		s.seen.Released(partition)
	}}, nil
}

func (s *scorer) tryStore(dir string) (*state.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	c := &s.cfg.State
	o := state.DefaultOptions()
	o.Background = s.background
	o.DirtyEntries, o.Memory, o.Cache = c.MaxDirtyOrders, s.stateMemory, s.cache
	o.MinFree, o.Flushing = int64(c.MinFreeBytes), s.flushing
	return state.Open(dir, o)
}

// parallelFlushes is state.parallel_flushes, worked out.
func parallelFlushes(n int) int {
	if n > 0 {
		return n
	}
	return max(1, runtime.GOMAXPROCS(0)/2)
}

// putAside renames a state folder, so that nothing of it is lost to whoever looks for
// the cause. Of several, the newest is kept.
func (s *scorer) putAside(dir string, why error) error {
	old, err := filepath.Glob(dir + ".unusable-*")
	if err != nil {
		return err
	}
	for _, o := range old {
		if err := os.RemoveAll(o); err != nil {
			return fmt.Errorf("local state: %w", err)
		}
	}
	aside := dir + ".unusable-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Rename(dir, aside); err != nil {
		return fmt.Errorf("local state: %w", err)
	}
	s.aside.Add(1)
	s.log.Error("local state can't be used; it is put aside and built anew from Kafka", "dir", dir, "aside", aside, "err", why)
	return nil
}

// watched waits for room on the disk before a task fences and recovers: what can't be
// written would end it, again and again. It counts the failures of the task, and notes
// when its local state can't be used.
func (s *scorer) watched(partition int32, t *task.Task) task.Runner {
	return watchedTask(func(ctx context.Context) error {
		if !s.awaitRoom(ctx, partition) {
			return nil
		}
		err := t.Run(ctx)
		if err != nil {
			s.failures.add(err)
		}
		if errors.Is(err, state.ErrCorrupt) || errors.Is(err, task.ErrState) || errors.Is(err, rollup.ErrNegative) {
			s.mu.Lock()
			s.unusable[partition] = err
			s.mu.Unlock()
		}
		if errors.Is(err, task.ErrGap) { // another process may have the state that this one lacks
			s.group.Refuse(partition, true)
		}
		return err
	})
}

type watchedTask func(ctx context.Context) error

// Run implements task.Runner.
func (w watchedTask) Run(ctx context.Context) error { return w(ctx) }

// ownedStore takes its store from the scorer's list before it closes it, and tells of a
// full disk.
type ownedStore struct {
	*state.Store
	asked  func(err error) // told whether the disk has room
	closed func()
}

// Room implements task.Store.
func (o *ownedStore) Room() error {
	err := o.Store.Room()
	o.asked(err)
	return err
}

// Close implements task.Store.
func (o *ownedStore) Close() error {
	o.closed()
	return o.Store.Close()
}

// local is the partitions whose state lies on this disk, for the group's balancer.
func (s *scorer) local() []kafka.LocalState {
	entries, err := os.ReadDir(filepath.Join(s.cfg.DataDir, s.cfg.Kafka.Group))
	if err != nil {
		return nil // nothing yet
	}
	var out []kafka.LocalState
	for _, e := range entries {
		p, err := strconv.ParseInt(e.Name(), 10, 32)
		info, ierr := e.Info()
		if err != nil || ierr != nil || int32(p) >= s.layout {
			continue
		}
		out = append(out, kafka.LocalState{Partition: int32(p), FreshMs: info.ModTime().UnixMilli()})
	}
	return out
}
