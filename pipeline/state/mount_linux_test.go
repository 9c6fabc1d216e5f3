package state

import (
	"fmt"
	"syscall"
)

func mountSmall(dir string, bytes int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
}

// unmountSmall lets go of the file system, whose files a store that failed may still hold.
func unmountSmall(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
