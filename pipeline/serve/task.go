package serve

import (
	"slices"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/stall"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
	"github.com/prometheus/client_golang/prometheus"
)

// Names of the stages.
const (
	stageProcess = "process"
	stageCommit  = "commit"
	stageFlush   = "flush"
	stageRecover = "recover"
)

var outcomeNames = [task.NumOutcomes]string{
	task.OutcomeOK:         "ok",
	task.OutcomeDuplicate:  "duplicate",
	task.OutcomeStale:      "stale",
	task.OutcomeEvicted:    "evicted",
	task.OutcomeDeadLetter: "dead_letter",
}

// TaskMetrics is told what tasks do, once a micro-batch and once a commit. It may
// serve many tasks. It implements task.Observer.
type TaskMetrics struct {
	m          *Metrics
	in         [][task.NumOutcomes]prometheus.Counter // by topic
	decisions  [schemas.RouteHighRisk + 1]prometheus.Counter
	preReviews [schemas.RouteHighRisk + 1]prometheus.Counter
	// by the route decided and the shadow pack's
	differences [schemas.RouteHighRisk + 1][schemas.RouteHighRisk + 1]prometheus.Counter
	stages      map[string]prometheus.Observer
}

// Task makes the observer of tasks that read these input topics, numbered as in their
// configuration. Every series exists from the start, at zero, so that a first event
// is seen as an increase.
func (m *Metrics) Task(topics []string) *TaskMetrics {
	t := &TaskMetrics{m: m, in: make([][task.NumOutcomes]prometheus.Counter, len(topics)), stages: map[string]prometheus.Observer{}}
	for i, topic := range topics {
		for o, name := range outcomeNames {
			t.in[i][o] = m.counters[records].WithLabelValues(topic, name)
		}
	}
	for r := schemas.RouteRelease; r <= schemas.RouteHighRisk; r++ {
		t.decisions[r] = m.counters[decisions].WithLabelValues(r.String())
		t.preReviews[r] = m.counters[preReviews].WithLabelValues(r.String())
		for s := schemas.RouteRelease; s <= schemas.RouteHighRisk; s++ {
			t.differences[r][s] = m.counters[differences].WithLabelValues(r.String(), s.String())
		}
	}
	for s := range task.NumSweeps {
		m.gauges[sweeping].WithLabelValues(s.String())
		m.counters[sweeps].WithLabelValues(s.String())
	}
	for _, s := range []string{stageProcess, stageCommit, stageFlush, stageRecover} {
		t.stages[s] = m.histograms[stage].WithLabelValues(s)
	}
	return t
}

// Batch merges what one micro-batch did.
func (t *TaskMetrics) Batch(c *task.Counts) {
	for i := range c.In {
		for o, n := range c.In[i] {
			add(t.in[i][o], n)
		}
	}
	counters := t.m.counters
	add(counters[unknownFields].WithLabelValues(), c.UnknownFields)
	add(counters[orders].WithLabelValues(), c.Keys)
	add(counters[verdicts].WithLabelValues(), c.Judged)
	add(counters[retractions].WithLabelValues(), c.Retractions)
	add(counters[expired].WithLabelValues(), c.Expired)
	add(counters[swept].WithLabelValues(), c.Swept)
	add(counters[redecided].WithLabelValues(), c.Redecided)
	for r := schemas.RouteRelease; r <= schemas.RouteHighRisk; r++ {
		add(t.decisions[r], c.Decisions[r])
		add(t.preReviews[r], c.PreReviews[r])
		for s := schemas.RouteRelease; s <= schemas.RouteHighRisk; s++ {
			add(t.differences[r][s], c.Differences[r][s])
		}
	}
	add(counters[agreed].WithLabelValues(), c.Agreed)
	for code, n := range c.Rejects {
		add(counters[deadLetters].WithLabelValues(strings.Clone(code)), n)
	}
	for code, n := range c.Reasons {
		add(counters[reasons].WithLabelValues(strings.Clone(code)), n)
	}
	t.m.delays.add(untilWritten, c.Delays)
	t.stages[stageProcess].Observe(c.Process.Seconds())
}

// Committed merges what one commit did.
func (t *TaskMetrics) Committed(c *task.Committed) {
	t.m.counters[commits].WithLabelValues().Inc()
	t.m.histograms[commitRecords].WithLabelValues().Observe(float64(c.Records))
	t.m.delays.add(untilCommitted, c.Delays)
	t.stages[stageCommit].Observe(c.Took.Seconds())
	t.committedLate(c)
	t.m.mu.Lock()
	t.m.watermarks[c.Partition] = c.Watermark
	t.m.mu.Unlock()
}

// Flushed takes how long a task waited for the flush before.
func (t *TaskMetrics) Flushed(_ int32, waited time.Duration) {
	t.stages[stageFlush].Observe(waited.Seconds())
}

// Step takes what took long; the histogram of the stage process has the micro-batches.
func (t *TaskMetrics) Step(partition int32, s task.Step, began time.Time, took time.Duration) {
	t.m.stalls.Note(stepCauses[s], partition, began, took)
}

var stepCauses = [task.NumSteps]stall.Cause{
	task.StepBatch: stall.Batch, task.StepRows: stall.Rows, task.StepFreeze: stall.Freeze,
	task.StepExpiry: stall.Expiry, task.StepSweep: stall.Sweep, task.StepWait: stall.Wait,
}

// committedLate notes how long a commit took, and how late its latest record is. Records
// of a partition that lags are behind, not late.
func (t *TaskMetrics) committedLate(c *task.Committed) {
	log, began := t.m.stalls, t.m.now().Add(-c.Took)
	sealed := c.Sealed
	if sealed == 0 {
		sealed = c.Took
	}
	log.Note(stall.Acks, c.Partition, began, sealed)
	log.Note(stall.End, c.Partition, began.Add(sealed), c.Took-sealed)
	if len(c.Delays) > 0 && !c.Behind {
		log.Delayed(c.Partition, time.Duration(slices.Max(c.Delays))*time.Millisecond)
	}
}

// Recovered takes what it took to bring a partition to its last commit.
func (t *TaskMetrics) Recovered(_ int32, records int64, took time.Duration) {
	t.m.counters[recoveries].WithLabelValues().Inc()
	add(t.m.counters[replayed].WithLabelValues(), uint64(records))
	t.stages[stageRecover].Observe(took.Seconds())
}

// Sweeping takes that open orders of a partition begin to be decided anew, or all are.
func (t *TaskMetrics) Sweeping(partition int32, why task.Sweep, running bool) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	t.m.sweep(sweepOf{partition, why}, running)
	if !running {
		t.m.counters[sweeps].WithLabelValues(why.String()).Inc()
	}
}

// sweep counts the partitions of each sweep. The caller holds mu.
func (m *Metrics) sweep(of sweepOf, running bool) {
	g := m.gauges[sweeping].WithLabelValues(of.why.String())
	switch {
	case running && !m.sweeps[of]:
		m.sweeps[of] = true
		g.Inc()
	case !running && m.sweeps[of]:
		delete(m.sweeps, of)
		g.Dec()
	}
}

// Released forgets a partition that this process no longer works on, so that its
// watermark does not grow old here.
func (m *Metrics) Released(partition int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.watermarks, partition)
	for why := range task.NumSweeps {
		m.sweep(sweepOf{partition, why}, false)
	}
}

func add(c prometheus.Counter, n uint64) {
	if n > 0 {
		c.Add(float64(n))
	}
}
