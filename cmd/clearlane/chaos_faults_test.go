package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
)

// chaosProcess is one place in the group, where process follows process on one folder.
// Whoever does something to it holds the lock.
type chaosProcess struct {
	sync.Mutex
	name, dir string
	c         *child
	starts    int
}

// chaosWorld is what faults are done to.
type chaosWorld struct {
	t         *testing.T
	s         *setup
	broker    *kafkatest.Broker
	brokerMu  sync.Mutex
	processes []*chaosProcess
	began     time.Time
	putAside  atomic.Int64

	mu     sync.Mutex
	faults []string // what a process did that none may do
}

func (w *chaosWorld) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf("after %.1fs: ", time.Since(w.began).Seconds())+fmt.Sprintf(format, args...))
}

// up starts the process of a place.
func (w *chaosWorld) up(p *chaosProcess) {
	p.starts++
	p.c = start(w.t, w.s.args("run", "--set", "serve.listen=127.0.0.1:0",
		"--set", fmt.Sprintf("instance=%s-%d", p.name, p.starts), "--set", "data_dir="+p.dir)...)
}

// down ends the process of a place, which must have been there until now.
func (w *chaosWorld) down(p *chaosProcess, sig syscall.Signal) {
	select {
	case <-p.c.ended:
		w.note("%s-%d has ended by itself: %v", p.name, p.starts, p.c.err)
		return
	default:
	}
	if err := p.c.cmd.Process.Signal(sig); err != nil {
		w.note("%s-%d: %v: %v", p.name, p.starts, sig, err)
	}
	select {
	case <-p.c.ended:
	case <-time.After(time.Minute):
		w.note("%s-%d does not end within a minute of %v", p.name, p.starts, sig)
		_ = p.c.cmd.Process.Kill()
		<-p.c.ended
	}
	out := p.c.output.String()
	w.putAside.Add(int64(strings.Count(out, "it is put aside")))
	if strings.Contains(out, "DATA RACE") || strings.Contains(out, "panic:") {
		w.note("%s-%d: a data race or a panic", p.name, p.starts)
	}
}

// run carries out a schedule, and returns when every fault is over.
func (w *chaosWorld) run(s *chaosSchedule) {
	var all sync.WaitGroup
	for _, f := range s.faults {
		time.Sleep(time.Until(w.began.Add(f.at)))
		all.Go(func() {
			if err := w.do(&f); err != nil {
				w.note("%s: %v", &f, err)
			}
		})
	}
	all.Wait()
}

func (w *chaosWorld) do(f *chaosFault) error {
	switch f.who {
	case chaosBroker:
		w.brokerMu.Lock()
		defer w.brokerMu.Unlock()
		return w.doBroker(f)
	case chaosInput:
		return w.abandon(f)
	case chaosAll:
		for _, p := range w.processes {
			p.Lock()
			w.down(p, syscall.SIGTERM)
			w.up(p)
			p.Unlock()
			time.Sleep(f.length / time.Duration(len(w.processes)))
		}
		return nil
	}
	p := w.processes[f.who]
	p.Lock()
	defer p.Unlock()
	if f.kind == chaosPause || f.kind == chaosLongPause {
		if err := p.c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(f.length)
		return p.c.cmd.Process.Signal(syscall.SIGCONT)
	}
	w.down(p, syscall.SIGKILL)
	time.Sleep(f.length)
	var err error
	switch f.kind {
	case chaosLost:
		err = os.RemoveAll(p.dir)
	case chaosCorrupt:
		err = damage(p.dir, rand.New(rand.NewPCG(f.seed, 0)))
	}
	w.up(p)
	return err
}

func (w *chaosWorld) doBroker(f *chaosFault) error {
	if f.kind == chaosBrokerPause {
		if err := w.broker.Pause(); err != nil {
			return err
		}
		time.Sleep(f.length)
		return w.broker.Resume()
	}
	if err := w.broker.Kill(); err != nil {
		return err
	}
	time.Sleep(f.length)
	return w.broker.Restart(w.t.Context())
}

// damage changes a file in each partition's folder below dir: it loses its end, its
// bytes, or itself.
func damage(dir string, r *rand.Rand) error {
	folders, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		var files []string
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil || len(files) == 0 {
			return errors.Join(err)
		}
		file := files[r.IntN(len(files))]
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		switch r.IntN(3) {
		case 0:
			err = os.Truncate(file, int64(len(content)/2))
		case 1:
			for range min(len(content), 16) {
				content[r.IntN(len(content))] ^= byte(1 + r.IntN(255))
			}
			err = os.WriteFile(file, content, 0o600)
		default:
			err = os.Remove(file)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
