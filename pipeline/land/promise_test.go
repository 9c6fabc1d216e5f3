package land_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/schemas"
)

// expected is what the tables have to hold, kept beside what is produced.
type expected struct {
	versions map[string]uint64 // order key -> newest version
	history  int
	cells    map[schemas.Cell]map[int32]schemas.RollupRow
}

func newExpected() *expected {
	return &expected{versions: map[string]uint64{}, cells: map[schemas.Cell]map[int32]schemas.RollupRow{}}
}

// feed produces n random decisions, revisions, repetitions and roll-up rows.
func (e *expected) feed(r *rig, rng *rand.Rand, n int) {
	for range n {
		i := rng.IntN(400)
		d := decision(i, e.versions[fmt.Sprint("order-", i)]+1)
		e.versions[d.OrderKey]++
		e.history++
		r.produce(decisionRecord(d, i%partitions))
		row := schemas.RollupRow{Layout: partitions, Partition: int32(rng.IntN(partitions)), Version: uint64(e.history), Cell: schemas.Cell{
			Grain: schemas.GrainMinuteRoute, Time: schemas.Time(1_780_000_020_000 + rng.Int64N(5)*60_000), Port: []string{"2704", "1001"}[rng.IntN(2)],
			Route: schemas.Route(1 + rng.IntN(3)), PreferenceStatus: schemas.PreferenceStatus(rng.IntN(4)), Currency: []string{"USD", "EUR"}[rng.IntN(2)],
		}, Count: rng.Int64N(5)}
		row.Value = schemas.Sum{}.Add(schemas.DecimalOf(rng.Int64N(1_000_000_000_000), rng.Int64N(10_000)))
		if e.cells[row.Cell] == nil {
			e.cells[row.Cell] = map[int32]schemas.RollupRow{}
		}
		e.cells[row.Cell][row.Partition] = row
		r.produce(rollupRecord(&row))
		if rng.IntN(10) == 0 {
			r.produce(rollupRecord(&row), decisionRecord(d, i%partitions))
		}
	}
}

// check compares all that people see with what is expected.
func (e *expected) check(r *rig) {
	r.t.Helper()
	if got := one[uint64](r, "SELECT count() FROM %s.v_decision_history"); got != uint64(e.history) {
		r.t.Errorf("history of %d rows, want %d", got, e.history)
	}
	rows, err := r.conn.Query(context.Background(), "SELECT order_key, version, route, score FROM "+r.db+".v_decisions")
	must(r.t, err)
	seen := 0
	for ; rows.Next(); seen++ {
		var (
			key, route string
			version    uint64
			score      int32
		)
		must(r.t, rows.Scan(&key, &version, &route, &score))
		var i int
		_, err := fmt.Sscanf(key, "order-%d", &i)
		must(r.t, err)
		want := decision(i, e.versions[key])
		if version != want.Version || route != want.Verdict.Route.String() || score != want.Verdict.Score {
			r.t.Errorf("%s: version %d %s %d, want %d %s %d", key, version, route, score, want.Version, want.Verdict.Route, want.Verdict.Score)
		}
	}
	must(r.t, rows.Err())
	if seen != len(e.versions) {
		r.t.Errorf("%d current decisions, want %d", seen, len(e.versions))
	}
	e.checkCells(r)
}

