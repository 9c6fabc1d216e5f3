package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/record"
)

const chaosPartitions = 4

// chaosResult is the line of one seed.
type chaosResult struct {
	At             time.Time      `json:"at"`
	Machine        bench.Machine  `json:"machine"`
	Seed           uint64         `json:"seed"`
	Processes      int            `json:"processes"`
	FlushInterval  string         `json:"flush_interval"`
	SessionTimeout string         `json:"session_timeout"`
	Schedule       []string       `json:"schedule"`
	Faults         map[string]int `json:"faults"`
	Orders         int            `json:"orders"`
	Events         int            `json:"events"`           // sent and committed
	PutAside       int            `json:"states_put_aside"` // how often a damaged state was found out
	Decisions      int            `json:"decision_records"` // of all versions
	LoadSeconds    float64        `json:"load_seconds"`
	CatchUpSeconds float64        `json:"catch_up_seconds"` // from the last fault or event until all is processed
	WallSeconds    float64        `json:"wall_seconds"`
	LongestPauseMs int64          `json:"longest_pause_ms"` // between two commits of a partition under load
	Pauses         []string       `json:"pauses"`           // those of at least two seconds
	Right          bool           `json:"right"`
	Differs        []string       `json:"differs,omitempty"`
}

// After a seeded schedule of crashes, pauses, deploys, broker faults, lost and damaged
// state, over input with aborted transactions, duplicates and late records, the outputs
// are exactly the known answers. `make chaos SEEDS="1 2 3"` runs it.
func TestChaos(t *testing.T) {
	seeds := strings.Fields(os.Getenv("CLEARLANE_CHAOS_SEEDS"))
	if len(seeds) == 0 {
		t.Skip("make chaos runs it")
	}
	file := os.Getenv("CLEARLANE_CHAOS_RESULTS")
	for _, name := range []string{"CLEARLANE_CHAOS_SEEDS", "CLEARLANE_CHAOS_RESULTS"} {
		must(t, os.Unsetenv(name)) // the processes would take them for keys of the configuration
	}
	for _, text := range seeds {
		t.Run(text, func(t *testing.T) {
			seed, err := strconv.ParseUint(text, 10, 64)
			must(t, err)
			result := runChaos(t, seed)
			line, err := json.Marshal(result)
			must(t, err)
			t.Logf("%s", line)
			if file != "" {
				must(t, appendLine(file, line))
			}
			for _, d := range result.Differs {
				t.Error(d)
			}
		})
	}
}

