package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
	"github.com/clearlane/clearlane/pipeline/embedded/geodb"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
)

// demo is one run of the demo and the parts that it has started.
type demo struct {
	a     *app
	o     *demoOptions
	work  string // folder that goes with the demo
	began time.Time
	cfg   config.Config
	log   *slog.Logger

	opts    gen.Options
	broker  *broker.Broker
	engine  *chdb.Engine
	front   *chdb.Front
	stop    context.CancelFunc
	running sync.WaitGroup
	fault   chan error // of the pipeline
	tally   tally
	rows    atomic.Uint64 // landed
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.a.out, format+"\n", args...) }

// start brings up every part, in the order that they need each other.
func (d *demo) start(ctx context.Context) error {
	d.opts = d.o.stream(d.began)
	if err := d.configure(ctx); err != nil {
		return err
	}
	admin, err := kafka.NewAdmin(kafkaConn(&d.cfg.Kafka))
	if err != nil {
		return err
	}
	defer admin.Close()
	rules := topicRules(&d.cfg)
	rules.Partitions = int32(d.o.partitions)
	if _, err := admin.EnsureTopics(ctx, kafkaTopics(&d.cfg.Kafka), rules); err != nil {
		return err
	}
	return d.pipeline(ctx)
}

// configure starts the broker and the engine, or finds those named, and writes the
// configuration that a user would.
func (d *demo) configure(ctx context.Context) error {
	set := []string{
		"data_dir=" + filepath.Join(d.work, "state"), "serve.listen=" + d.o.listen,
		"state.max_dirty_orders=20000",
	}
	if d.a.logLevel == "" {
		set = append(set, "log.level=warn")
	}
	unique := fmt.Sprintf("demo-%d", d.began.UnixMilli())
	if d.o.kafka != "" {
		d.say("Kafka: %s, topics and group begin with %s", d.o.kafka, unique)
		set = append(set, "kafka.brokers="+d.o.kafka, "kafka.topic_prefix="+unique+".", "kafka.group="+unique)
	} else {
		var err error
		if d.broker, err = broker.Start(d.o.partitions); err != nil {
			return err
		}
		d.say("Kafka: in this process, %s", strings.Join(d.broker.Addrs(), ","))
		set = append(set, "kafka.brokers="+strings.Join(d.broker.Addrs(), ","))
	}
	clickhouse, err := d.clickhouse(ctx, strings.ReplaceAll(unique, "-", "_"))
	if err != nil {
		return err
	}
	set = append(set, clickhouse...)
	if file, err := geodb.Install(d.o.cacheDir); err == nil {
		set = append(set, "geo.file="+file)
	} else {
		d.say("Countries: unknown (%v)", err)
	}
	if d.cfg, err = d.a.config(set...); err != nil {
		return err
	}
	d.log, err = d.a.logger(&d.cfg)
	return err
}

// clickhouse is the settings of the engine, embedded or named, or of going without.
func (d *demo) clickhouse(ctx context.Context, database string) ([]string, error) {
	switch {
	case d.o.noLanding:
		d.say("ClickHouse: none")
		return []string{"roles=score,serve"}, nil
	case d.o.clickhouse != "":
		d.say("ClickHouse: %s, database %s", d.o.clickhouse, database)
		return []string{"clickhouse.addrs=" + d.o.clickhouse, "clickhouse.database=" + database}, nil
	}
	library, err := chdb.Find(d.o.cacheDir)
	if errors.Is(err, chdb.ErrNotInstalled) {
		return nil, fmt.Errorf("%w; `clearlane demo --no-landing` runs without landing", err)
	}
	if err != nil {
		return nil, err
	}
	if d.engine, err = chdb.Open(chdb.Options{Library: library, DataDir: filepath.Join(d.work, "clickhouse")}); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if d.front, err = d.engine.Serve(listener); err != nil {
		return nil, err
	}
	d.say("ClickHouse: %s in this process, http://%s", d.engine.Version(), d.front.Addr())
	if !d.o.exit {
		d.say("Ask it: clearlane query reasons --set clickhouse.protocol=http --set clickhouse.addrs=%s", d.front.Addr())
	}
	return []string{"clickhouse.addrs=" + d.front.Addr(), "clickhouse.protocol=http"}, nil
}

// pipeline runs Clearlane in the background, as `clearlane run` does.
func (d *demo) pipeline(ctx context.Context) error {
	// It outlives ctx: an interrupt ends the generator first.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop, d.fault = stop, make(chan error, 1)
	listening := make(chan net.Addr, 1)
	p := &process{cfg: d.cfg, log: d.log, now: d.a.now, observer: &d.tally, landed: &d.rows, listening: func(a net.Addr) { listening <- a }}
	d.running.Add(1)
	go func() {
		defer d.running.Done()
		if err := p.run(background); err != nil {
			d.fault <- err
		}
	}()
	select {
	case addr := <-listening:
		d.say("Clearlane: http://%s/metrics and /readyz", addr)
		return nil
	case err := <-d.fault:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close ends every part, in reverse.
func (d *demo) close() error {
	var errs []error
	if d.stop != nil {
		d.stop()
		d.running.Wait()
		select {
		case err := <-d.fault:
			errs = append(errs, err)
		default:
		}
	}
	if d.engine != nil {
		errs = append(errs, d.engine.Close())
	}
	if d.broker != nil {
		d.broker.Close()
	}
	return errors.Join(errs...)
}
