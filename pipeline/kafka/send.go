package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ackTimeout is how long a leader may wait for the replicas of a batch before it says so.
const ackTimeout = 10 * time.Second

// maxPauses is how often the pause before a batch is sent again is doubled.
const maxPauses = 5

// line is the way to one leader. While it is busy a goroutine sends what the outlets there
// have: one request at a time, each with all that has come during the one before. So a
// record goes out at once when nothing is on its way, and requests grow with the load.
type line struct {
	leader int32 // -1: who leads the outlets is to be found out
	busy   bool  // guarded by Writer.mu
}

// lineTo is the line to a leader. The caller holds w.mu.
func (w *Writer) lineTo(leader int32) *line {
	for _, l := range w.lines {
		if l.leader == leader {
			return l
		}
	}
	l := &line{leader: leader}
	w.lines = append(w.lines, l)
	return l
}

// kick starts a line that is not busy. The caller holds w.mu.
func (w *Writer) kick(l *line) {
	if !l.busy {
		l.busy = true
		go w.run(l)
	}
}

// run sends until there is nothing left, or the writer has ended.
func (w *Writer) run(l *line) {
	if w.cfg.Linger > 0 {
		w.linger()
	}
	for {
		outlets, batches := w.load(l)
		switch {
		case len(outlets) == 0:
			return
		case l.leader < 0:
			w.locate(outlets)
		default:
			w.exchange(l, outlets, batches)
		}
	}
}

// linger waits for more records, or for a Seal.
func (w *Writer) linger() {
	timer := time.NewTimer(w.cfg.Linger)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.hurry:
	case <-w.ctx.Done():
	}
}

// load takes what the outlets of a line are to send next. With nothing, the line is not busy
// any more.
func (w *Writer) load(l *line) (outlets []*outlet, batches []*outBatch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil && w.ctx.Err() == nil {
		for _, o := range w.outlets {
			if o.line != l {
				continue
			}
			if b := o.next(); b != nil {
				outlets, batches = append(outlets, o), append(batches, b)
			}
		}
	}
	l.busy = len(outlets) > 0
	if l.busy && l.leader >= 0 {
		w.writing.sent = true
	}
	return outlets, batches
}

// locate finds out who leads these partitions, and sends there what they have. It pauses as
// long as the one that was tried most often asks for.
func (w *Writer) locate(outlets []*outlet) {
	tries := 0
	for _, o := range outlets {
		tries = max(tries, o.tries)
	}
	if tries > 0 && sleep(w.ctx, backoff(min(tries-1, maxPauses))) != nil {
		return
	}
	for _, o := range outlets {
		leader, err := w.link.leader(w.ctx, o.topic, w.partition, o.misled)
		if err == nil && leader < 0 {
			err = kerr.LeaderNotAvailable
		}
		w.mu.Lock()
		if err != nil {
			w.again(o, err)
		} else {
			o.line = w.lineTo(leader)
			w.kick(o.line)
		}
		w.mu.Unlock()
	}
}

// exchange sends one request, and handles the answer.
func (w *Writer) exchange(l *line, outlets []*outlet, batches []*outBatch) {
	lane := w.writing
	if !w.link.newer {
		if err := w.join(lane, outlets); err != nil {
			w.failed(outlets, err)
			return
		}
	}
	req := kmsg.NewPtrProduceRequest()
	req.TransactionID, req.Acks, req.TimeoutMillis = &lane.id, -1, int32(ackTimeout.Milliseconds())
	req.Topics = make([]kmsg.ProduceRequestTopic, len(outlets))
	partitions := make([]kmsg.ProduceRequestTopicPartition, len(outlets))
	for i, o := range outlets {
		b := batches[i]
		if b.wire == nil {
			b.encode(w.compressor, lane.producer, o.sequence[lane.at])
			o.sequence[lane.at] = nextSequence(o.sequence[lane.at], b.records)
		}
		partitions[i].Partition, partitions[i].Records = w.partition, b.wire
		req.Topics[i].Topic, req.Topics[i].Partitions = o.topic, partitions[i:i+1:i+1]
	}
	answer, err := w.link.client.Broker(int(l.leader)).Request(w.ctx, req)
	if err != nil {
		w.failed(outlets, err)
		return
	}
	w.answered(outlets, answer.(*kmsg.ProduceResponse))
}