func (e *expected) checkCells(r *rig) {
	r.t.Helper()
	want := map[string]string{}
	for cell, parts := range e.cells {
		var (
			count int64
			value schemas.Sum
		)
		for _, row := range parts {
			count += row.Count
			value = value.AddSum(row.Value)
		}
		if count != 0 {
			want[fmt.Sprintf("%d %s %s %s %s", cell.Time, cell.Port, cell.Route, cell.PreferenceStatus, cell.Currency)] = fmt.Sprintf("%d %s", count, fourPlaces(value))
		}
	}
	rows, err := r.conn.Query(context.Background(), "SELECT minute, port, route, preference_status, currency, decisions, toDecimalString(value, 4) FROM "+r.db+".v_minute_route")
	must(r.t, err)
	for rows.Next() {
		var (
			minute                            time.Time
			port, route, preference, currency string
			count                             int64
			value                             string
		)
		must(r.t, rows.Scan(&minute, &port, &route, &preference, &currency, &count, &value))
		key := fmt.Sprintf("%d %s %s %s %s", minute.UnixMilli(), port, route, preference, currency)
		if got := fmt.Sprintf("%d %s", count, value); got != want[key] {
			r.t.Errorf("cell %s: %s, want %s", key, got, want[key])
		}
		delete(want, key)
	}
	must(r.t, rows.Err())
	for key := range want {
		r.t.Errorf("cell %s is missing", key)
	}
}

func fourPlaces(s schemas.Sum) string {
	units, places, _ := strings.Cut(s.String(), ".")
	return units + "." + (places + "0000")[:4]
}

// crashAfter stops a lander right after an insert, before its offsets are committed.
type crashAfter struct {
	mu       sync.Mutex
	inserts  int // left; negative: never
	stop     context.CancelFunc
	exploded chan struct{}
}

func (c *crashAfter) InsertFailed(string) {}
func (c *crashAfter) Inserted(string, int, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inserts--; c.inserts == 0 {
		c.stop()
		close(c.exploded)
	}
}

// A lander that dies at any moment, again and again, with connections that break
// before an answer, leaves exactly the rows of one that never died.
func TestCrashAnywhereLeavesEveryRowOnce(t *testing.T) {
	r := newRig(t)
	addr, open := gate(t, r.cfg.ClickHouse.Addrs[0])
	crashes, records := 15, 2000
	if testing.Short() {
		crashes, records = 10, 1500
	}
	e := newExpected()
	fed := make(chan struct{})
	go func() { // load all the while
		defer close(fed)
		e.feed(r, rand.New(rand.NewPCG(1, 2)), records)
	}()
	_, err := land.Migrate(t.Context(), r.conn, r.db, land.MigrateOptions{})
	must(t, err)
	must(t, r.conn.Exec(t.Context(), "CREATE MATERIALIZED VIEW "+r.db+".arrivals ENGINE = MergeTree ORDER BY tuple() AS SELECT version FROM "+r.db+".decisions"))
	cfg := r.cfg
	cfg.StopTimeout = 0 // cut off in the middle of whatever it does
	cfg.BatchRows, cfg.BatchInterval = 25, 10*time.Millisecond
	cfg.ClickHouse.Addrs = []string{addr}
	rng := rand.New(rand.NewPCG(3, 4))
	explosions := 0
	for i := range crashes {
		open.Store(true)
		bomb := &crashAfter{inserts: -1, exploded: make(chan struct{})}
		armed := i%2 == 0
		if armed {
			bomb.inserts = 1 + rng.IntN(8)
		}
		_, crash := r.startWith(cfg, func(stop context.CancelFunc) land.Observer { bomb.stop = stop; return bomb })
		if armed { // however long the machine takes: it is the insert that counts
			select {
			case <-bomb.exploded:
				explosions++
			case <-time.After(5 * time.Second): // all has landed
			}
			crash()
			continue
		}
		for range 1 + rng.IntN(3) {
			time.Sleep(time.Duration(5+rng.IntN(60)) * time.Millisecond)
			open.Store(rng.IntN(3) > 0)
		}
		crash()
	}
	<-fed
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	stop()
	arrived := one[uint64](r, "SELECT count() FROM %s.arrivals")
	t.Logf("%d decisions arrived %d times, %d crashes right after an insert", e.history, arrived, explosions)
	if explosions < crashes/5 || arrived <= uint64(e.history) {
		t.Errorf("%d decisions arrived %d times, %d crashes right after an insert: too few came twice to show anything", e.history, arrived, explosions)
	}
	e.check(r)
}

