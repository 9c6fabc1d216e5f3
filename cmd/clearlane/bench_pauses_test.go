package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

const (
	pausesPartitions = 4
	// pausesRate is the load in orders a second: each partition has something to commit
	// many times a second.
	pausesRate = 300
	// pausesSession is how long the group waits for a process that it does not hear of.
	pausesSession = 6 * time.Second
)

// pauseRun is the line of one fault.
type pauseRun struct {
	At             time.Time     `json:"at"`
	Machine        bench.Machine `json:"machine"`
	Fault          string        `json:"fault"`
	Named          bool          `json:"named"` // the processes have names that outlive them
	Processes      int           `json:"processes"`
	Partitions     int           `json:"partitions"`
	OrdersPerS     int           `json:"orders_per_second"`
	SessionTimeout string        `json:"session_timeout"`
	LongestMs      int64         `json:"longest_pause_ms"`         // between two commits of a partition
	EachMs         []int64       `json:"pause_ms"`                 // by partition
	AwayMs         int64         `json:"broker_away_ms,omitempty"` // until it answers metadata requests again
}

// TestBenchPauses measures the longest time between two commits of a partition while one
// thing happens to a group of processes under steady load: a deploy, a crash, a pause, a
// broker's restart. `make bench-pauses` runs it; CLEARLANE_PAUSES names the faults, or
// is "all"; each is a line of JSON appended to $CLEARLANE_PAUSES_RESULTS.
func TestBenchPauses(t *testing.T) {
	wanted := os.Getenv("CLEARLANE_PAUSES")
	if wanted == "" {
		t.Skip("make bench-pauses runs it")
	}
	file := os.Getenv("CLEARLANE_PAUSES_RESULTS")
	for _, name := range []string{"CLEARLANE_PAUSES", "CLEARLANE_PAUSES_RESULTS"} {
		must(t, os.Unsetenv(name)) // the processes would take them for keys of the configuration
	}
	for _, named := range []bool{true, false} {
		b := newPausesBench(t, 2, named)
		for _, fault := range b.faults() {
			if (named || fault.moves) && (wanted == "all" || strings.Contains(wanted, fault.name)) {
				b.one(fault, file)
			}
		}
		for _, c := range b.c {
			c.stop(t)
		}
	}
}

// one makes one measurement, and prints it.
func (b *pausesBench) one(fault pausesFault, file string) {
	eventually(b.t, "all partitions are live", b.allOwned)
	line, err := json.Marshal(b.measure(fault))
	must(b.t, err)
	fmt.Printf("%s\n", line)
	if file != "" {
		must(b.t, appendLine(file, line))
	}
}

type pausesBench struct {
	t      *testing.T
	s      *setup
	broker *kafkatest.Broker
	named  bool // the processes have names that outlive them
	dir    string
	c      []*child
	loads  uint64
	away   time.Duration // the broker, in the last measurement
}

func newPausesBench(t *testing.T, processes int, named bool) *pausesBench {
	b := &pausesBench{t: t, broker: brokers.Real(t, kafkatest.Options{Heap: "768m"}), named: named, dir: t.TempDir()}
	b.s = newSetup(t, b.broker.Addr)
	b.s.sets = append(b.s.sets, "kafka.session_timeout="+pausesSession.String(), "kafka.heartbeat_interval=1s")
	b.c = make([]*child, processes)
	for i := range b.c {
		b.up(i)
	}
	return b
}

func (b *pausesBench) up(i int) {
	b.c[i] = start(b.t, b.s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", fmt.Sprintf("instance=process-%d", i),
		"--set", fmt.Sprintf("kafka.static_membership=%v", b.named), "--set", "data_dir="+filepath.Join(b.dir, fmt.Sprint(i)))...)
}

func (b *pausesBench) kill(i int) {
	must(b.t, b.c[i].cmd.Process.Signal(syscall.SIGKILL))
	<-b.c[i].ended
}

func (b *pausesBench) stopFor(i int, length time.Duration) {
	must(b.t, b.c[i].cmd.Process.Signal(syscall.SIGSTOP))
	time.Sleep(length)
	must(b.t, b.c[i].cmd.Process.Signal(syscall.SIGCONT))
}

