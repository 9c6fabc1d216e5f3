package kafka

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// refuse answers Produce with a code, as often as it says, and counts.
func refuse(f interface {
	ControlKey(int16, func(kmsg.Request) (kmsg.Response, error, bool))
	KeepControl()
}, code func(n int64) *kerr.Error) *atomic.Int64 {
	n := new(atomic.Int64)
	f.ControlKey(keyProduce, func(r kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		e := code(n.Add(1))
		if e == nil {
			return nil, nil, false
		}
		return produceAnswer(r, e, -1), nil, true
	})
	return n
}

// produceAnswer answers all partitions of a Produce request with a code.
func produceAnswer(r kmsg.Request, e *kerr.Error, offset int64) kmsg.Response {
	req := r.(*kmsg.ProduceRequest)
	resp := req.ResponseKind().(*kmsg.ProduceResponse)
	for _, rt := range req.Topics {
		st := kmsg.NewProduceResponseTopic()
		st.Topic, st.TopicID = rt.Topic, rt.TopicID
		for _, rp := range rt.Partitions {
			sp := kmsg.NewProduceResponseTopicPartition()
			sp.Partition, sp.ErrorCode, sp.BaseOffset = rp.Partition, e.Code, offset
			st.Partitions = append(st.Partitions, sp)
		}
		resp.Topics = append(resp.Topics, st)
	}
	return resp
}

// Refusals that pass are waited out: everything is written, once.
func TestPassingRefusalsAreWaitedOut(t *testing.T) {
	for _, code := range []*kerr.Error{kerr.NotLeaderForPartition, kerr.LeaderNotAvailable, kerr.RequestTimedOut, kerr.NotEnoughReplicas,
		kerr.NotEnoughReplicasAfterAppend, kerr.ConcurrentTransactions, kerr.UnknownTopicOrPartition, kerr.KafkaStorageError, kerr.FencedLeaderEpoch} {
		t.Run(code.Message, func(t *testing.T) {
			f := brokers.Fake(t, 1)
			topics := newOutputs(t, f.Brokers())
			w := newWriter(t, f.Brokers(), topics, 0, nil)
			n := refuse(f, func(n int64) *kerr.Error {
				if n <= 3 {
					return code
				}
				return nil
			})
			write(t, w, "a")
			commit(t, w)
			write(t, w, "b")
			commit(t, w)
			if decisions, progress := committed(t, f.Brokers(), topics, 0); !slices.Equal(decisions, []string{"a", "b"}) || progress != "b" {
				t.Errorf("%q and progress %q are committed", decisions, progress)
			}
			if n.Load() < 4 {
				t.Errorf("%d requests were sent", n.Load())
			}
		})
	}
}

// Refusals that do not pass end the writer, by their names.
func TestLastingRefusalsEndTheWriter(t *testing.T) {
	for code, fenced := range map[*kerr.Error]bool{
		kerr.InvalidProducerEpoch: true, kerr.ProducerFenced: true, kerr.InvalidTxnState: true, kerr.InvalidProducerIDMapping: true,
		kerr.OutOfOrderSequenceNumber: false, kerr.UnknownProducerID: false, kerr.MessageTooLarge: false, kerr.CorruptMessage: false,
		kerr.TopicAuthorizationFailed: false, kerr.TransactionalIDNotFound: false,
	} {
		t.Run(code.Message, func(t *testing.T) {
			f := brokers.Fake(t, 1)
			topics := newOutputs(t, f.Brokers())
			w := newWriter(t, f.Brokers(), topics, 0, nil)
			refuse(f, func(int64) *kerr.Error { return code })
			write(t, w, "lost")
			err := w.Commit(t.Context())
			if !errors.Is(err, code) || errors.Is(err, task.ErrFenced) != fenced || errors.Is(err, task.ErrUnknownOutcome) {
				t.Errorf("%v", err)
			}
			if errors.Is(err, ErrAuthorization) != (code == kerr.TopicAuthorizationFailed) {
				t.Errorf("%v", err)
			}
			if again := w.Produce(t.Context(), task.OutDecisions, nil, nil, nil); again == nil || !errors.Is(again, code) {
				t.Errorf("then %v", again)
			}
			if n := w.stats.ProduceErr.Load(); n == 0 {
				t.Error("no record was counted as refused")
			}
		})
	}
}

// What the broker calls a duplicate is written; where it does not know the offset any more,
// Next is behind what is known.
func TestADuplicateIsWritten(t *testing.T) {
	f := brokers.Fake(t, 1)
	topics := newOutputs(t, f.Brokers())
	w := newWriter(t, f.Brokers(), topics, 0, nil)
	write(t, w, "a")
	commit(t, w)
	next := w.Next(task.OutDecisions)
	put(t, w, task.OutDecisions, "b")
	flush(t, w)
	n := refuse(f, func(n int64) *kerr.Error {
		if n == 1 {
			return kerr.DuplicateSequenceNumber
		}
		return nil
	})
	put(t, w, task.OutDecisions, "taken for written")
	commit(t, w)
	if got := w.Next(task.OutDecisions); n.Load() != 1 || got != next+2 { // a's marker, and b
		t.Errorf("%d requests, and next is %d, not %d", n.Load(), got, next+2)
	}
}
