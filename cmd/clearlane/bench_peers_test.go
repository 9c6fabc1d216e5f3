package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// The scripts of a harness that measures nothing: each says in $PEERS_HOME/said what it was
// asked. Its broker sleeps; a run of a program named in $WRONG is wrong, one named in $MUTE
// prints no line, one named in $SLOW takes
// a minute and does not want to end.
var fakeHarness = map[string]string{
	"broker": `echo "broker $1" >> $PEERS_HOME/said
mkdir -p $PEERS_HOME/broker
case $1 in
start) sleep 300 </dev/null >/dev/null 2>&1 & echo $! > $PEERS_HOME/broker/pid;;
stop) kill $(cat $PEERS_HOME/broker/pid); rm $PEERS_HOME/broker/pid;;
esac
`,
	"load": `echo "load $1" >> $PEERS_HOME/said
sleep 0.05; echo "{\"orders\":$1,\"events\":3}" > $PEERS_HOME/load.json
`,
	"run": `name=$1; [ $name = exec ] && name=$2/$VARIANT
echo "run $* [${FLINK_ALIGN_MS:-}${FLINK_LINGER:-}]" >> $PEERS_HOME/said
case " $SLOW " in *" $name "*) mkdir -p $PEERS_HOME/state/x; (trap "" TERM; exec sleep 60) >/dev/null 2>&1 & echo $! > $PEERS_HOME/slow; wait;; esac
case " $MUTE " in *" $name "*) echo "java.lang.Error"; exit 3;; esac
ok=true; case " $WRONG " in *" $name "*) ok=false;; esac
mode=throughput; extra=
case "$*" in *"-rate 70"*) mode="paced 70 orders/s"; extra='"latency_append_ms":{"P50":2,"P90":3,"P99":4,"Max":5,"N":9},"latency_visible_ms":{"P50":6,"P90":7,"P99":8,"Max":9,"N":9},';; esac
echo '{"peer":"none","variant":"an earlier line","mode":"throughput","ok":true}'
echo "{\"peer\":\"${name%%/*}\",\"variant\":\"${name#*/}\",\"mode\":\"$mode\",$extra\"events\":3000,\"events_per_s\":10,\"events_per_cpu_s\":100,\"half2_events_per_cpu_s\":200,\"rss_mb\":50,\"ok\":$ok,\"note\":\"2 wrong\"}"
[ $ok = true ]
`,
}

// fakePeers writes the harness; the result is the environment that finds it.
func fakePeers(t *testing.T) (environ []string, home string) {
	t.Helper()
	dir, home := t.TempDir(), t.TempDir()
	for name, text := range fakeHarness {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755))
	}
	bin := t.TempDir()
	for _, tool := range []string{"java", "mvn"} { // only looked for
		must(t, os.WriteFile(filepath.Join(bin, tool), []byte("#!/bin/sh\n"), 0o755))
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Cleanup(func() {
		if pid, err := os.ReadFile(filepath.Join(home, "broker", "pid")); err == nil {
			n, _ := strconv.Atoi(strings.TrimSpace(string(pid)))
			if p, err := os.FindProcess(n); err == nil && n > 1 {
				_ = p.Kill() // it may have ended
			}
		}
	})
	return []string{"PATH=" + os.Getenv("PATH"), "PEERS=" + dir, "PEERS_HOME=" + home, "BROKER_PORT=" + freePort(t), "CONTROLLER_PORT=" + freePort(t), "BOOTSTRAP=elsewhere:9092"}, home
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	return port
}

// asked is what the harness was asked.
func asked(t *testing.T, home string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "said"))
	must(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// threeRules is the pack, as seen from here.
func threeRules(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "testdata", "policies", "peers", "three-rules.yaml"))
	must(t, err)
	return path
}

// All programs run by turns, with their settings; each line is kept, the table printed, and
// the broker stopped.
func TestBenchPeersRunsAllByTurns(t *testing.T) {
	environ, home := fakePeers(t)
	file := filepath.Join(t.TempDir(), "lines")
	code, out, errs := command(t, append(environ, "WRONG=clearlane/full", "MUTE=naive"), "bench", "peers", "--rounds", "2", "--latency-rounds", "1", "--rate", "70",
		"--orders", "500", "--results", file, "--three-rules", threeRules(t), "--set", "task.max_batch=7")
	if code != exitFault || !strings.Contains(errs, "5 runs were wrong") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	own, err := os.Executable()
	must(t, err)
	clearlane := func(rate, policy string) string {
		return "run exec clearlane -revisions -latency-field input_time_ms" + rate + " -- " + own + " bench peer --set task.max_batch=7" + policy + " []"
	}
	round := []string{"run kstreams/papi-rocks []", "run kstreams/papi-rocks-eos []", "run flink/rocks-alo []", "run flink/heap-alo [200]", "run naive []",
		clearlane("", " --policy "+threeRules(t)), clearlane("", " --policy "+threeRules(t)+" --set kafka.produce.compression=none"), clearlane("", "")}
	want := append([]string{"broker start", "load 500"}, append(round, round...)...)
	want = append(want, "run kstreams/papi-rocks-eos -rate 70 []", "run flink/rocks-alo -rate 70 [5]", clearlane(" -rate 70", ""), "broker stop")
	if got := strings.Join(asked(t, home), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for _, part := range []string{"clearlane/full", "0 of 2", "2 of 2", "flink/heap-alo align=200ms", "flink/rocks-alo linger=5,buffer=5",
		"not counted: clearlane/full, throughput, round 2: 2 wrong", "not counted: naive, throughput, round 1: no line of figures: exit status 3",
		"not counted: clearlane/full, paced 70 orders/s, round 1: 2 wrong", "clearlane/three-rules divided by"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is missing:\n%s", part, out)
		}
	}
	lines, err := os.Open(file)
	must(t, err)
	defer lines.Close()
	runs, err := bench.ReadPeers(lines)
	must(t, err)
	if len(runs) != 19 || runs[3].Variant != "heap-alo align=200ms" || runs[13].Round != 2 || runs[16].Append == nil || runs[0].Suite == "" || runs[0].Machine.Cores == 0 {
		t.Errorf("%d lines: %+v", len(runs), runs)
	}
	if code, again, errs := command(t, nil, "bench", "peers", "--table", file); code != exitOK || again != out {
		t.Errorf("the table of the lines: exit %d, %s\n%s", code, errs, again)
	}
}

