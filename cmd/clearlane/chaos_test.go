package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/oracle/audit"
)

const chaosPartitions = 4

// chaosResult is the line of one seed.
type chaosResult struct {
	At             time.Time      `json:"at"`
	Machine        bench.Machine  `json:"machine"`
	Seed           uint64         `json:"seed"`
	Brokers        int            `json:"brokers"`
	Processes      int            `json:"processes"`
	Named          bool           `json:"named"`  // processes that follow others have their names
	Shadow         bool           `json:"shadow"` // a shadow pack scored beside
	FlushInterval  string         `json:"flush_interval"`
	SessionTimeout string         `json:"session_timeout"`
	Schedule       []string       `json:"schedule"`
	Faults         map[string]int `json:"faults"`
	Orders         int            `json:"orders"`
	Events         int            `json:"events"`           // sent and committed
	PutAside       int            `json:"states_put_aside"` // how often a damaged state was found out
	Decisions      int            `json:"decision_records"` // of all versions
	Differences    int            `json:"difference_records"`
	LoadSeconds    float64        `json:"load_seconds"`
	CatchUpSeconds float64        `json:"catch_up_seconds"` // from the last fault or event until all is processed
	WallSeconds    float64        `json:"wall_seconds"`
	PauseP50Ms     int64          `json:"pause_p50_ms"` // of the pauses below
	PauseMaxMs     int64          `json:"pause_max_ms"`
	Pauses         []chaosGap     `json:"pauses"` // between two commits of a partition under load
	gaps           []chaosGap     // all times between two commits
	happened       []chaosHappened

	// What stands in the topics, against what follows from the input records alone.
	Missing    int      `json:"missing"`
	Wrong      int      `json:"wrong"`
	Duplicate  int      `json:"duplicate"`
	Disorder   int      `json:"disorder"`
	Answers    int      `json:"answers_differ"`     // numbers that are not the generator's
	ClickHouse *int     `json:"clickhouse_differs"` // what tables and views have missing, wrong or twice; null: not compared
	Right      bool     `json:"right"`
	Differs    []string `json:"differs,omitempty"`
}

// After a seeded schedule of crashes, pauses, deploys, broker faults, lost and damaged
// state, over input with aborted transactions, duplicates and late records, the outputs
// are exactly the known answers. `make chaos SEEDS="1 2 3"` runs it.
func TestChaos(t *testing.T) {
	seeds := strings.Fields(os.Getenv("CLEARLANE_CHAOS_SEEDS"))
	if len(seeds) == 0 {
		t.Skip("make chaos runs it")
	}
	span := chaosSpan
	if text := os.Getenv("CLEARLANE_CHAOS_SPAN"); text != "" {
		var err error
		span, err = time.ParseDuration(text)
		must(t, err)
	}
	for _, text := range seeds {
		t.Run(text, func(t *testing.T) {
			seed, err := strconv.ParseUint(text, 10, 64)
			must(t, err)
			result := runChaos(t, drawChaos(seed, span), 300)
			result.report(t)
		})
	}
}

// report writes the line of a run, and fails the test when something was not right.
func (r *chaosResult) report(t *testing.T) {
	line, err := json.Marshal(r)
	must(t, err)
	t.Logf("%s", line)
	if file := os.Getenv("CLEARLANE_CHAOS_RESULTS"); file != "" {
		must(t, appendLine(file, line))
	}
	for _, d := range r.Differs {
		t.Error(d)
	}
}

