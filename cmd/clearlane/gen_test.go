package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGenWritesEventsAndAnswers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if code, out, errs := command(t, nil, "gen", "--orders", "20", "--seed", "3", "--out", dir); code != exitOK || out != "" {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	events := readLines(t, filepath.Join(dir, "events.ndjson"))
	kinds := map[string]int{}
	for _, l := range events {
		var e struct{ Type string }
		must(t, json.Unmarshal([]byte(l), &e))
		kinds[e.Type]++
	}
	for _, kind := range []string{"seller_site", "ad_click", "order", "shipment"} {
		if kinds[kind] == 0 {
			t.Errorf("no event of type %s: %v", kind, kinds)
		}
	}
	for _, l := range readLines(t, filepath.Join(dir, "answers.ndjson")) {
		var a struct {
			OrderKey string `json:"order_key"`
			Route    string
		}
		must(t, json.Unmarshal([]byte(l), &a))
		if a.OrderKey == "" || a.Route == "" {
			t.Errorf("answer without order or route: %s", l)
		}
	}

	_, again, _ := command(t, nil, "gen", "--orders", "20", "--seed", "3")
	if again != strings.Join(events, "\n")+"\n" {
		t.Error("the same seed gives other events on standard output")
	}
	_, other, _ := command(t, nil, "gen", "--orders", "20", "--seed", "4")
	if other == again {
		t.Error("another seed gives the same events")
	}
	_, later, _ := command(t, nil, "gen", "--orders", "20", "--seed", "3", "--start", "2026-07-01T00:00:00Z")
	if !strings.Contains(later, "2026-07-01T") || strings.Contains(again, "2026-07-01T") {
		t.Error("--start does not move the events")
	}
}

func TestGenSaysWhichFolderCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if code, _, errs := command(t, nil, "gen", "--out", file); code != exitFault || !strings.Contains(errs, file) {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	var lines []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	must(t, s.Err())
	if len(lines) == 0 {
		t.Fatalf("%s is empty", path)
	}
	return lines
}
