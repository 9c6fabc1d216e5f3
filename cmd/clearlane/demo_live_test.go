package main

import (
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The summary of a demo without end shows delays that can be true, says nothing of a
// ClickHouse that is not there, and an interrupt ends it in order.
func TestDemoShowsWhatHappensUntilInterrupted(t *testing.T) {
	c := start(t, "demo", "--no-landing", "--listen", "127.0.0.1:0", "--cache", t.TempDir())
	delays := regexp.MustCompile(`delay p50/p99 (-?\d+)/(-?\d+) ms written, (-?\d+)/(-?\d+) ms committed`)
	eventually(t, "a summary with delays", func() bool { return delays.MatchString(c.output.String()) })
	must(t, c.cmd.Process.Signal(os.Signal(syscall.SIGINT)))
	select {
	case <-c.ended:
	case <-time.After(time.Minute):
		t.Fatal("does not end within a minute of SIGINT")
	}
	out := c.output.String()
	if c.err != nil || !strings.Contains(out, "interrupted") || strings.Contains(out, "landed") {
		t.Errorf("%v\n%s", c.err, out)
	}
	for _, line := range delays.FindAllStringSubmatch(out, -1) {
		for _, ms := range line[1:] {
			if strings.HasPrefix(ms, "-") {
				t.Errorf("decided %s ms after its input: %s", ms, line[0])
			}
		}
	}
}
