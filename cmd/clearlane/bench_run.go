package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/geodb"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/schemas"
)

// bencher makes the runs of one benchmark, one after the other.
type bencher struct {
	a      *app
	o      *benchOptions
	work   string // folder that goes with the benchmark
	unique string // before the names of its topics, groups and folders

	broker  *broker.Broker    // nil with other brokers
	apache  *kafkatest.Broker // nil with other brokers
	brokers string
	geo     string    // country database, empty for none
	loaded  time.Time // of the events of the throughput runs, zero before they are loaded
	topics  []string  // made, and to be deleted
}

// giveUpAfter is how long nothing may move before a run is given up.
const giveUpAfter = time.Minute

func (b *bencher) say(format string, args ...any) {
	fmt.Fprintf(b.a.err, "bench: "+format+"\n", args...)
}

// realKafka is the value of --kafka that starts an Apache Kafka.
const realKafka = "real"

func (b *bencher) start(ctx context.Context) (err error) {
	b.brokers = b.o.kafka
	switch b.brokers {
	case realKafka:
		if b.apache, err = kafkatest.Start(ctx, kafkatest.Options{Heap: "1g"}); err != nil {
			return err
		}
		b.brokers = b.apache.Addr
	case "":
		if b.broker, err = broker.Start(max(b.o.partitions, 1)); err != nil {
			return err
		}
		b.brokers = strings.Join(b.broker.Addrs(), ",")
	}
	if b.geo, err = geodb.Install(b.o.cacheDir); err != nil {
		b.say("countries of clicks are unknown: %v", err)
	}
	return nil
}

// close deletes what the benchmark has made.
func (b *bencher) close(ctx context.Context) error {
	err := os.RemoveAll(b.work)
	switch {
	case b.broker != nil:
		b.broker.Close()
		return err
	case b.apache != nil:
		return errors.Join(err, b.apache.Stop())
	}
	return errors.Join(err, b.drop(ctx, b.topics))
}

func (b *bencher) drop(ctx context.Context, topics []string) error {
	if len(topics) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := b.a.config("kafka.brokers=" + b.brokers)
	if err != nil {
		return err
	}
	admin, err := kafka.NewAdmin(kafkaConn(&c.Kafka))
	if err != nil {
		return err
	}
	defer admin.Close()
	return admin.DeleteTopics(ctx, topics...)
}

// settings are those of the process of a run: inputs are the prefix of the topics it
// reads, outputs of those it writes.
func (b *bencher) settings(inputs, outputs string) []string {
	set := []string{
		"roles=score,serve", "serve.listen=127.0.0.1:0", "log.level=info", "log.format=json",
		"data_dir=" + filepath.Join(b.work, outputs),
		"kafka.brokers=" + b.brokers, "kafka.group=" + outputs,
	}
	names := config.Default().Kafka.Topics
	for _, t := range []struct{ key, prefix, name string }{
		{"ad_clicks", inputs, names.AdClicks}, {"orders", inputs, names.Orders}, {"shipments", inputs, names.Shipments},
		{"ecert_verifications", inputs, names.EcertVerifications}, {"dispositions", inputs, names.Dispositions}, {"seller_sites", inputs, names.SellerSites},
		{"decisions", outputs, names.Decisions}, {"high_risk", outputs, names.HighRisk}, {"pre_reviews", outputs, names.PreReviews},
		{"rollups", outputs, names.Rollups}, {"progress", outputs, names.Progress}, {"dead_letters", outputs, names.DeadLetters},
	} {
		set = append(set, "kafka.topics."+t.key+"="+t.prefix+"."+t.name)
	}
	if b.geo != "" {
		set = append(set, "geo.file="+b.geo)
	}
	if b.o.compression != "" {
		set = append(set, "kafka.produce.compression="+b.o.compression)
	}
	if b.o.commit > 0 {
		set = append(set, "task.commit_interval="+b.o.commit.String())
	}
	return set
}

// stream is what is generated.
func (b *bencher) stream(orders int, start time.Time, perSecond float64) gen.Options {
	return gen.Options{Seed: b.o.seed, Orders: orders, Start: schemas.Time(start.UnixMilli()), OrdersPerSecond: perSecond, Partitions: b.o.partitions}
}

// trial is one run under way.
type trial struct {
	*bencher
	cfg    config.Config
	set    []string
	admin  *kafka.Admin
	reader *kafka.Reader
	opts   gen.Options
	child  *benchChild
	others []*benchChild // further processes of the group
	run    *bench.Run
}

