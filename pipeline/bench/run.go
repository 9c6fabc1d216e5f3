package bench

import (
	"encoding/json"
	"io"
	"time"
)

// The kinds of a run.
const (
	Throughput = "throughput"  // all events lie in the topics when the process starts
	Latency    = "latency"     // events come at a steady rate, and readers wait for the decisions
	CatchUp    = "catch-up"    // as throughput, looked at every second, and the decisions held against a live run's
	OpenOrders = "open-orders" // as throughput, with many open orders in the local state
)

// Run is one run: one line of JSON. CPU, memory and allocations are those of the
// process under test alone: neither brokers, generator nor checker count.
type Run struct {
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Machine  Machine   `json:"machine"`
	Settings Settings  `json:"settings"`

	Events    int64 `json:"events"`           // records of the input topics, all joined
	Decisions int64 `json:"decision_records"` // of the decisions topic, revisions included
	Outputs   int64 `json:"output_records"`   // of all output topics
	Commits   int64 `json:"commits"`

	// From the first partition's start to the commit that covers the last event.
	WallSeconds float64 `json:"wall_seconds"`
	CPUSeconds  float64 `json:"cpu_seconds"`       // user and system
	WholeCPU    float64 `json:"whole_cpu_seconds"` // of the process's whole life, start and stop included

	AllocsPerEvent float64 `json:"allocs_per_event"`
	BytesPerEvent  float64 `json:"alloc_bytes_per_event"`
	GCCycles       int64   `json:"gc_cycles"`
	PeakMemory     int64   `json:"peak_memory_bytes"` // resident

	// From a decision's input_time_ms to its arrival, ms; of runs of kind Latency.
	Uncommitted *Percentiles `json:"uncommitted_ms,omitempty"`
	Committed   *Percentiles `json:"committed_ms,omitempty"`

	// What the decisions above were late for that each of the readers saw later than its p99 is to be.
	LateUncommitted *Lateness `json:"late_uncommitted,omitempty"`
	LateCommitted   *Lateness `json:"late_committed,omitempty"`

	// Beside it, ms: from a record's handing over to a plain idempotent producer to its
	// acknowledgement by all replicas, in a topic of as many partitions.
	RoundTrip *Percentiles `json:"acks_all_ms,omitempty"`

	// Means of a commit, ms: waiting for the acknowledgement of its records, and for the
	// end of its transaction.
	FlushMs  float64 `json:"commit_flush_ms"`
	EndTxnMs float64 `json:"commit_end_ms"`

	Connections int `json:"connections,omitempty"` // sockets of the process under load; 0: not known
	Goroutines  int `json:"goroutines,omitempty"`

	Idle    *Idle     `json:"idle,omitempty"`     // before the load, of runs that ask for it
	CatchUp *CaughtUp `json:"catch_up,omitempty"` // of runs of kind CatchUp
	Open    *Open     `json:"open,omitempty"`     // of runs of kind OpenOrders

	Right bool `json:"right"` // every output agrees with the known answers
}

// Settings is what a run was made with.
type Settings struct {
	Broker         string   `json:"broker"` // embedded, real (an Apache Kafka of the benchmark's own on this machine) or given
	Seed           uint64   `json:"seed"`
	Orders         int      `json:"orders"`
	Rate           float64  `json:"orders_per_second,omitempty"` // 0: as fast as possible
	EventRate      float64  `json:"events_per_second,omitempty"` // of Rate orders
	Partitions     int      `json:"partitions"`
	Processes      int      `json:"processes,omitempty"` // that share the partitions; 0: one
	Compression    string   `json:"compression"`         // of the outputs
	CommitInterval string   `json:"commit_interval"`
	Set            []string `json:"set,omitempty"` // further settings given
}

// EventsPerSecond is the events joined in a second of the clock.
func (r *Run) EventsPerSecond() float64 { return ratio(float64(r.Events), r.WallSeconds) }

// EventsPerCPUSecond is the events joined in a second of CPU time.
func (r *Run) EventsPerCPUSecond() float64 { return ratio(float64(r.Events), r.CPUSeconds) }

// CPUPerMillion is the CPU seconds of a million events.
func (r *Run) CPUPerMillion() float64 { return ratio(r.CPUSeconds*1e6, float64(r.Events)) }

// CommitsPerSecond is how often all partitions together committed.
func (r *Run) CommitsPerSecond() float64 { return ratio(float64(r.Commits), r.WallSeconds) }

// ratio is 0 where nothing was measured.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// WriteJSON writes the run as one line, with the three ratios that people compare.
func (r *Run) WriteJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(struct {
		*Run
		PerSecond    float64 `json:"events_per_second"`
		PerCPUSecond float64 `json:"events_per_cpu_second"`
		PerMillion   float64 `json:"cpu_seconds_per_million_events"`
	}{r, r.EventsPerSecond(), r.EventsPerCPUSecond(), r.CPUPerMillion()})
}
