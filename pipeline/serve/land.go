package serve

import "time"

// Inserted takes one insert that ClickHouse has acknowledged.
func (m *Metrics) Inserted(table string, rows int, took time.Duration) {
	add(m.counters[landRows].WithLabelValues(table), uint64(rows))
	m.counters[landBatches].WithLabelValues(table).Inc()
	m.histograms[landSeconds].WithLabelValues(table).Observe(took.Seconds())
}

// InsertFailed takes one insert that will be tried again.
func (m *Metrics) InsertFailed(table string) {
	m.counters[landFailures].WithLabelValues(table).Inc()
}
