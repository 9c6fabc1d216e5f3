package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// chaosDisk is a small file system of its own, so that it can be full.
type chaosDisk struct{ dir string }

// newChaosDisk mounts one at dir; nil, and said, where this process may not.
func newChaosDisk(t *testing.T, dir string) *chaosDisk {
	must(t, os.MkdirAll(dir, 0o700))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Logf("SKIPPED, NO DISK IS FULL: a small file system can't be mounted at %s: %v: %s", dir, err, out)
		return nil
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount %s: %v: %s", dir, err, out)
		}
	})
	return &chaosDisk{dir}
}

// full takes all room of the disk for a time.
func (d *chaosDisk) full(length time.Duration) error {
	file, err := takeAllRoom(d.dir)
	if err == nil {
		time.Sleep(length)
	}
	return errors.Join(err, os.Remove(file))
}

// takeAllRoom fills the file system of a folder with one file, and returns its name.
func takeAllRoom(dir string) (file string, err error) {
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		return "", err
	}
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return f.Name(), errors.Join(fmt.Errorf("fill %s: %w", dir, err), f.Close())
	}
	return f.Name(), f.Close()
}
