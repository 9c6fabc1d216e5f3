package kafka

import (
	"sync"
	"time"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// Feed is what a Fetcher brings of one partition of every topic. The task's
// goroutine calls its methods; the fetcher's goroutines fill it.
type Feed struct {
	fetcher   *Fetcher
	partition int32
	wake      chan struct{}

	mu      sync.Mutex
	sources []*source // by topic
	err     error
	closed  bool
}

var _ task.Feed = (*Feed)(nil)

// source is one partition of one topic in a feed; the feed's mutex guards it.
type source struct {
	feed   *Feed
	topic  string
	index  int
	next   int64 // offset to ask for
	queue  []*record.Batch
	queued int // bytes in queue
	// known is true once an answer has come, and stable is that answer's.
	known   bool
	stable  int64
	busy    bool // in a request that is under way
	faults  int  // in a row
	after   time.Time
	unknown time.Time // since when the topic has been unknown to its brokers
	max     int32     // bytes to ask for; grows when one batch is larger
}

// caughtUp needs the feed's mutex.
func (s *source) caughtUp() bool { return len(s.queue) == 0 && !s.behind() }

// behind is true unless the last answer left the source at its last stable offset.
// It needs the feed's mutex.
func (s *source) behind() bool { return !s.known || s.next < s.stable }

// Poll implements task.Feed.
func (f *Feed) Poll(topic int) *record.Batch {
	f.mu.Lock()
	s := f.sources[topic]
	if len(s.queue) == 0 {
		f.mu.Unlock()
		return nil
	}
	b := s.queue[0]
	s.queue[0] = nil
	s.queue = s.queue[1:]
	bound := f.fetcher.cfg.BufferedBytes
	wasFull := s.queued >= bound
	s.queued -= b.Bytes
	room := wasFull && s.queued < bound
	f.mu.Unlock()
	if room {
		f.fetcher.kick()
	}
	return b
}

// CaughtUp implements task.Feed.
func (f *Feed) CaughtUp(topic int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sources[topic].caughtUp()
}

// Wake implements task.Feed.
func (f *Feed) Wake() <-chan struct{} { return f.wake }

// Err implements task.Feed. A fault of a partition is a *PartitionError.
func (f *Feed) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Close implements task.Feed.
func (f *Feed) Close() {
	f.fetcher.forget(f)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, s := range f.sources {
		for _, b := range s.queue {
			b.Release()
		}
		s.queue, s.queued = nil, 0
	}
}

func (f *Feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// fail ends the feed with its first fault.
func (f *Feed) fail(err error) {
	f.mu.Lock()
	if f.err == nil && !f.closed {
		f.err = err
		f.fetcher.stats.Failed.Add(1)
	}
	f.mu.Unlock()
	f.signal()
}

// deliver takes what one answer brought of a source. b may be nil: nothing new.
func (s *source) deliver(b *record.Batch, next, stable int64) {
	f := s.feed
	f.mu.Lock()
	s.busy, s.faults, s.unknown = false, 0, time.Time{}
	if f.closed || f.err != nil {
		f.mu.Unlock()
		if b != nil {
			b.Release()
		}
		return
	}
	before := s.caughtUp()
	s.known, s.next, s.stable = true, next, stable
	if b != nil {
		s.queue = append(s.queue, b)
		s.queued += b.Bytes
	}
	changed := b != nil || before != s.caughtUp()
	f.mu.Unlock()
	if changed {
		f.signal()
	}
}

// Paused is how many partitions of topics are not asked for, as enough of them waits to be
// polled.
func (f *Fetcher) Paused() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, feed := range f.feeds {
		feed.mu.Lock()
		for _, s := range feed.sources {
			if s.queued >= f.cfg.BufferedBytes {
				n++
			}
		}
		feed.mu.Unlock()
	}
	return n
}

// want is true when the source should be part of the next request.
func (s *source) want(now time.Time, bound int) bool {
	return !s.busy && s.queued < bound && !now.Before(s.after)
}
