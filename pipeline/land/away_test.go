package land_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
)

// waitUntil waits for a state that must come.
func waitUntil(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// A Kafka that goes away is seen, although the consumer tries again without a word.
func TestKafkaAwayIsSeen(t *testing.T) {
	r := newRig(t)
	r.cfg.StopTimeout = time.Second
	r.cfg.LagInterval = 500 * time.Millisecond
	l, stop := r.start(r.cfg)
	waitUntil(t, "ready, and Kafka there", func() bool { s := l.Status(); return s.Ready && len(s.Lag) > 0 && s.Kafka == "" })
	r.broker.Close()
	waitUntil(t, "Kafka away", func() bool { return l.Status().Kafka != "" })
	stop()
}

// Topics that are missing are named: a consumer waits for them without a word.
func TestMissingTopicsAreNamed(t *testing.T) {
	r := newRig(t)
	r.cfg.Topics.Decisions = "no-such-topic"
	l, stop := r.start(r.cfg)
	waitUntil(t, "the topic is named", func() bool { return strings.Contains(l.Status().Kafka, "no-such-topic") })
	stop()
}

// failures counts what failed by table.
type failures struct{ migrations atomic.Int32 }

func (*failures) Inserted(string, int, time.Duration) {}
func (f *failures) InsertFailed(table string) {
	if table == "schema_migrations" {
		f.migrations.Add(1)
	}
}

// A ClickHouse that is away at the start is counted, not only one that goes away later, and
// does not fill the log.
func TestClickHouseAwayAtTheStartIsCounted(t *testing.T) {
	cfg := land.Default()
	cfg.ClickHouse.Addrs = []string{"127.0.0.1:1"}
	cfg.MaxRetryInterval = 50 * time.Millisecond
	var f failures
	var lines lineCounter
	l, err := land.New(cfg, land.Deps{Observer: &f, Log: slog.New(slog.NewTextHandler(&lines, nil))})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	waitUntil(t, "twelve failures", func() bool { return f.migrations.Load() >= 12 })
	if s := l.Status(); s.Ready || !s.Retrying || s.Error == "" {
		t.Errorf("status %+v", s)
	}
	cancel()
	must(t, <-done)
	if n := lines.n.Load(); n != 1 {
		t.Errorf("%d log lines about one fault that lasts", n)
	}
}

// lineCounter counts the lines of a log.
type lineCounter struct{ n atomic.Int32 }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n.Add(1)
	return len(p), nil
}
