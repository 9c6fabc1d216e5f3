package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/fetch"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/clearlane/clearlane/pipeline/record"
)

// maxCorrupt is how often a corrupt answer is asked for again before it ends the feed.
const maxCorrupt = 5

// request asks one leader for all the sources of a job and delivers what comes.
func (f *Fetcher) request(ctx context.Context, j job) {
	leader, sources := j.leader, j.sources
	began := time.Now()
	answer, err := f.fetch(ctx, j)
	size := 0
	if err == nil && answer.code != 0 {
		err = kafkago.Error(answer.code)
		answer.free()
	}
	if err != nil {
		f.broken(ctx, j, began, err)
	} else {
		f.answered(leader)
		byName := make(map[topicPartition]*source, len(sources))
		for _, s := range sources {
			byName[topicPartition{s.topic, s.feed.partition}] = s
		}
		for i := range answer.parts {
			p := &answer.parts[i]
			tp := topicPartition{p.topic, p.partition}
			if s := byName[tp]; s != nil {
				delete(byName, tp)
				if p.data != nil {
					size += len(p.data.raw)
				}
				f.take(ctx, s, p)
			}
		}
		answer.free()
		for _, s := range byName {
			f.retry(s, fmt.Errorf("%w: missing in the answer", ErrCorrupt))
		}
	}
	f.mu.Lock()
	l := f.load[leader]
	if j.hasty {
		l.hasty = false
	} else {
		l.waiters--
	}
	if size < paceBytes {
		l.pause = time.Now().Add(f.cfg.Pace)
	}
	f.mu.Unlock()
	f.kick()
}

func (f *Fetcher) fetch(ctx context.Context, j job) (*fetchAnswer, error) {
	wait := f.cfg.MaxWait
	if j.hasty {
		wait = 0
	}
	req := &fetch.Request{
		ReplicaID: -1, MaxWaitTime: int32(wait.Milliseconds()), MinBytes: 1,
		MaxBytes: int32(f.cfg.MaxBytes), IsolationLevel: readCommitted, SessionEpoch: -1,
	}
	for _, s := range j.sources {
		n := len(req.Topics)
		if n == 0 || req.Topics[n-1].Topic != s.topic {
			req.Topics = append(req.Topics, fetch.RequestTopic{Topic: s.topic})
			n++
		}
		// Only the request that made s busy moves next and max, so that no lock is needed.
		t := &req.Topics[n-1]
		t.Partitions = append(t.Partitions, fetch.RequestPartition{
			Partition: s.feed.partition, CurrentLeaderEpoch: -1,
			FetchOffset: s.next, LogStartOffset: -1, PartitionMaxBytes: s.max,
		})
	}
	f.stats.Requests.Add(1)
	ctx, cancel := context.WithTimeout(ctx, wait+f.cfg.RequestTimeout)
	defer cancel()
	return f.tr.fetch(ctx, j.leader, req)
}

// fetch sends one request to one broker.
func (t *transport) fetch(ctx context.Context, leader int32, req *fetch.Request) (*fetchAnswer, error) {
	r, err := t.RoundTrip(ctx, t.addr, &fetchRequest{Request: req, broker: leader, clientID: t.clientID})
	if err != nil {
		return nil, fmt.Errorf("fetch from broker %d: %w", leader, err)
	}
	return r.(*fetchAnswer), nil
}

// broken handles a request that brought no answer.
func (f *Fetcher) broken(ctx context.Context, j job, began time.Time, err error) {
	named := accessFault(err)
	if ctx.Err() == nil {
		f.mu.Lock()
		say := f.load[j.leader].away.failed(began, time.Now(), err)
		f.mu.Unlock()
		if say {
			f.log.Warn("kafka: no answer; it is asked again", "leader", j.leader, "err", err)
		}
	}
	for _, s := range j.sources {
		if named != nil && ctx.Err() == nil {
			s.feed.fail(named)
		}
		f.retry(s, err)
	}
}

// answered ends the trouble with a leader.
func (f *Fetcher) answered(leader int32) {
	f.mu.Lock()
	lasted := f.load[leader].away.over(time.Now())
	f.mu.Unlock()
	if lasted > 0 {
		f.log.Info("kafka: answers again", "leader", leader, "away", lasted)
	}
}

