package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/schemas"
)

const (
	recoveryPartitions = 4
	recoveryRuns       = 5
	// recoveryRate is the load, in orders a second, under which a process is killed.
	recoveryRate = 2000
	// recoverySession is how long the group waits for a process that it does not hear of.
	recoverySession = 6 * time.Second
)

// recoveryRun is the line of one restart. Times are in milliseconds, those of
// partitions of the one that took longest.
type recoveryRun struct {
	At         time.Time          `json:"at"`
	Machine    bench.Machine      `json:"machine"`
	Kind       string             `json:"kind"` // "kill -9" or "SIGTERM"
	Orders     int                `json:"orders"`
	Keys       int64              `json:"state_keys"`
	DiskBytes  int64              `json:"state_disk_bytes"`
	Partitions int                `json:"partitions"`
	Replayed   int64              `json:"replayed_records"`
	StartMs    float64            `json:"start_ms"`    // from the process's start until it joins the group
	GroupMs    float64            `json:"group_ms"`    // until the group has given it its partitions
	RecoveryMs float64            `json:"recovery_ms"` // until all of them are live
	LiveMs     float64            `json:"live_ms"`     // all of it
	PhasesMs   map[string]float64 `json:"phases_ms"`
}

// recoveryLine is a line of the process's log.
type recoveryLine struct {
	Time       time.Time
	Msg        string
	Partition  int32
	Partitions []int32
	Replayed   int64
	Fence      time.Duration
	Progress   time.Duration
	State      time.Duration
	Tails      time.Duration
	Replay     time.Duration
}

// TestBenchRecovery measures how soon a process is live again on its own disk: it fills
// the state with $CLEARLANE_RECOVERY_ORDERS open orders, then kills the process under load
// and starts it again, and after that stops and starts it gracefully. `make bench-recovery`
// runs it; each restart is a line of JSON appended to $CLEARLANE_RECOVERY_RESULTS.
func TestBenchRecovery(t *testing.T) {
	orders, err := strconv.Atoi(os.Getenv("CLEARLANE_RECOVERY_ORDERS"))
	if err != nil {
		t.Skip("make bench-recovery runs it")
	}
	file := os.Getenv("CLEARLANE_RECOVERY_RESULTS")
	for _, name := range []string{"CLEARLANE_RECOVERY_ORDERS", "CLEARLANE_RECOVERY_RESULTS"} {
		must(t, os.Unsetenv(name)) // the processes would take them for keys of the configuration
	}
	b := &recoveryBench{t: t, orders: orders, s: newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "1g"}).Addr)}
	b.s.sets = append(b.s.sets, "log.format=json", "serve.listen=127.0.0.1:0", "instance=one", "data_dir="+filepath.Join(t.TempDir(), "one"),
		"kafka.session_timeout="+recoverySession.String(), "kafka.heartbeat_interval=1s")
	b.fill()
	for _, kind := range []string{"kill -9", "SIGTERM"} {
		var runs []*recoveryRun
		for range recoveryRuns {
			r := b.restart(kind)
			line, err := json.Marshal(r)
			must(t, err)
			fmt.Printf("%s\n", line)
			if file != "" {
				must(t, appendLine(file, line))
			}
			runs = append(runs, r)
		}
		slices.SortFunc(runs, func(x, y *recoveryRun) int { return int(x.RecoveryMs+x.StartMs) - int(y.RecoveryMs+y.StartMs) })
		m := runs[len(runs)/2]
		fmt.Printf("%s, median of %d: %.0f ms from the start to live without the group's part, which took %.0f ms\n", kind, len(runs), m.StartMs+m.RecoveryMs, m.GroupMs)
	}
	b.c.stop(t)
}

type recoveryBench struct {
	t       *testing.T
	s       *setup
	orders  int
	c       *child
	started time.Time
	loads   uint64
}

func (b *recoveryBench) start() {
	b.started = time.Now()
	b.c = start(b.t, b.s.args("run")...)
}

