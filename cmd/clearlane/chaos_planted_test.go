package main

import (
	"context"
	"slices"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/record"
)

// tampered reads a topic so that something that must not be seems to stand there.
type tampered struct {
	oracle.Log
	topic string
	last  int // the records at the end that are changed
	times int // how often each of them is read
	// older has the older records of their keys changed too: what was decided again, after a
	// seller's sites have changed, may differ from the version before it in its evidence only,
	// and the loss of such a version alone can't be seen.
	older bool
}

// ReadAll implements oracle.Log.
func (l *tampered) ReadAll(ctx context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error) {
	if topic != l.topic {
		return l.Log.ReadAll(ctx, topic, fn)
	}
	var keys []string
	if _, err := l.Log.ReadAll(ctx, topic, func(_ int32, r *record.Record) error { keys = append(keys, string(r.Key)); return nil }); err != nil {
		return nil, err
	}
	last := keys[max(0, len(keys)-l.last):]
	at := 0
	return l.Log.ReadAll(ctx, topic, func(p int32, r *record.Record) error {
		times := 1
		if at++; at > len(keys)-len(last) || l.older && slices.Contains(last, string(r.Key)) {
			times = l.times
		}
		for range times {
			if err := fn(p, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// unnoticed is which planted faults the comparison does not see in the outputs of a run:
// none, or the run proves nothing.
func unnoticed(ctx context.Context, log oracle.Log, topics oracle.Topics, g gen.Options) (missed []string, err error) {
	for _, planted := range []struct {
		what string
		log  tampered
	}{
		{"decisions lost", tampered{log, topics.Decisions, 50, 0, true}},
		{"a decision twice", tampered{log, topics.Decisions, 1, 2, false}},
		{"high-risk decisions lost", tampered{log, topics.HighRisk, 10, 0, true}},
		{"the last roll-up rows lost", tampered{log, topics.Rollups, 50, 0, false}},
		{"pre-reviews lost", tampered{log, topics.PreReviews, 50, 0, true}},
		{"a dead letter lost", tampered{log, topics.DeadLetters, 1, 0, false}},
		{"a dead letter twice", tampered{log, topics.DeadLetters, 1, 2, false}},
	} {
		outputs, err := oracle.Read(ctx, &planted.log, topics)
		if err != nil {
			return nil, err
		}
		if report, _ := outputs.Compare(g); report.OK() {
			missed = append(missed, planted.what)
		}
	}
	return missed, nil
}
