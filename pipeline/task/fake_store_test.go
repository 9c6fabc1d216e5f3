package task

import "slices"

// fakeStore loses, with a crash, what was put after the last flush.
type fakeStore struct {
	c   *cluster
	now memory
	ops int

	writing chan struct{} // closed once the flush under way has ended; nil: none was begun
	wrote   func(memory)  // told what each flush has written; nil for nobody

	// Guarded by c.mu.
	flushed memory
	flushes uint64
	failed  error
}

// wait waits for the flush under way.
func (s *fakeStore) wait() error {
	if s.writing != nil {
		<-s.writing
	}
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.failed
}

func (s *fakeStore) Get(key []byte) ([]byte, error) {
	return slices.Clone(s.now.orders[string(key)]), nil
}
func (s *fakeStore) Put(key, value []byte, _ int64, tag uint64) error {
	s.ops++
	s.now.orders[string(key)] = slices.Clone(value)
	s.now.tags[string(key)] = tag
	return nil
}
func (s *fakeStore) Ahead([][]byte)      {}
func (s *fakeStore) AheadCells([][]byte) {}

func (s *fakeStore) Orders(tag uint64, after []byte, max int) ([][]byte, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	var keys []string
	for k := range s.flushed.orders {
		if (tag == 0 || s.flushed.tags[k] == tag) && k > string(after) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var out [][]byte
	for _, k := range keys[:min(max, len(keys))] {
		out = append(out, []byte(k))
	}
	return out, nil
}
func (s *fakeStore) Flushed() (uint64, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.flushes, s.failed
}
func (s *fakeStore) GetCell(key []byte) ([]byte, error) {
	return slices.Clone(s.now.cells[string(key)]), nil
}
func (s *fakeStore) PutCell(key, value []byte, _, _ int64) error {
	s.now.cells[string(key)] = slices.Clone(value)
	return nil
}
func (s *fakeStore) Full() bool { return s.ops > 150 }
func (s *fakeStore) Room() error {
	if s.c.room == nil {
		return nil
	}
	return s.c.room()
}
func (s *fakeStore) Flush(ready func() ([]byte, error)) error {
	if err := s.wait(); err != nil {
		return err
	}
	if err := s.c.crash(6); err != nil {
		return err
	}
	s.ops = 0
	frozen, done := s.now.clone(), make(chan struct{})
	s.writing = done
	go func() {
		defer close(done)
		meta, err := ready()
		s.c.mu.Lock()
		defer s.c.mu.Unlock()
		if s.failed = err; err != nil {
			return
		}
		frozen.meta = meta
		s.c.stored, s.flushed = frozen, frozen
		s.flushes++
		if s.wrote != nil {
			s.wrote(frozen)
		}
	}()
	return nil
}
func (s *fakeStore) Meta() ([]byte, error) { return s.now.meta, nil }
func (s *fakeStore) Expire(int64, int, func(key, value []byte) bool) (int, error) {
	return 0, nil
}
func (s *fakeStore) Close() error {
	_ = s.wait() // the fault that kept it from being written ends the task anyway
	return nil
}
