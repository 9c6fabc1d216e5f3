package task

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// siteChanges are the sites of a generated stream, as they are first registered.
func siteChanges(t testing.TB, seed uint64) []decide.SiteChange {
	t.Helper()
	in := decide.NewSiteIntake(schemas.DefaultLimits())
	var all []decide.SiteChange
	for _, ev := range gen.New(gen.Options{Seed: seed}).Sites() {
		c, err := in.Site(ev.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// history is reference data that changes as a stream goes on. Its last value is that of
// the undisturbed run.
type history struct {
	all   []*decide.References
	sites int64 // offset of the last site
}

// packs are two policy packs that disagree about many orders.
func packs(t testing.TB) (other, final *policy.Pack) {
	t.Helper()
	final, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	other, err = policy.Parse(bytes.ReplaceAll(policy.DefaultBytes(), []byte("weight: 60"), []byte("weight: 35")))
	if err != nil {
		t.Fatal(err)
	}
	return other, final
}

// newHistory makes sites come, change, go and come back under a stream, some together and
// some alone, and the pack change with them, until all is as it is in the end.
func newHistory(t testing.TB, seed uint64, withPacks bool) *history {
	rng := rand.New(rand.NewPCG(seed, 3))
	final := siteChanges(t, 7)
	other, pack := packs(t)
	h := &history{}
	table, at := &decide.SiteTable{}, int64(0)
	apply := func(c []decide.SiteChange) {
		for i := range c {
			at++
			c[i].At = at
		}
		table = table.With(c)
		r := &decide.References{Policy: policy.Alone(pack), Sites: table, SitesOffset: at}
		if n := len(h.all); withPacks && n < 12 && n/4%2 == 0 {
			r.Policy = policy.Alone(other)
		}
		h.all = append(h.all, r)
	}
	changed := func(c decide.SiteChange) decide.SiteChange {
		if rng.IntN(3) == 0 {
			c.Site = nil
			return c
		}
		site := *c.Site
		site.Platform = "elsewhere"
		site.OriginIntegration = schemas.OriginIntegration{Status: schemas.IntegrationStatus(rng.IntN(4))}
		c.Site = &site
		return c
	}
	for range 14 {
		var c []decide.SiteChange
		for range 1 + rng.IntN(60) {
			f := final[rng.IntN(len(final))]
			if rng.IntN(3) > 0 {
				f = changed(f)
			}
			c = append(c, f)
		}
		apply(c)
	}
	// In the end all sites are as registered, but those that are gone for good.
	half := len(final) / 2
	apply(append([]decide.SiteChange(nil), final[:half]...))
	last := append([]decide.SiteChange(nil), final[half:]...)
	for i := range 20 {
		last[i].Site = nil
	}
	apply(last)
	h.sites = at
	return h
}

// at is the reference data that a process knows when a share of the stream has come.
func (h *history) at(share float64) *decide.References {
	return h.all[min(int(share*float64(len(h.all))), len(h.all)-1)]
}

// settled says whether a commit has left nothing to be decided anew.
func (h *history) settled(p *schemas.Progress) bool {
	return p.SellerSitesOffset == h.sites && p.SweepFrom >= p.SweepTo && !p.Redecide
}

// Whatever the reference data was while a stream came, and wherever a task crashed, in
// the middle of deciding open orders anew too, what stands in the end is what the final
// reference data decides, and nothing is said twice.
func TestSweepsSurviveCrashes(t *testing.T) {
	in, _ := events(t, 7, 300, 10)
	for _, withPacks := range []bool{false, true} {
		cfg := testConfig()
		cfg.Redecide = withPacks
		broken, redecided := 0, 0
		for seed := range uint64(8) {
			h := newHistory(t, seed, withPacks)
			last := h.all[len(h.all)-1]
			calm := newCluster(in, 1, 0)
			if err := calm.run(cfg, Deps{References: func() *decide.References { return last }, Now: time.Now}); err != nil {
				t.Fatal(err)
			}
			want := calm.read(t)

			c := newCluster(in, seed, 25)
			c.settled = h.settled
			if seed%2 == 1 {
				c.open = newDisk(c).open
			}
			behind := false
			base := Deps{Now: time.Now, References: func() *decide.References {
				if behind { // a process that has not read as far as the one before
					behind = false
					return h.at(0.7 * c.share())
				}
				return h.at(c.share())
			}}
			c.starting = func(p *schemas.Progress) {
				behind = seed%4 >= 2
				if p != nil && (p.SweepFrom < p.SweepTo || p.Redecide) {
					broken++
				}
			}
			if err := c.run(cfg, base); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got := c.read(t)
			if diff := got.differs(&want); diff != "" {
				t.Fatalf("packs %t, seed %d: %s", withPacks, seed, diff)
			}
			redecided += len(c.outputs[OutDecisions]) - len(calm.outputs[OutDecisions])
		}
		if broken < 5 || redecided < 100 {
			t.Errorf("packs %t: %d crashes in mid-sweep, %d decisions more than undisturbed: too few to show anything", withPacks, broken, redecided)
		}
	}
}

// sweepStop ends a run at the first commit after so many slices of a sweep.
type sweepStop struct {
	watcher
	slices int
}

func (s *sweepStop) Batch(c *Counts) {
	if c.Swept > 0 {
		s.slices--
	}
}

func (s *sweepStop) Committed(*Committed) {
	if s.slices <= 0 {
		s.stop()
	}
}

// Recovered from an older state or from none, the tails of the outputs and a silent
// replay, the orders are those of the commit, also when that was made in mid-sweep.
func TestASilentReplayInMidSweepIsTheCommit(t *testing.T) {
	in, _ := events(t, 7, 300, 0)
	cfg := testConfig()
	cfg.FlushInterval = 2 * time.Millisecond
	for _, n := range []int{1, 3, 9} {
		h := newHistory(t, 5, false)
		c := newCluster(in, 5, 0)
		d := c.deps(&watcher{c: c}, Deps{Now: time.Now, References: func() *decide.References { return h.at(c.share()) }})
		var flushed []memory
		store := d.Store
		d.Store = func() (Store, error) {
			s, err := store()
			s.(*fakeStore).wrote = func(m memory) { flushed = append(flushed, m) }
			return s, err
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d.Observer = &sweepStop{watcher{c: c, stop: cancel}, n}
		if err := New(cfg, d).Run(ctx); err != nil {
			t.Fatal(err)
		}
		p, err := c.progress()
		if err != nil || p.SweepFrom >= p.SweepTo {
			t.Fatalf("%+v, %v: the last commit is not in mid-sweep", p, err)
		}
		want := orders(t, flushed[len(flushed)-1])
		for _, from := range []memory{flushed[len(flushed)/2], flushed[0], newMemory()} {
			c.stored = from.clone()
			again := New(cfg, c.deps(&watcher{c: c, stop: func() {}}, Deps{Now: time.Now, References: func() *decide.References { return h.at(c.share()) }}))
			if err := again.recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := differ("order", orders(t, again.store.(*fakeStore).now), want); diff != "" {
				t.Errorf("after %d slices: %s", n, diff)
			}
			// A seller that has changed again since is left to the sweep behind this one, and
			// if all that are left have, so is all of this one.
			s := &again.sweep
			same := s.running() && s.to == p.SweepTo && s.tags[0] == p.SweepTag && string(s.key) == p.SweepKey
			later := s.running() && s.to == p.SweepTo && s.tags[0] > p.SweepTag && len(s.key) == 0
			behind := s.running() && s.from == p.SweepTo && slices.Contains(s.tags, p.SweepTag) && len(s.key) == 0
			if !same && !later && !behind {
				t.Errorf("after %d slices: goes on at %+v, the commit says %+v", n, again.sweep, p)
			}
			if err := again.release(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// orders are the states that a memory holds, each with its tag. The time of what was
// published, which only says when it is forgotten, is left out: a tail tells another one.
func orders(t *testing.T, m memory) map[string]string {
	t.Helper()
	all := map[string]string{}
	for k, b := range m.orders {
		var st join.State
		if err := st.Decode(b); err != nil {
			t.Fatal(err)
		}
		for i, s := 0, st.Subjects(); i < len(s); i++ {
			s[i].NewestMs = 0
		}
		all[k] = fmt.Sprintf("%x %q", m.tags[k], st.Append(nil))
	}
	return all
}