// While ClickHouse is away nothing is committed, the lag shows, and all of it lands
// once it is back.
func TestClickHouseAwayLosesNothing(t *testing.T) {
	r := newRig(t)
	addr, open := gate(t, r.cfg.ClickHouse.Addrs[0])
	r.cfg.ClickHouse.Addrs = []string{addr}
	rng := rand.New(rand.NewPCG(3, 4))
	e := newExpected()
	l, stop := r.start(r.cfg) // before ClickHouse is there
	r.eventually("sign that ClickHouse is away", func() bool { s := l.Status(); return s.Retrying && !s.Ready && s.Error != "" })
	for range 3 {
		open.Store(true)
		e.feed(r, rng, 50)
		r.caughtUp(l)
		open.Store(false)
		time.Sleep(50 * time.Millisecond) // connections through the gate end
		e.feed(r, rng, 50)
		r.eventually("lag while ClickHouse is away", func() bool {
			s := l.Status()
			lag := int64(0)
			for _, g := range s.Lag {
				lag += g.Records
			}
			return s.Retrying && !s.Since.IsZero() && lag >= 100
		})
	}
	open.Store(true)
	r.caughtUp(l)
	stop()
	e.check(r)
}

// Of several servers, those that are away are passed over.
func TestSecondServerTakesOver(t *testing.T) {
	r := newRig(t)
	dead, _ := gate(t, r.cfg.ClickHouse.Addrs[0])
	r.cfg.ClickHouse.Addrs = []string{dead, r.cfg.ClickHouse.Addrs[0]}
	e := newExpected()
	e.feed(r, rand.New(rand.NewPCG(5, 6)), 30)
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	stop()
	e.check(r)
}

// A row that the server refuses goes to the dead letters, with the server's words; the
// rows beside it land.
func TestRefusedRowIsIsolated(t *testing.T) {
	r := newRig(t)
	r.cfg.ClickHouse.DeadLetterBytes = true
	_, err := land.Migrate(t.Context(), r.conn, r.db, land.MigrateOptions{})
	must(t, err)
	must(t, r.conn.Exec(t.Context(), "ALTER TABLE "+r.db+".decisions ADD CONSTRAINT unlucky CHECK order_key NOT IN ('order-13', 'order-77')"))
	for i := range 200 {
		r.produce(decisionRecord(decision(i, 1), i%partitions))
	}
	for range 2 { // the second time from the start: nothing changes
		l, stop := r.start(r.cfg)
		r.caughtUp(l)
		stop()
		if s := l.Status(); s.Buried != 2 {
			t.Errorf("%d dead letters, want 2", s.Buried)
		}
		if got := one[uint64](r, "SELECT count() FROM %s.v_decisions"); got != 198 {
			t.Errorf("%d decisions, want 198", got)
		}
		if got := one[uint64](r, "SELECT count() FROM %s.v_dead_letters WHERE topic = 'decisions' AND partition = 1 AND code = 'refused' AND reason LIKE '%%unlucky%%' AND (value LIKE '%%order-13\"%%' OR value LIKE '%%order-77\"%%')"); got != 2 {
			t.Errorf("%d dead letters, want 2", got)
		}
		r.cfg.Group += "-again"
	}
}

// A record that is no decision is a dead letter; so is one that no column can hold.
func TestUnreadableRecordIsADeadLetter(t *testing.T) {
	r := newRig(t)
	bad := decisionRecord(decision(1, 1), 0)
	bad.Value = []byte(`{"route":"NOWHERE"}`)
	far := decision(2, 1)
	far.Verdict.Dimensions.DeclaredValue = schemas.Decimal{E4: 1 << 62, Set: true}
	r.produce(bad, decisionRecord(far, 0), decisionRecord(decision(3, 1), 0))
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	r.eventually("dead letters", func() bool {
		return one[uint64](r, "SELECT count() FROM %s.v_dead_letters WHERE code = 'unreadable'") == 2
	})
	stop()
	if got := one[uint64](r, "SELECT count() FROM %s.v_dead_letters WHERE field = 'declared_value' AND offset = 1"); got != 1 {
		t.Errorf("%d dead letters about declared_value, want 1", got)
	}
	if got := one[uint64](r, "SELECT count() FROM %s.v_decisions"); got != 1 {
		t.Errorf("%d decisions, want 1", got)
	}
}

