package stall

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The bounds of a Log.
const (
	// Least is how long a thing takes before it is kept.
	Least = 3 * time.Millisecond
	// Late is how late a record is committed, behind its timestamp, before it is a stall.
	Late = 100 * time.Millisecond
	// Longest is the delay from which on records are behind and not late: a backlog, or a
	// sender's clock.
	Longest = 30 * time.Second

	maxSpans  = 8192 // the newest, 24 bytes each
	maxStalls = 64   // the newest

	// settled is how long after a stall all that it may have been for is known.
	settled = 2 * time.Second
)

// Stall is a time during which records of a partition were committed late.
type Stall struct {
	Partition int32            `json:"partition"`
	Began     time.Time        `json:"began"` // timestamp of the record that was late first
	Ms        int64            `json:"ms"`    // the longest delay
	Cause     Cause            `json:"cause"`
	Beside    Cause            `json:"beside"`
	Of        map[string]int64 `json:"of_it_ms"` // by cause, those that cover something of it

	ended int64 // of the longest delay, Unix us
	last  int64 // when a record was late last, Unix us
}

// Log keeps the newest things that took long, and the newest stalls. Safe for concurrent
// use; noting costs a mutex, and only for what took long.
type Log struct {
	now func() time.Time

	mu     sync.Mutex
	spans  []Span // a ring
	next   int
	open   map[int32]*Stall // by partition, not settled
	stalls []Stall          // oldest first
	totals map[Pair]Total
}

// Pair is how stalls are counted.
type Pair struct{ Cause, Beside Cause }

// Total is the stalls of a pair so far.
type Total struct {
	Stalls int64
	Time   time.Duration // of the longest delay of each
}

// New makes an empty log.
func New(now func() time.Time) *Log {
	return &Log{now: now, open: map[int32]*Stall{}, totals: map[Pair]Total{}}
}

// Note keeps what took at least Least.
func (l *Log) Note(cause Cause, partition int32, began time.Time, took time.Duration) {
	if took < Least {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Span{cause, partition, began.UnixMicro(), began.Add(took).UnixMicro()}
	if len(l.spans) < maxSpans {
		l.spans = append(l.spans, s)
		return
	}
	l.spans[l.next] = s
	l.next = (l.next + 1) % maxSpans
}

// Delayed takes that records of a partition were committed now, the latest of them so
// long after its timestamp. Delays that overlap are one stall.
func (l *Log) Delayed(partition int32, delay time.Duration) {
	if delay < Late || delay > Longest {
		return
	}
	now := l.now()
	began := now.Add(-delay)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(now)
	s := l.open[partition]
	if s != nil && began.UnixMicro() > s.last {
		l.close(s)
		s = nil
	}
	if s == nil {
		s = &Stall{Partition: partition, Began: began}
		l.open[partition] = s
	}
	s.last = now.UnixMicro()
	if ms := delay.Milliseconds(); ms > s.Ms {
		s.Ms, s.Began, s.ended = ms, began, now.UnixMicro()
	}
}

// settle closes the stalls of which all is known. It needs the mutex.
func (l *Log) settle(now time.Time) {
	for _, s := range l.open {
		if now.UnixMicro()-s.last >= settled.Microseconds() {
			l.close(s)
		}
	}
}

// close finds what a stall was for. It needs the mutex.
func (l *Log) close(s *Stall) {
	delete(l.open, s.Partition)
	b := Of(l.spans, s.Partition, s.Began.UnixMicro(), s.ended)
	s.Cause, s.Beside, s.Of = b.Cause, b.Beside, map[string]int64{}
	for c, us := range b.Micros {
		if us > 0 {
			s.Of[Cause(c).String()] = us / 1000
		}
	}
	t := l.totals[Pair{s.Cause, s.Beside}]
	t.Stalls++
	t.Time += time.Duration(s.Ms) * time.Millisecond
	l.totals[Pair{s.Cause, s.Beside}] = t
	if len(l.stalls) == maxStalls {
		l.stalls = slices.Delete(l.stalls, 0, 1)
	}
	l.stalls = append(l.stalls, *s)
}

// Totals hands out how many stalls there were of each pair.
func (l *Log) Totals(each func(Pair, Total)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(l.now())
	for p, t := range l.totals {
		each(p, t)
	}
}

// Report is what a log holds.
type Report struct {
	LateMs int64   `json:"late_ms"` // from which delay on it is a stall
	Stalls []Stall `json:"stalls"`  // longest first
	Spans  []Span  `json:"spans"`   // what took long, oldest first
}

// Report copies what the log holds.
func (l *Log) Report() Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(l.now())
	r := Report{LateMs: Late.Milliseconds(), Stalls: slices.Clone(l.stalls), Spans: slices.Concat(l.spans[l.next:], l.spans[:l.next])}
	slices.SortStableFunc(r.Stalls, func(a, b Stall) int { return cmp.Compare(b.Ms, a.Ms) })
	return r
}

// ServeHTTP answers with the report as JSON.
func (l *Log) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(l.Report()) // who asked has gone
}
