package land

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// writer lands the partitions it has been given. Its goroutine owns all it holds but the
// inbox.
type writer struct {
	l       *Lander
	number  int
	in      *inbox
	tables  *tableSet
	ins     inserter
	letters []*kgo.Record // dead letters of the batch in hand
}

func newWriter(l *Lander, number int, ins inserter) *writer {
	w := &writer{l: l, number: number, tables: newTableSet(&l.cfg, &l.deps), ins: ins}
	w.in = newInbox(limits{rows: l.cfg.BatchRows, bytes: l.cfg.BatchBytes, wait: l.cfg.BatchInterval},
		func() { l.client.PauseFetchPartitions(l.pos.ofWriter(number)) },
		func() { l.client.ResumeFetchPartitions(l.pos.ofWriter(number)) })
	return w
}

// run lands what comes into the inbox until that is closed and empty, or ctx ends.
func (w *writer) run(ctx context.Context) error {
	defer w.ins.close()
	for {
		batch := w.in.take(ctx)
		if len(batch) == 0 {
			return ctx.Err()
		}
		if err := w.land(ctx, batch); err != nil {
			return err
		}
	}
}

// land brings a batch into every table it has rows for and what cannot land to the dead
// letters, and only then notes how far its partitions have come.
func (w *writer) land(ctx context.Context, batch []chunk) error {
	w.tables.reset()
	next := map[*assignment]kgo.EpochOffset{}
	for _, c := range batch {
		if !w.l.pos.lasts(c.from) {
			continue // whoever holds the partition now reads it again
		}
		for _, r := range c.records {
			if !r.Attrs.IsControl() {
				w.take(r)
			}
		}
		last := c.records[len(c.records)-1]
		next[c.from] = kgo.EpochOffset{Epoch: last.LeaderEpoch, Offset: last.Offset + 1}
	}
	for _, t := range w.tables.all {
		if err := w.landTable(ctx, t); err != nil {
			return err
		}
	}
	if err := w.send(ctx); err != nil {
		return err
	}
	for a, at := range next {
		w.l.pos.landed(a, at)
	}
	w.l.committer.wake()
	return nil
}

// take turns a record into a row of its table, or into a dead letter.
func (w *writer) take(r *kgo.Record) {
	switch err := w.tables.add(r); {
	case errors.Is(err, errNotOurs):
		w.l.status.skipped()
	case err != nil:
		w.bury(r, "unreadable", err)
	}
}

// insert tries until the server has acknowledged or refused the rows, or ctx ends.
func (w *writer) insert(ctx context.Context, t *table) error {
	for {
		probe, err := w.l.circuit.enter(ctx, w.number)
		if err != nil {
			return err
		}
		if probe && len(t.records) > probeRows {
			if err = w.probe(ctx, t); err == nil {
				w.l.circuit.answered(w.number, true)
				continue
			}
		} else {
			err = w.tryServers(ctx, t)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || refusalOf(err) != nil {
			w.l.circuit.answered(w.number, probe)
			return err
		}
		w.l.circuit.failed(w.number, probe, fmt.Errorf("table %s: %w", t.name, err))
	}
}

// probeRows are as many as a probe inserts of a table.
const probeRows = 100

// probe inserts the first rows of a table, which come again with the rest: a row that is
// repeated changes nothing. A refusal is an answer as well.
func (w *writer) probe(ctx context.Context, t *table) error {
	records := append([]*kgo.Record(nil), t.records...)
	if err := t.fill(records[:probeRows]); err != nil {
		return err
	}
	failed := w.tryServers(ctx, t)
	if refusalOf(failed) != nil {
		failed = nil
	}
	if err := t.fill(records); err != nil {
		return err
	}
	return failed
}

// tryServers inserts into the first server that answers, each tried once.
func (w *writer) tryServers(ctx context.Context, t *table) (failed error) {
	for range w.l.cfg.ClickHouse.Addrs {
		err := w.once(ctx, t)
		if err == nil || refusalOf(err) != nil || ctx.Err() != nil {
			return err
		}
		if failed != nil {
			err = fmt.Errorf("%w; %w", failed, err)
		}
		failed = err
	}
	return failed
}

func (w *writer) once(ctx context.Context, t *table) error {
	began := time.Now()
	bounded, cancel := context.WithTimeout(ctx, w.l.cfg.ClickHouse.InsertTimeout)
	defer cancel()
	err := w.ins.insert(bounded, t.name, len(t.records), t.input())
	switch {
	case err == nil:
		w.l.status.landed(len(t.records))
		w.l.deps.Observer.Inserted(t.name, len(t.records), time.Since(began))
	case ctx.Err() == nil:
		w.l.deps.Observer.InsertFailed(t.name)
	}
	return err
}
