package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/embedded/chdb"
	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/oracle"
	"github.com/clearlane/clearlane/pipeline/record"
)

// asCommand makes the test program behave as clearlane itself, so that tests can run
// it as processes of its own, with the race detector where the tests have it.
const asCommand = "CLEARLANE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Unsetenv(asCommand)
		if plant := os.Getenv(asPlanted); plant != "" {
			os.Unsetenv(asPlanted)
			runPlanted(plant, os.Args[1:])
			return
		}
		syscall.Exit(asProcess()) // not os.Exit: there the race detector was seen to wait for ever
	}
	chdbtest.Main(m)
}

// asProcess is main with a clock that a test may set.
func asProcess() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now}
	if file := os.Getenv(clockFile); file != "" {
		os.Unsetenv(clockFile)
		a.now = (&settableClock{file: file}).now
	}
	a.environ = os.Environ()
	return execute(ctx, a, os.Args[1:])
}

// e2eOrders is how many orders the tests on a real broker send: few by default, those
// of $CLEARLANE_E2E_ORDERS in the long form (70,000 orders make 300,000 events).
func e2eOrders(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("CLEARLANE_E2E_ORDERS"))
	if err != nil {
		return 4000
	}
	t.Logf("%d orders", n)
	return n
}

// child is one clearlane process.
type child struct {
	cmd    *exec.Cmd
	output lines
	ended  chan struct{}
	err    error
}

// lines is the output of a child, safe to read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t *testing.T, args ...string) *child {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith starts a process with more in its environment.
func startWith(t *testing.T, environ []string, args ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], args...), ended: make(chan struct{})}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "CLEARLANE_E2E_") && !strings.HasPrefix(entry, "CLEARLANE_CHAOS_") { // no keys of the configuration
			c.cmd.Env = append(c.cmd.Env, entry)
		}
	}
	c.cmd.Env = append(append(c.cmd.Env, asCommand+"=1"), environ...)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	must(t, c.cmd.Start())
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.ended
		if t.Failed() {
			t.Logf("clearlane %s:\n%s", strings.Join(args, " "), c.output.String())
		}
	})
	return c
}

// stop ends the process gracefully and fails unless it ends so.
func (c *child) stop(t *testing.T) {
	t.Helper()
	must(t, c.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-c.ended:
	case <-time.After(time.Minute):
		t.Fatal("does not end within a minute of SIGTERM")
	}
	if c.err != nil {
		t.Fatalf("ends with %v", c.err)
	}
	if s := c.output.String(); strings.Contains(s, "DATA RACE") || strings.Contains(s, "panic:") {
		t.Fatal("a data race or a panic")
	}
}

// setup is topics of four partitions on a broker, and the settings of processes there.
type setup struct {
	t    *testing.T
	cfg  config.Config
	sets []string
}

func newSetup(t *testing.T, addr string, sets ...string) *setup {
	t.Helper()
	s := &setup{t: t, sets: append([]string{"kafka.brokers=" + addr, "roles=score,serve", "log.level=info"}, sets...)}
	a := app{set: s.sets, environ: []string{}}
	var err error
	s.cfg, err = a.config()
	must(t, err)
	if code, out, errs := command(t, nil, s.args("topics", "--create", "--partitions", "4")...); code != exitOK {
		t.Fatalf("topics: exit %d\n%s%s", code, out, errs)
	}
	return s
}

func (s *setup) args(args ...string) []string {
	for _, v := range s.sets {
		args = append(args, "--set", v)
	}
	return args
}

// run starts a process of the group, which listens on a port of its own.
func (s *setup) run(name string) *child {
	return start(s.t, s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "instance="+name,
		"--set", "data_dir="+filepath.Join(s.t.TempDir(), name))...)
}

func (s *setup) send(g gen.Options) {
	s.t.Helper()
	must(s.t, genKafka(s.t.Context(), &s.cfg, g, 0, &bytes.Buffer{}))
}

