package kafka

import (
	"context"
	"fmt"
	"time"
)

// lookup learns who leads the partitions.
func (f *Fetcher) lookup(ctx context.Context) {
	began := time.Now()
	try, cancel := context.WithTimeout(ctx, f.cfg.RequestTimeout)
	defer cancel()
	leaders, err := f.tr.leaders(try, f.cfg.Topics)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		f.mu.Lock()
		say := f.lost.failed(began, time.Now(), err)
		f.mu.Unlock()
		if say {
			f.log.Warn("kafka: look up leaders", "err", err)
		}
		f.stats.Retries.Add(1)
		if named := accessFault(err); named != nil {
			f.failAll(named)
		}
		return
	}
	for tp, l := range f.leaders {
		if n, ok := leaders[tp]; ok && n != l {
			f.stats.LeaderGen.Add(1)
		}
	}
	f.leaders = leaders
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost.over(time.Now())
	for leader, l := range f.load { // nothing is asked of a broker that leads nothing any more
		if !l.away.since.IsZero() && !leads(leaders, leader) {
			l.away.over(time.Now())
		}
	}
}

func leads(leaders map[topicPartition]int32, broker int32) bool {
	for _, l := range leaders {
		if l == broker {
			return true
		}
	}
	return false
}

// failAll ends every feed.
func (f *Fetcher) failAll(err error) {
	f.mu.Lock()
	feeds := make([]*Feed, 0, len(f.feeds))
	for _, feed := range f.feeds {
		feeds = append(feeds, feed)
	}
	f.mu.Unlock()
	for _, feed := range feeds {
		feed.fail(err)
	}
}

// missing counts the time that a source has been without a leader. The feed's
// mutex is held.
func (f *Fetcher) missing(s *source, now time.Time) {
	s.after = now.Add(leadersEvery)
	if s.unknown.IsZero() {
		s.unknown = now
	}
	if now.Sub(s.unknown) > f.cfg.UnknownTopicAfter && s.feed.err == nil {
		s.feed.err = &PartitionError{Topic: s.topic, Partition: s.feed.partition, Offset: s.next,
			LogStart: -1, LogEnd: -1, Err: fmt.Errorf("%w, or without a leader, for %v", ErrUnknownTopic, f.cfg.UnknownTopicAfter)}
		f.stats.Failed.Add(1)
		s.feed.signal()
	}
}

// Missing is the input topic that has been unknown to its brokers, or without a leader, for
// longest, and since when; empty while all are known. A feed ends of it only after
// UnknownTopicAfter: a topic may be made anew, and leaders move.
func (f *Fetcher) Missing() (topic string, since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, feed := range f.feeds {
		feed.mu.Lock()
		for _, s := range feed.sources {
			if !s.unknown.IsZero() && (since.IsZero() || s.unknown.Before(since)) {
				topic, since = s.topic, s.unknown
			}
		}
		feed.mu.Unlock()
	}
	return topic, since
}

// Away is the error of the leader that has given no answer for longest, and since when.
// It is nil while all of them answer.
func (f *Fetcher) Away() (since time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	longest := f.lost
	for _, l := range f.load {
		longest = longest.longer(l.away)
	}
	return longest.since, longest.err
}
