package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
)

// chaosProcess is one place in the group, where process follows process on one folder.
// Whoever does something to it holds the lock.
type chaosProcess struct {
	sync.Mutex
	name   string
	dir    string // its data_dir
	clock  string // the file that sets its clock
	c      *child
	starts int
	named  bool
	disk   *chaosDisk // nil: one that can't be full
	before []*child   // those that have ended
}

// chaosHappened is a fault as it was carried out.
type chaosHappened struct {
	what     string
	from, to time.Duration // since the load began
}

// chaosWorld is what faults are done to.
type chaosWorld struct {
	t          *testing.T
	s          *setup
	g          gen.Options // the load
	cluster    *kafkatest.Cluster
	brokerMu   sync.Mutex
	processes  []*chaosProcess
	clickhouse *chaosTables // nil: nothing lands
	senders    atomic.Int64 // ms by which the senders' clocks are set
	began      time.Time
	putAside   atomic.Int64

	mu       sync.Mutex
	faults   []string // what a process did that none may do
	happened []chaosHappened
}

// newChaosWorld starts brokers, and processes that have taken all partitions.
func newChaosWorld(t *testing.T, s *chaosSchedule, g gen.Options) *chaosWorld {
	w := &chaosWorld{t: t, g: g, cluster: brokers.Cluster(t, s.brokers, kafkatest.Options{Heap: "384m", JVM: kafkatest.Small(), Settings: map[string]string{
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000"}})}
	var sets []string
	if s.shadow {
		sets = []string{"policy.shadow=" + changedPack(t), "kafka.topics.shadow=shadow"}
	}
	w.s = newSetup(t, strings.Join(w.cluster.Brokers(), ","), sets...)
	w.s.sets = append(w.s.sets, "kafka.session_timeout="+chaosSession.String(), "kafka.heartbeat_interval=1s",
		"state.flush_interval="+s.flushInterval.String())
	if w.clickhouse = newChaosTables(t); w.clickhouse != nil {
		w.s.sets = append(w.s.sets, w.clickhouse.sets()...)
	}
	a := app{set: w.s.sets, environ: []string{}}
	var err error
	w.s.cfg, err = a.config()
	must(t, err)
	must(t, w.s.sendSites(g))
	folder := t.TempDir()
	for i := range s.processes {
		name := fmt.Sprintf("p%d", i)
		w.processes = append(w.processes, &chaosProcess{name: name, named: s.named, dir: filepath.Join(folder, name, "state"),
			clock: filepath.Join(folder, name+".clock"), disk: newChaosDisk(t, filepath.Join(folder, name))})
	}
	if w.processes[0].disk != nil {
		w.s.sets = append(w.s.sets, "state.min_free_bytes=4MiB")
	}
	for _, p := range w.processes {
		w.up(p)
	}
	eventually(t, "all partitions taken", w.allOwned)
	w.began = time.Now()
	return w
}

func (w *chaosWorld) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf("after %.1fs: ", time.Since(w.began).Seconds())+fmt.Sprintf(format, args...))
}

// up starts the process of a place.
func (w *chaosWorld) up(p *chaosProcess) {
	if p.starts++; p.c != nil {
		p.before = append(p.before, p.c)
	}
	args := w.s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "data_dir="+p.dir)
	if p.named {
		args = append(args, "--set", "instance="+p.name)
	}
	p.c = startWith(w.t, []string{clockFile + "=" + p.clock}, args...)
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
		_ = p.c.cmd.Process.Signal(syscall.SIGQUIT) // says what its goroutines wait for
		select {
		case <-p.c.ended:
		case <-time.After(10 * time.Second):
			_ = p.c.cmd.Process.Kill()
			<-p.c.ended
		}
	}
	out := p.c.output.String()
	w.putAside.Add(int64(strings.Count(out, "it is put aside")))
	if strings.Contains(out, "DATA RACE") || strings.Contains(out, "panic:") {
		w.note("%s-%d: a data race or a panic", p.name, p.starts)
	}
}

// allOwned is true when the processes that are up have all partitions.
func (w *chaosWorld) allOwned() bool {
	n := 0
	for _, p := range w.processes {
		n += max(p.c.owned(), 0)
	}
	return n == chaosPartitions
}

// run carries out a schedule, and returns when every fault is over.
func (w *chaosWorld) run(s *chaosSchedule) {
	var all sync.WaitGroup
	for _, f := range s.faults {
		time.Sleep(time.Until(w.began.Add(f.at)))
		if s.alone && f.who >= 0 {
			f.who = w.busiest()
		}
		all.Go(func() {
			from := time.Since(w.began)
			if err := w.do(&f); err != nil {
				w.note("%s: %v", &f, err)
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.happened = append(w.happened, chaosHappened{f.name(), from, time.Since(w.began)})
		})
		if s.alone {
			all.Wait()
			w.settle(&f)
		}
	}
	all.Wait()
}

// busiest is the process that has the most partitions: a fault of one that has none would
// show nothing.
func (w *chaosWorld) busiest() (who int) {
	most := -1
	for i, p := range w.processes {
		if n := p.c.owned(); n > most {
			who, most = i, n
		}
	}
	return who
}

// settle waits until every partition has committed anew.
func (w *chaosWorld) settle(f *chaosFault) {
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	reader, err := kafka.NewReader(kafkaConn(&w.s.cfg.Kafka))
	must(w.t, err)
	defer reader.Close()
	where := positions(&w.s.cfg, reader, chaosPartitions)
	before := map[int32]uint64{}
	for p := int32(0); p < chaosPartitions; {
		at, err := where.Progress(ctx, p)
		if err == nil && at != nil {
			if first, seen := before[p]; !seen {
				before[p] = at.Commit
			} else if at.Commit > first {
				p++
			}
		}
		if !pause(ctx, 20*time.Millisecond) {
			w.note("%s: partition %d does not commit again within a minute: %v", f, p, err)
			return
		}
	}
}
