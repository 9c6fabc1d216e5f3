package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// demoStall is how long nothing may move before the demo gives up.
const demoStall = time.Minute

// toEnd sends the orders, waits for everything that follows, and compares.
func (d *demo) toEnd(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-d.fault:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	d.say("%d orders, %d bad records, seed %d", d.opts.Orders, d.opts.Bad, d.opts.Seed)
	if err := genKafka(ctx, &d.cfg, d.opts, 0, d.a.out); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	reader, err := kafka.NewReader(kafkaConn(&d.cfg.Kafka))
	if err != nil {
		return err
	}
	defer reader.Close()
	tick := time.Now()
	where := positions(&d.cfg, reader, d.o.partitions)
	if err := where.Await(ctx, demoStall, func(left int64) {
		if time.Since(tick) > 2*time.Second {
			tick = time.Now()
			d.say("%d records to go", left)
		}
	}); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	outputs, err := oracle.Read(ctx, reader, oracleTopics(&d.cfg.Kafka))
	if err != nil {
		return err
	}
	compared, total := outputs.Compare(d.opts)
	report := &oracle.Report{Lines: d.inputs(total)}
	report.Add(compared)
	if d.cfg.Has(config.RoleLand) {
		landed, err := d.landed(ctx, total)
		if err != nil {
			return err
		}
		report.Add(landed)
	}
	if err := report.Write(d.a.out); err != nil {
		return err
	}
	if !report.OK() {
		return errDisagrees
	}
	d.say("\n%s", d.balance())
	d.say("every number agrees with the known answers, after %s", time.Since(d.began).Round(100*time.Millisecond))
	return nil
}

// balance says what became of the records read: the ledger in words.
func (d *demo) balance() string {
	in := d.tally.read()
	sum := uint64(0)
	for _, n := range in {
		sum += uint64(n)
	}
	return fmt.Sprintf("of %d records read %d were applied, %d repeated one, %d were older than what is held, %d were pushed out by newer ones, %d are dead letters",
		sum, in[task.OutcomeOK], in[task.OutcomeDuplicate], in[task.OutcomeStale], in[task.OutcomeEvicted], in[task.OutcomeDeadLetter])
}

// inputs compares what the tasks have read with what was sent.
func (d *demo) inputs(total *gen.Totals) []oracle.Line {
	in := d.tally.read()
	events := 0
	for kind, n := range total.Events {
		if kind != schemas.KindSellerSite {
			events += n
		}
	}
	joined := in[task.OutcomeOK] + in[task.OutcomeDuplicate] + in[task.OutcomeStale] + in[task.OutcomeEvicted]
	return []oracle.Line{
		{Where: "input", What: "events read", Want: int64(events + total.Bad), Got: int64(joined + in[task.OutcomeDeadLetter])},
		{Where: "input", What: "events joined", Want: int64(events), Got: int64(joined)},
		{Where: "input", What: "dead letters", Want: int64(total.Bad), Got: int64(in[task.OutcomeDeadLetter])},
	}
}

// landed waits until ClickHouse holds what is known, or no longer moves.
func (d *demo) landed(ctx context.Context, total *gen.Totals) (*oracle.Report, error) {
	lander, err := landConfig(&d.cfg)
	if err != nil {
		return nil, err
	}
	conn, err := land.Connect(lander.ClickHouse)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var last []oracle.Line
	moved := time.Now()
	for {
		report, err := oracle.CompareClickHouse(ctx, conn, d.cfg.ClickHouse.Database, total)
		if err == nil && report.OK() {
			return report, nil
		}
		if err == nil && !slices.Equal(report.Lines, last) {
			last, moved = report.Lines, time.Now()
		}
		if time.Since(moved) > 15*time.Second {
			return report, err
		}
		if !pause(ctx, 500*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

// untilInterrupted sends orders at their rate and shows what becomes of them.
func (d *demo) untilInterrupted(ctx context.Context) error {
	d.say("%v orders a second until interrupted (Ctrl-C)", d.o.rate)
	sending, stop := context.WithCancel(ctx)
	sent := make(chan error, 1)
	go func() {
		defer close(sent)
		pace := genPace{rate: d.o.rate, linger: 5 * time.Millisecond, clock: true, headStart: genHeadStart}
		sent <- genStream(sending, &d.cfg, d.opts, pace, io.Discard)
	}()
	defer func() {
		stop()
		for range sent { // until the generator has ended
		}
	}()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			d.say("interrupted: the pipeline commits and ends")
			return nil
		case err := <-sent:
			if ctx.Err() == nil {
				return err
			}
		case err := <-d.fault:
			return err
		case <-tick.C:
			landed := ""
			if d.cfg.Has(config.RoleLand) {
				landed = fmt.Sprintf("  %8d rows landed", d.rows.Load())
			}
			d.tally.live(d.a.out, time.Since(d.began), landed)
		}
	}
}

// positions tells how far the group of a configuration has come.
func positions(c *config.Config, reader *kafka.Reader, partitions int) *oracle.Positions {
	topics := kafkaTopics(&c.Kafka)
	return &oracle.Positions{
		Partitions: int32(partitions),
		Progress: func(ctx context.Context, p int32) (*schemas.Progress, error) {
			progress, _, err := reader.LastProgress(ctx, topics.Progress, p, task.ProgressKey(c.Kafka.Group, p), parseProgress)
			return progress, err
		},
		Ends: func(ctx context.Context, p int32) (map[string]int64, error) {
			ends := map[string]int64{}
			for _, topic := range topics.Inputs() {
				b, err := reader.Bounds(ctx, topic, p)
				if err != nil {
					return nil, err
				}
				ends[topic] = b.Stable
			}
			return ends, nil
		},
	}
}

func parseProgress(b []byte) (*schemas.Progress, error) {
	p := &schemas.Progress{}
	return p, codec.ParseProgress(b, p)
}

func oracleTopics(k *config.Kafka) oracle.Topics {
	t := kafkaTopics(k)
	return oracle.Topics{Decisions: t.Decisions, HighRisk: t.HighRisk, PreReviews: t.PreReviews, Rollups: t.Rollups, DeadLetters: t.DeadLetters}
}

// quantiles is the median and the 99th percentile of some delays, "-" for none.
func quantiles(ms []int64) string {
	if len(ms) == 0 {
		return "-"
	}
	slices.Sort(ms)
	return fmt.Sprintf("%d/%d", ms[len(ms)/2], ms[len(ms)*99/100])
}
