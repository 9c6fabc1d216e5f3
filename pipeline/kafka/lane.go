package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/clearlane/clearlane/pipeline/task"
)

// lanes is how many producers a writer uses in turn. While the brokers end the
// transaction of one, and write its markers, the records of the next transaction are
// written by the other. What is committed is a beginning of what was written, in its
// order: a transaction's first record is written when all of the one before are
// acknowledged, and its end is asked for when that of the one before was answered. So
// it does not matter which of the two a newer owner fences first.
const lanes = 2

// lane is one of the producers. Its sequence numbers are the outlets'.
type lane struct {
	at       int    // its place among the lanes
	id       string // transactional.id
	link     *link
	patience time.Duration // how long its coordinator is asked for one thing

	// What follows is Writer.mu's from the transaction's first record until it is sealed, and
	// its committer's from then on.
	producer
	open bool                   // a transaction is open
	sent bool                   // so that the brokers may know of it
	last [task.NumOutputs]int64 // highest offset acknowledged in it, -1 for none
}

// producer is what brokers know a writer by.
type producer struct {
	id    int64
	epoch int16
}

// fence takes the transactional.id: when it returns, its earlier producers are fenced and
// their open transaction has ended, with its markers written.
func (l *lane) fence(ctx context.Context, timeout time.Duration) error {
	err := l.ask(ctx, func() (int16, error) {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID, req.TransactionTimeoutMillis = &l.id, int32(timeout.Milliseconds())
		req.ProducerID, req.ProducerEpoch = -1, -1
		answer, err := req.RequestWith(ctx, l.link.client)
		if err != nil {
			return 0, err
		}
		l.producer = producer{answer.ProducerID, answer.ProducerEpoch}
		return answer.ErrorCode, nil
	})
	if err != nil {
		return fmt.Errorf("fence %s: %w", l.id, writeFault(err))
	}
	l.reset()
	return nil
}

func (l *lane) reset() {
	l.open, l.sent = false, false
	for out := range l.last {
		l.last[out] = -1
	}
}

// end ends the transaction, and makes the lane ready for its next one. renewed tells that the
// producer has an id or epoch of its own from here on, in which sequences begin at 0.
func (l *lane) end(ctx context.Context, commit bool) (renewed bool, err error) {
	err = l.ask(ctx, func() (int16, error) {
		req := kmsg.NewPtrEndTxnRequest()
		req.TransactionalID, req.Commit = l.id, commit
		req.ProducerID, req.ProducerEpoch = l.producer.id, l.epoch
		answer, err := req.RequestWith(ctx, l.link.client)
		if err != nil {
			return 0, err
		}
		if answer.ErrorCode == 0 && answer.Version >= newEndTxn && answer.ProducerID >= 0 {
			l.producer, renewed = producer{answer.ProducerID, answer.ProducerEpoch}, true
		}
		return answer.ErrorCode, nil
	})
	return renewed, err
}

// add adds partitions to the transaction of brokers that do not do so by themselves.
func (l *lane) add(ctx context.Context, topics []string, partition int32) error {
	return l.ask(ctx, func() (int16, error) {
		req := kmsg.NewPtrAddPartitionsToTxnRequest()
		req.TransactionalID, req.ProducerID, req.ProducerEpoch = l.id, l.producer.id, l.epoch
		for _, topic := range topics {
			t := kmsg.NewAddPartitionsToTxnRequestTopic()
			t.Topic, t.Partitions = topic, []int32{partition}
			req.Topics = append(req.Topics, t)
		}
		answer, err := req.RequestWith(ctx, l.link.client)
		if err != nil {
			return 0, err
		}
		for i := range answer.Topics {
			for j := range answer.Topics[i].Partitions {
				// OPERATION_NOT_ATTEMPTED only says that another one has a fault.
				if code := answer.Topics[i].Partitions[j].ErrorCode; code != 0 && code != kerr.OperationNotAttempted.Code {
					return code, nil
				}
			}
		}
		return 0, nil
	})
}

// ask asks the transaction's coordinator, again and again while it says that markers of the
// lane's last transaction are still to be written, and while it is not found: kgo asks again
// where a coordinator has moved or its connection broke, but gives up where the node it asks for
// the coordinator is itself the one that died. Asking twice is safe: brokers that have ended a
// transaction say so again. It ends with ctx, and after the patience of a commit.
func (l *lane) ask(ctx context.Context, request func() (int16, error)) error {
	began := time.Now()
	for tries := 0; ; tries++ {
		code, err := request()
		if err == nil {
			err = kerr.ErrorForCode(code)
		}
		if err == nil || !passes(err) || time.Since(began) > l.patience || sleep(ctx, backoff(tries)) != nil {
			return err
		}
	}
}
