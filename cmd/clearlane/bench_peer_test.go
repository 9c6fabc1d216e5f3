package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
)

// peerEnvironment is what the harness gives a program.
func peerEnvironment(addr, state string) []string {
	return []string{"BOOTSTRAP=" + addr, "TOPIC_CLICKS=in-clicks", "TOPIC_ORDERS=in-orders", "TOPIC_SHIPMENTS=in-shipments",
		"OUT_DECISIONS=decisions-x", "OUT_HIGHRISK=high-risk-x", "APP_ID=x-1", "STATE_DIR=" + state, "THREADS=2"}
}

// On the topics of a harness it makes those it needs beside them, says when it has begun,
// decides every order with the fields that the harness reads, and ends well when told to.
func TestBenchPeerKeepsTheRulesOfTheHarness(t *testing.T) {
	b, err := broker.Start(2)
	must(t, err)
	t.Cleanup(b.Close)
	addr := strings.Join(b.Addrs(), ",")
	environ := peerEnvironment(addr, t.TempDir())
	set, err := peerSettings(environ)
	must(t, err)
	var flags []string
	for _, s := range set {
		flags = append(flags, "--set", s)
	}
	if code, out, errs := command(t, nil, append([]string{"topics", "--create", "--partitions", "2"}, flags...)...); code != exitOK {
		t.Fatalf("topics: exit %d\n%s%s", code, out, errs)
	}
	const orders = 40
	if code, out, errs := command(t, nil, append([]string{"gen", "--kafka", addr, "--orders", "40"}, flags...)...); code != exitOK {
		t.Fatalf("gen: exit %d\n%s%s", code, out, errs)
	}

	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	began := time.Now().UnixMilli()
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, &app{in: strings.NewReader(""), out: &out, err: &errs, environ: environ, now: time.Now}, []string{"bench", "peer", "--set", "log.level=warn"})
	}()
	reader, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics("decisions-x"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	must(t, err)
	defer reader.Close()
	decided := map[string]bool{}
	wait, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for len(decided) < orders && wait.Err() == nil {
		reader.PollFetches(wait).EachRecord(func(r *kgo.Record) {
			var d struct {
				OrderKey    string `json:"order_key"`
				DecisionID  string `json:"decision_id"`
				Version     int64  `json:"version"`
				Route       string `json:"route"`
				InputTimeMs int64  `json:"input_time_ms"`
			}
			if err := json.Unmarshal(r.Value, &d); err != nil || d.OrderKey == "" || d.DecisionID == "" || d.Version == 0 || d.Route == "" || d.InputTimeMs == 0 {
				t.Errorf("a decision lacks what the harness reads (%v): %s", err, r.Value)
			}
			decided[d.OrderKey] = true
		})
	}
	stop()
	code := <-ended
	if code != exitOK || len(decided) < orders {
		t.Fatalf("exit %d, %d of %d orders decided\n%s", code, len(decided), orders, errs.String())
	}
	var first int64
	name, value, _ := strings.Cut(strings.TrimSpace(out.String()), " ")
	must(t, json.Unmarshal([]byte(value), &first))
	if name != "FIRST" || first < began || first > time.Now().UnixMilli() {
		t.Errorf("standard output is %q, begun at %d", out.String(), began)
	}
	if !strings.Contains(errs.String(), "x-1-rollups") {
		t.Errorf("nothing is said of the topics:\n%s", errs.String())
	}
}

func TestBenchPeerSaysWhatTheEnvironmentLacks(t *testing.T) {
	code, out, errs := command(t, []string{"BOOTSTRAP=127.0.0.1:1", "APP_ID=x"}, "bench", "peer")
	if code != exitUsage || out != "" || !strings.Contains(errs, "lacks TOPIC_CLICKS, TOPIC_ORDERS, TOPIC_SHIPMENTS, OUT_DECISIONS, OUT_HIGHRISK, STATE_DIR;") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
	code, _, errs = command(t, peerEnvironment("127.0.0.1:1", t.TempDir()), "bench", "peer", "--policy", "nowhere.yaml", "--set", "policy.pack=x")
	if code != exitUsage || !strings.Contains(errs, "policy.pack") {
		t.Errorf("a wrong setting: exit %d, %s", code, errs)
	}
}
