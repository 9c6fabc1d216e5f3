package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// running starts a server on a free port; stop ends it and returns what Run returned.
func running(t *testing.T, h *Health) (url string, stop func() error) {
	t.Helper()
	reg, _ := used()
	addr := make(chan net.Addr, 1)
	s := NewServer(Options{
		Listen: "127.0.0.1:0", ShutdownTimeout: 5 * time.Second, Gatherer: reg, Health: h,
		Log: slog.New(slog.DiscardHandler), Listening: func(a net.Addr) { addr <- a },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case a := <-addr:
		url = "http://" + a.String()
	case err := <-ended:
		t.Fatal(err)
	}
	return url, func() error {
		cancel()
		return <-ended
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestServerAnswersAndEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := NewHealth(clock)
	url, stop := running(t, h)
	kafka := h.Component("kafka")

	if code, body := get(t, url+"/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, `"starting"`) {
		t.Errorf("while starting: %d %s", code, body)
	}
	kafka.Set(Ready, "")
	if code, body := get(t, url+"/readyz"); code != http.StatusOK || !strings.Contains(body, `"ready": true`) {
		t.Errorf("when ready: %d %s", code, body)
	}
	kafka.Set(Waiting, "no broker answers")
	if code, _ := get(t, url+"/healthz"); code != http.StatusOK {
		t.Errorf("alive while waiting for Kafka: %d, want 200", code)
	}
	if code, body := get(t, url+"/metrics"); code != http.StatusOK || !strings.Contains(body, "\nclearlane_decisions_total{route=\"HIGH_RISK_CONTROL\"} 4\n") {
		t.Errorf("metrics: %d\n%s", code, body)
	}
	for path, want := range map[string]int{"/": http.StatusNotFound, "/debug/pprof/": http.StatusNotFound} {
		if code, _ := get(t, url+path); code != want {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), time.Second); err == nil {
		t.Error("still listening after the end")
	}
}

func TestServerSaysWhichAddressIsTaken(t *testing.T) {
	defer goleak.VerifyNone(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	reg, _ := used()
	s := NewServer(Options{Listen: taken.Addr().String(), Gatherer: reg, Health: NewHealth(clock), Log: slog.New(slog.DiscardHandler)})
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("error %v does not name the address", err)
	}
}

func TestReadyzListsEachComponentSinceItsChange(t *testing.T) {
	now := clock()
	h := NewHealth(func() time.Time { return now })
	if ready, _ := h.Status(); ready {
		t.Error("ready without any component")
	}
	kafka, clickhouse := h.Component("kafka"), h.Component("clickhouse")
	since := now
	clickhouse.Set(Ready, "")
	now = now.Add(time.Minute)
	kafka.Set(Waiting, "a")
	changed := now
	now = now.Add(time.Minute)
	kafka.Set(Waiting, "b")
	clickhouse.Set(Ready, "")

	ready, list := h.Status()
	want := []Status{{"clickhouse", Ready, since.UTC(), ""}, {"kafka", Waiting, changed.UTC(), "b"}}
	if ready || len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("ready %v, %+v; want %+v", ready, list, want)
	}
	kafka.Remove()
	if ready, _ := h.Status(); !ready {
		t.Error("not ready though the only component is")
	}
	if h.Component("clickhouse") != clickhouse {
		t.Error("a second component of the same name")
	}
}

func TestLogger(t *testing.T) {
	var b bytes.Buffer
	log, err := NewLogger(&b, "warn", "json", "i-1")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("hidden")
	log.Warn("shown", "n", 1)
	var line map[string]any
	if err := json.Unmarshal(b.Bytes(), &line); err != nil || line["msg"] != "shown" || line["instance"] != "i-1" {
		t.Errorf("%v: %s", err, b.String())
	}
	b.Reset()
	if log, err = NewLogger(&b, "debug", "text", ""); err != nil {
		t.Fatal(err)
	}
	if log.Debug("shown"); !strings.Contains(b.String(), "level=DEBUG msg=shown") || strings.Contains(b.String(), "instance") {
		t.Error(b.String())
	}
	for _, bad := range [][2]string{{"loud", "text"}, {"", "text"}, {"info", "xml"}} {
		if _, err := NewLogger(&b, bad[0], bad[1], ""); err == nil || !strings.Contains(err.Error(), "allowed") {
			t.Errorf("level %q, format %q: %v", bad[0], bad[1], err)
		}
	}
}
