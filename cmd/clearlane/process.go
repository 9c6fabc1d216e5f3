package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/task"
)

// process is one running Clearlane: its roles, wired.
type process struct {
	cfg       config.Config
	log       *slog.Logger
	acceptGap bool
	memory    *memory // made by run
	now       func() time.Time
	observer  task.Observer    // sees what tasks do, beside the metrics; nil for nobody
	landed    *atomic.Uint64   // counts the rows that have landed; nil for nobody
	reload    <-chan os.Signal // looks at the files of reference data at once; nil for never
	listening func(net.Addr)   // told where the role serve listens; nil for nobody
	// wrap changes what the task of a partition works with; nil leaves it as it is.
	wrap func(s *scorer, partition int32, d task.Deps) task.Deps
}

// run works until ctx ends and everything has stopped gracefully, or a role fails.
func (p *process) run(ctx context.Context) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics := serve.New(registry, p.now)
	build := buildVersion()
	metrics.SetBuild(build.Version, build.Revision, runtime.Version())
	health := serve.NewHealth(p.now)
	metrics.OnScrape(func(x *serve.Sample) {
		_, parts := health.Status()
		for _, p := range parts {
			x.Ready[p.Name] = p.State == serve.Ready
		}
	})

	p.memory = newMemory(int64(p.cfg.Limits.Memory), p.log)
	work, ctx := errgroup.WithContext(ctx)
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	if p.cfg.Has(config.RoleServe) {
		server := serve.NewServer(serve.Options{Listen: p.cfg.Serve.Listen, ShutdownTimeout: p.cfg.Serve.ShutdownTimeout,
			Gatherer: registry, Health: health, Stalls: metrics.Stalls(), Log: p.log, Listening: func(addr net.Addr) {
				p.log.Info("listening", "addr", addr.String())
				if p.listening != nil {
					p.listening(addr)
				}
			}})
		work.Go(func() error { return server.Run(serving) }) // until the other roles have ended
	}
	watching, stopWatching := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); p.memory.run(watching) }()
	defer func() { stopWatching(); <-watched }()
	roles, rolesCtx := errgroup.WithContext(ctx)
	if p.cfg.Has(config.RoleScore) {
		roles.Go(func() error { return named(config.RoleScore, p.score(rolesCtx, metrics, health)) })
	}
	if p.cfg.Has(config.RoleLand) {
		roles.Go(func() error { return named(config.RoleLand, p.land(rolesCtx, metrics, health)) })
	}
	work.Go(func() error {
		defer stopServing()
		err := roles.Wait()
		if !p.cfg.Has(config.RoleScore) && !p.cfg.Has(config.RoleLand) {
			<-ctx.Done()
		}
		return err
	})
	err := work.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func named(role string, err error) error {
	if err != nil {
		return fmt.Errorf("role %s: %w", role, err)
	}
	return nil
}
