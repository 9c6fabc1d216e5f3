package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// reloads is reference data that is looked at by hand, with what it says.
type reloads struct {
	t        *testing.T
	path     string
	refs     *references
	log      bytes.Buffer
	registry *prometheus.Registry
}

func newReloads(t *testing.T) *reloads {
	r := &reloads{t: t, path: filepath.Join(t.TempDir(), "pack.yaml"), registry: prometheus.NewRegistry()}
	r.write(policy.DefaultBytes())
	refs, err := loadReferences(config.Policy{File: r.path}, config.Geo{}, schemas.DefaultLimits(), slog.New(slog.NewTextHandler(&r.log, nil)))
	must(t, err)
	refs.reportTo(serve.New(r.registry, time.Now))
	r.refs = refs
	return r
}

func (r *reloads) write(b []byte) { must(r.t, os.WriteFile(r.path, b, 0o600)) }

// look looks as often as a file that is left alone needs, and returns the version in force.
func (r *reloads) look() string {
	for range 2 {
		r.refs.look(r.refs.watched[0], false)
	}
	return r.refs.current().Policy.Version
}

// failures is how many changes were refused.
func (r *reloads) failures() float64 {
	all, err := r.registry.Gather()
	must(r.t, err)
	for _, m := range all {
		if m.GetName() == "clearlane_reload_failures_total" {
			return m.GetMetric()[0].GetCounter().GetValue()
		}
	}
	r.t.Fatal("no such metric")
	return 0
}

func packOf(version string) []byte {
	return bytes.Replace(policy.DefaultBytes(), []byte(`version: "2026.11.3"`), []byte(`version: "`+version+`"`), 1)
}

// A changed pack takes effect however it was written; one that is bad, half there or gone
// leaves in force what was, is said once, and counted once.
func TestAPackIsReadAgainWhileRunning(t *testing.T) {
	r := newReloads(t)
	expect := func(what, version string, failures float64) {
		t.Helper()
		if got := r.look(); got != version || r.failures() != failures {
			t.Errorf("%s: version %s, %v failures; want %s, %v\n%s", what, got, r.failures(), version, failures, &r.log)
		}
	}
	expect("nothing has changed", "2026.11.3", 0)
	r.write(packOf("in place"))
	expect("written in place", "in place", 0)

	beside := r.path + ".new"
	must(t, os.WriteFile(beside, packOf("renamed"), 0o600))
	must(t, os.Rename(beside, r.path))
	expect("renamed over it", "renamed", 0)

	bad := bytes.Replace(packOf("bad"), []byte("weight: 60"), []byte("weight: 60000"), 1)
	r.write(bad)
	expect("a value that is not allowed", "renamed", 1)
	expect("still", "renamed", 1)
	if text := r.log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, r.path) || !strings.Contains(text, "60000") || !strings.Contains(text, "allowed") {
		t.Errorf("the log does not say once which file, which value and what is allowed:\n%s", text)
	}
	r.write(packOf("cut")[:5000])
	expect("half of it", "renamed", 2)
	must(t, os.Remove(r.path))
	expect("gone", "renamed", 3)
	expect("still gone", "renamed", 3)
	r.write(packOf("back"))
	expect("back", "back", 3)

	// What is being written is left alone, though all that is there so far could be read.
	for _, version := range []string{"one", "two", "three"} {
		r.write(packOf("growing " + version))
		r.refs.look(r.refs.watched[0], false)
		if got := r.refs.current().Policy.Version; got != "back" {
			t.Errorf("a file that was still changing is in force: %s", got)
		}
	}
	expect("at rest", "growing three", 3)
	// Asked for, it is read at once.
	r.write(packOf("asked for"))
	r.refs.look(r.refs.watched[0], true)
	expect("asked for", "asked for", 3)
}

// The file is looked at by the clock and on a signal, and the goroutine ends.
func TestFilesAreWatchedUntilTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pack.yaml")
	for _, every := range []time.Duration{0, 20 * time.Millisecond} {
		must(t, os.WriteFile(path, packOf("before"), 0o600))
		refs, err := loadReferences(config.Policy{File: path, ReloadEach: every}, config.Geo{}, schemas.DefaultLimits(), slog.New(slog.NewTextHandler(io.Discard, nil)))
		must(t, err)
		refs.reportTo(serve.New(prometheus.NewRegistry(), time.Now))
		ctx, cancel := context.WithCancel(t.Context())
		hup := make(chan os.Signal, 1)
		ended := make(chan error, 1)
		go func() { ended <- refs.watchFiles(ctx, hup) }()
		must(t, os.WriteFile(path, packOf("after"), 0o600))
		if every == 0 {
			hup <- syscall.SIGHUP
		}
		eventually(t, "the pack is read again", func() bool { return refs.current().Policy.Version == "after" })
		cancel()
		must(t, <-ended)
	}
}

// A folder of packs is taken up as a whole: a pack that begins where another is in force is
// refused, and so are both.
func TestAFolderOfPacksIsReadAgainWhileRunning(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "packs")
	must(t, os.MkdirAll(filepath.Join(folder, "first.tests"), 0o700))
	write := func(name, version, from string) {
		b := bytes.Replace(packOf(version), []byte(`valid_from: "2016-03-10"`), []byte(`valid_from: "`+from+`"`), 1)
		must(t, os.WriteFile(filepath.Join(folder, name), b, 0o600))
	}
	write("first.yaml", "first", "2026-06-01")
	var log bytes.Buffer
	refs, err := loadReferences(config.Policy{File: folder}, config.Geo{}, schemas.DefaultLimits(), slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	refs.reportTo(serve.New(prometheus.NewRegistry(), time.Now))
	expect := func(what, version string) {
		t.Helper()
		for range 2 {
			refs.look(refs.watched[0], false)
		}
		if got := refs.current().Policy.Version; got != version {
			t.Errorf("%s: %s, want %s\n%s", what, got, version, &log)
		}
	}
	expect("one", "first")
	write("second.yaml", "second", "2026-09-01")
	expect("one more", "first,second")
	write(".third.yaml", "draft", "2026-10-01")
	write("third.txt", "none", "2026-10-01")
	expect("drafts and other files", "first,second")
	write("third.yaml", "third", "2026-09-01")
	expect("one that overlaps", "first,second")
	if text := log.String(); !strings.Contains(text, "valid_from") || !strings.Contains(text, "allowed") {
		t.Errorf("the log does not say what is wrong:\n%s", text)
	}
	write("third.yaml", "third", "2026-10-01")
	expect("the same, mended", "first,second,third")
	must(t, os.Remove(filepath.Join(folder, "second.yaml")))
	expect("one less", "first,third")
	must(t, os.RemoveAll(folder))
	expect("gone", "first,third")
}
