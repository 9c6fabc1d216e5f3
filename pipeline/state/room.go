package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// ErrDiskFull: there is no room on the disk. Nothing of the state is lost or damaged by
// it: what is on disk is the last flush, and it goes on once there is room.
var ErrDiskFull = errors.New("no room on the disk")

// DiskFull tells whether an error is a file system's for want of room, or of a quota.
func DiskFull(err error) bool {
	return errors.Is(err, ErrDiskFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// Room is nil when the disk has room for a flush of the changes of now, beside MinFree
// bytes that have to stay free, and else an ErrDiskFull. To ask first is what keeps a
// full disk from being a fault: Pebble can't go on after a write that failed, and the
// changes that are not flushed wait in memory as well. A file system that does not say
// how much is free has room, and every other fault is left to the flush.
func (s *Store) Room() error {
	if s.usable() != nil {
		return nil
	}
	// A table is not larger than its changes, and a compaction may write them once more.
	err := freeBytes(s.fs, s.dir, s.opts.MinFree+2*s.active.used())
	if !errors.Is(err, ErrDiskFull) {
		return nil
	}
	return err
}

// freeBytes is an ErrDiskFull where fewer bytes are free than needed.
func freeBytes(fs vfs.FS, dir string, need int64) error {
	u, err := fs.GetDiskUsage(dir)
	if errors.Is(err, vfs.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("state %s: free space: %w", dir, err)
	}
	if int64(min(u.AvailBytes, 1<<62)) < need {
		return fmt.Errorf("state %s: %w: %d MiB are free, %d MiB are needed", dir, ErrDiskFull, u.AvailBytes>>20, (need+1<<20-1)>>20)
	}
	return nil
}

// probeBytes is what RoomIn writes to find out.
const probeBytes = 1 << 20

// RoomIn is nil when minFree bytes are free on the disk of a folder, and a megabyte can
// be written there: quotas show in no count of free bytes. It is for before a store is
// opened. The error is an ErrDiskFull, or that of reaching the folder.
func RoomIn(dir string, minFree int64) error {
	at, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for {
		_, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
			at = filepath.Dir(at) // not made yet
			continue
		}
		if err != nil {
			return err
		}
		break
	}
	if err := freeBytes(vfs.Default, at, minFree); err != nil {
		return err
	}
	if err := probe(at); err != nil {
		if DiskFull(err) {
			err = fmt.Errorf("%w: %w", ErrDiskFull, err)
		}
		return fmt.Errorf("state %s: %w", dir, err)
	}
	return nil
}

func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".clearlane-room-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, probeBytes))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
