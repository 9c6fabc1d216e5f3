package serve

import (
	"sort"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Where a decision's delay ends.
const (
	untilWritten = iota
	untilCommitted
	numUntil
)

var untilNames = [numUntil]string{"written", "committed"}

// delays is a histogram that takes the delays of a whole micro-batch at once. The
// client library's own takes one observation at a time, which a decision cannot afford.
type delays struct {
	desc    *prometheus.Desc
	seconds []float64 // upper bounds
	ms      []int64   // the same, in the unit of what comes in

	mu    sync.Mutex
	until [numUntil]struct {
		counts []uint64 // by bucket, not cumulative; the last one has no bound
		sumMs  int64
	}
}

func newDelays(d *metric) *delays {
	h := &delays{desc: prometheus.NewDesc(d.name, d.help, d.labels, nil), seconds: d.buckets}
	for _, s := range d.buckets {
		h.ms = append(h.ms, int64(s*1000))
	}
	for i := range h.until {
		h.until[i].counts = make([]uint64, len(d.buckets)+1)
	}
	return h
}

// add merges delays in milliseconds. One below zero (a sender's clock that is ahead)
// counts as none.
func (h *delays) add(until int, delays []int64) {
	if len(delays) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	u := &h.until[until]
	for _, d := range delays {
		d = max(d, 0)
		u.sumMs += d
		u.counts[sort.Search(len(h.ms), func(i int) bool { return d <= h.ms[i] })]++
	}
}

// Describe implements prometheus.Collector.
func (h *delays) Describe(ch chan<- *prometheus.Desc) { ch <- h.desc }

// Collect implements prometheus.Collector.
func (h *delays) Collect(ch chan<- prometheus.Metric) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.until {
		u := &h.until[i]
		var total uint64
		buckets := make(map[float64]uint64, len(h.seconds))
		for j, n := range u.counts {
			total += n
			if j < len(h.seconds) {
				buckets[h.seconds[j]] = total
			}
		}
		ch <- prometheus.MustNewConstHistogram(h.desc, total, float64(u.sumMs)/1000, buckets, untilNames[i])
	}
}
