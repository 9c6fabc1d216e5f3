package task

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
)

// sweep is the deciding anew of open orders after a change of the reference data: those of
// sellers whose sites have changed, and those of all. New data is in force at once, for
// whatever is touched; the sweep finds the rest in the local state, a slice of orders
// between two micro-batches, and publishes what differs as any verdict.
//
// Which orders it has to find were all known when the data changed: one that is new since,
// or that has come to the seller since, was decided whole by the new data. So the index as
// of any flush behind that moment will do, and orders that come and go meanwhile do no harm.
// Deciding an order twice says nothing twice: a crash may repeat a part of a sweep.
type sweep struct {
	// All orders are decided by the sites as of offset from of the topic, or later. While
	// from < to, those of the sellers that changed between are not all yet: tags are the
	// sellers left, key is the last order done of the first of them.
	from, to int64
	tags     []uint64
	key      []byte
	// open: all open orders are to be decided anew, behind openKey.
	open    bool
	openKey []byte

	after   uint64                                      // the flush that has to be completed first
	slicing bool                                        // the order under way is swept
	done    [NumSweeps]struct{ orders, changed uint64 } // for the log
}

func (s *sweep) running() bool { return s.from < s.to || s.open }

// note writes down how far the sweep has come.
func (s *sweep) note(p *schemas.Progress) {
	if s.from < s.to {
		p.SweepFrom, p.SweepTo, p.SweepTag, p.SweepKey = s.from, s.to, s.tags[0], string(s.key)
	}
	p.Redecide, p.RedecideKey = s.open, string(s.openKey)
}

const (
	// sweepFlush is the longest pause between two flushes while a sweep waits for one.
	sweepFlush = time.Second
	// sweepWait is how often an idle task looks whether that flush is completed.
	sweepWait = 20 * time.Millisecond
)

func (t *Task) flushInterval() time.Duration {
	if t.sweep.running() && t.flushes < t.sweep.after {
		return min(t.cfg.FlushInterval, sweepFlush)
	}
	return t.cfg.FlushInterval
}

// plan begins the sweep that the sites in force ask for, if none is under way.
func (t *Task) plan() {
	s := &t.sweep
	if s.from < s.to || s.from == t.refs.SitesOffset || t.refs.Sites == nil {
		return
	}
	tags, all := t.refs.Sites.Changed(s.from, t.refs.SitesOffset)
	if all {
		t.deps.Log.Info("a site was deleted of which only the deletion is left: any seller may have had it", "partition", t.cfg.Partition)
		t.sweepOpen()
	}
	if all || len(tags) == 0 {
		s.from, s.to = t.refs.SitesOffset, t.refs.SitesOffset
		return
	}
	s.to, s.tags, s.key = t.refs.SitesOffset, tags, s.key[:0]
	t.sweepBegins(SweepSites)
}

// sweepOpen begins to decide all open orders anew, from the first one.
func (t *Task) sweepOpen() {
	t.sweep.open, t.sweep.openKey = true, t.sweep.openKey[:0]
	t.sweepBegins(SweepOpen)
}

// sweepBegins makes the sweep wait for the flush that writes down all orders known now.
func (t *Task) sweepBegins(why Sweep) {
	s := &t.sweep
	s.after = t.flushes
	if t.unflushed {
		s.after++
	}
	s.done[why].orders, s.done[why].changed = 0, 0
	t.deps.Observer.Sweeping(t.cfg.Partition, why, true)
	t.deps.Log.Info("reference data has changed: deciding open orders anew", "partition", t.cfg.Partition, "of", why.String(),
		"sellers", len(s.tags), "sites_offset", t.refs.SitesOffset, "policy", t.refs.Policy.Version)
}

func (t *Task) sweepEnded(why Sweep) {
	s := &t.sweep
	t.deps.Observer.Sweeping(t.cfg.Partition, why, false)
	t.deps.Log.Info("open orders are decided anew", "partition", t.cfg.Partition, "of", why.String(), "orders", s.done[why].orders, "changed", s.done[why].changed)
}

// sweepOn decides the next slice of a sweep; it reports whether it did.
func (t *Task) sweepOn(ctx context.Context) (bool, error) {
	if !t.dirty() {
		t.refresh()
	}
	s := &t.sweep
	if !s.running() || t.held() {
		return false, nil
	}
	flushed, err := t.store.Flushed()
	if err != nil {
		return false, fmt.Errorf("local state: %w", err)
	}
	if flushed < s.after {
		return false, nil
	}
	started := t.deps.Now()
	t.counts.reset()
	t.out.touch(started)
	s.slicing = true
	err = t.slice(ctx, started.UnixMilli())
	s.slicing = false
	if err != nil {
		return false, fmt.Errorf("sweep: %w", err)
	}
	t.counts.Process = t.deps.Now().Sub(started)
	t.deps.Observer.Batch(&t.counts)
	t.plan() // if that was the end of one, sites may have changed meanwhile
	return true, nil
}

