package state

import (
	"encoding/json"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// scaleRun is one line of `make bench-state`: a store that was filled with so many orders.
// CPU times are those of the process, flushes and compactions among them.
type scaleRun struct {
	At      time.Time     `json:"at"`
	Machine bench.Machine `json:"machine"`
	Orders  int           `json:"orders"`
	// FillSeconds and FillCPUUs are for all orders, and of one, until no compaction is due.
	FillSeconds float64 `json:"fill_seconds"`
	FillCPUUs   float64 `json:"fill_cpu_us_per_order"`
	// Get and put of orders that are new, and of ones that are on disk only, without their flush.
	NewCPUUs float64 `json:"new_cpu_us_per_order"`
	OldCPUUs float64 `json:"old_cpu_us_per_order"`
	// One flush of both, waited for.
	FlushCPUUs   float64 `json:"flush_cpu_us_per_order"`
	FlushSeconds float64 `json:"flush_seconds"`
	HeapBytes    uint64  `json:"heap_bytes"` // live
	RSSBytes     int64   `json:"rss_bytes"`
	FilterBytes  int64   `json:"filter_bytes"`
	FilterTables int     `json:"filter_tables"`
	DiskBytes    uint64  `json:"disk_bytes"`
	L0Tables     int64   `json:"l0_tables"`
	DebtBytes    uint64  `json:"compaction_debt_bytes"`
}

// TestBenchState fills stores with as many open orders of 350 bytes as $CLEARLANE_STATE_ORDERS
// says, one after the other, and measures what an order costs then. The memory is that of a
// partition among four.
func TestBenchState(t *testing.T) {
	list := os.Getenv("CLEARLANE_STATE_ORDERS")
	if list == "" {
		t.Skip("SKIPPED: a measurement by hand: make bench-state")
	}
	for field := range strings.FieldsSeq(list) {
		orders, err := strconv.Atoi(field)
		must(t, err)
		run := scale(t, orders)
		line, err := json.Marshal(run)
		must(t, err)
		t.Logf("%s", line)
		if name := os.Getenv("CLEARLANE_STATE_RESULTS"); name != "" {
			f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			must(t, err)
			_, err = f.Write(append(line, '\n'))
			must(t, err)
			must(t, f.Close())
		}
	}
}

func scale(t *testing.T, orders int) *scaleRun {
	dir := t.TempDir()
	defer os.RemoveAll(dir)
	o := DefaultOptions()
	o.Memory = NewMemory(24<<20, 16<<20)
	s, err := Open(dir, o)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	run := &scaleRun{At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(os.Getenv("CLEARLANE_STATE_COMMIT")), Orders: orders}
	value, key := benchValue(350), []byte(nil)
	touch := func(i int) {
		key = benchKey(key, scattered(i))
		_, err := s.Get(key)
		must(t, err)
		vary(value, i)
		must(t, s.Put(key, value, 1_780_000_000_000, benchTag(key)))
	}
	flush := func() {
		must(t, s.Flush(at([]byte("positions"))))
		must(t, s.Wait())
	}
	per := func(n int, do func()) float64 {
		began := cpuTime()
		do()
		return float64(cpuTime()-began) / 1000 / float64(n)
	}
	began := time.Now()
	run.FillCPUUs = per(orders, func() {
		for i := range orders {
			touch(i)
			if s.Full() {
				must(t, s.Flush(at([]byte("positions"))))
			}
		}
		flush()
		for s.db.Metrics().Compact.NumInProgress > 0 {
			time.Sleep(50 * time.Millisecond)
		}
	})
	run.FillSeconds = time.Since(began).Seconds()
	m := s.db.Metrics()
	run.DiskBytes, run.L0Tables, run.DebtBytes = m.DiskSpaceUsage(), m.Levels[0].TablesCount, m.Compact.EstimatedDebt
	run.FilterBytes, run.FilterTables = s.filter.bytes(), len(s.filter.tables)

	const some = 10_000
	run.NewCPUUs = per(some, func() {
		for i := range some {
			touch(orders + i)
		}
	})
	run.OldCPUUs = per(some, func() {
		for i := range some {
			touch(i * 7919 % orders)
		}
	})
	began = time.Now()
	run.FlushCPUUs = per(2*some, flush)
	run.FlushSeconds = time.Since(began).Seconds()
	runtime.GC()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	run.HeapBytes, run.RSSBytes = heap.HeapAlloc, rss()
	return run
}

// rss is the memory of the process in bytes, 0 where nothing says it.
func rss() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