// A broker that runs already is used as it is, loaded only when it is not, and left.
func TestBenchPeersLeavesABrokerThatRanBefore(t *testing.T) {
	environ, home := fakePeers(t)
	bench := func(flags ...string) {
		t.Helper()
		args := append([]string{"bench", "peers", "--only", "naive", "--rounds", "1", "--latency-rounds", "0", "--three-rules", threeRules(t)}, flags...)
		if code, out, errs := command(t, environ, args...); code != exitOK {
			t.Fatalf("exit %d\n%s%s", code, out, errs)
		}
	}
	bench("--orders", "500", "--keep")
	bench("--orders", "500")
	bench("--orders", "600")
	want := "broker start,load 500,run naive [],run naive [],load 600,run naive []"
	if got := strings.Join(asked(t, home), ","); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

// An interrupt ends the program under way with all that it has started, and the broker; what
// was measured before is shown.
func TestBenchPeersCleansUpWhenInterrupted(t *testing.T) {
	environ, home := fakePeers(t)
	ctx, interrupt := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		a := &app{in: strings.NewReader(""), out: &out, err: &errs, environ: append(environ, "SLOW=flink/rocks-alo"), now: time.Now}
		ended <- execute(ctx, a, []string{"bench", "peers", "--only", "naive,flink/rocks-alo", "--three-rules", threeRules(t)})
	}()
	slow := 0
	for deadline := time.Now().Add(20 * time.Second); slow == 0 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(filepath.Join(home, "slow")); err == nil {
			slow, _ = strconv.Atoi(strings.TrimSpace(string(text))) // 0 of what is half written
		}
	}
	interrupt()
	if code := <-ended; code != exitFault || slow == 0 {
		t.Fatalf("exit %d, slow %d\n%s", code, slow, errs.String())
	}
	for deadline := time.Now().Add(5 * time.Second); alive(slow); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what the run has started still runs")
		}
	}
	if _, err := os.Stat(filepath.Join(home, "state")); err == nil {
		t.Error("the run's state is left")
	}
	said := asked(t, home)
	if said[len(said)-1] != "broker stop" || !strings.Contains(out.String(), "1 of 1") {
		t.Errorf("asked %v\n%s%s", said, out.String(), errs.String())
	}
}

func TestBenchPeersSaysWhatIsWrong(t *testing.T) {
	environ, _ := fakePeers(t)
	for flags, want := range map[string]string{
		"--peers " + t.TempDir():           "has no script broker; allowed: a folder with the scripts broker (start|stop), load [ORDERS] and run",
		"--rounds 0 --latency-rounds 0":    "--rounds 0",
		"--rate 0":                         "--rate 0",
		"--orders 0":                       "--orders 0",
		"--only spark/x":                   "--only spark/x; allowed: kstreams/papi-rocks, kstreams/papi-rocks-eos, flink/rocks-alo, flink/heap-alo, naive, clearlane/three-rules, clearlane/three-rules-uncompressed, clearlane/full",
		"--only clearlane/x":               "allowed of Clearlane: three-rules, three-rules-uncompressed, full",
		"--three-rules nowhere.yaml":       "nowhere.yaml",
		"--table nowhere.jsonl":            "nowhere.jsonl",
		"--only clearlane/full and-a-word": "unexpected argument",
	} {
		args := strings.Fields(flags)
		if !strings.Contains(flags, "--three-rules") {
			args = append(args, "--three-rules", threeRules(t))
		}
		if code, out, errs := command(t, environ, append([]string{"bench", "peers"}, args...)...); code != exitUsage || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %s%s", flags, code, out, errs)
		}
	}
	if code, _, errs := command(t, nil, "bench", "peers"); code != exitUsage || !strings.Contains(errs, "neither --peers nor PEERS; allowed: a folder with the scripts") {
		t.Errorf("without a folder: exit %d, %s", code, errs)
	}
}

// Somebody else's broker is not taken for the harness's own.
func TestBenchPeersRefusesAPortInUse(t *testing.T) {
	environ, home := fakePeers(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	for _, name := range []string{"BROKER_PORT", "CONTROLLER_PORT"} {
		code, _, errs := command(t, append(environ[:len(environ):len(environ)], name+"="+port), "bench", "peers", "--three-rules", threeRules(t))
		if want := fmt.Sprintf("port %s is in use", port); code != exitFault || !strings.Contains(errs, want) || !strings.Contains(errs, name) {
			t.Errorf("%s: exit %d, %s", name, code, errs)
		}
	}
	if _, err := os.Stat(filepath.Join(home, "said")); err == nil {
		t.Errorf("the harness was asked: %v", asked(t, home))
	}
}
