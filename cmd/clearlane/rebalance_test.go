package main

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/pipeline/task"
)

// times are those of the lines of a process's log that hold a text.
func (c *child) times(t *testing.T, text string) []time.Time {
	t.Helper()
	var out []time.Time
	for _, line := range strings.Split(c.output.String(), "\n") {
		if !strings.Contains(line, text) {
			continue
		}
		stamp := regexp.MustCompile(`time=(\S+)`).FindStringSubmatch(line)
		if stamp == nil {
			t.Fatalf("no time: %s", line)
		}
		at, err := time.Parse(time.RFC3339Nano, stamp[1])
		must(t, err)
		out = append(out, at)
	}
	return out
}

// A process that wakes after a pause longer than the session finds its tasks fenced, and
// takes nothing back before the group has given it partitions anew: until then the
// rightful owner works undisturbed.
func TestAFormerOwnerThatWakesDoesNoHarm(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	s.sets = append(s.sets, "kafka.session_timeout=2s", "kafka.heartbeat_interval=500ms")
	g := gen.Options{Seed: 14, Orders: e2eOrders(t), Partitions: 4}
	g.OrdersPerSecond = float64(g.Orders) / 15
	g.WindowOrders = g.Orders / 10
	one, two := s.run("one"), s.run("two")
	eventually(t, "two partitions each", func() bool { return one.owned() == 2 && two.owned() == 2 })
	sent := make(chan error, 1)
	go func() { sent <- genKafka(t.Context(), &s.cfg, g, g.OrdersPerSecond, &bytes.Buffer{}) }()
	time.Sleep(2 * time.Second)
	must(t, one.cmd.Process.Signal(syscall.SIGSTOP))
	eventually(t, "four partitions for the other", func() bool { return two.owned() == 4 })
	before := len(one.times(t, "kafka: assigned"))
	woken := time.Now()
	must(t, one.cmd.Process.Signal(syscall.SIGCONT))
	eventually(t, "the woken process is assigned anew", func() bool { return len(one.times(t, "kafka: assigned")) > before })
	assigned := one.times(t, "kafka: assigned")[before]
	for _, at := range two.times(t, "was fenced") {
		if at.Before(assigned) {
			t.Errorf("the rightful owner was fenced %v after the other woke, which was assigned only %v after", at.Sub(woken), assigned.Sub(woken))
		}
	}
	if len(one.times(t, "was fenced")) == 0 {
		t.Error("the former owner was not fenced: nothing was tested")
	}
	eventually(t, "two partitions each again", func() bool { return one.owned() == 2 && two.owned() == 2 })
	must(t, <-sent)
	s.agree(g)
	one.stop(t)
	two.stop(t)
}

// slowObserver holds up every micro-batch, as a slow disk or a starved machine would.
type slowObserver struct {
	tally
	pause   time.Duration
	batches atomic.Int64
}

func (o *slowObserver) Batch(*task.Counts) {
	o.batches.Add(1)
	time.Sleep(o.pause)
}

// However slow the processing is, the group hears of the process: it keeps its partitions.
func TestSlowProcessingKeepsTheMembership(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	const session = 1500 * time.Millisecond
	a := app{set: append(s.sets, "data_dir="+t.TempDir(), "task.max_batch=10", "kafka.session_timeout="+session.String(), "kafka.heartbeat_interval=300ms"), environ: []string{}}
	cfg, err := a.config()
	must(t, err)
	var out lines
	a.err = &out
	log, err := a.logger(&cfg)
	must(t, err)
	slow := &slowObserver{pause: 2 * session}
	p := &process{cfg: cfg, log: log, now: time.Now, observer: slow, memory: newMemory(int64(cfg.Limits.Memory), log)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- p.score(ctx, serve.New(prometheus.NewRegistry(), time.Now), serve.NewHealth(time.Now))
	}()
	s.send(gen.Options{Seed: 15, Orders: 200, Partitions: 4})
	eventually(t, "three slow batches of each partition", func() bool { return slow.batches.Load() >= 12 })
	if text := out.String(); strings.Count(text, "kafka: assigned") != 1 || strings.Contains(text, "kafka: group") || strings.Contains(text, "fenced") {
		t.Errorf("the membership was lost:\n%s", text)
	}
	cancel()
	must(t, <-ended)
}

