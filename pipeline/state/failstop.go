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

// Create is vfs.FS's; so are the methods below. Reading and removing stay allowed.
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
	l.fs.fail(fmt.Errorf("pebble: "+format, args...))
}

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
