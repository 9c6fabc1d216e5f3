package land

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

// landRun is one way of bringing rows into the table decisions, once.
type landRun struct {
	At         time.Time     `json:"at"`
	Machine    bench.Machine `json:"machine"`
	Way        string        `json:"way"` // raw, lander or append_struct
	Round      int           `json:"round"`
	Rows       int           `json:"rows"`
	Writers    int           `json:"writers"`
	BatchRows  int           `json:"batch_rows"`
	Seconds    float64       `json:"seconds"`
	CPUSeconds float64       `json:"cpu_seconds"` // of the process: engine, lander and, for the lander, broker
	RowsPerSec float64       `json:"rows_per_second"`
	RowsPerCPU float64       `json:"rows_per_cpu_second"`
}

// landBench is what the ways share: a migrated database and the same rows in three forms.
type landBench struct {
	t       *testing.T
	cfg     Config
	conn    driver.Conn
	broker  *broker.Broker
	rows    int
	block   []*table // prepared, one a writer
	structs []any    // pointers
	columns string
	groups  int
}

const landPartitions, landRounds = 4, 5

// TestBenchLander measures the lander from Kafka's records to acknowledged rows and committed
// offsets, beside the insert of prepared blocks of the same rows, and beside clickhouse-go's
// AppendStruct from prepared structs, all over HTTP, interleaved, five rounds.
// CLEARLANE_LANDER_ROWS runs it, a multiple of 100,000; each way of each round is a line of
// JSON appended to $CLEARLANE_LANDER_RESULTS. CLEARLANE_LANDER_WRITERS is how many insert.
func TestBenchLander(t *testing.T) {
	text := os.Getenv("CLEARLANE_LANDER_ROWS")
	if text == "" {
		t.Skip("by hand: make bench-lander")
	}
	rows, err := strconv.Atoi(text)
	fatal(t, err)
	writers := Default().ClickHouse.Writers
	if text := os.Getenv("CLEARLANE_LANDER_WRITERS"); text != "" {
		writers, err = strconv.Atoi(text)
		fatal(t, err)
	}
	x := newLandBench(t, rows, writers)
	ways := []struct {
		name string
		run  func() (time.Duration, time.Duration)
	}{{"raw", x.raw}, {"lander", x.lander}, {"append_struct", x.appendStruct}}
	machine, perSecond, perCPU := ThisMachine(), map[string][]float64{}, map[string][]float64{}
	for round := range landRounds + 1 { // the first one warms up
		for i := range ways {
			way := ways[(i+round)%len(ways)]
			x.empty()
			took, cpu := way.run()
			x.arrived(way.name)
			if round == 0 {
				continue
			}
			r := landRun{At: time.Now().UTC().Truncate(time.Second), Machine: machine, Way: way.name, Round: round, Rows: rows, Writers: writers, BatchRows: benchRows,
				Seconds: took.Seconds(), CPUSeconds: cpu.Seconds(), RowsPerSec: float64(rows) / took.Seconds(), RowsPerCPU: float64(rows) / cpu.Seconds()}
			WriteResult(t, "CLEARLANE_LANDER_RESULTS", r)
			perSecond[way.name], perCPU[way.name] = append(perSecond[way.name], r.RowsPerSec), append(perCPU[way.name], r.RowsPerCPU)
		}
	}
	for _, way := range ways {
		t.Logf("%-13s median %8.0f rows/s (%3.0f %% of raw) %8.0f rows per CPU-second (%3.0f %% of raw)", way.name,
			median(perSecond[way.name]), 100*median(perSecond[way.name])/median(perSecond["raw"]), median(perCPU[way.name]), 100*median(perCPU[way.name])/median(perCPU["raw"]))
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func newLandBench(t *testing.T, rows, writers int) *landBench {
	if rows%(writers*benchRows) != 0 {
		t.Fatalf("CLEARLANE_LANDER_ROWS: %d, must be a multiple of %d, a batch for each writer", rows, writers*benchRows)
	}
	o := chdbtest.Options(t)
	x := &landBench{t: t, rows: rows, cfg: Default()}
	c := &x.cfg.ClickHouse
	c.Addrs, c.Protocol, c.Database, c.Writers = o.Addr, HTTP, o.Auth.Database, writers
	x.cfg.BatchRows, x.cfg.BatchBytes, x.cfg.LagInterval = benchRows, 256<<20, 50*time.Millisecond         // rows alone bound a batch
	o.Auth.Database, o.Compression = "default", &clickhouse.Compression{Method: clickhouse.CompressionLZ4} // as the lander
	x.conn = chdbtest.Connect(t, o)
	_, err := Migrate(t.Context(), x.conn, c.Database, MigrateOptions{})
	fatal(t, err)
	records := benchRecords()
	for range writers {
		block := newDecisions()
		fatal(t, block.fill(records))
		x.block = append(x.block, block)
	}
	x.broker, err = broker.Start(landPartitions, x.cfg.Topics.used()...)
	fatal(t, err)
	t.Cleanup(x.broker.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	fatal(t, err)
	defer client.Close()
	for n := range rows / benchRows {
		some := make([]*kgo.Record, benchRows)
		for i, r := range records {
			some[i] = &kgo.Record{Topic: r.Topic, Partition: int32((n + i) % landPartitions), Value: r.Value}
		}
		fatal(t, client.ProduceSync(t.Context(), some...).FirstErr())
	}
	x.makeStructs()
	return x
}

// makeStructs reads the rows back into structs with a field a column, in the sequence of the
// records: a block that is sorted already costs the server less.
func (x *landBench) makeStructs() {
	ins := newInserter(&x.cfg.ClickHouse)
	defer ins.close()
	fatal(x.t, ins.insert(x.t.Context(), "decisions", benchRows, x.block[0].input()))
	rows, err := x.conn.Query(x.t.Context(), "SELECT * FROM "+x.cfg.ClickHouse.Database+".decisions ORDER BY version")
	fatal(x.t, err)
	defer rows.Close()
	var fields []reflect.StructField
	var names []string
	for i, c := range rows.ColumnTypes() {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: c.ScanType(), Tag: reflect.StructTag(`ch:"` + c.Name() + `"`)})
		names = append(names, "`"+c.Name()+"`")
	}
	x.columns = strings.Join(names, ", ")
	kind := reflect.StructOf(fields)
	for rows.Next() {
		row := reflect.New(kind).Interface()
		fatal(x.t, rows.ScanStruct(row))
		x.structs = append(x.structs, row)
	}
	fatal(x.t, rows.Err())
}

// empty takes all rows out, so that every way begins with the same tables.
func (x *landBench) empty() {
	for _, table := range []string{"decisions", "decisions_current"} {
		fatal(x.t, x.conn.Exec(x.t.Context(), "TRUNCATE TABLE "+x.cfg.ClickHouse.Database+"."+table))
	}
}

// arrived holds a way to the rows that have to be there.
func (x *landBench) arrived(way string) {
	var n, different uint64
	fatal(x.t, x.conn.QueryRow(x.t.Context(), "SELECT count(), uniqExact(decision_id) FROM "+x.cfg.ClickHouse.Database+".v_decision_history").Scan(&n, &different))
	if n != benchRows || different != benchRows {
		x.t.Fatalf("%s: %d rows of %d subjects, want %d", way, n, different, benchRows)
	}
}

// each runs one goroutine a writer, with its part of the batches, and measures them.
func (x *landBench) each(part func(writer, batches int)) (took, cpu time.Duration) {
	began, spent := time.Now(), cpuTime(x.t)
	var all sync.WaitGroup
	for w := range x.cfg.ClickHouse.Writers {
		all.Go(func() { part(w, x.rows/benchRows/x.cfg.ClickHouse.Writers) })
	}
	all.Wait()
	return time.Since(began), cpuTime(x.t) - spent
}

// raw inserts prepared blocks.
func (x *landBench) raw() (took, cpu time.Duration) {
	return x.each(func(w, batches int) {
		ins := newInserter(&x.cfg.ClickHouse)
		defer ins.close()
		for range batches {
			if err := ins.insert(x.t.Context(), "decisions", benchRows, x.block[w].input()); err != nil {
				x.t.Error(err)
			}
		}
	})
}

// appendStruct inserts prepared structs as clickhouse-go's batches.
func (x *landBench) appendStruct() (took, cpu time.Duration) {
	return x.each(func(_, batches int) {
		for range batches {
			batch, err := x.conn.PrepareBatch(x.t.Context(), "INSERT INTO "+x.cfg.ClickHouse.Database+".decisions ("+x.columns+")")
			if err != nil {
				x.t.Error(err)
				return
			}
			for _, row := range x.structs {
				if err := batch.AppendStruct(row); err != nil {
					x.t.Error(err)
					return
				}
			}
			if err := batch.Send(); err != nil {
				x.t.Error(err)
			}
		}
	})
}

// lander runs a lander of a new group from the first record that it reads to the last row
// that is acknowledged: joining the group is no part of it.
func (x *landBench) lander() (took, cpu time.Duration) {
	x.groups++
	cfg := x.cfg
	cfg.Group = fmt.Sprint("bench-", x.groups)
	l, err := New(cfg, Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(x.broker.Addrs()...)}})
	fatal(x.t, err)
	ctx, stop := context.WithCancel(x.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	until := func(what string, is func(*Status) bool) {
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
			s := l.Status()
			if is(&s) {
				return
			}
			if time.Now().After(deadline) {
				x.t.Fatalf("not within two minutes: %s: %+v", what, s)
			}
		}
	}
	until("records", func(s *Status) bool { return s.HeldRows > 0 })
	began, spent := time.Now(), cpuTime(x.t)
	until("rows", func(s *Status) bool { return s.Rows >= uint64(x.rows) })
	took, cpu = time.Since(began), cpuTime(x.t)-spent
	stop()
	fatal(x.t, <-ended)
	return took, cpu
}
