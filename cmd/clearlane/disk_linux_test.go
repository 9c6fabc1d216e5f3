package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
)

// get is what a process answers at a path, empty while it does not.
func (c *child) get(path string) string {
	_, addr, found := strings.Cut(c.output.String(), "listening")
	if _, addr, found = strings.Cut(addr, "addr="); !found {
		return ""
	}
	r, err := http.Get("http://" + strings.Trim(strings.Fields(addr)[0], `"`) + path)
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	return string(b)
}

// detail is what /readyz says of the role score.
func (c *child) detail() string {
	var ready struct {
		Components []struct{ Name, State, Detail string }
	}
	if json.Unmarshal([]byte(c.get("/readyz")), &ready) == nil {
		for _, c := range ready.Components {
			if c.Name == "score" {
				return c.State + " " + c.Detail
			}
		}
	}
	return ""
}

// A process whose disk is full says so and waits; it does not fail, puts no state aside,
// goes on within seconds once there is room, and its answers are right.
func TestAFullDiskOfTheStateIsWaitedFor(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256m"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED ON A REAL FULL DISK: a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, 0)) })
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	s.sets = append(s.sets, "state.min_free_bytes=4MiB", "state.max_dirty_orders=2500", "state.flush_interval=500ms")
	g := gen.Options{Seed: 31, Orders: e2eOrders(t), Bad: 20, Partitions: 4, OrdersPerSecond: 50}
	run := func() *child {
		return start(t, s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "instance=full", "--set", "data_dir="+disk)...)
	}
	c := run()
	eventually(t, "live", func() bool { return c.owned() == 4 })
	filler, err := takeAllRoom(disk)
	must(t, err)
	s.send(g)
	eventually(t, "it says that it waits for the disk", func() bool { return strings.HasPrefix(c.detail(), "waiting for room on the disk") })
	eventually(t, "the wait is a metric", func() bool {
		return !strings.Contains(c.get("/metrics"), "clearlane_waiting_seconds{for=\"disk\"} 0\n")
	})
	c.stop(t) // a stop on a full disk ends as any other
	c = run() // and a start waits before it takes the partitions' place
	eventually(t, "it waits before it starts", func() bool { return strings.HasPrefix(c.detail(), "waiting for room on the disk") })
	must(t, os.Remove(filler))
	began := time.Now()
	eventually(t, "live again", func() bool { return c.owned() == 4 })
	t.Logf("live %v after there was room", time.Since(began))
	s.agree(g)
	if out := c.output.String(); strings.Contains(out, "put aside") || strings.Contains(out, "partition failed") {
		t.Error("a full disk was taken for a fault")
	}
	for _, line := range []string{`clearlane_waiting_seconds{for="disk"} 0`, "clearlane_state_put_aside_total 0", `clearlane_partition_failures_total{cause="disk"} 0`} {
		if !strings.Contains(c.get("/metrics"), line+"\n") {
			t.Errorf("no line %s in the metrics", line)
		}
	}
	c.stop(t)
}
