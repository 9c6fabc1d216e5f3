package serve

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
	"github.com/cockroachdb/datadriven"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
)

func clock() time.Time { return time.UnixMilli(1_750_000_000_000) }

// used is a registry in which every metric has at least one series.
func used() (*prometheus.Registry, *Metrics) {
	reg := prometheus.NewPedanticRegistry()
	at := clock().Add(-10 * time.Second)
	m := New(reg, func() time.Time { return at })
	t := m.Task([]string{"orders", "shipments"})
	counts := &task.Counts{
		In:            make([][task.NumOutcomes]uint64, 2),
		UnknownFields: 3,
		Rejects:       map[string]uint64{"malformed": 2, "late": 1},
		Keys:          4,
		Judged:        9,
		Retractions:   1,
		Reasons:       map[string]uint64{"ECERT_EXPIRED": 2},
		Expired:       5,
		Swept:         6,
		Redecided:     2,
		Process:       3 * time.Millisecond,
		Delays:        []int64{-5, 0, 1, 2, 40, 10_000_000},
	}
	counts.In[0][task.OutcomeOK] = 7
	counts.In[1][task.OutcomeDeadLetter] = 3
	counts.In[1][task.OutcomeStale] = 1
	counts.Decisions[schemas.RouteHighRisk] = 2
	counts.Decisions[schemas.RouteRelease] = 1
	counts.PreReviews[schemas.RouteDocumentReview] = 6
	counts.Differences[schemas.RouteRelease][schemas.RouteHighRisk] = 3
	counts.Agreed = 4
	t.Step(1, task.StepFreeze, at.Add(-90*time.Millisecond), 80*time.Millisecond)
	t.Committed(&task.Committed{Partition: 1, Behind: true, Delays: []int64{500}})
	t.Committed(&task.Committed{Partition: 1, Took: 50 * time.Millisecond, Sealed: 40 * time.Millisecond, Delays: []int64{3, 100}})
	at = clock()
	t.Batch(counts)
	t.Batch(counts)
	t.Committed(&task.Committed{Partition: 1, Records: 12, Watermark: clock().UnixMilli() - 2500, Took: 4 * time.Millisecond, Delays: []int64{30, 60}})
	t.Committed(&task.Committed{Partition: 2, Records: 1, Watermark: clock().UnixMilli() - 9000, Took: time.Millisecond})
	t.Flushed(1, 20*time.Millisecond)
	t.Recovered(1, 1000, 2*time.Second)
	t.Sweeping(1, task.SweepSites, true)
	t.Sweeping(1, task.SweepSites, true) // its task has begun anew
	t.Sweeping(2, task.SweepSites, true)
	t.Sweeping(1, task.SweepSites, false)
	t.Sweeping(3, task.SweepOpen, true)
	m.Released(3)
	m.Reloaded("policy")
	m.ReloadFailed("policy")
	m.Inserted("decisions", 500, 70*time.Millisecond)
	m.InsertFailed("rollups")
	m.SetPolicy("1", "old")
	m.SetShadow("2026.12", "beef")
	m.SetPolicy("2", "abc")
	m.SetShadow("2026.12", "beef")
	m.SetGeo("2026-11")
	m.SetBuild("v1.2.3", "deadbeef", "go1.26")
	m.OnScrape(func(s *Sample) {
		s.Partitions = []Partition{{1, "live", 0, 1000}, {2, "failed", 90 * time.Second, 0}}
		s.Failures["fenced"] = 26
		s.Ready["score"], s.Ready["land"] = true, false
		s.Waiting[ForKafka] = 1500 * time.Millisecond
		s.PutAside = 27
		s.Back[AtProduce] = Back{28, 2900 * time.Millisecond}
		s.OpenOrdersBound, s.FetchPaused = 30, 31
		s.Lag["orders"] += 10
		s.LandLag["decisions"] += 4
		s.Generations, s.GroupErrors, s.PartitionsLost = 1, 2, 3
		s.FetchRequests, s.FetchBytes, s.FetchSkipped, s.FetchRetries = 4, 5, 6, 7
		s.ProducedRecords, s.ProducedBytes, s.FlushTime, s.EndTime = 8, 9, 1500*time.Millisecond, 2*time.Second
		s.TxnCommitted, s.TxnAborted, s.TxnFenced, s.TxnUnknown = 10, 11, 12, 13
		s.StateKeys, s.StateDirty, s.StateDirtyBytes = 14, 15, 16
		s.StateCacheBytes, s.StateFilterBytes, s.StateDiskBytes = 17, 18, 19
		s.CacheHits, s.FilterAnswers, s.DiskHits, s.DiskMisses, s.Flushes = 20, 21, 22, 23, 24
		s.SellerSites = 25
	})
	m.OnScrape(func(s *Sample) { s.Lag["orders"] += 5 })
	return reg, m
}

