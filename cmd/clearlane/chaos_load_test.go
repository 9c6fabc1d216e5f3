package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
)

// chaosClient is a client of the load. It waits out every fault of the broker.
func (s *setup) chaosClient(more ...kgo.Opt) (*kgo.Client, error) {
	kc := kafkaConn(&s.cfg.Kafka)
	opts, err := kc.ClientOptions()
	if err != nil {
		return nil, err
	}
	opts = append(opts, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerLinger(5*time.Millisecond), kgo.UnknownTopicRetries(-1))
	return kgo.NewClient(append(opts, more...)...)
}

// held is an event that is sent later: one that is late, or once more.
type held struct {
	due time.Duration
	e   gen.Event
}

// send sends the stream paced. Of the good records one in fifty comes up to eight seconds
// late, one in fifty once more, and one in twenty a little later than those after it. It
// returns how many records it has sent.
func (w *chaosWorld) send(ctx context.Context, g gen.Options) (sent int, err error) {
	client, err := w.s.chaosClient()
	if err != nil {
		return 0, err
	}
	defer client.Close()
	to := sender{client: client, topics: genTopics(&w.s.cfg)}
	r := rand.New(rand.NewPCG(g.Seed, 1))
	began := time.Now()
	pace := newPacer(began, g.OrdersPerSecond)
	send := func(e gen.Event) {
		e.TimeMs += w.senders.Load()
		to.send(ctx, &e)
		sent++
	}
	var waiting []held
	release := func(now time.Duration) {
		keep := waiting[:0]
		for i := range waiting {
			if waiting[i].due > now {
				keep = append(keep, waiting[i])
				continue
			}
			send(waiting[i].e)
		}
		waiting = keep
	}
	generator := gen.New(g)
	for e, ok := generator.Next(); ok && to.failed() == nil; e, ok = generator.Next() {
		if err := pace.wait(ctx, e.TimeMs); err != nil {
			return sent, err
		}
		now := time.Since(began)
		release(now)
		draw, later := r.IntN(100), now+time.Second+time.Duration(r.Int64N(int64(7*time.Second)))
		late, again, reordered := draw < 2, draw >= 2 && draw < 4, draw >= 4 && draw < 9
		if reordered {
			later = now + time.Duration(r.Int64N(int64(300*time.Millisecond)))
		}
		if !e.Bad && (late || again || reordered) {
			waiting = append(waiting, held{later, e})
		}
		if e.Bad || !late && !reordered {
			send(e)
		}
	}
	release(time.Hour)
	return sent, to.flush(ctx)
}

// abandon writes input in a transaction that is never committed: orders that nobody may
// see. The sender aborts it, or dies and leaves that to the broker.
func (w *chaosWorld) abandon(f *chaosFault) error {
	client, err := w.s.chaosClient(kgo.TransactionalID(fmt.Sprintf("chaos-%d", f.seed)), kgo.TransactionTimeout(5*time.Second))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	to := sender{client: client, topics: genTopics(&w.s.cfg)}
	generator := gen.New(gen.Options{Seed: f.seed, Orders: 40, Bad: 10, Partitions: chaosPartitions})
	for e, ok := generator.Next(); ok; e, ok = generator.Next() {
		to.send(ctx, &e)
	}
	_ = client.Flush(ctx) // what the broker has not taken is not committed either
	time.Sleep(f.length)
	if f.kind == chaosAbort {
		_ = client.EndTransaction(ctx, kgo.TryAbort) // if it can't, the broker does after its timeout
	}
	return nil
}
