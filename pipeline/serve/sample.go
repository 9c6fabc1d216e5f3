package serve

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clearlane/clearlane/pipeline/stall"
)

// Sample is what the parts of the process know about themselves. Each adds its own
// numbers to it at every scrape. Gauges are as of now, the rest counts from the start.
type Sample struct {
	Partitions []Partition      // gauges: those owned
	Failures   map[string]int64 // partitions that failed, by cause
	Lag        map[string]int64 // gauge: by input topic, records behind the last stable offset
	Ready      map[string]bool  // gauge: by component
	// Waiting is a gauge: how long each thing outside has been waited for.
	Waiting map[string]time.Duration
	Back    map[string]Back // by point

	OpenOrdersBound, FetchPaused int // gauges

	Generations, GroupErrors, PartitionsLost                int64
	FetchRequests, FetchBytes, FetchSkipped, FetchRetries   int64
	ProducedRecords, ProducedBytes                          int64
	FlushTime, EndTime                                      time.Duration
	TxnCommitted, TxnAborted, TxnFenced, TxnUnknown         int64
	StateKeys, StateDirty, StateDirtyBytes                  int64 // gauges
	StateCacheBytes, StateFilterBytes, StateDiskBytes       int64 // gauges
	CacheHits, FilterAnswers, DiskHits, DiskMisses, Flushes int64
	PutAside                                                int64

	LandLag     map[string]int64 // gauge: by output topic
	SellerSites int              // gauge
}

// Partition is where the work on one partition stands.
type Partition struct {
	Number  int32
	Phase   string
	Stalled time.Duration // that records have waited without a commit
	Keys    int64         // open orders, roll-up cells included
}

// Back is how often and how long tasks have waited at one point of back-pressure.
type Back struct {
	Waits  int64
	Waited time.Duration
}

// The points of back-pressure, as keys of Sample.Back.
const (
	AtChanges = "changes"
	AtFlush   = "flush"
	AtProduce = "produce"
	AtCommit  = "commit"
)

// points are the keys of Sample.Back: each has a series from the start.
var points = [...]string{AtChanges, AtFlush, AtProduce, AtCommit}

// What a process waits for, as keys of Sample.Waiting.
const (
	ForKafka      = "kafka"
	ForClickHouse = "clickhouse"
	ForDisk       = "disk" // of the local state
	ForMemory     = "memory"
)

// waits are the keys of Sample.Waiting: each has a series from the start.
var waits = [...]string{ForKafka, ForClickHouse, ForDisk, ForMemory}

// OnScrape adds a source of samples. It is called at every scrape, from the scrape's
// goroutine, so what it reads is safe for concurrent use; it must not block.
func (m *Metrics) OnScrape(add func(*Sample)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samplers = append(m.samplers, add)
}

// sampler collects the sampled metrics.
type sampler struct {
	m     *Metrics
	descs map[id]*prometheus.Desc
}

func newSampler(m *Metrics) *sampler {
	s := &sampler{m: m, descs: map[id]*prometheus.Desc{}}
	for i := range catalogue {
		if d := &catalogue[i]; d.sampled {
			s.descs[id(i)] = prometheus.NewDesc(d.name, d.help, d.labels, nil)
		}
	}
	return s
}

