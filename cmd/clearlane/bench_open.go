package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

func newBenchOpen(a *app) *cobra.Command {
	s := &series{table: func(a *app, runs []*bench.Run) error { return bench.WriteOpen(a.out, runs) }}
	var open []int
	cmd := &cobra.Command{
		Use:   "open",
		Short: "Measure a process that has many open orders in its local state",
		Long: "For each of --open a process takes in the clicks and orders of so many orders without a claim, in pieces whose input is " +
			"deleted once it is in the local state: no shipment comes, so all stay open and nothing is published. It is stopped and started again, and " +
			"measured on --orders further orders, whose outputs are held against the known answers; beside them one in ten records comes again to an order " +
			"that was filled in, found on disk, and changes nothing. Disk: about 300 bytes an open order, and 2 GB.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.validate("open"); err != nil {
				return err
			}
			switch {
			case s.o.orders < 1:
				return usagef("bench open: --orders %d; at least 1 is allowed", s.o.orders)
			case s.o.partitions < 1 || s.o.partitions > 256:
				return usagef("bench open: --partitions %d; 1 to 256 is allowed", s.o.partitions)
			case len(open) == 0:
				return usagef("bench open: --open is empty; numbers such as 100000,1000000 are allowed")
			}
			for _, n := range open {
				if n < 1 || n > 100_000_000 {
					return usagef("bench open: --open %d; 1 to 100000000 is allowed", n)
				}
				s.kinds = append(s.kinds, func(ctx context.Context, b *bencher, run int) (*bench.Run, error) { return b.open(ctx, run, n) })
			}
			return s.run(cmd.Context(), a)
		},
	}
	f := cmd.Flags()
	s.flags(f)
	f.IntSliceVar(&open, "open", []int{100_000, 1_000_000, 5_000_000}, "open orders in the state before what is measured")
	f.IntVar(&s.o.orders, "orders", 300_000, "further orders, which are measured")
	f.IntVar(&s.o.partitions, "partitions", 4, "partitions of the topics")
	return cmd
}

// fillPiece is how many orders are filled in before their input may be deleted.
const fillPiece = 1_000_000

// returningEvery is the share of the measured records that come again to filled orders.
const returningEvery = 10

// open measures a process with many open orders in its state.
func (b *bencher) open(ctx context.Context, n, orders int) (*bench.Run, error) {
	prefix := fmt.Sprintf("%s-o%d", b.unique, n)
	opts := b.stream(b.o.orders, b.backlog(b.o.orders), densely)
	return b.try(ctx, bench.OpenOrders, prefix, prefix, opts, func(ctx context.Context, t *trial) error {
		f := &filling{trial: t, open: &bench.Open{Orders: int64(orders)}, want: opts.Orders * eventsOfAnOrderCeil / returningEvery}
		t.run.Open = f.open
		if err := f.fill(ctx, orders); err != nil {
			return err
		}
		began := time.Now()
		if err := t.launch(ctx); err != nil {
			return err
		}
		watch := t.watch(ctx)
		defer watch.stop()
		held := genPace{linger: 5 * time.Millisecond, headStart: genHeadStart, mix: f.mix(), until: func(ctx context.Context) error { return f.ready(ctx, began) }}
		if err := genStream(ctx, &t.cfg, opts, held, io.Discard); err != nil {
			return err
		}
		ends, err := t.ends(ctx)
		if err != nil {
			return err
		}
		if err := t.finishAll(ctx, watch, ends, f.filled); err != nil {
			return err
		}
		f.open.DiskReads = int64(t.child.after[`clearlane_state_lookups_total{level="disk"}`] - t.child.before[`clearlane_state_lookups_total{level="disk"}`])
		return nil
	})
}

// eventsOfAnOrderCeil is eventsOfAnOrder, rounded up.
const eventsOfAnOrderCeil = 5

// filling fills the local state of a trial with open orders.
type filling struct {
	*trial
	open   *bench.Open
	want   int         // records to come again
	seen   int         // records filled in
	kept   []gen.Event // some of them, from all over
	filled int64       // records of the input topics before what is measured
}

// claims tells of an order that it claims a preference: its pre-review would be published.
var claims = []byte(`"preference"`)

