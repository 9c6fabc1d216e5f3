package main

import (
	"context"

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
}

// ReadAll implements oracle.Log.
func (l *tampered) ReadAll(ctx context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error) {
	if topic != l.topic {
		return l.Log.ReadAll(ctx, topic, fn)
	}
	total, at := 0, 0
	if _, err := l.Log.ReadAll(ctx, topic, func(int32, *record.Record) error { total++; return nil }); err != nil {
		return nil, err
	}
	return l.Log.ReadAll(ctx, topic, func(p int32, r *record.Record) error {
		times := 1
		if at++; at > total-l.last {
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
		{"decisions lost", tampered{log, topics.Decisions, 50, 0}}, // one alone may differ in its evidence only
		{"a decision twice", tampered{log, topics.Decisions, 1, 2}},
		{"high-risk decisions lost", tampered{log, topics.HighRisk, 10, 0}},
		{"the last roll-up rows lost", tampered{log, topics.Rollups, 50, 0}},
		{"pre-reviews lost", tampered{log, topics.PreReviews, 50, 0}},
		{"a dead letter lost", tampered{log, topics.DeadLetters, 1, 0}},
		{"a dead letter twice", tampered{log, topics.DeadLetters, 1, 2}},
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
