package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// newOutputs makes one topic for all outputs but progress, and one for that.
func newOutputs(t testing.TB, brokers []string) (out [task.NumOutputs]string) {
	decisions, progress := newTopic(t, brokers, 2), newTopic(t, brokers, 2)
	for o := range out {
		out[o] = decisions
	}
	out[task.OutProgress] = progress
	return out
}

func newWriter(t testing.TB, brokers []string, topics [task.NumOutputs]string, partition int32, change func(*WriterConfig)) *Writer {
	t.Helper()
	cfg := DefaultWriter()
	cfg.Config = Config{Brokers: brokers}
	cfg.Group, cfg.Topics = "g-"+topics[0], topics
	if change != nil {
		change(&cfg)
	}
	w, err := NewWriter(t.Context(), cfg, partition)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func put(t testing.TB, w *Writer, out task.Output, value string) {
	t.Helper()
	h := []record.Header{{Key: "h", Value: []byte(value)}}
	if err := w.Produce(t.Context(), out, []byte("k"), []byte(value), h); err != nil {
		t.Fatal(err)
	}
}

// flush waits until all that was written is acknowledged, and seals nothing.
func flush(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func newReader(t testing.TB, brokers []string) *Reader {
	t.Helper()
	r, err := NewReader(Config{Brokers: brokers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func readTail(t testing.TB, r *Reader, topic string, partition int32, from int64) (values []string, end int64) {
	t.Helper()
	end, err := r.ReadTail(t.Context(), topic, partition, from, func(rec *record.Record) error {
		values = append(values, string(rec.Value))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values, end
}

func TestCommittedIsReadAndAbortedIsNot(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 1, nil)
		if err := w.Commit(t.Context()); err != nil || w.stats.Commits.Load() != 0 {
			t.Fatalf("an empty commit: %v, counted %d", err, w.stats.Commits.Load())
		}
		if n := w.Next(task.OutDecisions); n != -1 {
			t.Errorf("next is %d before anything was written", n)
		}
		put(t, w, task.OutDecisions, "a")
		put(t, w, task.OutProgress, "p1")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.Next(task.OutDecisions); n != 1 {
			t.Errorf("next is %d after one record", n)
		}
		put(t, w, task.OutDecisions, "lost")
		flush(t, w) // else it would be dropped before it is sent
		if err := w.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		put(t, w, task.OutDecisions, "b")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Offsets: a, marker, lost, marker, b.
		if n := w.Next(task.OutDecisions); n != 5 {
			t.Errorf("next is %d, not 5", n)
		}
		r := newReader(t, brokers)
		if got, end := readTail(t, r, topics[task.OutDecisions], 1, 0); !slices.Equal(got, []string{"a", "b"}) || end != 6 {
			t.Errorf("read %q up to %d, not a, b up to 6", got, end)
		}
		if got, _ := readTail(t, r, topics[task.OutDecisions], 0, 0); len(got) != 0 {
			t.Errorf("the other partition holds %q", got)
		}
		if w.stats.Commits.Load() != 2 || w.stats.Aborts.Load() != 1 || w.stats.Records.Load() != 4 {
			t.Errorf("commits %d, aborts %d, records %d", w.stats.Commits.Load(), w.stats.Aborts.Load(), w.stats.Records.Load())
		}
	})
}

// The last commit of a task that stops comes after the end of its context.
func TestRecordsOfAnEndedContextAreCommitted(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, func(c *WriterConfig) { c.MaxBufferedRecords, c.Linger = 2, 50*time.Millisecond })
		ctx, cancel := context.WithCancel(t.Context())
		for _, v := range []string{"a", "b", "c"} { // the third waits for the others
			if err := w.Produce(ctx, task.OutDecisions, nil, []byte(v), nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Produce(ctx, task.OutDecisions, nil, []byte("d"), nil); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := w.Produce(ctx, task.OutDecisions, nil, []byte("e"), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("a writer that is full, and an ended context: %v", err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := readTail(t, newReader(t, brokers), topics[0], 0, 0); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
			t.Errorf("committed %q", got)
		}
	})
}

func TestUncommittedReaderSeesARecordAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, nil)
		c := newClient(t, brokers, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
			topics[0]: {0: kgo.NewOffset().AtStart()},
		}))
		put(t, w, task.OutDecisions, "provisional")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for n := 0; n == 0; {
			fs := c.PollFetches(ctx)
			if err := fs.Err(); err != nil {
				t.Fatal(err)
			}
			n = fs.NumRecords()
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNewOwnerFencesTheOldOne(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		old := newWriter(t, brokers, topics, 0, nil)
		put(t, old, task.OutDecisions, "committed")
		if err := old.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		put(t, old, task.OutDecisions, "hidden")
		flush(t, old)
		owner := newWriter(t, brokers, topics, 0, nil)
		r := newReader(t, brokers)
		if got, _ := readTail(t, r, topics[0], 0, 0); !slices.Equal(got, []string{"committed"}) {
			t.Errorf("after the fence the log holds %q", got)
		}
		if err := old.Commit(t.Context()); !errors.Is(err, task.ErrFenced) {
			t.Fatalf("commit of the fenced writer: %v", err)
		}
		if err := old.Produce(t.Context(), task.OutDecisions, nil, []byte("again"), nil); !errors.Is(err, task.ErrFenced) {
			t.Errorf("produce of the fenced writer: %v", err)
		}
		if err := old.Abort(t.Context()); !errors.Is(err, task.ErrFenced) {
			t.Errorf("abort of the fenced writer: %v", err)
		}
		if old.stats.Fenced.Load() != 1 {
			t.Errorf("counted %d fences", old.stats.Fenced.Load())
		}
		put(t, owner, task.OutDecisions, "mine")
		if err := owner.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := readTail(t, r, topics[0], 0, 0); !slices.Equal(got, []string{"committed", "mine"}) {
			t.Errorf("at the end the log holds %q", got)
		}
	})
}

