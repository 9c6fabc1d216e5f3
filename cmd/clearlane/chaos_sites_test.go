package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
)

// sendSites sends the seller sites, which have to be there before the processes start.
func (s *setup) sendSites(g gen.Options) error {
	client, err := s.chaosClient()
	if err != nil {
		return err
	}
	defer client.Close()
	to := sender{client: client, topics: genTopics(&s.cfg)}
	for _, e := range gen.New(g).Sites() {
		to.send(s.t.Context(), &e)
	}
	return to.flush(s.t.Context())
}

// changeSites deletes the sites of one seller in four, and registers them again later. The
// answers of the stream hold for sites that are registered, so in the end they hold.
func (w *chaosWorld) changeSites(f *chaosFault) error {
	client, err := w.s.chaosClient(kgo.RecordRetries(1000))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, to := w.t.Context(), sender{client: client, topics: genTopics(&w.s.cfg)}
	r := rand.New(rand.NewPCG(f.seed, 0))
	var gone []gen.Event
	for _, e := range gen.New(w.g).Sites() {
		if r.IntN(4) == 0 {
			gone = append(gone, e)
			e.Value = nil
			to.send(ctx, &e)
		}
	}
	err = to.flush(ctx)
	time.Sleep(f.length)
	for i := range gone {
		to.send(ctx, &gone[i])
	}
	if ferr := to.flush(ctx); err == nil {
		err = ferr
	}
	return err
}

// swept waits until every partition has decided by the last of the seller sites.
func (w *chaosWorld) swept(ctx context.Context, reader *kafka.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	end, err := reader.Bounds(ctx, kafkaTopics(&w.s.cfg.Kafka).SellerSites, 0)
	if err != nil {
		return err
	}
	where := positions(&w.s.cfg, reader, chaosPartitions)
	for p := int32(0); p < chaosPartitions; {
		at, err := where.Progress(ctx, p)
		switch {
		case err == nil && at != nil && at.SellerSitesOffset >= end.Stable && at.SweepFrom == at.SweepTo && !at.Redecide:
			p++
		case !pause(ctx, 100*time.Millisecond):
			return fmt.Errorf("partition %d has not decided by the seller sites up to %d within a minute: progress %+v, %v", p, end.Stable, at, err)
		}
	}
	return nil
}