// keep tells whether an event is filled in: clicks and orders, so that nothing is decided.
func (f *filling) keep(e *gen.Event) bool {
	if e.Kind != schemas.KindAdClick && e.Kind != schemas.KindOrder || bytes.Contains(e.Value, claims) {
		return false
	}
	f.seen++
	if e.Kind == schemas.KindOrder && f.seen%2 == 0 {
		if len(f.kept) < f.want {
			f.kept = append(f.kept, cloneOf(e))
		} else if len(f.kept) > 0 && f.seen%32 == 0 {
			f.kept[f.seen/32%len(f.kept)] = cloneOf(e) // so that they are of all pieces
		}
	}
	return true
}

// cloneOf is an event by itself: the generator's share large pieces of memory.
func cloneOf(e *gen.Event) gen.Event {
	c := *e
	c.Value = bytes.Clone(e.Value)
	return c
}

// fill fills in so many orders, piece by piece, and stops the process.
func (f *filling) fill(ctx context.Context, orders int) error {
	began := time.Now()
	if err := f.launch(ctx); err != nil {
		return err
	}
	watch := f.watch(ctx)
	defer watch.stop()
	if err := f.child.live(ctx, f.o.partitions); err != nil {
		return err
	}
	// All of it lies before what is measured, and in different pieces are different orders.
	start := time.UnixMilli(int64(f.opts.Start)).Add(-time.Hour - time.Duration(orders/densely)*time.Second)
	var before benchEnds
	for done, piece := 0, 0; done < orders; piece++ {
		n := min(fillPiece, orders-done)
		opts := f.stream(n, start.Add(time.Duration(done/densely)*time.Second), densely)
		opts.Seed += uint64(1 + piece)
		opts.First = f.opts.Orders + done
		if err := genStream(ctx, &f.cfg, opts, genPace{linger: 5 * time.Millisecond, keep: f.keep, sitesSent: true}, io.Discard); err != nil {
			return err
		}
		ends, err := f.ends(ctx)
		if err != nil {
			return err
		}
		if err := watch.await(ctx, ends, giveUpAfter, f.died); err != nil {
			return err
		}
		// The local state has what was committed a piece ago: each flush is of far fewer orders.
		if err := f.deleteInputs(ctx, before); err != nil {
			return err
		}
		done, before, f.filled = done+n, ends, ends.total()
		f.say("filled in %d of %d orders, %.0f a second", done, orders, float64(done)/time.Since(began).Seconds())
	}
	f.open.FillSeconds = time.Since(began).Seconds()
	if err := f.child.stop(); err != nil {
		return err
	}
	return f.deleteInputs(ctx, before)
}

// deleteInputs deletes the records of the input topics before these ends.
func (f *filling) deleteInputs(ctx context.Context, ends benchEnds) error {
	kc := kafkaConn(&f.cfg.Kafka)
	opts, err := kc.ClientOptions()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return err
	}
	defer client.Close()
	to := kadm.Offsets{}
	for p, topics := range ends {
		for topic, end := range topics {
			to.AddOffset(topic, int32(p), end, -1)
		}
	}
	answers, err := kadm.NewClient(client).DeleteRecords(ctx, to)
	return errors.Join(err, answers.Error())
}

// ready waits until the process has all partitions again, and begins what is measured.
func (f *filling) ready(ctx context.Context, began time.Time) error {
	if err := f.child.live(ctx, f.o.partitions); err != nil {
		return err
	}
	if err := f.beginAll(ctx); err != nil {
		return err
	}
	m := f.child.before
	f.open.Keys, f.open.DiskBytes = int64(m["clearlane_state_keys"]), int64(m[`clearlane_state_bytes{part="disk"}`])
	f.open.StartSeconds = f.child.liveAt().Sub(began).Seconds()
	f.open.StartMemory = f.child.began.PeakMemory
	if least := f.open.Orders * 8 / 10; f.open.Keys < least {
		return fmt.Errorf("the local state has %d keys after %d orders; at least %d are expected", f.open.Keys, f.open.Orders, least)
	}
	return nil
}

// mix hands out a kept record behind every so many.
func (f *filling) mix() func() *gen.Event {
	rest, n := slices.Clone(f.kept), 0
	return func() *gen.Event {
		if n++; n%returningEvery != 0 || len(rest) == 0 {
			return nil
		}
		e := &rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		f.open.Returning++
		return e
	}
}
