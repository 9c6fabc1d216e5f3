package chdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// closeGrace is how long a front waits for its statements before it cuts them off.
const closeGrace = 10 * time.Second

// Front is one HTTP server in front of an engine. Several may serve one engine.
type Front struct {
	engine *Engine
	server *http.Server
	addr   string
	done   chan struct{} // closed when the server has ended
}

// Serve answers ClickHouse's HTTP interface on a listener, which the front then owns.
// The listener must be a loopback one: nobody is asked who they are.
func (e *Engine) Serve(l net.Listener) (*Front, error) {
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("chdb listener: address %s, must be a loopback one", l.Addr())
	}
	f := &Front{engine: e, addr: l.Addr().String(), done: make(chan struct{})}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	e.fronts = append(e.fronts, f)
	go func() {
		defer close(f.done)
		_ = f.server.Serve(l) // ends with ErrServerClosed, or with the listener
	}()
	return f, nil
}

// Addr is host:port of the front.
func (f *Front) Addr() string { return f.addr }

// Close takes no new requests, lets those under way end, and frees the address.
func (f *Front) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	err := f.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("chdb front %s: statements still running after %v were cut off: %w", f.addr, closeGrace, err), f.server.Close())
	}
	<-f.done
	return err
}

// ServeHTTP answers one request of ClickHouse's HTTP interface.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := parseRequest(r)
	if err != nil {
		writeError(w, err)
		return
	}
	if req.statement == "" {
		_, _ = w.Write([]byte("Ok.\n"))
		return
	}
	out := newReply(w, req)
	defer out.release()
	if err := f.engine.run(r.Context(), req, out); err != nil {
		out.fail(err)
		return
	}
	out.end()
}

// run executes the statement of a request and writes its result.
func (e *Engine) run(ctx context.Context, req *request, out *reply) error {
	if req.statement == helloQuery {
		return e.hello(ctx, req.revision, out)
	}
	s, err := e.acquire(ctx)
	if err != nil {
		return err
	}
	defer e.release(s)
	if err := s.prepare(req.database, req.settings); err != nil {
		s.spoiled = true
		return err
	}
	defer s.restore(req.settings)
	if req.data != nil {
		out.written, err = s.insert(req.statement, req.format, req.data)
		return err
	}
	kind := s.classify(req.statement)
	if kind == classReadOnly {
		out.reading = s
		if err := s.stream(req.statement, req.format, req.params, out); !errors.Is(err, errNotStreamed) {
			return err
		}
	}
	out.reading = nil
	s.spoiled = kind == classControl
	out.written, err = s.query(req.statement, req.format, req.params, out)
	return err
}
