package kafka

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// While one transaction is sealed and not committed, and the next one is being written, a
// newer owner comes: both are gone. Had the first been committed, it would be all there is.
func TestOfTwoTransactionsUnderWayABeginningIsCommitted(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		for _, ends := range []bool{false, true} {
			topics := newOutputs(t, brokers)
			old := newWriter(t, brokers, topics, 0, nil)
			write(t, old, "first")
			if err := old.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			write(t, old, "second")
			flush(t, old)
			var want []string
			last := ""
			if ends {
				commit(t, old)
				want, last = []string{"first"}, "first"
			}
			owner := newWriter(t, brokers, topics, 0, nil)
			if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, want) || progress != last {
				t.Errorf("first committed %t: the new owner finds %q and progress %q", ends, decisions, progress)
			}
			if err := old.Commit(t.Context()); !errors.Is(err, task.ErrFenced) {
				t.Errorf("first committed %t: the fenced writer: %v", ends, err)
			}
			write(t, owner, "mine")
			commit(t, owner)
			if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, append(want, "mine")) || progress != "mine" {
				t.Errorf("first committed %t: in the end %q and progress %q", ends, decisions, progress)
			}
		}
	})
}

// Transactions that overlap are read in the order in which they were written, by readers of
// both kinds, and Next is behind each one's own records only.
func TestOverlappingTransactionsKeepTheirOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, nil)
		r := newReader(t, brokers)
		var want []string
		for i := range 20 {
			name := fmt.Sprint(i)
			want = append(want, name)
			if i == 0 {
				write(t, w, name)
			}
			if err := w.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			next := fmt.Sprint(i + 1)
			ended := make(chan error, 1)
			go func() { ended <- w.Commit(t.Context()) }()
			write(t, w, next)
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			flush(t, w)
			b, err := r.Bounds(t.Context(), topics[task.OutDecisions], 0)
			if err != nil {
				t.Fatal(err)
			}
			if n := w.Next(task.OutDecisions); n >= b.High {
				t.Fatalf("next is %d, and the record of the next transaction is below the end %d", n, b.High)
			}
		}
		commit(t, w)
		want = append(want, "20")
		if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, want) || progress != "20" {
			t.Errorf("%q and progress %q are committed", decisions, progress)
		}
		c := newClient(t, brokers, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topics[task.OutDecisions]: {0: kgo.NewOffset().AtStart()}}))
		var got []string
		for len(got) < len(want) {
			fetches := c.PollFetches(t.Context())
			if err := fetches.Err(); err != nil {
				t.Fatal(err)
			}
			fetches.EachRecord(func(r *kgo.Record) { got = append(got, string(r.Value)) })
		}
		if !slices.Equal(got, want) {
			t.Errorf("a read_uncommitted reader finds %q", got)
		}
	})
}

// A fenced writer whose records are deleted is told so in a way that kgo answers with a new
// producer id. It gets none, and the owner is not disturbed.
func TestFencedWriterDoesNotTakeThePartitionBack(t *testing.T) {
	brokers := realKafka(t)
	topics := newOutputs(t, brokers)
	a, err := NewAdmin(Config{Brokers: brokers})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	old := newWriter(t, brokers, topics, 0, nil)
	write(t, old, "old")
	commit(t, old)
	write(t, old, "hidden")
	flush(t, old)
	owner := newWriter(t, brokers, topics, 0, nil)
	write(t, owner, "mine")
	commit(t, owner)
	decisions, _ := committed(t, brokers, topics, 0)
	if !slices.Equal(decisions, []string{"old", "mine"}) {
		t.Fatalf("%q are committed", decisions)
	}
	r := newReader(t, brokers)
	b, err := r.Bounds(t.Context(), topics[task.OutDecisions], 0)
	if err != nil {
		t.Fatal(err)
	}
	deleteRecords(t, a, topics[task.OutDecisions], b.Stable)
	write(t, owner, "open")
	err = old.Produce(t.Context(), task.OutDecisions, []byte("k"), []byte("late"), nil)
	if err == nil {
		err = old.Commit(t.Context())
	}
	if !errors.Is(err, task.ErrFenced) {
		t.Errorf("the fenced writer: %v", err)
	}
	commit(t, owner)
	if left, _ := readTail(t, r, topics[task.OutDecisions], 0, b.Stable); !slices.Equal(left, []string{"open"}) {
		t.Errorf("%q are committed behind what was deleted", left)
	}
}

// The broker dies in the middle of a transaction and comes back: the commit waits for it,
// and all of the transaction is there, once.
func TestBrokerRestartedInMidTransaction(t *testing.T) {
	if testing.Short() {
		t.Skip("a broker of its own takes seconds to start")
	}
	b := brokers.Real(t, kafkatest.Options{})
	brokers := b.Brokers()
	topics := newOutputs(t, brokers)
	w := newWriter(t, brokers, topics, 0, nil)
	write(t, w, "before")
	commit(t, w)
	put(t, w, task.OutDecisions, "1")
	flush(t, w)
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	put(t, w, task.OutDecisions, "2")
	ended := make(chan error, 1)
	go func() {
		put(t, w, task.OutProgress, "second")
		ended <- w.Commit(t.Context())
	}()
	if err := b.Restart(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Fatalf("the commit across a restart: %v", err)
	}
	if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"before", "1", "2"}) || progress != "second" {
		t.Errorf("%q and progress %q are committed", decisions, progress)
	}
	write(t, w, "after")
	commit(t, w)
	if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"before", "1", "2", "after"}) || progress != "after" {
		t.Errorf("in the end %q and progress %q are committed", decisions, progress)
	}
}