func runChaos(t *testing.T, seed uint64) *chaosResult {
	schedule := drawChaos(seed)
	g := gen.Options{Seed: seed, Orders: 6000, Bad: 60, OrdersPerSecond: 300, WindowOrders: 1200, Partitions: chaosPartitions, Format: gen.FormatMixed}
	result := &chaosResult{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Seed: seed,
		Processes: schedule.processes, FlushInterval: schedule.flushInterval.String(), SessionTimeout: chaosSession.String(), Faults: map[string]int{}, Orders: g.Orders}
	for i := range schedule.faults {
		result.Schedule = append(result.Schedule, schedule.faults[i].String())
		result.Faults[schedule.faults[i].kind]++
	}
	t.Logf("seed %d, %d processes, flush every %v:\n  %s", seed, schedule.processes, schedule.flushInterval, strings.Join(result.Schedule, "\n  "))

	started := time.Now()
	w := &chaosWorld{t: t, broker: brokers.Real(t, kafkatest.Options{Heap: "768m", Settings: map[string]string{
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000"}})}
	w.s = newSetup(t, w.broker.Addr)
	w.s.sets = append(w.s.sets, "kafka.session_timeout="+chaosSession.String(), "kafka.heartbeat_interval=1s",
		"state.flush_interval="+schedule.flushInterval.String())
	must(t, w.s.sendSites(g))
	folder := t.TempDir()
	for i := range schedule.processes {
		p := &chaosProcess{name: fmt.Sprintf("p%d", i), dir: filepath.Join(folder, fmt.Sprintf("p%d", i))}
		w.processes = append(w.processes, p)
		w.up(p)
	}
	eventually(t, "all partitions taken", w.allOwned)

	w.began = time.Now()
	sent := make(chan error, 1)
	go func() {
		var err error
		result.Events, err = w.s.sendChaos(t.Context(), g)
		result.LoadSeconds = time.Since(w.began).Seconds()
		sent <- err
	}()
	w.run(schedule)
	must(t, <-sent)
	loadEnded := time.Now()
	for _, p := range w.processes {
		select {
		case <-p.c.ended:
			w.note("%s-%d has ended by itself: %v", p.name, p.starts, p.c.err)
			w.up(p)
		default:
		}
	}
	w.verify(g, result, loadEnded)
	result.PutAside = int(w.putAside.Load())
	result.WallSeconds = time.Since(started).Seconds()
	result.Differs = append(result.Differs, w.faults...)
	result.Right = len(result.Differs) == 0
	return result
}

// allOwned is true when the processes that are up have all partitions.
func (w *chaosWorld) allOwned() bool {
	n := 0
	for _, p := range w.processes {
		n += max(p.c.owned(), 0)
	}
	return n == chaosPartitions
}

// verify waits until everything is processed, stops the processes and compares.
func (w *chaosWorld) verify(g gen.Options, result *chaosResult, loadEnded time.Time) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	reader, err := kafka.NewReader(kafkaConn(&w.s.cfg.Kafka))
	must(w.t, err)
	defer reader.Close()
	if err := positions(&w.s.cfg, reader, chaosPartitions).Await(ctx, time.Minute, nil); err != nil {
		result.Differs = append(result.Differs, err.Error())
		return
	}
	result.CatchUpSeconds = time.Since(loadEnded).Seconds()
	for _, p := range w.processes {
		w.down(p, syscall.SIGTERM)
		if p.c.err != nil {
			w.note("%s-%d ends with %v", p.name, p.starts, p.c.err)
		}
	}
	topics := oracleTopics(&w.s.cfg.Kafka)
	outputs, err := oracle.Read(ctx, reader, topics)
	must(w.t, err)
	result.Decisions = outputs.Records
	if report, _ := outputs.Compare(g); !report.OK() {
		var table bytes.Buffer
		must(w.t, report.Write(&table))
		result.Differs = append(result.Differs, "the outputs differ from the known answers:\n"+table.String())
	}
	a, err := auditTopics(ctx, &w.s.cfg)
	must(w.t, err)
	if !a.findings.OK() {
		result.Differs = append(result.Differs, "the outputs are not what follows from the inputs:\n"+a.words())
	}
	missed, err := unnoticed(ctx, reader, topics, g)
	must(w.t, err)
	for _, m := range missed {
		result.Differs = append(result.Differs, "planted, and not noticed: "+m)
	}
	result.LongestPauseMs, result.Pauses, err = pauses(ctx, reader, kafkaTopics(&w.s.cfg.Kafka).Progress, w.began, loadEnded)
	must(w.t, err)
}

// pauses is the longest time between two commits of a partition in a span, in ms, by
// the timestamps of its progress records, and all of at least two seconds in words.
func pauses(ctx context.Context, log oracle.Log, topic string, from, to time.Time) (longest int64, long []string, err error) {
	var last [chaosPartitions]int64
	gap := func(p int32, until int64) {
		since := max(last[p], from.UnixMilli())
		ms := min(until, to.UnixMilli()) - since
		longest = max(longest, ms)
		if ms >= 2000 {
			begins := time.Duration(since-from.UnixMilli()) * time.Millisecond
			long = append(long, fmt.Sprintf("partition %d from %.1fs for %.1fs", p, begins.Seconds(), float64(ms)/1000))
		}
		last[p] = max(last[p], until)
	}
	_, err = log.ReadAll(ctx, topic, func(p int32, r *record.Record) error {
		gap(p, r.TimeMs)
		return nil
	})
	for p := range last {
		gap(int32(p), to.UnixMilli())
	}
	return longest, long, err
}

func appendLine(file string, line []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