// fill sends the orders, and waits until all are in the state.
func (b *recoveryBench) fill() {
	b.start()
	b.live()
	began := time.Now()
	// The orders are those of the last hour: the broker takes older records for expired.
	g := gen.Options{Seed: 1, Orders: b.orders, Start: schemas.Time(began.Add(-2 * time.Hour).UnixMilli()), OrdersPerSecond: float64(b.orders) / 3600, Partitions: recoveryPartitions}
	sent := make(chan error, 1)
	go func() { sent <- genKafka(b.t.Context(), &b.s.cfg, g, 0, &bytes.Buffer{}) }()
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case err := <-sent:
			must(b.t, err)
			done = true
		case <-tick.C:
			fmt.Printf("after %.0f s: %d keys in the state\n", time.Since(began).Seconds(), b.metric("clearlane_state_keys"))
		}
	}
	reader, err := kafka.NewReader(kafkaConn(&b.s.cfg.Kafka))
	must(b.t, err)
	defer reader.Close()
	must(b.t, positions(&b.s.cfg, reader, recoveryPartitions).Await(b.t.Context(), 2*time.Minute, nil))
	fmt.Printf("filled in %.0f s: %d keys in the state\n", time.Since(began).Seconds(), b.metric("clearlane_state_keys"))
}

// restart ends the process under load and starts it again.
func (b *recoveryBench) restart(kind string) *recoveryRun {
	b.loads++
	r := &recoveryRun{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Kind: kind, Orders: b.orders, Partitions: recoveryPartitions}
	r.Keys, r.DiskBytes = b.metric("clearlane_state_keys"), b.metric("clearlane_state_bytes")
	const seconds = 5
	g := gen.Options{Seed: 1000 + b.loads, Orders: seconds * recoveryRate, Start: schemas.Time(r.At.UnixMilli()), OrdersPerSecond: recoveryRate, Partitions: recoveryPartitions, WindowOrders: recoveryRate}
	sent := make(chan error, 1)
	go func() { sent <- genKafka(b.t.Context(), &b.s.cfg, g, g.OrdersPerSecond, &bytes.Buffer{}) }()
	time.Sleep(seconds * time.Second / 2)
	if kind == "SIGTERM" {
		b.c.stop(b.t)
	} else {
		must(b.t, b.c.cmd.Process.Signal(syscall.SIGKILL))
		<-b.c.ended
	}
	b.start()
	b.measure(r)
	must(b.t, <-sent)
	return r
}

// live waits for all partitions.
func (b *recoveryBench) live() []recoveryLine {
	b.t.Helper()
	var lines []recoveryLine
	eventually(b.t, "all partitions are live", func() bool {
		lines = lines[:0]
		live := 0
		scan := bufio.NewScanner(strings.NewReader(b.c.output.String()))
		for scan.Scan() {
			var l recoveryLine
			if json.Unmarshal(scan.Bytes(), &l) != nil {
				continue
			}
			lines = append(lines, l)
			if l.Msg == "partition is live" {
				live++
			}
		}
		return live == recoveryPartitions
	})
	return lines
}

// measure takes the times from the log.
func (b *recoveryBench) measure(r *recoveryRun) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	r.PhasesMs = map[string]float64{}
	slowest := func(phase string, d time.Duration) { r.PhasesMs[phase] = max(r.PhasesMs[phase], ms(d)) }
	var joining, assigned, live time.Time
	for _, l := range b.live() {
		switch l.Msg {
		case "kafka: joining the group":
			if joining.IsZero() {
				joining = l.Time
			}
		case "kafka: assigned":
			if len(l.Partitions) == recoveryPartitions {
				assigned = l.Time
			}
		case "partition is live":
			live = l.Time
			r.Replayed += l.Replayed
			slowest("fence", l.Fence)
			slowest("progress", l.Progress)
			slowest("state", l.State)
			slowest("tails", l.Tails)
			slowest("replay", l.Replay)
		}
	}
	r.StartMs, r.GroupMs, r.RecoveryMs = ms(joining.Sub(b.started)), ms(assigned.Sub(joining)), ms(live.Sub(assigned))
	r.LiveMs = ms(live.Sub(b.started))
}

// metric is one number that the process serves.
func (b *recoveryBench) metric(name string) int64 {
	b.t.Helper()
	addr := listening.FindStringSubmatch(b.c.output.String())
	if addr == nil {
		b.t.Fatal("the process does not listen")
	}
	answer, err := http.Get("http://" + addr[1] + "/metrics")
	must(b.t, err)
	defer answer.Body.Close()
	m, err := bench.Scrape(answer.Body)
	must(b.t, err)
	return int64(m[name])
}
