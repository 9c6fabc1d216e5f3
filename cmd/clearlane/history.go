package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/clearlane/clearlane/pipeline/backtest"
	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// history is where a backtest has its events from: files, or else the topics of the
// configuration.
type history struct {
	cfg    *config.Config
	files  []string
	stdin  io.Reader
	replay *offline.Replay
	report scoreReport
	said   int // refused records that were named
}

// mostRefused is how many refused records are named; all are counted.
const mostRefused = 20

func (h *history) newReplay(deps offline.Deps, shadow *policy.Set) *offline.Replay {
	opts := historyOptions(h.cfg)
	if len(h.files) > 0 {
		return offline.NewReplay(opts, deps, shadow, nil)
	}
	wire := bounds(h.cfg)
	return offline.NewReplay(opts, deps, shadow, &wire)
}

func (h *history) refused(b *offline.BadLine) {
	if h.said++; h.said <= mostRefused {
		h.report.bad(b)
	}
	if h.said == mostRefused {
		fmt.Fprintln(h.report.w, "further ones are counted only")
	}
}

// read hands all pairs of verdicts to each.
func (h *history) read(ctx context.Context, each func(*offline.Pair)) error {
	if len(h.files) == 0 {
		return h.readTopics(ctx, each)
	}
	for _, file := range h.files {
		if err := h.readFile(ctx, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return h.replay.Judge(ctx, each)
}

func (h *history) readFile(ctx context.Context, file string) error {
	in, name, err := openLines(h.stdin, file)
	if err != nil {
		return err
	}
	h.report.name = name
	return errors.Join(h.replay.Lines(ctx, in), in.Close())
}

// readTopics reads and judges a partition of all inputs after the other. It only reads,
// and commits nothing.
func (h *history) readTopics(ctx context.Context, each func(*offline.Pair)) error {
	reader, err := kafka.NewReader(kafkaConn(&h.cfg.Kafka))
	if err != nil {
		return err
	}
	defer reader.Close()
	if sites := kafkaTopics(&h.cfg.Kafka).SellerSites; sites != "" {
		h.report.name = sites
		if _, err := reader.ReadAll(ctx, sites, func(_ int32, r *record.Record) error { return h.replay.Site(r) }); err != nil {
			return err
		}
	}
	inputs := h.cfg.Kafka.Inputs()
	partitions := 0
	for i, in := range inputs {
		n, err := reader.Partitions(ctx, in.Topic)
		if err != nil {
			return err
		}
		if i > 0 && n != partitions {
			return fmt.Errorf("topic %s has %d partitions, %s has %d; allowed: the same number", in.Topic, n, inputs[0].Topic, partitions)
		}
		partitions = n
	}
	for p := range int32(partitions) {
		for _, in := range inputs {
			h.report.name = fmt.Sprintf("%s/%d", in.Topic, p)
			if _, err := reader.ReadPartition(ctx, in.Topic, p, func(r *record.Record) error { return h.replay.Record(ctx, in.Kind, r) }); err != nil {
				return err
			}
		}
		if err := h.replay.Judge(ctx, each); err != nil {
			return err
		}
		h.replay.Forget()
	}
	return nil
}

// summed is what was read.
func (h *history) summed() backtest.Read {
	sum := h.replay.Summary()
	read := backtest.Read{Refused: sum.Bad, Orders: sum.Orders}
	for kind := schemas.KindAdClick; kind <= schemas.KindSellerSite; kind++ {
		read.Events += sum.Events[kind]
	}
	return read
}
