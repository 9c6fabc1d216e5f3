package main

import (
	"errors"
	"log/slog"
	"testing"
	"time"
)

// Fetching waits while what is live is near the limit, goes on once it is well below, and
// says each once, however often it is asked.
func TestFetchingWaitsForMemory(t *testing.T) {
	var said lines
	m := &memory{limit: 1000, log: slog.New(slog.NewTextHandler(&said, nil)), now: func() time.Time { return time.Unix(1, 0) }}
	for _, step := range []struct {
		live int64
		held bool
	}{{700, false}, {849, false}, {850, true}, {999, true}, {800, true}, {750, true}, {749, false}, {849, false}} {
		if m.note(step.live); m.held() != step.held {
			t.Errorf("%d of 1000 live: held is %v", step.live, m.held())
		}
	}
	n := 0
	for _, c := range said.String() {
		if c == '\n' {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d lines, want one of the wait and one of its end:\n%s", n, said.String())
	}
}

// The limit is the one configured, else nine tenths of the container's, else there is none.
func TestMemoryLimitIsThatOfTheContainer(t *testing.T) {
	cgroup := func() (uint64, error) { return 1000, nil }
	none := func() (uint64, error) { return 0, errors.New("no cgroup") }
	for _, c := range []struct {
		configured int64
		cgroup     func() (uint64, error)
		want       int64
	}{{500, cgroup, 500}, {0, cgroup, 900}, {0, none, 0}} {
		if got := memoryLimit(c.configured, c.cgroup); got != c.want {
			t.Errorf("configured %d: %d, want %d", c.configured, got, c.want)
		}
	}
}
