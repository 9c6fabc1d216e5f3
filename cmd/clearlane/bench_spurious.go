package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// verdicts is the hashes of the verdicts of each subject, in their order.
type verdicts map[schemas.DecisionID][]uint64

func (h verdicts) add(d *schemas.Decision) { h[d.ID] = append(h[d.ID], d.VerdictHash) }

// spurious counts the versions that a live, undisturbed run would not have made.
func (t *trial) spurious(ctx context.Context, c *bench.CaughtUp) error {
	made := verdicts{}
	var d schemas.Decision
	_, err := t.reader.ReadAll(ctx, kafkaTopics(&t.cfg.Kafka).Decisions, func(_ int32, r *record.Record) error {
		if err := codec.ParseDecision(r.Value, &d); err != nil {
			return err
		}
		if sampled([]byte(d.OrderKey), c.Sample) {
			made.add(&d)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("decisions: %w", err)
	}
	live, err := t.liveHistory(ctx, c.Sample)
	if err != nil {
		return fmt.Errorf("live run: %w", err)
	}
	if len(live) != len(made) {
		return fmt.Errorf("live run: %d subjects, the process has decided %d", len(live), len(made))
	}
	for id, versions := range made {
		of := live[id]
		if len(of) == 0 || of[len(of)-1] != versions[len(versions)-1] {
			return fmt.Errorf("live run: the last verdict about decision %s is another one", id)
		}
		c.Subjects++
		c.Versions += int64(len(versions))
		c.LiveVersions += int64(len(of))
		c.Spurious += int64(beyond(versions, of))
	}
	return nil
}

// beyond is how many versions a live run would not have made: those beyond as many as it
// makes, or those that say what it never says, whichever are more.
func beyond(versions, live []uint64) int {
	never := 0
	said := make(map[uint64]bool, len(live))
	for _, hash := range live {
		said[hash] = true
	}
	for _, hash := range versions {
		if !said[hash] {
			never++
		}
	}
	return max(never, len(versions)-len(live))
}

// sampled tells whether the order is one of those looked at.
func sampled(key []byte, sample int) bool { return murmur3.Sum64(key)%uint64(sample) == 0 }

// liveHistory is what a live run decides about the orders looked at: each record is taken
// in alone, in the order of sending, and every version is written, as `clearlane score
// --all-versions` does.
func (t *trial) liveHistory(ctx context.Context, sample int) (verdicts, error) {
	refs, err := loadReferences(t.cfg.Policy, t.cfg.Geo, t.cfg.Limits.Event(), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	live := verdicts{}
	out := lineWriter(func(line []byte) error {
		var d schemas.Decision
		if err := codec.ParseDecision(line, &d); err != nil {
			return err
		}
		live.add(&d)
		return nil
	})
	now := refs.current()
	scorer := offline.New(offline.Options{Name: "sent", Events: t.cfg.Limits.Event(), Join: joinLimits(&t.cfg), AllVersions: true},
		offline.Deps{Policy: now.Policy, Geo: now.Geo, Out: out})
	events, sent := io.Pipe()
	go func() { sent.CloseWithError(sendLines(sent, t.opts, sample)) }()
	_, err = scorer.Run(ctx, events)
	events.Close() // ends the generator when the scorer has failed
	return live, err
}

// lineWriter hands on each line that is written, whole.
func lineWriter(each func(line []byte) error) io.Writer {
	var kept []byte
	return writerFunc(func(b []byte) (int, error) {
		kept = append(kept, b...)
		for {
			line, rest, ok := bytes.Cut(kept, []byte{'\n'})
			if !ok {
				break
			}
			if err := each(line); err != nil {
				return 0, err
			}
			kept = rest
		}
		kept = append([]byte(nil), kept...)
		return len(b), nil
	})
}

// sendLines writes the events of the orders looked at as lines, the seller sites first.
func sendLines(to io.Writer, opts gen.Options, sample int) error {
	w := bufio.NewWriterSize(to, 1<<16)
	line := func(e *gen.Event) {
		fmt.Fprintf(w, `{"type":"%s",`, e.Kind)
		w.Write(e.Value[1:])
		w.WriteByte('\n') // a bufio.Writer keeps its first error
	}
	g := gen.New(opts)
	for _, e := range g.Sites() {
		line(&e)
	}
	for {
		e, ok := g.Next()
		if !ok {
			return w.Flush()
		}
		if sampled(e.Key, sample) {
			line(&e)
		}
	}
}

type writerFunc func([]byte) (int, error)

// Write implements io.Writer.
func (w writerFunc) Write(b []byte) (int, error) { return w(b) }
