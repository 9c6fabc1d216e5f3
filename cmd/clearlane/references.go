package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/schemas"
)

// references holds the reference data in force for all tasks of the process. Tasks
// take up a new value at their next commit boundary.
type references struct {
	log    *slog.Logger
	policy config.Policy
	geo    config.Geo
	now    atomic.Pointer[decide.References]
	mu     sync.Mutex // of whoever changes now, and of pending and offset

	metrics *serve.Metrics
	watched []*refFile // of watchFiles

	// The rest belongs to the goroutine that reads the seller-sites topic.
	intake  *decide.SiteIntake
	pending []decide.SiteChange
	offset  int64
}

// sitesEvery is how often changes of seller sites are taken up, together.
const sitesEvery = 200 * time.Millisecond

// loadReferences reads the policy packs and the country database.
func loadReferences(policy config.Policy, geo config.Geo, limits schemas.Limits, log *slog.Logger) (*references, error) {
	r := &references{log: log, policy: policy, geo: geo, intake: decide.NewSiteIntake(limits)}
	r.watched = r.files()
	packs, err := loadPolicy("")
	if err != nil {
		return nil, err
	}
	refs := &decide.References{Policy: packs}
	if err := r.load(refs); err != nil {
		return nil, err
	}
	r.now.Store(refs)
	return r, nil
}

func (r *references) current() *decide.References { return r.now.Load() }

// readSites reads the seller-sites topic to its present end; follow goes on from there.
func (r *references) readSites(ctx context.Context, reader *kafka.Reader, topic string) error {
	if topic == config.Off || topic == "" {
		return nil
	}
	r.swap(func(refs *decide.References) { refs.Sites = &decide.SiteTable{} })
	next, err := reader.ReadAll(ctx, topic, r.take)
	if err != nil {
		return err
	}
	r.intake.CaughtUp()
	r.offset = max(r.offset, next[0])
	r.publish()
	r.log.Info("seller sites are read", "topic", topic, "sites", r.sites(), "offset", r.offset)
	return nil
}

// sites is how many are registered.
func (r *references) sites() int {
	table, _ := r.current().Sites.(*decide.SiteTable)
	return table.Len()
}

// follow takes up later changes until ctx ends.
func (r *references) follow(ctx context.Context, reader *kafka.Reader, topic string) error {
	if topic == config.Off || topic == "" {
		<-ctx.Done()
		return nil
	}
	publishing, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(sitesEvery)
		defer tick.Stop()
		for {
			select {
			case <-publishing.Done():
				return
			case <-tick.C:
				r.publish()
			}
		}
	}()
	err := reader.Follow(ctx, topic, []int64{r.offset}, r.take, r.passed)
	stop()
	<-stopped
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("seller sites: %w", err)
}

// take notes one record of the topic. One that can't be read changes nothing, and is
// said: what was registered before stays in force.
func (r *references) take(_ int32, rec *record.Record) error {
	change, err := r.intake.Take(rec)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offset = rec.Offset + 1
	if err != nil {
		r.log.Warn("seller site refused; what was registered before stays in force", "offset", rec.Offset, "key", string(rec.Key), "err", err)
		return nil
	}
	r.pending = append(r.pending, change...)
	return nil
}

// passed notes that there is nothing more before an offset: a process that reads the topic
// anew begins there, and what it has committed must not look as if this one lagged behind.
func (r *references) passed(_ int32, next int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offset = max(r.offset, next)
}

// publish makes a new value of what has come.
func (r *references) publish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.now.Load()
	if old.SitesOffset == r.offset {
		return
	}
	next := *old
	next.SitesOffset = r.offset
	if len(r.pending) > 0 {
		next.Sites = old.Sites.(*decide.SiteTable).With(r.pending)
		r.pending = nil
	}
	r.now.Store(&next)
}