func (b *pausesBench) allOwned() bool {
	n := 0
	for _, c := range b.c {
		n += max(c.owned(), 0)
	}
	return n == pausesPartitions
}

// pausesFault is one thing that happens.
type pausesFault struct {
	name   string
	length time.Duration // of the measurement, the fault and what follows
	moves  bool          // it moves partitions between processes without names
	do     func()
}

func (b *pausesBench) faults() []pausesFault {
	return []pausesFault{
		{"nothing", 6 * time.Second, false, func() {}},
		{"deploy", 20 * time.Second, true, func() {
			for i := range b.c {
				b.c[i].stop(b.t)
				b.up(i)
				eventually(b.t, "the process is ready", func() bool { return b.c[i].owned() > 0 })
			}
		}},
		{"kill -9, started again at once", 20 * time.Second, true, func() { b.kill(0); b.up(0) }},
		{"kill -9, started again after the session", 24 * time.Second, false, func() {
			b.kill(0)
			time.Sleep(pausesSession + 4*time.Second)
			b.up(0)
		}},
		{"pause within the session", 12 * time.Second, false, func() { b.stopFor(0, pausesSession-2*time.Second) }},
		{"pause beyond the session", 24 * time.Second, false, func() { b.stopFor(0, pausesSession+4*time.Second) }},
		{"broker kill -9, started again at once", 24 * time.Second, false, func() {
			began := time.Now()
			must(b.t, b.broker.Kill())
			must(b.t, b.broker.Restart(b.t.Context()))
			b.away = time.Since(began)
		}},
		{"broker pause of 3 s", 14 * time.Second, false, func() {
			must(b.t, b.broker.Pause())
			time.Sleep(3 * time.Second)
			must(b.t, b.broker.Resume())
		}},
	}
}

// measure keeps the load up for a length, does something, and takes the pauses.
func (b *pausesBench) measure(fault pausesFault) *pauseRun {
	b.loads++
	b.away = 0
	r := &pauseRun{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Fault: fault.name, Named: b.named, Processes: len(b.c),
		Partitions: pausesPartitions, OrdersPerS: pausesRate, SessionTimeout: pausesSession.String()}
	g := gen.Options{Seed: b.loads, Orders: int(fault.length.Seconds() * pausesRate), OrdersPerSecond: pausesRate, WindowOrders: pausesRate,
		Start: schemas.Time(r.At.UnixMilli()), Partitions: pausesPartitions}
	sent := make(chan error, 1)
	go func() { sent <- genKafka(b.t.Context(), &b.s.cfg, g, pausesRate, &bytes.Buffer{}) }()
	time.Sleep(2 * time.Second) // the head start, and the load is steady
	from := time.Now()
	time.Sleep(time.Second)
	fault.do()
	must(b.t, <-sent)
	to := from.Add(fault.length - 2*time.Second)
	eventually(b.t, "all partitions are live", b.allOwned)
	reader, err := kafka.NewReader(kafkaConn(&b.s.cfg.Kafka))
	must(b.t, err)
	defer reader.Close()
	must(b.t, positions(&b.s.cfg, reader, pausesPartitions).Await(b.t.Context(), time.Minute, nil))
	r.EachMs = b.pauses(b.t.Context(), reader, from, to)
	for _, ms := range r.EachMs {
		r.LongestMs = max(r.LongestMs, ms)
	}
	r.AwayMs = b.away.Milliseconds()
	return r
}

// pauses is the longest time between two commits of each partition in a span, by the
// timestamps of the progress records.
func (b *pausesBench) pauses(ctx context.Context, reader *kafka.Reader, from, to time.Time) []int64 {
	longest, last := make([]int64, pausesPartitions), make([]int64, pausesPartitions)
	_, err := reader.ReadAll(ctx, kafkaTopics(&b.s.cfg.Kafka).Progress, func(p int32, r *record.Record) error {
		if begins := max(last[p], from.UnixMilli()); begins < to.UnixMilli() && r.TimeMs > begins {
			longest[p] = max(longest[p], r.TimeMs-begins)
		}
		last[p] = max(last[p], r.TimeMs)
		return nil
	})
	must(b.t, err)
	return longest
}
