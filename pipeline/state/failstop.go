package state

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// failStopFS is the file system of one database, and the place where it reports what
// goes wrong in the background. After the first fault it refuses every write.
//
// Pebble tries a failed flush again for ever, and ends the process (Logger.Fatalf) when
// a MANIFEST write fails, because whether the record got there is unknown. Here the
// process lives on: nothing can be written after the fault, so what is on disk stays
// what it was, the store's next call returns the fault, and a later Open recovers.
type failStopFS struct {
	vfs.FS
	broken atomic.Bool
	once   sync.Once
	err    error         // written once, before failed is closed
	failed chan struct{} // closed at the first fault
}

func newFailStopFS(fs vfs.FS) *failStopFS {
	return &failStopFS{FS: fs, failed: make(chan struct{})}
}

// fail notes the first fault and stops all writing.
func (f *failStopFS) fail(err error) {
	f.once.Do(func() {
		f.err = err
		f.broken.Store(true)
		close(f.failed)
	})
}

// failure is the first fault, or nil.
func (f *failStopFS) failure() error {
	select {
	case <-f.failed:
		return f.err
	default:
		return nil
	}
}

func (f *failStopFS) refuse() error {
	if f.broken.Load() {
		return fmt.Errorf("not written after an earlier fault: %w", f.failure())
	}
	return nil
}

// Create is vfs.FS's; so are the methods below. Reading stays allowed.
func (f *failStopFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(func() (vfs.File, error) { return f.FS.Create(name, c) })
}

func (f *failStopFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.wrap(func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, opts...) })
}

func (f *failStopFS) ReuseForWrite(oldname, newname string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(func() (vfs.File, error) { return f.FS.ReuseForWrite(oldname, newname, c) })
}

func (f *failStopFS) Rename(oldname, newname string) error {
	if err := f.refuse(); err != nil {
		return err
	}
	return f.FS.Rename(oldname, newname)
}

// Remove is refused after a fault too: what is no longer needed by what was written last
// may be needed by what got to the disk.
func (f *failStopFS) Remove(name string) error {
	if err := f.refuse(); err != nil {
		return err
	}
	return f.FS.Remove(name)
}

func (f *failStopFS) OpenDir(name string) (vfs.File, error) {
	dir, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &failStopDir{File: dir, fs: f}, nil
}

// failStopDir is a folder that is synced. Pebble panics where that fails, because whether
// a file was renamed is unknown then. It is told that all is well instead: nothing is
// written or removed after the fault, and every flush from this one on reports it.
type failStopDir struct {
	vfs.File
	fs *failStopFS
}

func (d *failStopDir) Sync() error {
	if d.fs.refuse() != nil {
		return nil
	}
	if err := d.File.Sync(); err != nil {
		d.fs.fail(fmt.Errorf("sync of a folder: %w", err))
	}
	return nil
}

func (f *failStopFS) Link(oldname, newname string) error {
	if err := f.refuse(); err != nil {
		return err
	}
	return f.FS.Link(oldname, newname)
}

func (f *failStopFS) Unwrap() vfs.FS { return f.FS }

func (f *failStopFS) wrap(open func() (vfs.File, error)) (vfs.File, error) {
	if err := f.refuse(); err != nil {
		return nil, err
	}
	file, err := open()
	if err != nil {
		return nil, err
	}
	return &failStopFile{File: file, fs: f}, nil
}

type failStopFile struct {
	vfs.File
	fs *failStopFS
}

func (f *failStopFile) Write(p []byte) (int, error) {
	if err := f.fs.refuse(); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

func (f *failStopFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.fs.refuse(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, off)
}

func (f *failStopFile) Sync() error {
	if err := f.fs.refuse(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *failStopFile) SyncData() error {
	if err := f.fs.refuse(); err != nil {
		return err
	}
	return f.File.SyncData()
}

// logger takes what Pebble would end the process for. Its chatter is not kept: what
// matters of it is in Metrics.
type logger struct{ fs *failStopFS }

func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}

func (l logger) Fatalf(format string, args ...any) {
	fault := fatal{text: fmt.Sprintf("pebble: "+format, args...)}
	for _, a := range args {
		if err, is := a.(error); is {
			fault.cause = err
		}
	}
	l.fs.fail(fault)
}

// fatal is what Pebble would have ended the process with, and the error that it is of.
type fatal struct {
	text  string
	cause error // may be nil
}

func (f fatal) Error() string { return f.text }
func (f fatal) Unwrap() error { return f.cause }

// retryPause keeps Pebble from spinning over a flush that cannot succeed any more.
const retryPause = 10 * time.Millisecond

// listener reports faults in the background.
func (f *failStopFS) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			f.fail(err)
			// Pebble tries again at once, until it is closed.
			time.Sleep(retryPause)
		},
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			f.fail(fmt.Errorf("%w: %s", ErrCorrupt, info))
		},
	}
}
