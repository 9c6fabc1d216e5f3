package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// peerLine is a line as the harness prints it.
func peerLine(peer, variant string, warm, whole, mib int) string {
	return fmt.Sprintf(`{"peer":%q,"variant":%q,"mode":"throughput","cores":2,"events":2950280,"wall_s":19.62,"cpu_s":34.22,"cpu_total_s":40.91,"broker_cpu_s":3.45,`+
		`"events_per_s":150345,"events_per_cpu_s":%d,"half2_events_per_s":205042,"half2_events_per_cpu_s":%d,"rss_mb":%d,"state_mb":16.1,"decisions":950864,`+
		`"duplicates":0,"high_risk":29698,"ok":true}`, peer, variant, whole, warm, mib)
}

func pacedLine(peer, variant string, appendP99, visibleP99 int) string {
	return fmt.Sprintf(`{"peer":%q,"variant":%q,"mode":"paced 5000 orders/s","cores":2,"events":663933,"cpu_s":40.2,"rss_mb":857,`+
		`"latency_append_ms":{"P50":0,"P90":18,"P99":%d,"Max":369,"N":144098},"latency_visible_ms":{"P50":20,"P90":40,"P99":%d,"Max":370,"N":144098},"ok":true}`,
		peer, variant, appendP99, visibleP99)
}

func wrongLine(peer, variant string) string {
	return fmt.Sprintf(`{"peer":%q,"variant":%q,"mode":"throughput","events":2950280,"events_per_cpu_s":9999999,"half2_events_per_cpu_s":9999999,"rss_mb":1,"ok":false,"note":"14 with a wrong route"}`, peer, variant)
}

// peerRounds stamps each round's lines and reads them all.
func peerRounds(t *testing.T, rounds ...[]string) []*PeerRun {
	t.Helper()
	var text bytes.Buffer
	for n, lines := range rounds {
		for _, l := range lines {
			stamped, err := StampPeer([]byte(l), "", PeerStamp{Suite: "s", Round: n + 1, Machine: Machine{CPU: "C", Cores: 2, Go: "go1", Commit: "abc"}})
			must(t, err)
			text.Write(append(stamped, "\n\n"...))
		}
	}
	runs, err := ReadPeers(&text)
	must(t, err)
	return runs
}

func peerTable(t *testing.T, runs []*PeerRun) string {
	t.Helper()
	var b bytes.Buffer
	must(t, WritePeers(&b, runs))
	return b.String()
}

// said fails for each line that the text lacks; runs of blanks in it count as one.
func said(t *testing.T, text string, lines ...string) {
	t.Helper()
	var narrow strings.Builder
	for l := range strings.Lines(text) {
		narrow.WriteString(strings.Join(strings.Fields(l), " ") + "\n")
	}
	for _, l := range lines {
		if !strings.Contains("\n"+narrow.String(), "\n"+l+"\n") {
			t.Errorf("no line %q in\n%s", l, text)
		}
	}
}

func TestPeerTableHasMediansSpreadAndRatios(t *testing.T) {
	text := peerTable(t, peerRounds(t,
		[]string{peerLine("kstreams", "papi-rocks", 100_000, 80_000, 1400), peerLine(Ours, ThreeRules, 400_000, 300_000, 600)},
		[]string{peerLine("kstreams", "papi-rocks", 130_000, 90_000, 1300), peerLine(Ours, ThreeRules, 390_000, 310_000, 610)},
		[]string{peerLine("kstreams", "papi-rocks", 140_000, 85_000, 1350), peerLine(Ours, ThreeRules, 420_000, 305_000, 650)},
		[]string{pacedLine("flink", "rocks-alo", 120, 122), pacedLine(Ours, FullPack, 12, 61)}))
	said(t, text,
		"C, 2 cores, go1, commit abc: median (least-greatest) of the runs that were right",
		"throughput: 2,950,280 events",
		"kstreams/papi-rocks 3 of 3 130,000 (100,000-140,000) 85,000 (80,000-90,000) 150,345 (150,345-150,345) 205,042 (205,042-205,042) 1,350 (1,300-1,400) 3.5 (3.5-3.5)",
		"clearlane/three-rules 3 of 3 400,000 (390,000-420,000) 305,000 (300,000-310,000) 150,345 (150,345-150,345) 205,042 (205,042-205,042) 610 (600-650) 3.5 (3.5-3.5)",
		"clearlane/three-rules divided by: ratio of medians (least-greatest of a round)",
		"kstreams/papi-rocks 3.08 (3.00-4.00) 3.59 (3.44-3.75) 1.00 (1.00-1.00) 0.45 (0.43-0.48)",
		"paced 5000 orders/s: 663,933 events",
		"clearlane/full 1 of 1 0 (0-0) 12 (12-12) 369 (369-369) 20 (20-20) 61 (61-61) 370 (370-370) 40.2 (40.2-40.2) 857 (857-857)",
		"flink/rocks-alo 1.00 (1.00-1.00) 0.10 (0.10-0.10) 1.00 (1.00-1.00) 0.50 (0.50-0.50) 1.00 (1.00-1.00)",
		"clearlane/three-rules: events per CPU-second, 2nd half at least 390,000 400,000 met",
		"clearlane/three-rules: peak memory MiB below 700 610 met",
		"clearlane/three-rules: events per CPU-second of kstreams/papi-rocks, 2nd halves, times at least 3.00 3.08 met",
		"clearlane/full: append p50 ms below 3 0 met",
		"clearlane/full: append p99 ms below 10 12 NOT MET",
		"clearlane/full: visible p99 ms below 60 61 NOT MET",
	)
}

