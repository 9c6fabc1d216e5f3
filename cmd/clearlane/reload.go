package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
)

// refFile is one file, or folder, of reference data. The goroutine that looks at it owns it.
type refFile struct {
	name  string // its label in the metrics, and its section in the configuration
	path  string
	every time.Duration // between two looks, 0 for none
	read  func(path string, into *decide.References) error

	seen stamp  // as of the last look that found a change
	done stamp  // as it was taken up or refused
	said string // why it was refused last
}

// files are those that this configuration names.
func (r *references) files() []*refFile {
	var all []*refFile
	if r.policy.File != "" {
		all = append(all, &refFile{name: "policy", path: r.policy.File, every: r.policy.ReloadEach, read: readPolicy})
	}
	if r.policy.Shadow != "" {
		all = append(all, &refFile{name: "shadow", path: r.policy.Shadow, every: r.policy.ReloadEach, read: readShadow})
	}
	if r.geo.File != "" {
		all = append(all, &refFile{name: "geo", path: r.geo.File, every: r.geo.ReloadEach, read: readGeo})
	}
	if r.geo.ASNFile != "" {
		all = append(all, &refFile{name: "asn", path: r.geo.ASNFile, every: r.geo.ReloadEach, read: readNetworks})
	}
	return all
}

func readPolicy(path string, into *decide.References) (err error) {
	into.Policy, err = loadPolicy(path)
	return err
}

func readShadow(path string, into *decide.References) (err error) {
	into.Shadow, err = loadPolicy(path)
	return err
}

func readGeo(path string, into *decide.References) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("country database: %w", err)
	}
	countries, err := geo.FromBytes(b)
	if err != nil {
		return fmt.Errorf("geo.file %s: %w", path, err)
	}
	into.Geo = countries.WithNetworks(into.Geo.Networks())
	return nil
}

func readNetworks(path string, into *decide.References) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("ASN database: %w", err)
	}
	networks, err := geo.NetworksFromBytes(b)
	if err != nil {
		return fmt.Errorf("geo.asn_file %s: %w", path, err)
	}
	into.Geo = into.Geo.WithNetworks(networks)
	return nil
}

// load reads all files at the start.
func (r *references) load(into *decide.References) error {
	for _, f := range r.watched {
		f.done, _ = stampOf(f.path) // before it is read: a later change is then seen
		if err := f.read(f.path, into); err != nil {
			return err
		}
	}
	return nil
}

// watchFiles takes up what changes in the files, until ctx ends. A value from now makes it
// look at once.
func (r *references) watchFiles(ctx context.Context, now <-chan os.Signal) error {
	var ticks [4]<-chan time.Time // as many as there are kinds of files
	for i, f := range r.watched {
		if f.every > 0 {
			t := time.NewTicker(f.every)
			defer t.Stop()
			ticks[i] = t.C
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks[0]:
			r.look(r.watched[0], false)
		case <-ticks[1]:
			r.look(r.watched[1], false)
		case <-ticks[2]:
			r.look(r.watched[2], false)
		case <-ticks[3]:
			r.look(r.watched[3], false)
		case <-now:
			for _, f := range r.watched {
				r.look(f, true)
			}
		}
	}
}

// look takes up a file that has changed, unless it is bad: then what was in force before
// stays. One that is being written may be readable, and a part of what it will be: so it
// has to be found the same twice, but when someone asks for it, and after it was read.
func (r *references) look(f *refFile, asked bool) {
	info, err := stampOf(f.path)
	if err != nil {
		r.refuse(f, nil, err)
		return
	}
	if info.same(f.done) && !asked {
		f.seen, f.said = info, ""
		return
	}
	if settled := info.same(f.seen); !settled {
		f.seen = info
		if !asked {
			return
		}
	}
	old := r.current()
	next := *old
	err = f.read(f.path, &next)
	if after, serr := stampOf(f.path); serr != nil || !info.same(after) {
		return // the next look finds out
	}
	if err != nil {
		r.refuse(f, info, err)
		return
	}
	f.done, f.said = info, ""
	changed := next.Policy.Hash != old.Policy.Hash || next.Geo.Version() != old.Geo.Version() || hashOf(next.Shadow) != hashOf(old.Shadow)
	if changed {
		r.swap(func(refs *decide.References) {
			switch f.name {
			case "policy":
				refs.Policy = next.Policy
			case "shadow":
				refs.Shadow = next.Shadow
			default:
				refs.Geo = next.Geo
			}
		})
	}
	r.say()
	r.metrics.Reloaded(f.name)
	r.log.Info("file of reference data was read again", "file", f.path, "changed", changed, "policy", next.Policy.Version, "policy_hash", next.Policy.Hash, "shadow_hash", hashOf(next.Shadow), "geo", next.Geo.Version())
}

// refuse says once that a file can't be used.
func (r *references) refuse(f *refFile, info stamp, err error) {
	f.done, f.seen = info, info
	if f.said == err.Error() {
		return
	}
	f.said = err.Error()
	r.metrics.ReloadFailed(f.name)
	r.log.Error("changed reference data refused; what was in force before stays", "file", f.path, "err", err)
}

// reportTo makes the metrics say what is in force, from now on.
func (r *references) reportTo(metrics *serve.Metrics) {
	r.metrics = metrics
	r.say()
	for _, f := range r.watched {
		metrics.Reloaded(f.name)
	}
}

// say tells the metrics what is in force.
func (r *references) say() {
	refs := r.current()
	r.metrics.SetPolicy(refs.Policy.Version, refs.Policy.Hash)
	if refs.Shadow != nil {
		r.metrics.SetShadow(refs.Shadow.Version, refs.Shadow.Hash)
	}
	r.metrics.SetGeo(refs.Geo.Version())
}

// hashOf names a policy, "" for none.
func hashOf(p *policy.Set) string {
	if p == nil {
		return ""
	}
	return p.Hash
}

// swap puts a changed copy of the reference data into force.
func (r *references) swap(change func(*decide.References)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := *r.now.Load()
	change(&next)
	r.now.Store(&next)
}