// A dead letter that the table refuses lands without its bytes and makes no letter.
func TestRefusedDeadLetterMakesNoOther(t *testing.T) {
	r := newRig(t)
	r.cfg.ClickHouse.DeadLetterBytes = true
	_, err := land.Migrate(t.Context(), r.conn, r.db, land.MigrateOptions{})
	must(t, err)
	must(t, r.conn.Exec(t.Context(), "ALTER TABLE "+r.db+".dead_letters ADD CONSTRAINT short CHECK length(value) < 3"))
	must(t, r.conn.Exec(t.Context(), "ALTER TABLE "+r.db+".dead_letters ADD CONSTRAINT there CHECK partition < 2"))
	for p := range int32(partitions) {
		r.produce(letterRecord(p, "long"), letterRecord(p, "ok"))
	}
	l, stop := r.start(r.cfg)
	r.caughtUp(l)
	stop()
	if s := l.Status(); s.Buried != 0 || s.Unlandable != 4 {
		t.Errorf("%d letters made, %d given up, want 0 and 4", s.Buried, s.Unlandable)
	}
	if got := one[string](r, "SELECT arrayStringConcat(arraySort(groupArray(concat(toString(partition), value, toString(value_bytes)))), ' ') FROM %s.v_dead_letters"); got != "04 0ok2 14 1ok2" {
		t.Errorf("dead letters %q, want %q", got, "04 0ok2 14 1ok2")
	}
}

// A lander that is stopped while everything is away ends at once and leaves nothing.
func TestStopWhileAllIsAway(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	nowhere := l.Addr().String()
	l.Close()
	for _, protocol := range []land.Protocol{land.HTTP, land.Native} {
		cfg := land.Default()
		cfg.ClickHouse.Addrs, cfg.ClickHouse.Protocol = []string{nowhere}, protocol
		lander, err := land.New(cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(nowhere)}})
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if err := lander.Run(ctx); err != nil {
			t.Errorf("%s: %v", protocol, err)
		}
		cancel()
		if s := lander.Status(); s.Ready || !s.Retrying {
			t.Errorf("%s: %+v, want a lander that is waiting for ClickHouse", protocol, s)
		}
	}
}

// Of transactions, those that were committed land and no others; the marks that end
// them leave no lag behind.
func TestOnlyCommittedTransactionsLand(t *testing.T) {
	r := newRig(t)
	tx, err := kgo.NewClient(kgo.SeedBrokers(r.broker.Addrs()...), kgo.TransactionalID("t"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(t, err)
	defer tx.Close()
	l, stop := r.start(r.cfg)
	for round := range 6 {
		must(t, tx.BeginTransaction())
		for i := range 20 {
			must(t, tx.ProduceSync(t.Context(), decisionRecord(decision(20*round+i, 1), i%partitions)).FirstErr())
		}
		end := kgo.TryCommit
		if round%2 == 1 {
			end = kgo.TryAbort
		}
		must(t, tx.EndTransaction(t.Context(), end))
	}
	r.caughtUp(l)
	stop()
	if got := one[uint64](r, "SELECT count() FROM %s.v_decisions"); got != 60 {
		t.Errorf("%d decisions, want the 60 of committed transactions", got)
	}
	if got := one[uint64](r, "SELECT countIf(intDiv(toUInt32(substring(order_key, 7)), 20) %% 2 = 1) FROM %s.v_decisions"); got != 0 {
		t.Errorf("%d decisions of aborted transactions landed", got)
	}
}