// retry asks for a source again after a pause.
func (f *Fetcher) retry(s *source, _ error) {
	f.stats.Retries.Add(1)
	s.feed.mu.Lock()
	s.busy = false
	s.after = time.Now().Add(backoff(s.faults))
	s.faults++
	s.feed.mu.Unlock()
}

// take handles the answer for one source.
func (f *Fetcher) take(ctx context.Context, s *source, p *partAnswer) {
	switch code := kafkago.Error(p.code); code {
	case 0:
		f.decode(s, p)
	case kafkago.OffsetOutOfRange:
		f.outOfRange(ctx, s)
	case kafkago.TopicAuthorizationFailed:
		f.end(s, ErrAuthorization)
	case kafkago.UnknownTopicOrPartition:
		s.feed.mu.Lock()
		f.missing(s, time.Now())
		s.feed.mu.Unlock()
		f.retry(s, code)
	default:
		// A leader that moved, a broker that starts or stops, a throttled disk: all
		// of them pass.
		f.log.Info("kafka: fetch", "topic", s.topic, "partition", s.feed.partition, "err", code)
		f.retry(s, code)
	}
}

func (f *Fetcher) decode(s *source, p *partAnswer) {
	a := p.data
	p.data = nil
	if a == nil {
		s.deliver(nil, s.next, p.stable)
		return
	}
	d := f.decoders.Get().(*batchDecoder)
	next, complete, err := d.decode(a, p.aborted, s.next)
	skipped := d.skipped
	f.decoders.Put(d)
	if err != nil {
		a.free()
		f.log.Error("kafka: decode", "topic", s.topic, "partition", s.feed.partition, "offset", next, "err", err)
		if s.faults >= maxCorrupt {
			f.end(s, err)
			return
		}
		f.retry(s, err)
		return
	}
	if !complete {
		s.max = int32(min(2*int64(s.max), math.MaxInt32)) // one batch is larger than what was asked for
	}
	f.stats.Bytes.Add(int64(len(a.raw)))
	f.stats.Records.Add(int64(len(a.records)))
	f.stats.Skipped.Add(int64(skipped))
	if next == s.next {
		a.free()
		s.deliver(nil, next, p.stable)
		return
	}
	b := &record.Batch{Records: a.records, Next: next, LastStable: p.stable, LogStart: p.logStart}
	if len(a.records) == 0 {
		a.free()
	} else {
		b.Bytes, b.Free = a.bytes(), a.free
	}
	s.deliver(b, next, p.stable)
}

// end ends the source's feed with a fault that does not pass.
func (f *Fetcher) end(s *source, err error) {
	s.feed.fail(&PartitionError{Topic: s.topic, Partition: s.feed.partition, Offset: s.next, LogStart: -1, LogEnd: -1, Err: err})
	f.retry(s, err)
}

func (f *Fetcher) outOfRange(ctx context.Context, s *source) {
	fault := &PartitionError{Topic: s.topic, Partition: s.feed.partition, Offset: s.next, LogStart: -1, LogEnd: -1, Err: ErrOutOfRange}
	ctx, cancel := context.WithTimeout(ctx, f.cfg.RequestTimeout)
	defer cancel()
	if b, err := f.tr.bounds(ctx, s.topic, s.feed.partition); err == nil {
		fault.LogStart, fault.LogEnd = b.Start, b.Stable
	}
	s.feed.fail(fault)
	f.retry(s, fault)
}

// accessFault names a refusal of the brokers that trying again does not heal, or nil.
func accessFault(err error) error {
	var code kafkago.Error
	switch {
	case errors.Is(err, ErrAuthentication), errors.Is(err, ErrAuthorization):
		return err
	case errors.Is(err, kerr.SaslAuthenticationFailed), errors.Is(err, kerr.UnsupportedSaslMechanism), errors.Is(err, kerr.IllegalSaslState):
		return fmt.Errorf("%w: %w", ErrAuthentication, err)
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.GroupAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		return fmt.Errorf("%w: %w", ErrAuthorization, err)
	case errors.As(err, &code):
		switch code {
		case kafkago.SASLAuthenticationFailed, kafkago.UnsupportedSASLMechanism, kafkago.IllegalSASLState:
			return fmt.Errorf("%w: %w", ErrAuthentication, err)
		case kafkago.TopicAuthorizationFailed, kafkago.GroupAuthorizationFailed, kafkago.ClusterAuthorizationFailed:
			return fmt.Errorf("%w: %w", ErrAuthorization, err)
		}
	}
	return nil
}
