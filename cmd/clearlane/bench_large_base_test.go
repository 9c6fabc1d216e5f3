package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/pipeline/land"
)

// largeBase is how many orders the pipeline really decides; the rest are copies of them.
const largeBase = 200_000

// landBase lands the decisions and pre-reviews of a labelled set in the database base: what
// the real join and rules make of them, all versions, through the real lander.
func landBase(t *testing.T, e *largeEngine, orders int, seed uint64) {
	t.Helper()
	dir := t.TempDir()
	code, _, errs := command(t, nil, "gen", "--profile", "rules", "--orders", strconv.Itoa(orders), "--seed", strconv.FormatUint(seed, 10), "--out", dir)
	if code != exitOK {
		t.Fatal(errs)
	}
	lines := filepath.Join(dir, "decisions.ndjson")
	out, err := os.Create(lines)
	must(t, err)
	var said bytes.Buffer
	code = execute(t.Context(), &app{in: strings.NewReader(""), out: out, err: &said, now: time.Now}, []string{"score", "--all-versions", "--pre-reviews",
		"--geo", filepath.Join(dir, "country.mmdb"), "--set", "geo.asn_file=" + filepath.Join(dir, "asn.mmdb"), "--set", "task.retention=4800h",
		"--policy", filepath.Join(dir, "policy.yaml"), filepath.Join(dir, "events.ndjson")})
	if must(t, out.Close()); code != exitOK {
		t.Fatal(said.String())
	}
	cfg := land.Default()
	cfg.ClickHouse.Addrs, cfg.ClickHouse.Protocol, cfg.ClickHouse.Database = []string{e.addr}, land.HTTP, "base"
	b, err := broker.Start(4, cfg.Topics.Decisions, cfg.Topics.PreReviews, cfg.Topics.Rollups, cfg.Topics.DeadLetters)
	must(t, err)
	defer b.Close()
	rows := produceLines(t, b.Addrs(), &cfg.Topics, lines)
	lander, err := land.New(cfg, land.Deps{Kafka: []kgo.Opt{kgo.SeedBrokers(b.Addrs()...)}})
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- lander.Run(ctx) }()
	for landed := lander.Status(); landed.Rows < rows; landed = lander.Status() {
		if landed.Buried > 0 || len(ended) > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	must(t, <-ended)
	if s := lander.Status(); s.Rows != rows || s.Buried != 0 {
		t.Fatalf("%d rows landed, %d buried, of %d records", s.Rows, s.Buried, rows)
	}
}

// produceLines sends each line to the topic that it has the form of.
func produceLines(t *testing.T, addrs []string, topics *land.Topics, file string) (sent uint64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addrs...), kgo.MaxBufferedRecords(100_000))
	must(t, err)
	defer client.Close()
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Buffer(nil, 4<<20); in.Scan(); sent++ {
		r := &kgo.Record{Topic: topics.Decisions, Value: bytes.Clone(in.Bytes()), Key: []byte(strconv.FormatUint(sent, 10))}
		if bytes.HasPrefix(r.Value, []byte(`{"pre_review_id"`)) {
			r.Topic = topics.PreReviews
		}
		client.Produce(t.Context(), r, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	must(t, in.Err())
	must(t, client.Flush(t.Context()))
	return sent
}