// join adds the partitions to the transaction that are not in it yet.
func (w *Writer) join(lane *lane, outlets []*outlet) error {
	var topics []string
	for _, o := range outlets {
		if !o.added[lane.at] {
			topics = append(topics, o.topic)
		}
	}
	if len(topics) == 0 {
		return nil
	}
	if err := lane.add(w.ctx, topics, w.partition); err != nil {
		return err
	}
	for _, o := range outlets {
		o.added[lane.at] = true
	}
	return nil
}

// failed handles a request without an answer: the brokers may have all of it, or nothing.
func (w *Writer) failed(outlets []*outlet, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range outlets {
		w.again(o, err)
	}
}

// answered handles the answer to a request for these outlets.
func (w *Writer) answered(outlets []*outlet, answer *kmsg.ProduceResponse) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range outlets {
		offset, err := outcome(answer, o.topic, w.partition)
		if err != nil {
			w.again(o, err)
		} else {
			w.acknowledged(o, offset)
		}
	}
}

// outcome is the answer for one partition: the offset of the batch's first record, -1 where
// the broker does not know it any more, or why it was not written.
func outcome(answer *kmsg.ProduceResponse, topic string, partition int32) (offset int64, err error) {
	for i := range answer.Topics {
		t := &answer.Topics[i]
		if t.Topic != topic {
			continue
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			if p.Partition != partition {
				continue
			}
			// DUPLICATE_SEQUENCE_NUMBER: it was written the first time.
			if p.ErrorCode == 0 || p.ErrorCode == kerr.DuplicateSequenceNumber.Code {
				return p.BaseOffset, nil
			}
			err := kerr.ErrorForCode(p.ErrorCode)
			if p.ErrorMessage != nil && *p.ErrorMessage != "" {
				err = fmt.Errorf("topic %s partition %d: %w: %s", topic, partition, err, *p.ErrorMessage)
			}
			return -1, err
		}
	}
	return -1, errUnanswered
}

var errUnanswered = errors.New("the broker's answer leaves out a partition")

// acknowledged takes note that the batch that was sent is written. The caller holds w.mu.
func (w *Writer) acknowledged(o *outlet, offset int64) {
	if w.fault != nil {
		return
	}
	b := o.sent
	o.sent, o.tries, o.unknown = nil, 0, 0
	lane := w.writing
	for out, delta := range b.last {
		if offset >= 0 && delta >= 0 {
			lane.last[out] = max(lane.last[out], offset+int64(delta))
		}
	}
	w.unacked.add(-int(b.records), -b.size)
	b.free()
	w.tell()
}

// again has a batch sent again that was refused, or that there was no answer to, unless the
// fault is one that does not pass. The caller holds w.mu.
func (w *Writer) again(o *outlet, err error) {
	if w.fault != nil {
		return
	}
	if !passes(err) {
		w.fail(err)
		return
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		if o.unknown++; o.unknown > maxUnknown {
			w.fail(err)
			return
		}
	} else {
		o.unknown = 0
	}
	o.tries++
	if !errors.Is(err, kerr.ConcurrentTransactions) { // that is the partition's leader talking
		o.misled = time.Now()
	}
	o.line = w.lineTo(-1)
	w.kick(o.line)
}

// passes tells whether a batch may be sent again after such a fault. Faults of connections
// are none of the brokers' codes.
func passes(err error) bool {
	var code *kerr.Error
	switch {
	case errors.As(err, &code):
		return code == kerr.ConcurrentTransactions || code.Retriable && code != kerr.CorruptMessage
	case errors.Is(err, kgo.ErrClientClosed), errors.Is(err, context.Canceled):
		return false
	}
	return true
}
