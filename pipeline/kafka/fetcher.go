package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// FetchConfig is how input is read.
type FetchConfig struct {
	Config
	Topics []string // every feed has the same partition of each, in this order

	MaxBytes          int           // of one answer of a broker
	MaxPartitionBytes int           // of one partition in one answer
	MaxWait           time.Duration // how long a broker waits for new records
	BufferedBytes     int           // of one partition of a topic waiting to be polled; from there on it is not asked for
	Pace              time.Duration // pause after an answer of less than paceBytes: single records must not cost a request each
	RequestTimeout    time.Duration // beyond MaxWait; then the connection is given up
	UnknownTopicAfter time.Duration // a topic unknown for this long ends the feed

	Held func() bool // true: nothing is asked for now, for want of memory; may be nil

	Log   *slog.Logger
	Stats *FetchStats // may be nil
}

// DefaultFetch is the settings that the benchmarks are made with.
func DefaultFetch() FetchConfig {
	return FetchConfig{
		MaxBytes:          16 << 20,
		MaxPartitionBytes: 1 << 20,
		MaxWait:           250 * time.Millisecond,
		BufferedBytes:     1 << 20,
		Pace:              250 * time.Microsecond,
		RequestTimeout:    5 * time.Second,
		UnknownTopicAfter: 30 * time.Second,
	}
}

const (
	// waitersPerLeader bounds the long polls under way to one broker, for partitions
	// read to their end. When one ends, the next takes all partitions that are in
	// none, so there is mostly one. Beside them at most one request that does not
	// wait is under way, for partitions that are behind: nothing behind ever waits
	// for a long poll to end.
	waitersPerLeader = 3
	// paceBytes is an answer large enough to ask again at once.
	paceBytes = 16 << 10
	// leadersEvery is how often the leaders are looked up (in kafka-go's memory).
	leadersEvery = 250 * time.Millisecond
	// heldPause is how often it is asked whether there is memory again.
	heldPause = 100 * time.Millisecond
	// Passing faults are tried again after firstBackoff, doubled up to maxBackoff,
	// less a random half.
	firstBackoff = 20 * time.Millisecond
	maxBackoff   = 500 * time.Millisecond
)

// Fetcher reads the input partitions of all feeds: one request at a time, or two,
// to each leader, each for all the partitions there that want data.
type Fetcher struct {
	cfg   FetchConfig
	tr    *transport
	stats *FetchStats
	log   *slog.Logger
	kicks chan struct{}

	mu    sync.Mutex
	feeds map[int32]*Feed
	load  map[int32]*load // by leader
	lost  trouble         // with looking up the leaders

	decoders sync.Pool // *batchDecoder

	// Run's goroutine owns these.
	leaders map[topicPartition]int32
	turn    int
}

// load is what is under way to one leader.
type load struct {
	waiters int
	hasty   bool      // a request that does not wait
	pause   time.Time // no request before
	away    trouble   // no answer
}

// job is one request to be made.
type job struct {
	leader  int32
	sources []*source
	hasty   bool
}

