package kafka

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
)

// said is a log that a test reads while it is written.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.b.String(), "\n")
}

// Brokers that are away are known to be, and do not fill the log, however many
// partitions are asked for again and again.
func TestBrokersAwayAreKnownAndDoNotFillTheLog(t *testing.T) {
	fake, err := kafkatest.StartFake(1)
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	t.Cleanup(func() {
		if !stopped {
			_ = fake.Stop()
		}
	})
	topic := newTopic(t, fake.Brokers(), 8)
	var log said
	f := startFetcher(t, fake.Brokers(), func(c *FetchConfig) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }, topic)
	c := newClient(t, fake.Brokers())
	for p := range int32(8) {
		produce(t, c, topic, p, "a")
		feed, err := f.Open(p, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		drain(t, feed, 0, 1)
	}
	if since, err := f.Away(); err != nil || log.lines() != 0 {
		t.Fatalf("with the broker there: away since %v: %v, %d log lines", since, err, log.lines())
	}
	_ = fake.Stop()
	stopped = true
	tries := f.stats.Requests.Load()
	for deadline := time.Now().Add(20 * time.Second); f.stats.Requests.Load() < tries+30; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d tries in 20 s", f.stats.Requests.Load()-tries)
		}
	}
	if since, err := f.Away(); err == nil || time.Since(since) > 20*time.Second {
		t.Errorf("with the broker away: away since %v: %v", since, err)
	}
	if n := log.lines(); n < 1 || n > 2 { // one of fetching, one of looking up leaders
		t.Errorf("%d log lines, not 1 or 2", n)
	}
}

// A trouble is told when it begins and now and then while it lasts.
func TestTroubleIsToldNowAndThen(t *testing.T) {
	at := time.Unix(1000, 0)
	var x trouble
	var told []int
	for second := range 70 {
		now := at.Add(time.Duration(second) * time.Second)
		if x.failed(now.Add(-time.Second), now, ErrCorrupt) {
			told = append(told, second)
		}
	}
	if len(told) != 3 || told[0] != 0 || told[1] != 30 || told[2] != 60 {
		t.Errorf("told in seconds %v, not 0, 30 and 60", told)
	}
	if since := x.longer(trouble{}).since; !since.Equal(at.Add(-time.Second)) {
		t.Errorf("since %v, not the beginning of the first try", since)
	}
	if lasted := x.over(at.Add(70 * time.Second)); lasted != 71*time.Second {
		t.Errorf("lasted %v, not 71s", lasted)
	}
	if lasted := x.over(at); lasted != 0 || x.err != nil {
		t.Errorf("none is left, yet it lasted %v: %v", lasted, x.err)
	}
}

// A fault of a partition gives the figures that are known, and no others.
func TestPartitionErrorGivesTheFiguresKnown(t *testing.T) {
	e := PartitionError{Topic: "t", Partition: 3, Offset: 7, LogStart: -1, LogEnd: -1, Err: ErrUnknownTopic}
	if got, want := e.Error(), "topic t partition 3 offset 7: "+ErrUnknownTopic.Error(); got != want {
		t.Errorf("%q, not %q", got, want)
	}
	e.LogStart, e.LogEnd, e.Err = 9, 12, ErrTruncated
	if got, want := e.Error(), "topic t partition 3 offset 7 (log holds 9 to 12): "+ErrTruncated.Error(); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// While there is no memory nothing is asked for, and it is looked again soon.
func TestNothingIsFetchedWithoutMemory(t *testing.T) {
	held := true
	cfg := DefaultFetch()
	cfg.Brokers, cfg.Topics, cfg.Held = []string{"127.0.0.1:1"}, []string{"orders"}, func() bool { return held }
	f, err := NewFetcher(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer f.tr.close()
	if _, err := f.Open(0, []int64{0}); err != nil {
		t.Fatal(err)
	}
	f.leaders = map[topicPartition]int32{{"orders", 0}: 1}
	now := time.Now()
	if jobs, again := f.plan(now); len(jobs) != 0 || again != now.Add(heldPause) {
		t.Errorf("%d requests without memory, again in %v", len(jobs), again.Sub(now))
	}
	held = false
	if jobs, _ := f.plan(now); len(jobs) != 1 {
		t.Errorf("%d requests with memory, want 1", len(jobs))
	}
}
