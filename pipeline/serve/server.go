package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options is what a Server needs.
type Options struct {
	Listen          string        // host:port
	ShutdownTimeout time.Duration // for requests still running when Run ends
	Gatherer        prometheus.Gatherer
	Health          *Health
	Stalls          http.Handler // answers /stalls; nil: nobody does
	Log             *slog.Logger
	// Listening is called once the address is bound; nil is allowed.
	Listening func(net.Addr)
}

// Server answers /metrics, /healthz, /readyz and /stalls.
type Server struct {
	o       Options
	handler http.Handler
}

// Bounds of one request. Nobody but a scraper and a probe has business here.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	maxScrapes     = 4 // at once
)

// NewServer builds a server. It listens when it runs.
func NewServer(o Options) *Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(o.Gatherer, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(o.Log.Handler(), slog.LevelError),
		MaxRequestsInFlight: maxScrapes,
		Timeout:             requestTimeout,
	}))
	mux.HandleFunc("GET /healthz", o.Health.healthz)
	mux.HandleFunc("GET /readyz", o.Health.readyz)
	if o.Stalls != nil {
		mux.Handle("GET /stalls", o.Stalls)
	}
	return &Server{o: o, handler: mux}
}

// Run serves until ctx ends, then lets running requests finish. It returns nil after
// an orderly end, and an error when the address cannot be bound or serving fails.
func (s *Server) Run(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.o.Listen)
	if err != nil {
		return fmt.Errorf("serve.listen %s: %w", s.o.Listen, err)
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout + headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn),
	}
	if s.o.Listening != nil {
		s.o.Listening(listener.Addr())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("http server: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.ShutdownTimeout)
	defer cancel()
	err = server.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // who is still reading has had its time
	}
	<-ended
	if err != nil {
		return fmt.Errorf("http server shutdown: %w", err)
	}
	return nil
}
