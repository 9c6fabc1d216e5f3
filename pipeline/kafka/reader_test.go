package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
	"github.com/clearlane/clearlane/schemas"
)

func containsText(err error, s string) bool { return strings.Contains(err.Error(), s) }

// parseInstance takes the whole value as the instance, so that tests know it again.
func parseInstance(value []byte) (*schemas.Progress, error) {
	if string(value) == "bad" {
		return nil, errors.New("not a progress record")
	}
	return &schemas.Progress{Instance: string(value)}, nil
}

func TestLastProgressIsFoundBehindMarkersAndAbortedRecords(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		r := newReader(t, brokers)
		last := func() (string, bool) {
			t.Helper()
			p, ok, err := r.LastProgress(t.Context(), topics[task.OutProgress], 1, "k", parseInstance)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				return "", false
			}
			return p.Instance, true
		}
		if got, ok := last(); ok {
			t.Fatalf("an empty topic gave %q", got)
		}
		w := newWriter(t, brokers, topics, 1, nil)
		put(t, w, task.OutProgress, "one")
		put(t, w, task.OutProgress, "two")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, ok := last(); !ok || got != "two" {
			t.Errorf("got %q, %v", got, ok)
		}
		other := []record.Header{}
		if err := w.Produce(t.Context(), task.OutProgress, []byte("another group"), []byte("theirs"), other); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, ok := last(); !ok || got != "two" {
			t.Errorf("behind another group's record: %q, %v", got, ok)
		}
		// More aborted records than one step back covers.
		for i := range 3 {
			for range 60 {
				put(t, w, task.OutProgress, fmt.Sprint("aborted", i))
			}
			if err := w.Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got, ok := last(); !ok || got != "two" {
			t.Errorf("behind aborted records: %q, %v", got, ok)
		}
		put(t, w, task.OutProgress, "bad")
		if err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.LastProgress(t.Context(), topics[task.OutProgress], 1, "k", parseInstance); err == nil || !containsText(err, "not a progress record") {
			t.Errorf("a record that cannot be parsed: %v", err)
		}
	})
}

func TestReadBackWaitsForAnOpenTransactionAndNamesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, nil)
		put(t, w, task.OutProgress, "open")
		if err := w.flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := newReader(t, brokers)
		r.waits.stable = 300 * time.Millisecond
		if _, _, err := r.LastProgress(t.Context(), topics[task.OutProgress], 0, "k", parseInstance); !errors.Is(err, ErrOpenTransaction) {
			t.Fatalf("%v", err)
		}
		newWriter(t, brokers, topics, 0, nil) // fences, and so ends the transaction
		if _, ok, err := r.LastProgress(t.Context(), topics[task.OutProgress], 0, "k", parseInstance); ok || err != nil {
			t.Errorf("after the fence: %v, %v", ok, err)
		}
	})
}

func TestReadTailSaysWhatIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		produce(t, newClient(t, brokers), topic, 0, values(0, 10)...)
		a, err := NewAdmin(Config{Brokers: brokers})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		deleteRecords(t, a, topic, 4)
		r := newReader(t, brokers)
		_, err = r.ReadTail(t.Context(), topic, 0, 3, func(*record.Record) error { t.Error("a record was read"); return nil })
		var fault *PartitionError
		if !errors.Is(err, ErrTruncated) || !errors.As(err, &fault) || fault.LogStart != 4 || fault.LogEnd != 10 || fault.Offset != 3 {
			t.Errorf("below the log's start: %v", err)
		}
		if _, err = r.ReadTail(t.Context(), topic, 0, 11, nil); !errors.Is(err, ErrOutOfRange) {
			t.Errorf("beyond the log's end: %v", err)
		}
		if got, end := readTail(t, r, topic, 0, 4); len(got) != 6 || end != 10 {
			t.Errorf("%d records up to %d", len(got), end)
		}
		if got, end := readTail(t, r, topic, 0, 10); len(got) != 0 || end != 10 {
			t.Errorf("at the end: %d records up to %d", len(got), end)
		}
		stop := errors.New("enough")
		if _, err = r.ReadTail(t.Context(), topic, 0, 4, func(*record.Record) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("the reader's own error: %v", err)
		}
	})
}

func TestReadAllThenFollowMissesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 2, "cleanup.policy=compact")
		c := newClient(t, brokers)
		produce(t, c, topic, 0, "a", "b")
		produce(t, c, topic, 1, "c")
		r := newReader(t, brokers)
		var got []string
		note := func(p int32, rec *record.Record) error {
			got = append(got, fmt.Sprintf("%d:%s@%d", p, rec.Value, rec.Offset))
			if len(got) == 5 {
				return errors.New("enough")
			}
			return nil
		}
		next, err := r.ReadAll(t.Context(), topic, note)
		if err != nil || !slices.Equal(next, []int64{2, 1}) {
			t.Fatalf("next %v, %v", next, err)
		}
		if !slices.Equal(got, []string{"0:a@0", "0:b@1", "1:c@0"}) {
			t.Fatalf("read %q", got)
		}
		produce(t, c, topic, 1, "d")
		done := make(chan error, 1)
		passed := make(chan string, 10)
		go func() {
			done <- r.Follow(t.Context(), topic, next, note, func(partition int32, next int64) { passed <- fmt.Sprint(partition, next) })
		}()
		if got := <-passed; got != "1 2" {
			t.Errorf("passed %s, want partition 1 up to offset 2", got)
		}
		produce(t, c, topic, 1, "e")
		if err := <-done; err == nil || err.Error() != "enough" {
			t.Errorf("follow: %v", err)
		}
		if !slices.Equal(got[3:], []string{"1:d@1", "1:e@2"}) {
			t.Errorf("followed %q", got[3:])
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := r.Follow(ctx, topic, []int64{2, 3}, note, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("follow until its context ends: %v", err)
		}
	})
}

// Compaction takes away the records at the end of batches and whole batches: a
// reader must still arrive at the end.
func TestReadTailEndsBehindCompactedBatches(t *testing.T) {
	brokers := realKafka(t)
	topic := newTopic(t, brokers, 1, "cleanup.policy=compact", "segment.ms=100", "min.cleanable.dirty.ratio=0.01",
		"max.compaction.lag.ms=100", "min.compaction.lag.ms=0", "delete.retention.ms=0")
	c := newClient(t, brokers, kgo.TransactionalID(topic))
	write := func(keys ...string) {
		t.Helper()
		if err := c.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		var rs []*kgo.Record
		for _, k := range keys {
			rs = append(rs, &kgo.Record{Topic: topic, Key: []byte(k), Value: []byte("p-" + k)})
		}
		if err := c.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := c.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
	}
	r := newReader(t, brokers)
	deadline := time.Now().Add(20 * time.Second)
	written := 0
	for {
		write("x", "y", "same") // y and same are the end of the batch, and go
		write("same", "y")
		written += 5
		time.Sleep(150 * time.Millisecond)
		got, end := readTail(t, r, topic, 0, 0)
		if len(got) < written {
			if end < int64(written) {
				t.Errorf("end %d, less than %d records written", end, written)
			}
			p, ok, err := r.LastProgress(t.Context(), topic, 0, "y", parseInstance)
			if err != nil || !ok || p.Instance != "p-y" {
				t.Errorf("last progress %+v, %v, %v", p, ok, err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Skip("SKIPPED: the broker did not compact within 20 s")
		}
	}
}
