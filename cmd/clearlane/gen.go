package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

func newGen(a *app) *cobra.Command {
	var o genOptions
	cmd := &cobra.Command{
		Use:   "gen",
		Short: "Generate events whose right answers are known",
		Long: "Writes events as lines of JSON, as 'clearlane score' reads them, to standard output or to events.ndjson in a folder, " +
			"beside it the right answers in answers.ndjson; or sends them to Kafka. The same seed gives the same events.\n\n" +
			"The profile stream is what a working sender sends, revisions, stragglers and duplicates among it. The profile rules has a " +
			"cause for every reason code, and much honest noise, one order after the other; country.mmdb and asn.mmdb beside it " +
			"are the databases of its addresses, policy.yaml is the built-in pack with its brands. 'clearlane score --geo country.mmdb " +
			"--set geo.asn_file=asn.mmdb --set task.retention=4800h --policy policy.yaml --answers answers.ndjson events.ndjson' says " +
			"how well the causes are found (make bench-truth); the retention is for orders that come months after their click.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			g, err := o.validate()
			if err != nil {
				return err
			}
			if o.profile == profileRules {
				rules, err := o.rules(g.Start)
				if err != nil {
					return err
				}
				return genRules(a.out, o.out, rules)
			}
			if o.kafka == "" {
				return genFiles(a.out, o.out, g)
			}
			c, err := a.config("kafka.brokers=" + o.kafka)
			if err != nil {
				return err
			}
			return genKafka(cmd.Context(), &c, g, o.rate, a.err)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.orders, "orders", 1000, "orders to generate")
	f.Uint64Var(&o.seed, "seed", 1, "seed of everything")
	f.StringVar(&o.out, "out", "-", "folder to write events.ndjson and answers.ndjson to, or - for events on standard output")
	f.StringVar(&o.kafka, "kafka", "", "send to the input topics of these brokers instead, `host:port,...`; topics and security as configured")
	f.Float64Var(&o.rate, "rate", 0, "with --kafka: orders a second; 0: as fast as possible")
	f.IntVar(&o.bad, "bad", 0, "with --kafka: records among them that must end as dead letters")
	f.StringVar(&o.format, "format", "json", "with --kafka: json, proto or mixed (both, with and without Confluent framing)")
	f.StringVar(&o.profile, "profile", profileStream, "stream or rules")
	f.StringVar(&o.start, "start", "", "time of the first order, RFC 3339, or now")
	return cmd
}

type genOptions struct {
	orders, bad int
	seed        uint64
	rate        float64
	out, kafka  string
	format      string
	start       string
	profile     string
}

// validate turns the flags into the generator's options.
func (o *genOptions) validate() (gen.Options, error) {
	g := gen.Options{Seed: o.seed, Orders: o.orders, Bad: o.bad}
	var err error
	g.Format, err = gen.ParseFormat(o.format)
	switch {
	case err != nil:
		return g, usagef("gen: --format: %w", err)
	case o.profile != profileStream && o.profile != profileRules:
		return g, usagef("gen: --profile %s; %s or %s is allowed", o.profile, profileStream, profileRules)
	case o.orders < 1:
		return g, usagef("gen: --orders %d; at least 1 is allowed", o.orders)
	case o.bad < 0:
		return g, usagef("gen: --bad %d; 0 or more is allowed", o.bad)
	case o.rate < 0:
		return g, usagef("gen: --rate %v; 0 or more is allowed", o.rate)
	case o.kafka == "" && (o.bad > 0 || o.rate > 0 || g.Format != gen.FormatJSON):
		return g, usagef("gen: --bad, --rate and --format go with --kafka")
	case o.kafka != "" && o.out != "-":
		return g, usagef("gen: --out %s and --kafka; one of them is allowed", o.out)
	case o.out == "":
		return g, usagef("gen: --out is empty; a folder or - is allowed")
	}
	if o.rate > 0 {
		g.OrdersPerSecond = o.rate
	}
	switch o.start {
	case "":
	case "now":
		g.Start = schemas.Time(time.Now().UnixMilli())
	default:
		at, err := time.Parse(time.RFC3339, o.start)
		if err != nil {
			return g, usagef("gen: --start %q; RFC 3339, such as 2026-10-05T00:00:00Z, or now is allowed", o.start)
		}
		g.Start = schemas.Time(at.UnixMilli())
	}
	return g, nil
}