// Figures of a run whose output is not right are in no median, ratio or target.
func TestWrongPeerRunsAreNamedAndNotCounted(t *testing.T) {
	text := peerTable(t, peerRounds(t,
		[]string{peerLine("flink", "heap-alo", 200_000, 120_000, 1000), peerLine(Ours, FullPack, 240_000, 200_000, 600)},
		[]string{peerLine("flink", "heap-alo", 210_000, 120_000, 1000), wrongLine(Ours, FullPack)},
		[]string{wrongLine("naive", "kafka-go")}))
	said(t, text,
		"clearlane/full 1 of 2 240,000 (240,000-240,000) 200,000 (200,000-200,000) 150,345 (150,345-150,345) 205,042 (205,042-205,042) 600 (600-600) 3.5 (3.5-3.5)",
		"naive/kafka-go 0 of 1 - - - - - -",
		"flink/heap-alo 1.17 (1.20-1.20) 1.67 (1.67-1.67) 1.00 (1.00-1.00) 0.60 (0.60-0.60)",
		"naive/kafka-go - - - -",
		"not counted: clearlane/full, throughput, round 2: 14 with a wrong route",
		"not counted: naive/kafka-go, throughput, round 3: 14 with a wrong route",
		"clearlane/full: events per CPU-second, 2nd half at least 250,000 240,000 NOT MET",
	)
	if strings.Contains(text, "9,999,999") {
		t.Errorf("the figure of a wrong run is counted:\n%s", text)
	}
}

// Only the three-rule pack is held against the rivals' multiples; a rival without a second
// half has no ratio there.
func TestPeerTargetsAreOfThePackTheyAreSetFor(t *testing.T) {
	text := peerTable(t, peerRounds(t, []string{
		peerLine("flink", "heap-alo align=200ms", 200_000, 120_000, 1000), peerLine("flink", "rocks-alo", 0, 80_000, 1000),
		peerLine(Ours, FullPack, 300_000, 200_000, 701), peerLine(Ours, ThreeRules, 379_000, 300_000, 699)}))
	said(t, text,
		"clearlane/full: events per CPU-second, 2nd half at least 250,000 300,000 met",
		"clearlane/full: peak memory MiB below 700 701 NOT MET",
		"clearlane/three-rules: events per CPU-second of flink/heap-alo align=200ms, 2nd halves, times at least 1.90 1.90 NOT MET",
		"clearlane/three-rules: events per CPU-second of flink/rocks-alo, 2nd halves, times at least 3.00 0.00 NO FIGURE",
		"flink/rocks-alo - 3.75 (3.75-3.75) 1.00 (1.00-1.00) 0.70 (0.70-0.70)")
	if strings.Contains(text, "full: events per CPU-second of") {
		t.Errorf("a target of the other pack:\n%s", text)
	}
}

func TestStampKeepsTheLineOfTheHarness(t *testing.T) {
	line := peerLine("flink", "heap-alo", 1, 2, 3)
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	stamped, err := StampPeer([]byte(line), "heap-alo align=200ms", PeerStamp{Suite: "x", Round: 4, At: at, Machine: Machine{Cores: 2}})
	must(t, err)
	var before, after map[string]any
	must(t, json.Unmarshal([]byte(line), &before))
	must(t, json.Unmarshal(stamped, &after))
	before["variant"], before["suite"], before["round"], before["at"] = "heap-alo align=200ms", "x", 4.0, "2026-11-23T01:02:03Z"
	for key, want := range before {
		if after[key] != want {
			t.Errorf("%s is %v, want %v", key, after[key], want)
		}
	}
	if len(after) != len(before)+1 { // machine
		t.Errorf("%d keys of %d: %s", len(after), len(before), stamped)
	}
	if _, err := StampPeer([]byte("java.lang.Error"), "", PeerStamp{}); err == nil || !strings.Contains(err.Error(), "java.lang.Error") {
		t.Errorf("what is no line: %v", err)
	}
}

func TestReadPeersSaysWhichLineIsWrong(t *testing.T) {
	for _, bad := range []string{"{", `{"peer":"x"}`, `{"mode":"throughput"}`, `{"peer":"x","mode":"throughput","events":"many"}`} {
		if runs, err := ReadPeers(strings.NewReader("\n" + peerLine("a", "b", 1, 1, 1) + "\n" + bad)); err == nil || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("%s: %v, %v", bad, runs, err)
		}
	}
	if text := peerTable(t, nil); text != "no runs\n" {
		t.Errorf("of nothing: %q", text)
	}
}
