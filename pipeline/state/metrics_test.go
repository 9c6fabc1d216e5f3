package state

import (
	"fmt"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// What each level answered is counted exactly, and Metrics may be asked from another
// goroutine at any time, also while and after the store is closed.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s, err := Open("db", testOptions(vfs.NewMem()))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var scrapers sync.WaitGroup
	scrapers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				s.Metrics()
			}
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	get := func(key string) {
		t.Helper()
		_, err := s.Get([]byte(key))
		must(err)
	}
	get("never")
	for i := range 5 {
		must(s.Put(fmt.Append(nil, "key", i), []byte("value"), 5, 0))
	}
	get("key0")
	if m := s.Metrics(); m.DirtyEntries != 5 || m.DirtyBytes == 0 || m.HitsActive != 1 || m.Filtered < 1 || m.CleanEntries != 0 {
		t.Errorf("before the flush: %+v", m)
	}
	must(s.Flush(at([]byte("meta"))))
	must(s.Wait())
	get("key1")
	get("key2")
	if m := s.Metrics(); m.HitsClean != 2 || m.CleanEntries != 5 || m.Flushes != 1 || m.FlushedEntries != 5 || m.DirtyEntries != 0 || m.DiskBytes == 0 {
		t.Errorf("after the flush: %+v", m)
	}
	s.memory.cleanShare.Store(0)
	s.trim()
	get("key3")
	if m := s.Metrics(); m.Reads != 1 || m.CleanEntries != 0 || m.FilterBytes == 0 {
		t.Errorf("with nothing kept in memory: %+v", m)
	}
	n, err := s.Expire(1000, 3, nil)
	must(err)
	if m := s.Metrics(); n != 3 || m.Forgotten != 3 {
		t.Errorf("forgot %d: %+v", n, m)
	}
	must(s.Close())
	if m := s.Metrics(); m.DiskBytes != 0 || m.Flushes != 1 {
		t.Errorf("after Close: %+v", m)
	}
	close(stop)
	scrapers.Wait()
}
