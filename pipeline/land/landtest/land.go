package landtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// Partitions is how many partitions the topics have.
const Partitions = 4

var topics = land.Topics{Decisions: "decisions", PreReviews: "pre-reviews", Rollups: "rollups", DeadLetters: "dead-letters", Shadow: "shadow"}

var allTopics = []string{topics.Decisions, topics.PreReviews, topics.Rollups, topics.DeadLetters, topics.Shadow}

// Tables is a database that holds what has landed, and the broker that it lands from.
type Tables struct {
	Conn driver.Conn
	DB   string
	Land land.Config // of the lander that filled it; ClickHouse.Addrs has the engine's HTTP front

	t      testing.TB
	broker *broker.Broker
	client *kgo.Client
	groups int
}

// New makes an empty, migrated database and the topics in front of it; both go when the
// test ends.
func New(t testing.TB) *Tables {
	t.Helper()
	o := chdbtest.Options(t)
	x := &Tables{t: t, DB: o.Auth.Database, Conn: chdbtest.Connect(t, o)}
	var err error
	x.broker, err = broker.Start(Partitions, allTopics...)
	must(t, err)
	t.Cleanup(x.broker.Close)
	x.client, err = kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(t, err)
	t.Cleanup(x.client.Close)
	x.Land = land.Default()
	x.Land.Topics = topics
	x.Land.ClickHouse.Protocol, x.Land.ClickHouse.Addrs, x.Land.ClickHouse.Database = land.HTTP, []string{chdbtest.Addr(t)}, x.DB
	x.Land.BatchInterval, x.Land.LagInterval, x.Land.MaxRetryInterval = 50*time.Millisecond, 20*time.Millisecond, 100*time.Millisecond
	_, err = land.Migrate(t.Context(), x.Conn, x.DB, land.MigrateOptions{})
	must(t, err)
	return x
}

// Brokers are the addresses of the broker, host:port.
func (x *Tables) Brokers() []string { return x.broker.Addrs() }

// Load makes the default set and lands it.
func Load(t testing.TB) (*Tables, *Set) {
	t.Helper()
	x, s := New(t), Make(t, Default())
	x.Produce(s.Records(t)...)
	x.CatchUp()
	return x, s
}

// Produce puts records on their topics and partitions.
func (x *Tables) Produce(records ...*kgo.Record) {
	x.t.Helper()
	must(x.t, x.client.ProduceSync(context.Background(), records...).FirstErr())
}

// CatchUp runs a lander until every record on the topics has landed.
func (x *Tables) CatchUp() {
	x.t.Helper()
	l, err := land.New(x.Land, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(x.broker.Addrs()...)}})
	must(x.t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	defer func() {
		stop()
		must(x.t, <-ended)
	}()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		s, lag := l.Status(), int64(0)
		for _, g := range s.Lag {
			lag += g.Records
		}
		if s.Ready && len(s.Lag) == Partitions*len(allTopics) && lag == 0 {
			return
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("landtest: not landed within a minute: %+v", s)
		}
	}
}

// Again reads all topics from the start once more, as a lander of a new group does.
func (x *Tables) Again() {
	x.t.Helper()
	x.groups++
	x.Land.Group = fmt.Sprint("again-", x.groups)
	x.CatchUp()
}

// Rewind moves each position of the landers' group back to somewhere before it, so that the
// next of them reads a part of every topic again.
func (x *Tables) Rewind(rng *rand.Rand) error {
	adm := kadm.NewClient(x.client)
	at, err := adm.FetchOffsets(context.Background(), x.Land.Group)
	if err != nil {
		return err
	}
	back := kadm.Offsets{}
	at.Each(func(o kadm.OffsetResponse) {
		back.AddOffset(o.Topic, o.Partition, rng.Int64N(o.At+1), -1)
	})
	return adm.CommitAllOffsets(context.Background(), x.Land.Group, back)
}

// PartitionOf is the partition of an order.
func PartitionOf(orderKey string) int32 {
	h := fnv.New32a()
	h.Write([]byte(orderKey))
	return int32(h.Sum32() % Partitions)
}

// Records is the whole set on the wire: decisions with the roll-up rows of their
// commits, pre-reviews, differences and dead letters.
func (s *Set) Records(t testing.TB) (all []*kgo.Record) {
	t.Helper()
	books := newBooks()
	for _, d := range s.Decisions {
		all = append(all, DecisionRecord(d))
		all = append(all, books.count(t, d)...)
	}
	all = append(all, books.commit(t)...)
	for _, r := range s.PreReviews {
		all = append(all, &kgo.Record{Topic: topics.PreReviews, Partition: PartitionOf(r.OrderKey), Key: r.ID[:], Value: codec.AppendPreReview(nil, r, codec.AppendVerdict(nil, &r.Verdict))})
	}
	for _, d := range s.Differences {
		all = append(all, &kgo.Record{Topic: topics.Shadow, Partition: PartitionOf(d.OrderKey), Key: d.ID[:], Value: codec.AppendDifference(nil, d)})
	}
	for i := range s.Letters {
		all = append(all, s.Letters[i].record())
	}
	for i := range s.Counters {
		all = append(all, RollupRecord(&s.Counters[i]))
	}
	return all
}

// Rows are the roll-up rows of one more commit, of decisions that follow those of the set.
func (s *Set) Rows(t testing.TB, more ...*schemas.Decision) (rows []*kgo.Record) {
	t.Helper()
	books := newBooks()
	for _, d := range s.Decisions {
		books.count(t, d)
	}
	books.commit(t)
	for _, d := range more {
		rows = append(rows, books.count(t, d)...)
	}
	return append(rows, books.commit(t)...)
}

// DecisionRecord is a decision on the wire.
func DecisionRecord(d *schemas.Decision) *kgo.Record {
	return &kgo.Record{Topic: topics.Decisions, Partition: PartitionOf(d.OrderKey), Key: d.ID[:], Value: codec.AppendDecision(nil, d, codec.AppendVerdict(nil, &d.Verdict))}
}

// RollupRecord is a roll-up row on the wire.
func RollupRecord(row *schemas.RollupRow) *kgo.Record {
	return &kgo.Record{Topic: topics.Rollups, Partition: row.Partition, Value: codec.AppendRollup(nil, row)}
}