// agree waits until everything is processed and compares it with the known answers.
func (s *setup) agree(g gen.Options) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Minute)
	defer cancel()
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(s.t, err)
	defer reader.Close()
	must(s.t, positions(&s.cfg, reader, 4).Await(ctx, 90*time.Second, nil))
	outputs, err := oracle.Read(ctx, reader, oracleTopics(&s.cfg.Kafka))
	must(s.t, err)
	report, _ := outputs.Compare(g)
	var table bytes.Buffer
	must(s.t, report.Write(&table))
	if !report.OK() {
		s.t.Errorf("the outputs differ from the known answers:\n%s", table.String())
	}
	s.rightly(ctx, s.t)
}

// listening is the line of a process's log that says where it serves.
var listening = regexp.MustCompile(`listening.*addr"?[=:]"?(127\.0\.0\.1:\d+)`)

// owned is how many partitions a process says it has, -1 while it is not ready.
func (c *child) owned() int {
	found := listening.FindStringSubmatch(c.output.String())
	if found == nil {
		return -1
	}
	r, err := http.Get("http://" + found[1] + "/readyz")
	if err != nil {
		return -1
	}
	defer r.Body.Close()
	var ready struct {
		Ready      bool
		Components []struct{ Name, Detail string }
	}
	if json.NewDecoder(r.Body).Decode(&ready) != nil || !ready.Ready {
		return -1
	}
	n := -1
	for _, c := range ready.Components {
		if c.Name == "score" {
			fmt.Sscanf(c.Detail, "%d partitions", &n)
		}
	}
	return n
}

// eventually waits for a state that must come.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if cond() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

// Everything embedded, one command: every number agrees, down to the tables.
func TestDemoAgrees(t *testing.T) {
	cache := chdbtest.CacheDir()
	args := []string{"demo", "--exit", "--orders", "2000", "--bad", "40", "--listen", "127.0.0.1:0", "--cache", cache}
	if _, err := chdb.Find(cache); err != nil {
		if os.Getenv("CLEARLANE_REQUIRE_CHDB") == "1" {
			t.Fatal(err)
		}
		t.Logf("SKIPPED, NOT TESTED ON THE CLICKHOUSE ENGINE: %v", err)
		args = append(args, "--no-landing")
	}
	c := start(t, args...)
	select {
	case <-c.ended:
	case <-time.After(5 * time.Minute):
		t.Fatal("does not end")
	}
	if out := c.output.String(); c.err != nil || strings.Contains(out, "DIFFERS") || !strings.Contains(out, "every number agrees") || strings.Contains(out, "DATA RACE") {
		t.Fatalf("%v\n%s", c.err, out)
	}
}

// The answers on a real broker are exactly the known ones, read and kept in every
// encoding, and each bad record stands in the dead-letter topic with its own bytes.
func TestRealKafkaHoldsTheKnownAnswers(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	g := gen.Options{Seed: 11, Orders: e2eOrders(t), Bad: 150, OrdersPerSecond: 50, Partitions: 4, Format: gen.FormatMixed}
	c := s.run("one")
	s.send(g)
	s.agree(g)
	s.sendLargest()
	s.abortInput()
	c.stop(t)
	s.deadLettersKeepTheirBytes(g.Bad + 1)
}