// slice decides at most SweepOrders orders. Sellers come before what concerns all: they
// are few. To find a seller without orders counts as one.
func (t *Task) slice(ctx context.Context, nowMs int64) error {
	s := &t.sweep
	for left := t.cfg.SweepOrders; left > 0 && s.running(); {
		sites := s.from < s.to
		why, tag, key := SweepOpen, uint64(0), s.openKey
		if sites {
			why, tag, key = SweepSites, s.tags[0], s.key
		}
		before := t.counts.Redecided
		found, err := t.store.Orders(tag, key, left)
		if err != nil {
			return fmt.Errorf("local state: %w", err)
		}
		for _, k := range found {
			if err := t.redecide(ctx, k, nowMs); err != nil {
				return err
			}
		}
		s.done[why].orders += uint64(len(found))
		s.done[why].changed += t.counts.Redecided - before
		last := len(found) < left
		left -= len(found) + 1
		switch {
		case !last && sites:
			s.key = append(s.key[:0], found[len(found)-1]...)
		case !last:
			s.openKey = append(s.openKey[:0], found[len(found)-1]...)
		case sites:
			s.tags, s.key = s.tags[1:], s.key[:0]
			if len(s.tags) == 0 {
				s.from = s.to
				t.sweepEnded(why)
			}
		default:
			s.open, s.openKey = false, s.openKey[:0]
			t.sweepEnded(why)
		}
	}
	return nil
}

// redecide judges all subjects of a stored order. One that is gone meanwhile, or whose life
// is over though the store has not got round to forgetting it, is left alone.
func (t *Task) redecide(ctx context.Context, key []byte, nowMs int64) error {
	t.counts.Swept++
	if err := t.load(key); err != nil {
		return err
	}
	if len(t.state.Cases()) == 0 || t.watermark-t.state.Newest() > t.cfg.lifeMs() {
		return nil
	}
	t.scratch.affected, t.scratch.dropped = append(t.scratch.affected[:0], all), t.scratch.dropped[:0]
	said := t.out.records
	if err := t.judge(ctx, key, nowMs); err != nil {
		return err
	}
	if t.out.records == said {
		return nil
	}
	t.counts.Redecided++
	t.unflushed = true
	return t.save(key, t.state.Newest())
}

// awaitReferences waits until this process has read seller-sites as far as the last commit
// reflects them: its writer may have been ahead.
func (t *Task) awaitReferences(ctx context.Context, progress *schemas.Progress) error {
	if progress == nil {
		return nil
	}
	behind := func(r *decide.References) bool {
		return r.Sites != nil && r.SitesOffset < progress.SellerSitesOffset
	}
	refs := t.deps.References()
	end := time.NewTimer(t.cfg.ReferenceWait)
	defer end.Stop()
	for late := false; behind(refs) && !late; refs = t.deps.References() {
		pause := time.NewTimer(sweepWait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-end.C:
			pause.Stop()
			late = true
		case <-pause.C:
		}
	}
	t.use(refs)
	if !behind(refs) {
		return nil
	}
	if !t.cfg.AcceptGap {
		return fmt.Errorf("seller sites: this process has read the topic up to offset %d, the last commit reflects it up to %d, and within %v no more has come: give back the topic, or decide all open orders by what it holds now with --accept-gap", refs.SitesOffset, progress.SellerSitesOffset, t.cfg.ReferenceWait)
	}
	t.deps.Log.Warn("going on with other seller sites", "partition", t.cfg.Partition, "committed", progress.SellerSitesOffset, "read", refs.SitesOffset)
	return nil
}

// resume goes on with the sweep of the last commit, and begins the one that has become due
// since: the reference data known now may be newer.
func (t *Task) resume(progress *schemas.Progress) {
	s := &t.sweep
	s.from, s.to = t.refs.SitesOffset, t.refs.SitesOffset
	if progress == nil {
		return
	}
	packChanged := t.cfg.Redecide && (progress.PolicyHash != t.refs.Policy.Hash || shadowIsNew(t.refs, progress.ShadowHash))
	// Behind, only with --accept-gap or when the topic is not read any more.
	elsewhere := t.refs.SitesOffset < progress.SellerSitesOffset
	switch {
	case packChanged || elsewhere:
		t.sweepOpen()
	case progress.Redecide:
		t.sweepOpen()
		s.openKey = append(s.openKey, progress.RedecideKey...)
	}
	if elsewhere || t.refs.Sites == nil {
		return
	}
	s.from, s.to = progress.SellerSitesOffset, progress.SellerSitesOffset
	if progress.SweepFrom < progress.SweepTo {
		s.from, s.to = progress.SweepFrom, progress.SweepFrom
		tags, all := t.refs.Sites.Changed(progress.SweepFrom, progress.SweepTo)
		done, _ := slices.BinarySearch(tags, progress.SweepTag)
		switch tags = tags[done:]; {
		case all: // plan sees that too
		case len(tags) == 0: // these sellers have changed again since
			s.from, s.to = progress.SweepTo, progress.SweepTo
		default:
			s.to, s.tags = progress.SweepTo, tags
			if tags[0] == progress.SweepTag {
				s.key = append(s.key, progress.SweepKey...)
			}
			t.sweepBegins(SweepSites)
		}
	}
	t.plan()
}
