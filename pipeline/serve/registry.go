package serve

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clearlane/clearlane/pipeline/stall"
	"github.com/clearlane/clearlane/pipeline/task"
)

// Metrics is every metric of the process. Safe for concurrent use.
type Metrics struct {
	counters   map[id]*prometheus.CounterVec
	gauges     map[id]*prometheus.GaugeVec
	histograms map[id]*prometheus.HistogramVec
	delays     *delays
	stalls     *stall.Log
	now        func() time.Time

	mu         sync.Mutex
	samplers   []func(*Sample)
	watermarks map[int32]int64 // partition -> Unix ms
	sweeps     map[sweepOf]bool
}

// sweepOf is one sweep under way.
type sweepOf struct {
	partition int32
	why       task.Sweep
}

// New registers the catalogue with a registry that has none of it yet. now is the
// clock that ages are taken by.
func New(reg prometheus.Registerer, now func() time.Time) *Metrics {
	m := &Metrics{
		counters:   map[id]*prometheus.CounterVec{},
		gauges:     map[id]*prometheus.GaugeVec{},
		histograms: map[id]*prometheus.HistogramVec{},
		stalls:     stall.New(now),
		now:        now,
		watermarks: map[int32]int64{},
		sweeps:     map[sweepOf]bool{},
	}
	for i := range catalogue {
		d := &catalogue[i]
		switch {
		case d.sampled:
		case id(i) == delay:
			m.delays = newDelays(d)
			reg.MustRegister(m.delays)
		case d.kind == counter:
			m.counters[id(i)] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.name, Help: d.help}, d.labels)
			reg.MustRegister(m.counters[id(i)])
		case d.kind == gauge:
			m.gauges[id(i)] = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: d.name, Help: d.help}, d.labels)
			reg.MustRegister(m.gauges[id(i)])
		case d.kind == histogram:
			m.histograms[id(i)] = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: d.name, Help: d.help, Buckets: d.buckets}, d.labels)
			reg.MustRegister(m.histograms[id(i)])
		}
	}
	reg.MustRegister(newSampler(m))
	return m
}

// Stalls is what took long in the process; whoever knows of more notes it there.
func (m *Metrics) Stalls() *stall.Log { return m.stalls }

// SetPolicy says which policy pack is in force.
func (m *Metrics) SetPolicy(version, hash string) { m.info(policyInfo, version, hash) }

// SetShadow says which shadow pack there is.
func (m *Metrics) SetShadow(version, hash string) { m.info(shadowInfo, version, hash) }

// Reloaded takes that a file of reference data was read, at the start or since.
func (m *Metrics) Reloaded(file string) {
	m.counters[reloadFailures].WithLabelValues(file)
	m.gauges[reloaded].WithLabelValues(file).Set(float64(m.now().Unix()))
}

// ReloadFailed takes that a changed file was refused.
func (m *Metrics) ReloadFailed(file string) { m.counters[reloadFailures].WithLabelValues(file).Inc() }

// SetGeo says which country database is in force; an empty version is none.
func (m *Metrics) SetGeo(version string) { m.info(geoInfo, version) }

// SetBuild says which program runs.
func (m *Metrics) SetBuild(version, revision, goVersion string) {
	m.info(buildInfo, version, revision, goVersion)
}

func (m *Metrics) info(i id, labels ...string) {
	m.gauges[i].Reset()
	m.gauges[i].WithLabelValues(labels...).Set(1)
}

// WriteReference writes the table of all metrics in Markdown.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n")
	for _, d := range catalogue {
		labels := ""
		if len(d.labels) > 0 {
			labels = "`" + strings.Join(d.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.name, d.kind, labels, d.help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