func TestFencedWriterFailsWhenItProduces(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		old := newWriter(t, brokers, topics, 0, nil)
		newWriter(t, brokers, topics, 0, nil)
		put(t, old, task.OutDecisions, "late")
		if err := old.Commit(t.Context()); !errors.Is(err, task.ErrFenced) {
			t.Fatalf("%v", err)
		}
		if got, _ := readTail(t, newReader(t, brokers), topics[0], 0, 0); len(got) != 0 {
			t.Errorf("the log holds %q", got)
		}
	})
}

func TestFaultsOfCommitsHaveNames(t *testing.T) {
	for _, c := range []struct {
		err             error
		fenced, unknown bool
	}{
		{kerr.InvalidProducerEpoch, true, false},
		{kerr.ProducerFenced, true, false},
		{kerr.InvalidProducerIDMapping, true, false},
		{kerr.InvalidTxnState, true, false},
		{kerr.UnknownServerError, false, true},
		{kerr.CoordinatorNotAvailable, false, true},
		{context.DeadlineExceeded, false, true},
		{errors.New("connection reset"), false, true},
		{fmt.Errorf("wrapped: %w", kerr.ProducerFenced), true, false},
	} {
		err := writeFault(endFault(c.err))
		if errors.Is(err, task.ErrFenced) != c.fenced || errors.Is(err, task.ErrUnknownOutcome) != c.unknown || !errors.Is(err, c.err) {
			t.Errorf("%v became %v", c.err, err)
		}
	}
}

func TestWriterSettingsAreJudgedTogether(t *testing.T) {
	cfg := DefaultWriter()
	cfg.Brokers = []string{"127.0.0.1:1"}
	cfg.Compression = "brotli"
	_, err := NewWriter(t.Context(), cfg, 0)
	for _, want := range []string{`compression: "brotli"`, "group: empty", "output 5 has no name"} {
		if err == nil || !containsText(err, want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