// TestMetrics holds every series, to the last number, against a script.
func TestMetrics(t *testing.T) {
	reg, _ := used()
	datadriven.RunTest(t, "testdata/metrics", func(t *testing.T, d *datadriven.TestData) string {
		out, err := testutil.GatherAndFormat(reg, expfmt.TypeTextPlain, names()...)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#") {
				b.WriteString(line)
			}
		}
		return b.String()
	})
}

func names() []string {
	var list []string
	for _, d := range catalogue {
		list = append(list, d.name)
	}
	return list
}

// The documentation's table and what a scrape shows are the same set of metrics, with
// the same types, labels and meanings.
func TestReferenceEqualsTheRegistry(t *testing.T) {
	reg, _ := used()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "clearlane_") {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		slices.Sort(labels)
		want[fmt.Sprintf("`%s` %s %s %s", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp())] = true
	}
	var table strings.Builder
	if err := WriteReference(&table); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(table.String()), "\n")[2:]
	for _, row := range rows {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		if len(cells) != 4 {
			t.Errorf("row of %d cells: %s", len(cells), row)
			continue
		}
		labels := strings.Split(strings.TrimSpace(cells[2]), ", ")
		slices.Sort(labels)
		line := fmt.Sprintf("%s %s %s %s", cells[0], cells[1], strings.Join(labels, ", "), cells[3])
		if !want[line] {
			t.Errorf("documented, but not like this in a scrape: %s", line)
		}
		delete(want, line)
	}
	for line := range want {
		t.Errorf("in a scrape, but not documented: %s", line)
	}
}

func TestMetricNamesFollowPrometheus(t *testing.T) {
	reg, _ := used()
	problems, err := testutil.GatherAndLint(reg, names()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestWatermarkOfAReleasedPartitionDoesNotAge(t *testing.T) {
	_, m := used()
	m.Released(2)
	m.mu.Lock()
	defer m.mu.Unlock()
	if got, want := m.watermarkAge(), 2500*time.Millisecond; got != want {
		t.Errorf("age %v, want that of partition 1, %v", got, want)
	}
}

func TestNoPartitionHasNoAge(t *testing.T) {
	m := New(prometheus.NewRegistry(), clock)
	if got := m.watermarkAge(); got != 0 {
		t.Errorf("age %v without a partition, want 0", got)
	}
}

func BenchmarkBatch(b *testing.B) {
	m := New(prometheus.NewRegistry(), clock)
	t := m.Task([]string{"ad-clicks", "orders", "shipments"})
	counts := &task.Counts{In: make([][task.NumOutcomes]uint64, 3), Delays: make([]int64, 1000), Reasons: map[string]uint64{"A": 1, "B": 2, "C": 3}}
	for i := range counts.In {
		counts.In[i][task.OutcomeOK] = 1000
	}
	for i := range counts.Delays {
		counts.Delays[i] = int64(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		t.Batch(counts)
	}
}