// runChaos carries out a schedule under a load of so many orders a second.
func runChaos(t *testing.T, s *chaosSchedule, rate float64) *chaosResult {
	orders := int(s.span.Seconds() * rate)
	window := 4 * rate // what belongs to an order is sent within four seconds
	g := gen.Options{Seed: s.seed, Orders: orders, Bad: orders / 100, OrdersPerSecond: rate, WindowOrders: int(window), Partitions: chaosPartitions, Format: gen.FormatMixed}
	result := &chaosResult{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Seed: s.seed, Brokers: s.brokers,
		Processes: s.processes, Named: s.named, Shadow: s.shadow, FlushInterval: s.flushInterval.String(), SessionTimeout: chaosSession.String(), Faults: map[string]int{}, Orders: g.Orders}
	for i := range s.faults {
		result.Schedule = append(result.Schedule, s.faults[i].String())
		result.Faults[s.faults[i].kind]++
	}
	t.Logf("seed %d, %d brokers, %d processes, flush every %v:\n  %s", s.seed, s.brokers, s.processes, s.flushInterval, strings.Join(result.Schedule, "\n  "))

	started := time.Now()
	w := newChaosWorld(t, s, g)
	sent := make(chan error, 1)
	go func() {
		var err error
		result.Events, err = w.send(t.Context(), g)
		result.LoadSeconds = time.Since(w.began).Seconds()
		sent <- err
	}()
	w.run(s)
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
	if result.Right = len(result.Differs) == 0; !result.Right {
		result.Differs = append(result.Differs, w.keep(result))
	} else if os.Getenv("CLEARLANE_CHAOS_KEEP") == "1" {
		t.Log(w.keep(result))
	}
	return result
}

// verify waits until everything is processed, stops the processes and compares.
func (w *chaosWorld) verify(g gen.Options, result *chaosResult, loadEnded time.Time) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 4*time.Minute)
	defer cancel()
	reader, err := kafka.NewReader(kafkaConn(&w.s.cfg.Kafka))
	must(w.t, err)
	defer reader.Close()
	if err := positions(&w.s.cfg, reader, chaosPartitions).Await(ctx, time.Minute, nil); err != nil {
		result.Differs = append(result.Differs, err.Error())
		return
	}
	result.CatchUpSeconds = time.Since(loadEnded).Seconds()
	if err := w.swept(ctx, reader); err != nil {
		result.Differs = append(result.Differs, err.Error())
	}
	if w.clickhouse != nil {
		if err := landed(ctx, &w.s.cfg); err != nil {
			result.Differs = append(result.Differs, err.Error())
		}
	}
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
		result.Answers = disagreements(report)
		var table bytes.Buffer
		must(w.t, report.Write(&table))
		result.Differs = append(result.Differs, "the outputs differ from the known answers:\n"+table.String())
	}
	a, err := auditTopics(ctx, &w.s.cfg)
	must(w.t, err)
	result.Missing, result.Wrong = a.findings.Count(audit.Missing), a.findings.Count(audit.Wrong)
	result.Duplicate, result.Disorder = a.findings.Count(audit.Duplicate), a.findings.Count(audit.Disorder)
	if w.clickhouse != nil {
		found, err := a.outputs.CheckClickHouse(ctx, w.clickhouse.conn, w.clickhouse.database, a.expected)
		must(w.t, err)
		n := found.Count(audit.Missing) + found.Count(audit.Wrong) + found.Count(audit.Duplicate) + found.Count(audit.Disorder)
		if result.ClickHouse = &n; n > 0 {
			result.Differs = append(result.Differs, "the tables are not what the topics say:\n"+(&audited{findings: found}).words())
		}
	}
	if result.Differences = a.outputs.Differences(); w.s.cfg.Policy.Shadow != "" && len(a.expected.Differences) == 0 {
		result.Differs = append(result.Differs, "the shadow pack says nothing differently: its run shows nothing")
	}
	if !a.findings.OK() {
		result.Differs = append(result.Differs, "the outputs are not what follows from the inputs:\n"+a.words())
	}
	missed, err := unnoticed(ctx, reader, topics, g)
	must(w.t, err)
	for _, m := range missed {
		result.Differs = append(result.Differs, "planted, and not noticed: "+m)
	}
	result.gaps, err = w.gaps(ctx, reader, loadEnded)
	must(w.t, err)
	result.Pauses, result.happened = w.pauses(result.gaps), w.happened
	result.PauseP50Ms, result.PauseMaxMs = medianGap(result.Pauses), longestGap(result.Pauses)
}

// disagreements is how many numbers of a report differ.
func disagreements(r *oracle.Report) (n int) {
	for i := range r.Lines {
		if !r.Lines[i].OK() {
			n++
		}
	}
	return max(n, min(len(r.Faults), 1))
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