// genFiles writes to standard output, or events and answers to a folder.
func genFiles(stdout io.Writer, out string, g gen.Options) error {
	if out == "-" {
		return gen.WriteNDJSON(stdout, g)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("gen: --out: %w", err)
	}
	if err := writeFile(filepath.Join(out, "events.ndjson"), func(w io.Writer) error { return gen.WriteNDJSON(w, g) }); err != nil {
		return err
	}
	return writeFile(filepath.Join(out, "answers.ndjson"), func(w io.Writer) error {
		_, err := gen.WriteAnswers(w, g)
		return err
	})
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// genKafka sends the seller sites, waits for their acknowledgement, then sends the
// events in their order, each to the partition that every Kafka client's default
// partitioner gives its key. progress gets a line every other second.
func genKafka(ctx context.Context, c *config.Config, g gen.Options, rate float64, progress io.Writer) error {
	return genStream(ctx, c, g, genPace{rate: rate, linger: 5 * time.Millisecond, headStart: genHeadStart}, progress)
}

// genHeadStart is the time that processes which run already are given to take up the
// seller sites (sitesEvery): the answers hold for orders that come after them.
const genHeadStart = 3 * sitesEvery

// genPace is how a stream is sent.
type genPace struct {
	rate   float64       // orders a second; 0: as fast as possible
	linger time.Duration // how long a record waits for others to share its batch
	clock  bool          // the records' timestamps are the time of sending, as a live sender's are

	headStart time.Duration // between the seller sites and the first event

	// until, if it is not nil, holds the events back: nobody who reads committed records sees
	// one before all are sent and it has returned; then all are there at once.
	until func(context.Context) error
	// keep tells whether an event is sent; nil: all are.
	keep func(*gen.Event) bool
	// mix is asked behind each event for another one to send, nil for none.
	mix func() *gen.Event
	// sitesSent: the seller sites are not sent.
	sitesSent bool
}

func genStream(ctx context.Context, c *config.Config, g gen.Options, pacing genPace, progress io.Writer) error {
	kc := kafkaConn(&c.Kafka)
	opts, err := kc.ClientOptions()
	if err != nil {
		return err
	}
	if pacing.until != nil {
		opts = append(opts, kgo.TransactionalID("clearlane-gen-"+c.Kafka.Group), kgo.TransactionTimeout(maxGenHeld))
	}
	client, err := kgo.NewClient(append(opts,
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerBatchCompression(kgo.Lz4Compression(), kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(int32(c.Kafka.Produce.MaxRecordBytes)),
		kgo.ProducerLinger(pacing.linger),
		kgo.MaxBufferedRecords(maxGenBuffered),
		kgo.UnknownTopicRetries(3),
	)...)
	if err != nil {
		return err
	}
	defer client.Close()
	s := sender{client: client, topics: genTopics(c)}
	generator := gen.New(g)
	sites := func() error {
		for _, e := range generator.Sites() {
			s.send(ctx, &e)
		}
		return s.flush(ctx)
	}
	if pacing.until == nil {
		if !pacing.sitesSent {
			err = sites()
		}
	} else if err = inTransaction(ctx, client, sites); err == nil {
		err = client.BeginTransaction()
	}
	if err != nil {
		return err
	}
	if pacing.headStart > 0 && !pause(ctx, pacing.headStart) {
		return ctx.Err()
	}
	began := time.Now()
	last := began
	pace := newPacer(began, pacing.rate)
	for {
		e, ok := generator.Next()
		if !ok || s.failed() != nil {
			break
		}
		if err := pace.wait(ctx, e.TimeMs); err != nil {
			break // ctx has ended: what was sent is flushed and counted below
		}
		if pacing.keep != nil && !pacing.keep(&e) {
			continue
		}
		if pacing.clock {
			e.TimeMs = time.Now().UnixMilli()
		}
		s.send(ctx, &e)
		if pacing.mix != nil {
			if more := pacing.mix(); more != nil {
				s.send(ctx, more)
			}
		}
		if now := time.Now(); now.Sub(last) >= 2*time.Second {
			last = now
			s.report(progress, now.Sub(began))
		}
	}
	err = s.flush(ctx)
	s.report(progress, time.Since(began))
	if err == nil && pacing.until != nil {
		if err = pacing.until(ctx); err == nil {
			err = client.EndTransaction(ctx, kgo.TryCommit)
		}
	}
	return err
}

// maxGenHeld is how long events may be held back: brokers allow a quarter of an hour.
const maxGenHeld = 15 * time.Minute

// inTransaction commits what do sends.
func inTransaction(ctx context.Context, client *kgo.Client, do func() error) error {
	if err := client.BeginTransaction(); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return client.EndTransaction(ctx, kgo.TryCommit)
}

// maxGenBuffered bounds the records that wait for their acknowledgement.
const maxGenBuffered = 50_000

// genTopics is where each kind of event goes; kinds whose topic is off are not sent.
func genTopics(c *config.Config) map[schemas.Kind]string {
	topics := map[schemas.Kind]string{}
	for _, in := range c.Kafka.Inputs() {
		topics[in.Kind] = in.Topic
	}
	if sites := c.Kafka.Name(c.Kafka.Topics.SellerSites); sites != "" {
		topics[schemas.KindSellerSite] = sites
	}
	return topics
}

// sender sends events and keeps the first fault.
type sender struct {
	client *kgo.Client
	topics map[schemas.Kind]string
	acked  atomic.Int64
	fault  atomic.Pointer[error]
}

func (s *sender) send(ctx context.Context, e *gen.Event) {
	topic, ok := s.topics[e.Kind]
	if !ok {
		return
	}
	r := &kgo.Record{Topic: topic, Key: e.Key, Value: e.Value, Timestamp: time.UnixMilli(e.TimeMs)}
	for _, h := range e.Headers {
		r.Headers = append(r.Headers, kgo.RecordHeader(h))
	}
	s.client.Produce(ctx, r, func(r *kgo.Record, err error) {
		if err != nil {
			err = fmt.Errorf("gen: topic %s: %w", r.Topic, err)
			s.fault.CompareAndSwap(nil, &err)
			return
		}
		s.acked.Add(1)
	})
}

func (s *sender) failed() error {
	if p := s.fault.Load(); p != nil {
		return *p
	}
	return nil
}

// flush waits for all acknowledgements.
func (s *sender) flush(ctx context.Context) error {
	err := s.client.Flush(ctx)
	if f := s.failed(); f != nil {
		return f
	}
	return err
}

func (s *sender) report(w io.Writer, took time.Duration) {
	n := s.acked.Load()
	fmt.Fprintf(w, "gen: %d records sent, %.0f a second\n", n, float64(n)/max(took.Seconds(), 0.001))
}

// pacer lets event time pass at the speed of the clock.
type pacer struct {
	began   time.Time
	firstMs int64
	on      bool
}

// newPacer paces events whose density in event time is the rate wanted; a rate of 0
// does not wait.
func newPacer(began time.Time, rate float64) *pacer {
	return &pacer{began: began, on: rate > 0}
}

func (p *pacer) wait(ctx context.Context, eventMs int64) error {
	if err := ctx.Err(); err != nil || !p.on {
		return err
	}
	if p.firstMs == 0 {
		p.firstMs = eventMs
	}
	ahead := time.Duration(eventMs-p.firstMs)*time.Millisecond - time.Since(p.began)
	if ahead > 0 && !pause(ctx, ahead) {
		return ctx.Err()
	}
	return nil
}
