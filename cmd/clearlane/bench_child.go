package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
	"github.com/clearlane/clearlane/pipeline/stall"
)

// benchChild is the process under test: `clearlane run` of this very program.
type benchChild struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed behind err
	err    error

	mu    sync.Mutex
	moved chan struct{} // closed and renewed when a line has come
	addr  string        // of its /metrics, empty before it listens
	ready int           // partitions that have recovered
	last  []string      // of its log

	beganAt time.Time
	began   bench.Usage
	before  map[string]float64 // metrics
	after   map[string]float64 // at the end of what is measured
	lived   time.Time          // when the last partition so far was live
	stalls  stall.Report       // as of the end of what is measured

	connections int // then
}

// logKept is how many lines of the child's log are shown when it fails.
const logKept = 20

// launch starts the process.
func (t *trial) launch(context.Context) (err error) {
	t.child, err = t.spawn()
	return err
}

// spawn starts a process with further settings.
func (t *trial) spawn(further ...string) (*benchChild, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"run"}
	if t.a.file != "" {
		args = append(args, "--config", t.a.file)
	}
	for _, set := range slices.Concat(t.a.set, t.set, further) {
		args = append(args, "--set", set)
	}
	if t.o.profile.cpu != "" {
		args = append(args, "--cpuprofile", t.o.profile.cpu)
	}
	if t.o.profile.memory != "" {
		args = append(args, "--memprofile", t.o.profile.memory)
	}
	c := &benchChild{cmd: exec.Command(program, args...), exited: make(chan struct{}), moved: make(chan struct{})} //nolint:noctx
	c.cmd.Env = t.a.environ
	log, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.exited)
		c.read(log)
		c.err = c.cmd.Wait()
	}()
	return c, nil
}

// read follows the child's log until it ends.
func (c *benchChild) read(log io.Reader) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, Addr string }
		_ = json.Unmarshal(lines.Bytes(), &line) // what is not JSON is kept for the report
		c.mu.Lock()
		switch line.Msg {
		case "listening":
			c.addr = line.Addr
		case "partition is live":
			c.ready++
			c.lived = time.Now()
		}
		if c.last = append(c.last, lines.Text()); len(c.last) > logKept {
			c.last = c.last[1:]
		}
		close(c.moved)
		c.moved = make(chan struct{})
		c.mu.Unlock()
	}
}

// live waits until so many partitions have recovered.
func (c *benchChild) live(ctx context.Context, partitions int) error {
	patience := time.NewTimer(giveUpAfter)
	defer patience.Stop()
	for {
		c.mu.Lock()
		ok, moved := c.ready >= partitions && c.addr != "", c.moved
		c.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-moved:
		case <-c.exited:
			return c.died()
		case <-patience.C:
			return fmt.Errorf("the process is not live after %v:%s", giveUpAfter, c.log())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// liveAt is when the last partition so far was live.
func (c *benchChild) liveAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lived
}

// died is why the process has ended by itself, nil while it runs.
func (c *benchChild) died() error {
	select {
	case <-c.exited:
		return fmt.Errorf("the process has ended (%v):%s", c.cmd.ProcessState, c.log())
	default:
		return nil
	}
}

func (c *benchChild) log() (text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.last {
		text += "\n" + line
	}
	return text
}

// begin is the start of what is measured.
func (c *benchChild) begin(ctx context.Context) (err error) {
	c.beganAt = time.Now()
	if c.began, err = bench.UsageOf(c.cmd.Process.Pid); err != nil && !errors.Is(err, bench.ErrNoProc) {
		return err
	}
	c.before, err = c.scrape(ctx)
	return err
}

// end is the end of what is measured, at the time the last commit was seen: it takes
// the figures, then stops the process gracefully.
func (c *benchChild) end(ctx context.Context, at time.Time, r *bench.Run) error {
	ended, err := bench.UsageOf(c.cmd.Process.Pid)
	noProc := errors.Is(err, bench.ErrNoProc)
	if err != nil && !noProc {
		return err
	}
	if c.connections, err = bench.ConnectionsOf(c.cmd.Process.Pid); err != nil && !errors.Is(err, bench.ErrNoProc) {
		return err
	}
	after, err := c.counted(ctx)
	if err != nil {
		return err
	}
	if err := c.get(ctx, "/stalls", func(r io.Reader) error { return json.NewDecoder(r).Decode(&c.stalls) }); err != nil {
		return err
	}
	if err := c.stop(); err != nil {
		return err
	}
	whole := c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
	r.WholeCPU = whole.Seconds()
	r.CPUSeconds = (ended.CPU - c.began.CPU).Seconds()
	r.PeakMemory = ended.PeakMemory
	r.Connections, r.Goroutines = c.connections, int(after["go_goroutines"])
	if noProc {
		r.CPUSeconds = r.WholeCPU
	}
	c.after = after
	r.WallSeconds = at.Sub(c.beganAt).Seconds()
	since := func(name string) float64 { return after[name] - c.before[name] }
	r.AllocsPerEvent = since("go_memstats_mallocs_total") / float64(r.Events)
	r.BytesPerEvent = since("go_memstats_alloc_bytes_total") / float64(r.Events)
	r.GCCycles = int64(since("go_gc_duration_seconds_count"))
	r.Decisions = int64(after["clearlane_decisions_total"])
	r.Outputs = int64(after["clearlane_produced_records_total"])
	r.Commits = int64(after["clearlane_commits_total"])
	if r.Commits > 0 {
		r.FlushMs = 1000 * since(`clearlane_produce_seconds_total{step="flush"}`) / float64(r.Commits)
		r.EndTxnMs = 1000 * since(`clearlane_produce_seconds_total{step="end"}`) / float64(r.Commits)
	}
	return nil
}

// countedWithin is how long the process may take to count its last commit, which others
// see a little before it has its answer.
const countedWithin = 5 * time.Second

// counted is the metrics once they have every commit.
func (c *benchChild) counted(ctx context.Context) (map[string]float64, error) {
	for deadline := time.Now().Add(countedWithin); ; {
		m, err := c.scrape(ctx)
		if err != nil || m["clearlane_commits_total"] > 0 && m["clearlane_lag_records"] == 0 || time.Now().After(deadline) {
			return m, err
		}
		if !pause(ctx, 20*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

// scrape reads the process's metrics.
func (c *benchChild) scrape(ctx context.Context) (m map[string]float64, err error) {
	err = c.get(ctx, "/metrics", func(r io.Reader) error {
		m, err = bench.Scrape(r)
		return err
	})
	return m, err
}

// get asks the process for something, and reads the answer.
func (c *benchChild) get(ctx context.Context, path string, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.addr+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s of the process: %s", path, answer.Status)
	}
	return read(answer.Body)
}

// stopWithin is how long the process may take to end.
const stopWithin = time.Minute

func (c *benchChild) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-c.exited:
	case <-time.After(stopWithin):
		return fmt.Errorf("the process has not ended %v after SIGTERM:%s", stopWithin, c.log())
	}
	if c.err != nil {
		return fmt.Errorf("the process has ended with %w:%s", c.err, c.log())
	}
	return nil
}

// kill ends a process that still runs, without asking.
func (c *benchChild) kill() {
	_ = c.cmd.Process.Kill() // fails only when it has ended
	<-c.exited
}