// A partition that was idle for longer than the brokers remember its producer or its
// transactional.id: what is written then is right, by the same writer or by the next one.
func TestBrokersForgetAnIdleWriter(t *testing.T) {
	if testing.Short() {
		t.Skip("a broker of its own takes seconds to start")
	}
	b := brokers.Real(t, kafkatest.Options{Settings: map[string]string{
		"producer.id.expiration.ms":                                   "500",
		"producer.id.expiration.check.interval.ms":                    "100",
		"transactional.id.expiration.ms":                              "3000",
		"transaction.remove.expired.transaction.cleanup.interval.ms":  "500",
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "100",
	}})
	topics := newOutputs(t, b.Brokers())
	c := newClient(t, b.Brokers())
	producers := func() int {
		topic := kmsg.NewDescribeProducersRequestTopic()
		topic.Topic, topic.Partitions = topics[task.OutDecisions], []int32{0}
		req := kmsg.NewPtrDescribeProducersRequest()
		req.Topics = append(req.Topics, topic)
		resp, err := req.RequestWith(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return len(resp.Topics[0].Partitions[0].ActiveProducers)
	}
	known := func() bool {
		req := kmsg.NewPtrDescribeTransactionsRequest()
		req.TransactionalIDs = []string{"g-" + topics[0] + "-0-0", "g-" + topics[0] + "-0-1"}
		resp, err := req.RequestWith(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return resp.TransactionStates[0].ErrorCode == 0 || resp.TransactionStates[1].ErrorCode == 0
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("not within 20 s: %s", what)
			}
		}
	}
	w := newWriter(t, b.Brokers(), topics, 0, nil)
	write(t, w, "a")
	commit(t, w)
	until("the producer is forgotten", func() bool { return producers() == 0 })
	write(t, w, "b")
	commit(t, w)
	if !known() {
		t.Fatal("the transactional ids are not known")
	}
	until("the transactional ids are forgotten", func() bool { return !known() })
	err := w.Produce(t.Context(), task.OutDecisions, []byte("k"), []byte("lost"), nil)
	if err == nil {
		err = w.Commit(t.Context())
	}
	if !errors.Is(err, task.ErrFenced) {
		t.Errorf("a transactional.id that nobody knows: %v", err)
	}
	next := newWriter(t, b.Brokers(), topics, 0, nil)
	write(t, next, "c")
	commit(t, next)
	if decisions, progress := committed(t, b.Brokers(), topics, 0); !slices.Equal(decisions, []string{"a", "b", "c"}) || progress != "c" {
		t.Errorf("%q and progress %q are committed", decisions, progress)
	}
}

// Brokers that have lost what they knew of a producer, in the middle of a transaction: the
// transaction is not committed, neither as a whole nor, under a renewed producer id, the
// half that was written since.
func TestLostProducerStateEndsTheTransaction(t *testing.T) {
	for _, code := range []*kerr.Error{kerr.OutOfOrderSequenceNumber, kerr.UnknownProducerID, kerr.InvalidProducerEpoch} {
		for _, truncated := range []bool{false, true} { // true: the log begins after the writer's last record
			t.Run(fmt.Sprintf("%s, truncated %t", code.Message, truncated), func(t *testing.T) {
				f, err := kafkatest.StartFake(1)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = f.Stop() })
				topics := newOutputs(t, f.Brokers())
				w := newWriter(t, f.Brokers(), topics, 0, nil)
				write(t, w, "before")
				commit(t, w)
				put(t, w, task.OutDecisions, "first half")
				put(t, w, task.OutProgress, "first half")
				flush(t, w)
				f.ControlKey(keyProduce, func(r kmsg.Request) (kmsg.Response, error, bool) {
					req := r.(*kmsg.ProduceRequest)
					resp := req.ResponseKind().(*kmsg.ProduceResponse)
					for _, rt := range req.Topics {
						st := kmsg.NewProduceResponseTopic()
						st.Topic, st.TopicID = rt.Topic, rt.TopicID
						for _, rp := range rt.Partitions {
							sp := kmsg.NewProduceResponseTopicPartition()
							sp.Partition, sp.ErrorCode = rp.Partition, code.Code
							if truncated {
								sp.LogStartOffset = 1000
							}
							st.Partitions = append(st.Partitions, sp)
						}
						resp.Topics = append(resp.Topics, st)
					}
					return resp, nil, true
				})
				put(t, w, task.OutDecisions, "second half")
				put(t, w, task.OutProgress, "second half")
				if err := w.Commit(t.Context()); err == nil {
					t.Error("half a transaction was committed")
				} else {
					t.Log(err)
				}
				next := newWriter(t, f.Brokers(), topics, 0, nil)
				if decisions, progress := committed(t, f.Brokers(), topics, 0); !slices.Equal(decisions, []string{"before"}) || progress != "before" {
					t.Errorf("%q and progress %q are committed", decisions, progress)
				}
				write(t, next, "after")
				commit(t, next)
				if decisions, progress := committed(t, f.Brokers(), topics, 0); !slices.Equal(decisions, []string{"before", "after"}) || progress != "after" {
					t.Errorf("in the end %q and progress %q are committed", decisions, progress)
				}
			})
		}
	}
}
