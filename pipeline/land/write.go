package land

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// firstPause is the pause after the first failed try; it doubles from try to try.
const firstPause = 50 * time.Millisecond

// land inserts a table's rows and empties it. Rows that the server refuses are found
// and buried; a server that is away is waited for until ctx ends.
func (l *Lander) land(ctx context.Context, t *table) error {
	if len(t.records) == 0 {
		return nil
	}
	defer t.reset()
	err := l.insert(ctx, t)
	var no *Refusal
	if !errors.As(err, &no) || refusalOf(err) == nil {
		return err
	}
	records := append([]*kgo.Record(nil), t.records...)
	return l.halve(ctx, t, records, no)
}

// insert tries until the server has acknowledged or refused the rows, or ctx ends.
func (l *Lander) insert(ctx context.Context, t *table) error {
	for try := 1; ; try++ {
		began := time.Now()
		bounded, cancel := context.WithTimeout(ctx, l.cfg.ClickHouse.InsertTimeout)
		err := l.ins.insert(bounded, t.name, len(t.records), t.input())
		cancel()
		if err == nil {
			l.status.landed(len(t.records))
			l.inserting.over(func() { l.log.Info("ClickHouse takes rows again", "table", t.name, "tries", try) })
			l.deps.Observer.Inserted(t.name, len(t.records), time.Since(began))
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.deps.Observer.InsertFailed(t.name)
		if no := refusalOf(err); no != nil {
			return no
		}
		l.failed(t.name, try, err)
		if err := l.pause(ctx, try); err != nil {
			return err
		}
	}
}

// failed makes a fault visible.
func (l *Lander) failed(what string, try int, err error) {
	l.status.failed(err)
	l.inserting.failed(func() {
		l.log.Warn("ClickHouse does not take rows, trying again", "table", what, "tries", try, "error", err)
	})
}

// pause waits before the next try: twice as long each time up to the bound, the later
// half of it by chance, so that several landers do not come back at once.
func (l *Lander) pause(ctx context.Context, try int) error {
	d := l.cfg.MaxRetryInterval
	if try < 16 {
		d = min(d, firstPause<<(try-1))
	}
	timer := time.NewTimer(d/2 + rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// halve inserts the halves of rows that were refused together, down to the single row
// that the server will not have.
func (l *Lander) halve(ctx context.Context, t *table, records []*kgo.Record, no *Refusal) error {
	if len(records) == 1 {
		return l.refuse(ctx, t, records[0], no)
	}
	half := len(records) / 2
	for _, part := range [2][]*kgo.Record{records[:half], records[half:]} {
		t.reset()
		for _, r := range part {
			if err := t.add(r); err != nil {
				return fmt.Errorf("record read before cannot be read again: %w", err)
			}
		}
		err := l.insert(ctx, t)
		var again *Refusal
		if errors.As(err, &again) && refusalOf(err) != nil {
			err = l.halve(ctx, t, part, again)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refuse ends the way of a row that ClickHouse refuses. A dead letter among them stays
// on its topic and is tried without its bytes, so that the table shows at least that
// it is there; a letter about a letter would go round for ever.
func (l *Lander) refuse(ctx context.Context, t *table, r *kgo.Record, no *Refusal) error {
	if t != l.letters {
		return l.bury(ctx, r, "refused", no)
	}
	bare := *r
	bare.Key, bare.Value = nil, nil
	bare.Headers = onlyOurs(r.Headers)
	t.reset()
	if err := t.add(&bare); err != nil {
		return err
	}
	err := l.insert(ctx, t)
	if refusalOf(err) != nil {
		l.status.unlandable()
		l.log.Error("ClickHouse refuses a dead letter; it stays on its topic", "topic", r.Topic, "partition", r.Partition, "offset", r.Offset, "error", err)
		return nil
	}
	return err
}
