package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// harness is that of the rival implementations, with its broker and topics.
type harness struct {
	a       *app
	o       *peersOptions
	suite   string
	machine bench.Machine
	started bool // the broker, by us
}

func (h *harness) say(format string, args ...any) {
	fmt.Fprintf(h.a.err, "bench peers: "+format+"\n", args...)
}

// command is one of the harness's scripts, in a group of processes of its own: an interrupt
// of the terminal reaches us alone, and what a script has started ends with it.
func (h *harness) command(ctx context.Context, script string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", append([]string{filepath.Join(h.o.dir, script)}, args...)...)
	for _, entry := range h.a.environ {
		if name, _, _ := strings.Cut(entry, "="); name != "BOOTSTRAP" { // it follows from BROKER_PORT
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "PEERS_HOME="+h.o.home)
	cmd.Stderr = h.a.err
	ownGroup(cmd)
	return cmd
}

// start has a broker with the topics loaded.
func (h *harness) start(ctx context.Context) error {
	for _, tool := range []string{"bash", "go", "java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%w: the harness needs it", err)
		}
	}
	if err := os.MkdirAll(h.o.home, 0o755); err != nil {
		return err
	}
	if !h.running() {
		if err := h.portsFree(); err != nil {
			return err
		}
		h.started = true
		h.say("starting the broker")
		if err := h.command(ctx, "broker", "start").Run(); err != nil {
			return fmt.Errorf("broker: %w", err)
		}
	}
	if h.o.rounds == 0 || h.loaded() {
		return nil
	}
	h.say("loading %d orders", h.o.orders)
	if err := h.command(ctx, "load", strconv.Itoa(h.o.orders)).Run(); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}

// stop stops the broker when it is ours.
func (h *harness) stop() error {
	if !h.started || h.o.keep {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := h.command(ctx, "broker", "stop").Run(); err != nil {
		return fmt.Errorf("bench peers: the broker cannot be stopped: %w", err)
	}
	return nil
}

// pidFile is where the harness keeps the number of its broker's process.
func (h *harness) pidFile() string { return filepath.Join(h.o.home, "broker", "pid") }

// running is true while a broker of this home runs.
func (h *harness) running() bool {
	text, err := os.ReadFile(h.pidFile())
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return err == nil && alive(pid)
}

// portsFree refuses ports that somebody listens on: the harness would take another's broker
// for its own, and overwrite its topics.
func (h *harness) portsFree() error {
	for _, p := range []struct{ name, port string }{{"BROKER_PORT", "29092"}, {"CONTROLLER_PORT", "29093"}} {
		for _, entry := range h.a.environ {
			if value, ok := strings.CutPrefix(entry, p.name+"="); ok && value != "" {
				p.port = value
			}
		}
		if conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", p.port), time.Second); err == nil {
			_ = conn.Close() // nothing was said on it
			return fmt.Errorf("port %s is in use, and not by a broker in %s: stop what listens there, or set %s", p.port, h.o.home, p.name)
		}
	}
	return nil
}

// loaded is true when the topics of the running broker have so many orders already.
func (h *harness) loaded() bool {
	file := filepath.Join(h.o.home, "load.json")
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	var load struct{ Orders int }
	if json.Unmarshal(text, &load) != nil || load.Orders != h.o.orders {
		return false
	}
	of, err := os.Stat(file)
	broker, err2 := os.Stat(h.pidFile())
	return err == nil && err2 == nil && of.ModTime().After(broker.ModTime())
}

// all makes every run; each is given to took.
func (h *harness) all(ctx context.Context, programs []peerProgram, took func(*bench.PeerRun)) error {
	for _, part := range []struct {
		rounds int
		paced  bool
	}{{h.o.rounds, false}, {h.o.paced, true}} {
		for round := range part.rounds {
			for _, p := range programs {
				if part.paced && !p.latency || !part.paced && !p.all {
					continue
				}
				run, err := h.one(ctx, &p, round+1, part.paced)
				if err != nil {
					return fmt.Errorf("bench peers: %s: %w", p.name, err)
				}
				took(run)
				h.say("%s, round %d of %d: %s", run.Name(), round+1, part.rounds, outcome(run))
			}
		}
	}
	return nil
}

func outcome(r *bench.PeerRun) string {
	switch {
	case !r.Right:
		return "WRONG: " + r.Note
	case r.Append != nil && r.Visible != nil:
		return fmt.Sprintf("append p50 %.0f p99 %.0f ms, visible p50 %.0f p99 %.0f ms", r.Append.P50, r.Append.P99, r.Visible.P50, r.Visible.P99)
	}
	return fmt.Sprintf("%.0f events per CPU-second, %.0f in the second half, %.0f MiB", r.EventsPerCPUS, r.HalfEventsPerCPUS, r.PeakMiB)
}

// one makes a run and keeps its line. A program that leaves no line has a wrong run.
func (h *harness) one(ctx context.Context, p *peerProgram, round int, paced bool) (*bench.PeerRun, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	clearlane := []string{program, "bench", "peer"}
	if h.a.file != "" {
		clearlane = append(clearlane, "--config", h.a.file)
	}
	for _, set := range h.a.set {
		clearlane = append(clearlane, "--set", set)
	}
	limited, cancel := context.WithTimeout(ctx, peerLimit)
	defer cancel()
	cmd := h.command(limited, "run", p.arguments(h.o, clearlane, paced)...)
	cmd.Env = append(cmd.Env, p.env...)
	if v := p.pack; v != "" {
		cmd.Env = append(cmd.Env, "VARIANT="+v)
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	at := h.a.now().UTC().Truncate(time.Second)
	err = cmd.Run() // a wrong output is an exit status of 1, and in the line too
	killGroup(cmd)
	if ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), os.RemoveAll(filepath.Join(h.o.home, "state"))) // the run's, which it removes itself otherwise
	}
	line := lastLine(out.Bytes())
	if !json.Valid(line) {
		line = noLine(p, h.o.rate, paced, err)
	}
	line, err = bench.StampPeer(line, p.variant(), bench.PeerStamp{Suite: h.suite, Round: round, At: at, Machine: h.machine})
	if err != nil {
		return nil, err
	}
	runs, err := bench.ReadPeers(bytes.NewReader(line))
	if err != nil {
		return nil, err
	}
	return runs[0], h.append(line)
}

// noLine stands for a run that ended without one.
func noLine(p *peerProgram, rate int, paced bool, err error) []byte {
	peer, variant, _ := strings.Cut(p.name, "/")
	mode := bench.Throughput
	if paced {
		mode = fmt.Sprintf("paced %d orders/s", rate)
	}
	line, _ := json.Marshal(map[string]any{"peer": peer, "variant": variant, "mode": mode, "ok": false, "note": fmt.Sprintf("no line of figures: %v", err)}) // strings have a form
	return line
}

func lastLine(out []byte) []byte {
	lines := slices.Collect(bytes.Lines(bytes.TrimSpace(out)))
	if len(lines) == 0 {
		return nil
	}
	return lines[len(lines)-1]
}

// append keeps a line where it is wanted.
func (h *harness) append(line []byte) error {
	if h.o.results == "" {
		return nil
	}
	f, err := os.OpenFile(h.o.results, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}
