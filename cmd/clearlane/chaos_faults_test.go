package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
)

// do carries out one fault, and returns when it is over.
func (w *chaosWorld) do(f *chaosFault) error {
	switch f.who {
	case chaosBroker:
		w.brokerMu.Lock()
		defer w.brokerMu.Unlock()
		return w.doBroker(f)
	case chaosInput:
		return w.abandon(f)
	case chaosSellers:
		return w.changeSites(f)
	case chaosSender:
		w.senders.Store(hours(f).Milliseconds())
		time.Sleep(f.length)
		w.senders.Store(0)
		return nil
	case chaosClickHouse:
		if w.clickhouse == nil {
			return nil
		}
		return w.clickhouse.away(f.length)
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
	return w.doProcess(w.processes[f.who], f)
}

func (w *chaosWorld) doProcess(p *chaosProcess, f *chaosFault) error {
	p.Lock()
	defer p.Unlock()
	switch f.kind {
	case chaosPause, chaosLongPause:
		if err := p.c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(f.length)
		return p.c.cmd.Process.Signal(syscall.SIGCONT)
	case chaosClock:
		if err := os.WriteFile(p.clock, []byte(strconv.Itoa(int(hours(f).Seconds()))), 0o600); err != nil {
			return err
		}
		time.Sleep(f.length)
		return os.Remove(p.clock)
	case chaosDiskFull:
		if p.disk == nil {
			return nil
		}
		return p.disk.full(f.length)
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

// hours is by how much a fault sets a clock: up to 20 hours back or ahead.
func hours(f *chaosFault) time.Duration {
	by := time.Duration(1+f.seed%20) * time.Hour
	if f.seed>>32&1 == 0 {
		by = -by
	}
	return by
}

func (w *chaosWorld) doBroker(f *chaosFault) error {
	nodes := w.cluster.Nodes
	one := nodes[f.seed%uint64(len(nodes))]
	var err error
	switch partition := int32(f.seed % chaosPartitions); f.kind {
	case chaosBrokerPause:
		if err := one.Pause(); err != nil {
			return err
		}
		time.Sleep(f.length)
		return one.Resume()
	case chaosLeaderKill:
		one, err = w.cluster.Leader(w.t.Context(), kafkaTopics(&w.s.cfg.Kafka).Progress, partition)
	case chaosCoordinatorKill:
		if group := w.s.cfg.Kafka.Group; f.seed>>32&1 == 0 {
			one, err = w.cluster.GroupCoordinator(w.t.Context(), group)
		} else {
			one, err = w.cluster.TxnCoordinator(w.t.Context(), fmt.Sprintf("%s-%d", group, partition))
		}
	case chaosTwoKill:
		return w.killBrokers(f.length, one, nodes[(f.seed+1)%uint64(len(nodes))])
	}
	if err != nil {
		return err
	}
	return w.killBrokers(f.length, one)
}

// killBrokers kills brokers and starts them again.
func (w *chaosWorld) killBrokers(length time.Duration, nodes ...*kafkatest.Broker) error {
	errs := make([]error, 2*len(nodes))
	for i, b := range nodes {
		errs[2*i] = b.Kill()
	}
	time.Sleep(length)
	var starting sync.WaitGroup
	for i, b := range nodes {
		starting.Go(func() { errs[2*i+1] = b.Restart(w.t.Context()) })
	}
	starting.Wait()
	return errors.Join(append(errs, w.cluster.Complete(w.t.Context()))...)
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