// truncate deletes all records of topics, as retention does.
func (s *setup) truncate(topics ...string) {
	s.t.Helper()
	kc := kafkaConn(&s.cfg.Kafka)
	opts, err := kc.ClientOptions()
	must(s.t, err)
	client, err := kgo.NewClient(opts...)
	must(s.t, err)
	defer client.Close()
	adm := kadm.NewClient(client)
	ends, err := adm.ListEndOffsets(s.t.Context(), topics...)
	must(s.t, err)
	deleted, err := adm.DeleteRecords(s.t.Context(), ends.Offsets())
	must(s.t, err)
	must(s.t, deleted.Error())
}

// runIn starts a process of the group on a folder of the caller's, under a lasting name.
func (s *setup) runIn(dir string, more ...string) *child {
	return start(s.t, append(s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "instance="+filepath.Base(dir), "--set", "data_dir="+dir), more...)...)
}

// A process without state in front of inputs whose records are gone says so, and the
// group gives its partitions to the one that has their state; then the group is at rest.
func TestPartitionsGoToWhoHasTheirState(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	s.sets = append(s.sets, "kafka.session_timeout=2s", "kafka.heartbeat_interval=500ms")
	dir := t.TempDir()
	g := gen.Options{Seed: 16, Orders: 500, OrdersPerSecond: 50, Partitions: 4}
	one := s.runIn(filepath.Join(dir, "one"))
	eventually(t, "all partitions", func() bool { return one.owned() == 4 })
	s.send(g)
	s.agree(g)
	one.stop(t)
	topics := kafkaTopics(&s.cfg.Kafka)
	s.truncate(topics.Inputs()...)
	two := s.runIn(filepath.Join(dir, "two"))
	eventually(t, "a refusal that says what to do", func() bool {
		return strings.Count(two.output.String(), "bring back the state folder of partition") >= 4
	})
	one = s.runIn(filepath.Join(dir, "one"))
	eventually(t, "all partitions for the one that has their state", func() bool { return one.owned() == 4 && two.owned() == 0 })
	generations := len(one.times(t, "kafka: assigned"))
	time.Sleep(3 * time.Second)
	if n := len(one.times(t, "kafka: assigned")); n != generations || one.owned() != 4 {
		t.Errorf("%d generations, then %d: the group does not come to rest", generations, n)
	}
	two.stop(t)
	one.stop(t)
}

// Records that the state does not reflect and that are gone, published ones or inputs, are
// refused, with what to do; --accept-gap goes on without them.
func TestTruncatedRecordsAreRefusedUnlessAccepted(t *testing.T) {
	s := newSetup(t, brokers.Real(t, kafkatest.Options{Heap: "768m"}).Addr)
	s.sets = append(s.sets, "state.flush_interval=10m")
	dir := filepath.Join(t.TempDir(), "one")
	g := gen.Options{Seed: 17, Orders: 500, OrdersPerSecond: 50, Partitions: 4}
	one := s.runIn(dir)
	eventually(t, "all partitions", func() bool { return one.owned() == 4 })
	s.send(g)
	s.agree(g)
	must(t, one.cmd.Process.Kill())
	<-one.ended
	topics := kafkaTopics(&s.cfg.Kafka)
	for _, gone := range []struct {
		topics []string
		said   string
	}{{[]string{topics.Decisions}, "tail of the decisions topic"}, {topics.Inputs(), "begins at offset"}} {
		s.truncate(gone.topics...)
		one = s.runIn(dir)
		eventually(t, "a refusal that says what to do", func() bool {
			return strings.Contains(one.output.String(), gone.said) && strings.Contains(one.output.String(), "--accept-gap")
		})
		if one.owned() > 0 {
			t.Error("it works on")
		}
		one.stop(t)
	}
	one = s.runIn(dir, "--accept-gap")
	eventually(t, "all partitions over the gap", func() bool { return one.owned() == 4 })
	one.stop(t)
}