// try makes the topics of a run and calls do; then it checks every output and fills in
// the figures.
func (b *bencher) try(ctx context.Context, kind, inputs, outputs string, opts gen.Options, do func(context.Context, *trial) error) (_ *bench.Run, err error) {
	t := &trial{bencher: b, set: b.settings(inputs, outputs), opts: opts}
	if t.cfg, err = b.a.config(t.set...); err != nil {
		return nil, err
	}
	conn := kafkaConn(&t.cfg.Kafka)
	if t.admin, err = kafka.NewAdmin(conn); err != nil {
		return nil, err
	}
	defer t.admin.Close()
	if t.reader, err = kafka.NewReader(conn); err != nil {
		return nil, err
	}
	defer t.reader.Close()
	rules := topicRules(&t.cfg)
	rules.Partitions = int32(b.o.partitions)
	made, err := t.admin.EnsureTopics(ctx, kafkaTopics(&t.cfg.Kafka), rules)
	b.topics = append(b.topics, made...)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range t.others {
			c.kill()
		}
	}()
	t.run = &bench.Run{Kind: kind, At: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine(benchCommit()), Settings: t.describe()}
	defer func() {
		if t.child != nil {
			t.child.kill()
		}
	}()
	if err := do(ctx, t); err != nil {
		return nil, err
	}
	if err := t.check(ctx); err != nil {
		return nil, err
	}
	return t.run, b.drop(ctx, t.used(outputs))
}

// used takes the topics of a prefix off those to delete at the end.
func (b *bencher) used(prefix string) (gone []string) {
	var rest []string
	for _, topic := range b.topics {
		if strings.HasPrefix(topic, prefix+".") {
			gone = append(gone, topic)
		} else {
			rest = append(rest, topic)
		}
	}
	b.topics = rest
	return gone
}

func benchCommit() string {
	v := buildVersion()
	commit := v.Revision[:min(12, len(v.Revision))]
	if commit != "" && v.Modified {
		commit += "+changes"
	}
	return commit
}

func (t *trial) describe() bench.Settings {
	s := bench.Settings{Broker: "embedded", Seed: t.o.seed, Orders: t.opts.Orders, Partitions: t.o.partitions,
		Compression: t.cfg.Kafka.Produce.Compression, CommitInterval: t.cfg.Task.CommitInterval.String(), Set: t.a.set}
	switch t.o.kafka {
	case "":
	case realKafka:
		s.Broker = realKafka
	default:
		s.Broker = "given"
	}
	return s
}

// check holds every output against the known answers.
func (t *trial) check(ctx context.Context) error {
	outputs, err := oracle.Read(ctx, t.reader, oracleTopics(&t.cfg.Kafka))
	if err != nil {
		return err
	}
	report, _ := outputs.Compare(t.opts)
	if !report.OK() {
		return errors.Join(errWrongRun, report.Write(t.a.err))
	}
	t.run.Right = true
	return nil
}

// throughput is a run over a backlog.
func (b *bencher) throughput(ctx context.Context, n int) (*bench.Run, error) {
	return b.cold(ctx, bench.Throughput, fmt.Sprintf("%s-t%d", b.unique, n), func(ctx context.Context, t *coldStart) error {
		return t.finish(ctx, t.watch, t.ends, n)
	})
}

// coldStart is a run whose events lay in the topics before its process began.
type coldStart struct {
	*trial
	watch *progressWatch
	ends  benchEnds
	began time.Time
}

// cold starts a process on the backlog, which the benchmark loads once, and calls do when
// its first partition is live.
func (b *bencher) cold(ctx context.Context, kind, outputs string, do func(context.Context, *coldStart) error) (*bench.Run, error) {
	fresh := b.loaded.IsZero()
	if fresh {
		b.loaded = b.backlog(b.o.orders)
	}
	opts := b.stream(b.o.orders, b.loaded, densely)
	return b.try(ctx, kind, b.unique+"-in", outputs, opts, func(ctx context.Context, t *trial) (err error) {
		if fresh {
			b.say("loading %d orders", opts.Orders)
			if err := genKafka(ctx, &t.cfg, opts, 0, io.Discard); err != nil {
				return err
			}
		}
		c := &coldStart{trial: t}
		if c.ends, err = t.ends(ctx); err != nil {
			return err
		}
		c.began = time.Now()
		if err := t.launch(ctx); err != nil {
			return err
		}
		c.watch = t.watch(ctx)
		defer c.watch.stop()
		if err := t.child.live(ctx, 1); err != nil {
			return err
		}
		if err := t.child.begin(ctx); err != nil {
			return err
		}
		return do(ctx, c)
	})
}

// finish waits until everything is committed, and takes the figures.
func (t *trial) finish(ctx context.Context, watch *progressWatch, ends benchEnds, n int) error {
	if err := watch.await(ctx, ends, giveUpAfter, t.child.died); err != nil {
		return err
	}
	t.run.Events = ends.total()
	if err := t.child.end(ctx, watch.reached(), t.run); err != nil {
		return err
	}
	t.say("%s run %d: %.0f events/s, %.0f events per CPU-second, %.2f allocations an event; now every output is checked",
		t.run.Kind, n, t.run.EventsPerSecond(), t.run.EventsPerCPUSecond(), t.run.AllocsPerEvent)
	return nil
}