// sendLargest sends the largest record that the orders topic takes, which no event may
// be, and waits until it is processed: a dead letter has to hold it whole.
func (s *setup) sendLargest() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	kc := kafkaConn(&s.cfg.Kafka)
	opts, err := kc.ClientOptions()
	must(s.t, err)
	client, err := kgo.NewClient(append(opts, kgo.ProducerBatchMaxBytes(1<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	must(s.t, err)
	defer client.Close()
	large := bytes.Repeat([]byte("x"), 1_048_588-100) // 100: the batch's and the record's own fields
	must(s.t, client.ProduceSync(ctx, &kgo.Record{Topic: kafkaTopics(&s.cfg.Kafka).Orders, Key: []byte("large"), Value: large}).FirstErr())
	reader, err := kafka.NewReader(kc)
	must(s.t, err)
	defer reader.Close()
	must(s.t, positions(&s.cfg, reader, 4).Await(ctx, time.Minute, nil))
}

// abortInput ends an input partition in records of an aborted transaction, and waits
// until they are passed over.
func (s *setup) abortInput() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	kc := kafkaConn(&s.cfg.Kafka)
	opts, err := kc.ClientOptions()
	must(s.t, err)
	client, err := kgo.NewClient(append(opts, kgo.TransactionalID("aborts"))...)
	must(s.t, err)
	defer client.Close()
	must(s.t, client.BeginTransaction())
	must(s.t, client.ProduceSync(ctx, &kgo.Record{Topic: kafkaTopics(&s.cfg.Kafka).Orders, Key: []byte("aborted"), Value: []byte("{}")}).FirstErr())
	must(s.t, client.EndTransaction(ctx, kgo.TryAbort))
	reader, err := kafka.NewReader(kc)
	must(s.t, err)
	defer reader.Close()
	must(s.t, positions(&s.cfg, reader, 4).Await(ctx, time.Minute, nil))
}

// deadLettersKeepTheirBytes holds each dead letter against the record it names.
func (s *setup) deadLettersKeepTheirBytes(want int) {
	t := s.t
	reader, err := kafka.NewReader(kafkaConn(&s.cfg.Kafka))
	must(t, err)
	defer reader.Close()
	type place struct {
		topic     string
		partition int32
		offset    int64
	}
	type bytesOf struct{ key, value string }
	letters := map[place]bytesOf{}
	topics := kafkaTopics(&s.cfg.Kafka)
	_, err = reader.ReadAll(t.Context(), topics.DeadLetters, func(_ int32, r *record.Record) error {
		var p place
		for _, h := range r.Headers {
			switch n, _ := strconv.ParseInt(string(h.Value), 10, 64); h.Key {
			case "clearlane-topic":
				p.topic = string(h.Value)
			case "clearlane-partition":
				p.partition = int32(n)
			case "clearlane-offset":
				p.offset = n
			}
		}
		letters[p] = bytesOf{string(r.Key), string(r.Value)}
		return nil
	})
	must(t, err)
	if len(letters) != want {
		t.Errorf("%d dead letters, not %d", len(letters), want)
	}
	for _, topic := range topics.Inputs() {
		_, err := reader.ReadAll(t.Context(), topic, func(partition int32, r *record.Record) error {
			p := place{topic, partition, r.Offset}
			if l, dead := letters[p]; dead && l != (bytesOf{string(r.Key), string(r.Value)}) {
				t.Errorf("dead letter of %v: other bytes than its record", p)
			}
			return nil
		})
		must(t, err)
	}
}

// Two processes share the partitions evenly and together; one that stops, and one that
// is killed, hands them over; the answers stay right.
func TestProcessesShareAndHandOver(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	s.sets = append(s.sets, "kafka.session_timeout=6s", "kafka.heartbeat_interval=1s")
	g := gen.Options{Seed: 12, Orders: e2eOrders(t), Bad: 20, Partitions: 4}
	g.OrdersPerSecond = float64(g.Orders) / 25 // sent in 25 s and the skew of one order
	g.WindowOrders = g.Orders / 10
	one, two := s.run("one"), s.run("two")
	eventually(t, "two partitions each", func() bool { return one.owned() == 2 && two.owned() == 2 })
	sent := make(chan error, 1)
	go func() { sent <- genKafka(t.Context(), &s.cfg, g, g.OrdersPerSecond, &bytes.Buffer{}) }()
	time.Sleep(4 * time.Second)
	one.stop(t)
	eventually(t, "four partitions for the one that is left", func() bool { return two.owned() == 4 })
	three := s.run("three")
	eventually(t, "two partitions each again", func() bool { return two.owned() == 2 && three.owned() == 2 })
	must(t, two.cmd.Process.Kill())
	eventually(t, "four partitions after the other was killed", func() bool { return three.owned() == 4 })
	must(t, <-sent)
	s.agree(g)
	three.stop(t)
}
