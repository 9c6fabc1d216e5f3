package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// Room asks for what a flush of the changes takes, beside what has to stay free.
func TestRoomIsForTheChangesAndTheReserve(t *testing.T) {
	t.Parallel()
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.MinFree = 1 << 20
	s, err := Open("db", o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Room(); err != nil {
		t.Errorf("a file system that says nothing of its space: %v", err)
	}
	mem.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 1<<20 + 4096, TotalBytes: 1 << 30})
	if err := s.Room(); err != nil {
		t.Errorf("4 KiB beside the reserve, nothing changed: %v", err)
	}
	if err := s.Put([]byte("k"), make([]byte, 4096), 1, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Room(); !errors.Is(err, ErrDiskFull) || errors.Is(err, ErrCorrupt) {
		t.Errorf("4 KiB beside the reserve for 4 KiB of changes: %v", err)
	}
	mem.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 1<<20 + 16384, TotalBytes: 1 << 30})
	if err := s.Room(); err != nil {
		t.Errorf("16 KiB beside the reserve: %v", err)
	}
}

// A disk that is full at any write, at the opening too, is never taken for damage: the
// fault says what it is, and the store opens again as it was once there is room.
func TestAFullDiskIsNoDamage(t *testing.T) {
	if raceBuild {
		t.Skip("SKIPPED in race builds: Pebble's own checks panic on a failing disk, see TestDiskFaultIsAnError")
	}
	t.Parallel()
	total := countWrites(t)
	for from := int64(1); from <= total; from += 1 + total/40 {
		mem := vfs.NewMem()
		s, err := Open("db", testOptions(writes(mem, func(n int64, _ errorfs.Op) error {
			if n >= from {
				return syscall.ENOSPC
			}
			return nil
		})))
		complete := uint32(0)
		if err == nil {
			complete, err = rounds(s)
			if cerr := s.Close(); err == nil {
				err = cerr
			}
		}
		if err == nil && complete < roundRounds || err != nil && (!errors.Is(err, ErrDiskFull) || errors.Is(err, ErrCorrupt)) {
			t.Fatalf("full from write %d of %d on: %v", from, total, err)
		}
		if s, err = Open("db", testOptions(mem)); err != nil {
			t.Fatalf("full from write %d of %d on, then there is room: %v", from, total, err)
		}
		checkRound(t, s, complete)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// smallDisk is a folder on a file system of that many bytes of its own.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountSmall(dir, bytes); err != nil {
		t.Skipf("SKIPPED, NOT TESTED ON A REAL FULL DISK: a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unmountSmall(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// On a real full file system: Room says so before anything is written; a store that writes
// all the same fails with what it is, and opens again as it was.
func TestARealFullDisk(t *testing.T) {
	dir := smallDisk(t, 24<<20)
	if err := RoomIn(filepath.Join(dir, "a", "b"), 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := RoomIn(filepath.Join(dir, "a", "b"), 25<<20); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("a reserve larger than the disk: %v", err)
	}
	o := testOptions(nil)
	o.MinFree = 2 << 20
	db := filepath.Join(dir, "db")
	s, err := Open(db, o)
	if err != nil {
		t.Fatal(err)
	}
	complete, err := rounds(s)
	if err != nil || s.Room() != nil {
		t.Fatalf("with room: %v, %v", err, s.Room())
	}
	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	if err := f.Close(); err != nil || !DiskFull(s.Room()) || !DiskFull(RoomIn(dir, 0)) {
		t.Fatalf("a full disk: %v, %v, %v", err, s.Room(), RoomIn(dir, 0))
	}
	if raceBuild {
		t.Log("SKIPPED in race builds: Pebble's own checks panic on a failing disk, see TestDiskFaultIsAnError")
	} else if err := overfill(s); !errors.Is(err, ErrDiskFull) || errors.Is(err, ErrCorrupt) {
		t.Errorf("flushed on a full disk: %v", err)
	}
	s.Close() // its filter has no room
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(db, o); err != nil {
		t.Fatal(err)
	}
	if s.Room() != nil {
		t.Errorf("with room again: %v", s.Room())
	}
	checkRound(t, s, complete)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// overfill flushes what does not fit, and returns what it is told.
func overfill(s *Store) error {
	for n := range s.opts.DirtyEntries {
		if err := s.Put(fmt.Append(nil, "new", n), make([]byte, 40_000), 1, 0); err != nil {
			return err
		}
	}
	if err := s.Flush(at(nil)); err != nil {
		return err
	}
	return s.Wait()
}