// Describe implements prometheus.Collector.
func (s *sampler) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range s.descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (s *sampler) Collect(ch chan<- prometheus.Metric) {
	x := Sample{Lag: map[string]int64{}, LandLag: map[string]int64{}, Failures: map[string]int64{}, Ready: map[string]bool{}, Waiting: map[string]time.Duration{}, Back: map[string]Back{}}
	s.m.mu.Lock()
	sources := s.m.samplers[:len(s.m.samplers):len(s.m.samplers)]
	age := s.m.watermarkAge()
	s.m.mu.Unlock()
	for _, add := range sources {
		add(&x)
	}
	emit := func(i id, value float64, labels ...string) {
		kind := prometheus.CounterValue
		if catalogue[i].kind == gauge {
			kind = prometheus.GaugeValue
		}
		ch <- prometheus.MustNewConstMetric(s.descs[i], kind, value, labels...)
	}
	emit(watermarkAge, age.Seconds())
	s.m.stalls.Totals(func(p stall.Pair, t stall.Total) {
		emit(stalls, float64(t.Stalls), p.Cause.String(), p.Beside.String())
		emit(stallSeconds, t.Time.Seconds(), p.Cause.String(), p.Beside.String())
	})
	emit(partitions, float64(len(x.Partitions)))
	for _, p := range x.Partitions {
		number := strconv.Itoa(int(p.Number))
		emit(partitionPhase, 1, number, p.Phase)
		emit(partitionStalled, p.Stalled.Seconds(), number)
		emit(partitionKeys, float64(p.Keys), number)
	}
	for cause, n := range x.Failures {
		emit(partitionFailures, float64(n), cause)
	}
	for topic, n := range x.Lag {
		emit(lag, float64(n), topic)
	}
	emit(rebalances, float64(x.Generations))
	emit(groupErrors, float64(x.GroupErrors))
	emit(partitionsLost, float64(x.PartitionsLost))
	emit(fetchRequests, float64(x.FetchRequests))
	emit(fetchBytes, float64(x.FetchBytes))
	emit(fetchSkipped, float64(x.FetchSkipped))
	emit(fetchRetries, float64(x.FetchRetries))
	emit(produceRecords, float64(x.ProducedRecords))
	emit(produceBytes, float64(x.ProducedBytes))
	emit(produceSeconds, x.FlushTime.Seconds(), "flush")
	emit(produceSeconds, x.EndTime.Seconds(), "end")
	emit(transactions, float64(x.TxnCommitted), "committed")
	emit(transactions, float64(x.TxnAborted), "aborted")
	emit(transactions, float64(x.TxnFenced), "fenced")
	emit(transactions, float64(x.TxnUnknown), "unknown")
	emit(stateOrders, float64(x.StateKeys))
	emit(stateDirty, float64(x.StateDirty))
	emit(stateDirtyBytes, float64(x.StateDirtyBytes))
	emit(stateBytes, float64(x.StateCacheBytes), "cache")
	emit(stateBytes, float64(x.StateFilterBytes), "filter")
	emit(stateBytes, float64(x.StateDiskBytes), "disk")
	emit(stateLookups, float64(x.CacheHits), "cache")
	emit(stateLookups, float64(x.FilterAnswers), "filter")
	emit(stateLookups, float64(x.DiskHits), "disk")
	emit(stateLookups, float64(x.DiskMisses), "absent")
	emit(stateFlushes, float64(x.Flushes))
	emit(openOrdersBound, float64(x.OpenOrdersBound))
	emit(fetchPaused, float64(x.FetchPaused))
	for _, at := range points {
		emit(backPressure, float64(x.Back[at].Waits), at)
		emit(backPressureSeconds, x.Back[at].Waited.Seconds(), at)
	}
	emit(stateAside, float64(x.PutAside))
	for topic, n := range x.LandLag {
		emit(landLag, float64(n), topic)
	}
	emit(sellerSites, float64(x.SellerSites))
	for component, is := range x.Ready {
		value := 0.0
		if is {
			value = 1
		}
		emit(ready, value, component)
	}
	for _, what := range waits {
		emit(waiting, x.Waiting[what].Seconds(), what)
	}
}

// watermarkAge is the age of the oldest partition's watermark, zero with none. The
// caller holds mu.
func (m *Metrics) watermarkAge() time.Duration {
	var oldest int64
	for _, ms := range m.watermarks {
		if oldest == 0 || ms < oldest {
			oldest = ms
		}
	}
	if oldest == 0 {
		return 0
	}
	return max(0, m.now().Sub(time.UnixMilli(oldest)))
}