// NewFetcher builds a fetcher; Run does its work. It fails only on settings.
func NewFetcher(cfg FetchConfig) (*Fetcher, error) {
	var faults []error
	if len(cfg.Topics) == 0 {
		faults = append(faults, errors.New("topics: empty; at least one is needed"))
	}
	for _, n := range []struct {
		name string
		v    int
	}{{"max_bytes", cfg.MaxBytes}, {"max_partition_bytes", cfg.MaxPartitionBytes}, {"buffered_bytes", cfg.BufferedBytes}} {
		if n.v < 1 || n.v > maxAnswer {
			faults = append(faults, fmt.Errorf("%s: %d; allowed: 1 to %d", n.name, n.v, maxAnswer))
		}
	}
	if cfg.MaxWait < time.Millisecond || cfg.MaxWait > time.Minute {
		faults = append(faults, fmt.Errorf("max_wait: %v; allowed: 1ms to 1m", cfg.MaxWait))
	}
	if cfg.RequestTimeout <= 0 {
		faults = append(faults, fmt.Errorf("request_timeout: %v; it must be above 0", cfg.RequestTimeout))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	tr, err := newTransport(&cfg.Config, cfg.Topics)
	if err != nil {
		return nil, err
	}
	if cfg.Stats == nil {
		cfg.Stats = new(FetchStats)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Fetcher{
		cfg: cfg, tr: tr, stats: cfg.Stats, log: cfg.Log,
		kicks: make(chan struct{}, 1),
		feeds: map[int32]*Feed{}, load: map[int32]*load{},
		decoders: sync.Pool{New: func() any { return newBatchDecoder() }},
	}, nil
}

// Open starts to read a partition, at one offset for each topic. One feed of a
// partition may be open at a time.
func (f *Fetcher) Open(partition int32, offsets []int64) (*Feed, error) {
	if len(offsets) != len(f.cfg.Topics) {
		return nil, fmt.Errorf("open partition %d: %d offsets for %d topics", partition, len(offsets), len(f.cfg.Topics))
	}
	feed := &Feed{fetcher: f, partition: partition, wake: make(chan struct{}, 1)}
	for i, topic := range f.cfg.Topics {
		if offsets[i] < 0 {
			return nil, fmt.Errorf("open partition %d: topic %s: offset %d; it must be 0 or more", partition, topic, offsets[i])
		}
		feed.sources = append(feed.sources, &source{
			feed: feed, topic: topic, index: i, next: offsets[i], max: int32(f.cfg.MaxPartitionBytes),
		})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.feeds[partition] != nil {
		return nil, fmt.Errorf("open partition %d: it is open already", partition)
	}
	f.feeds[partition] = feed
	f.kick()
	return feed, nil
}

// Stable calls fn with the last stable offset, as of its last fetch, of every
// partition that is being read.
func (f *Fetcher) Stable(fn func(topic string, partition int32, offset int64)) {
	f.mu.Lock()
	feeds := make([]*Feed, 0, len(f.feeds))
	for _, feed := range f.feeds {
		feeds = append(feeds, feed)
	}
	f.mu.Unlock()
	for _, feed := range feeds {
		feed.mu.Lock()
		for _, s := range feed.sources {
			if s.known {
				fn(s.topic, feed.partition, s.stable)
			}
		}
		feed.mu.Unlock()
	}
}

func (f *Fetcher) forget(feed *Feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.feeds[feed.partition] == feed {
		delete(f.feeds, feed.partition)
	}
}

// kick makes Run look for work.
func (f *Fetcher) kick() {
	select {
	case f.kicks <- struct{}{}:
	default:
	}
}

// Run fetches for the feeds until ctx ends, then closes all connections. It
// returns ctx's error.
func (f *Fetcher) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var requests sync.WaitGroup
	defer func() {
		cancel()
		f.tr.close()
		requests.Wait()
	}()
	lookup := time.Time{}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := time.Now()
		if !now.Before(lookup) {
			f.lookup(ctx)
			now = time.Now()
			lookup = now.Add(leadersEvery)
		}
		jobs, again := f.plan(now)
		for _, j := range jobs {
			requests.Add(1)
			go func() {
				defer requests.Done()
				f.request(ctx, j)
			}()
		}
		if again.IsZero() || again.After(lookup) {
			again = lookup
		}
		timer.Reset(time.Until(again))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.kicks:
		case <-timer.C:
		}
	}
}

// plan takes the sources that want data, by leader, for every leader that may be
// asked now. again is when to look again; zero: no reason known yet.
func (f *Fetcher) plan(now time.Time) (jobs []job, again time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	soonest := func(t time.Time) {
		if t.After(now) && (again.IsZero() || t.Before(again)) {
			again = t
		}
	}
	if f.cfg.Held != nil && f.cfg.Held() {
		return nil, now.Add(heldPause)
	}
	wanted := map[int32]*job{}
	for partition, feed := range f.feeds {
		feed.mu.Lock()
		for _, s := range feed.sources {
			if feed.err != nil || !s.want(now, f.cfg.BufferedBytes) {
				soonest(s.after)
				continue
			}
			leader, ok := f.leaders[topicPartition{s.topic, partition}]
			if !ok {
				f.missing(s, now)
				continue
			}
			j := wanted[leader]
			if j == nil {
				j = &job{leader: leader}
				wanted[leader] = j
			}
			j.sources = append(j.sources, s)
			j.hasty = j.hasty || s.behind()
		}
		feed.mu.Unlock()
	}
	f.turn++
	for leader, j := range wanted {
		l := f.load[leader]
		if l == nil {
			l = new(load)
			f.load[leader] = l
		}
		switch {
		case now.Before(l.pause):
			soonest(l.pause)
			continue
		case j.hasty && l.hasty, !j.hasty && l.waiters >= waitersPerLeader:
			continue // the end of a request is a reason to look again
		case j.hasty:
			l.hasty = true
		default:
			l.waiters++
		}
		for _, s := range j.sources {
			s.feed.mu.Lock()
			s.busy = true
			s.feed.mu.Unlock()
		}
		f.rotate(j.sources)
		jobs = append(jobs, *j)
	}
	return jobs, again
}

// rotate orders the sources by topic and begins with another one each time: a
// broker fills its answer from the front, so no partition starves.
func (f *Fetcher) rotate(sources []*source) {
	slices.SortFunc(sources, func(a, b *source) int {
		if a.index != b.index {
			return a.index - b.index
		}
		return int(a.feed.partition - b.feed.partition)
	})
	n := f.turn % len(sources)
	slices.Reverse(sources[:n])
	slices.Reverse(sources[n:])
	slices.Reverse(sources)
}

// backoff is the pause before try number n+1.
func backoff(n int) time.Duration {
	d := maxBackoff
	if n < 7 {
		d = min(d, firstBackoff<<n)
	}
	return d - rand.N(d/2)
}
