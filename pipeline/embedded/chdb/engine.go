package chdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Options says which library and which data the engine opens.
type Options struct {
	Library string // path of libchdb, as Find returns it
	DataDir string // created when it is not there
	// ConfigFile is a configuration of the engine as ClickHouse reads it, for example with
	// clusters (remote_servers); empty: none.
	ConfigFile string
	// Sessions is how many statements may run at once; further ones wait. Default 4.
	Sessions int
}

// ErrClosed: the engine has been closed.
var ErrClosed = errors.New("chdb: engine is closed")

// Engine is the ClickHouse engine of this process. All methods may be called by
// several goroutines.
type Engine struct {
	lib     *library
	dataDir string
	config  string        // see Options.ConfigFile
	idle    chan *session // every session that nobody uses; its capacity is their number
	closing chan struct{}

	mu     sync.Mutex
	fronts []*Front
	closed bool
}

// Open loads the library and opens the data directory. At most one engine is open
// in a process at a time.
func Open(o Options) (*Engine, error) {
	if o.DataDir == "" {
		return nil, errors.New("chdb data directory: is empty, must name a directory")
	}
	if o.Sessions == 0 {
		o.Sessions = 4
	}
	if o.Sessions < 1 || o.Sessions > 64 {
		return nil, fmt.Errorf("chdb sessions: %d, must be 1 to 64", o.Sessions)
	}
	lib, err := load(o.Library)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("chdb data directory: %w", err)
	}
	lib.setSignalHandlers(0)
	e := &Engine{lib: lib, dataDir: o.DataDir, config: o.ConfigFile, idle: make(chan *session, o.Sessions), closing: make(chan struct{})}
	for range o.Sessions {
		s, err := openSession(lib, o.DataDir, o.ConfigFile)
		if err != nil {
			e.closeIdle(len(e.idle))
			return nil, err
		}
		e.idle <- s
	}
	return e, nil
}

// Version is the library's version.
func (e *Engine) Version() string { return e.lib.version() }

// Close stops the fronts, each of which lets its statements end, waits for those and
// closes the data directory.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	fronts := e.fronts
	e.mu.Unlock()
	var errs []error
	for _, f := range fronts {
		errs = append(errs, f.Close())
	}
	close(e.closing)
	e.closeIdle(cap(e.idle))
	return errors.Join(errs...)
}

func (e *Engine) closeIdle(n int) {
	for range n {
		if s := <-e.idle; s != nil {
			s.close()
		}
	}
}

// acquire waits for a session nobody uses.
func (e *Engine) acquire(ctx context.Context) (*session, error) {
	select {
	case <-e.closing:
		return nil, ErrClosed
	default:
	}
	select {
	case s := <-e.idle:
		if s == nil { // replacing one has failed before
			return e.reopen()
		}
		return s, nil
	case <-e.closing:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *Engine) reopen() (*session, error) {
	s, err := openSession(e.lib, e.dataDir, e.config)
	if err != nil {
		e.idle <- nil
		return nil, err
	}
	return s, nil
}

// release hands a session back. A spoiled one is replaced by a new one.
func (e *Engine) release(s *session) {
	if !s.spoiled {
		e.idle <- s
		return
	}
	// The new one is opened first: closing the last connection stops the engine.
	fresh, err := openSession(e.lib, e.dataDir, e.config)
	s.close()
	if err != nil {
		fresh = nil
	}
	e.idle <- fresh
}
