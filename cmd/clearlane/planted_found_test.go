package main

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest"
	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/oracle/audit"
)

// What each promise hangs on is taken away in turn, on a schedule that asks for it and
// leaves nothing to luck. With it in its place the outputs are right; without it the
// audit finds what it must.
func TestPlantedFaultsAreFound(t *testing.T) {
	broker := brokers.Real(t, kafkatest.Options{Heap: "768m"})
	for i, c := range []struct {
		fault    string
		schedule func(*plantedRun)
		found    map[audit.Class]string // one of the findings that have to be there
	}{
		{plantedFence, (*plantedRun).wakes, map[audit.Class]string{audit.Duplicate: "decision of"}},
		{plantedTail, (*plantedRun).diesBetweenFlushes, map[audit.Class]string{audit.Duplicate: "decision of", audit.Wrong: "roll-up"}},
		{plantedAborted, (*plantedRun).readsAborted, map[audit.Class]string{audit.Wrong: "nothing was to be said about it"}},
		{plantedAhead, (*plantedRun).diesBeforeCommit, map[audit.Class]string{audit.Missing: "decision of"}},
	} {
		t.Run(c.fault, func(t *testing.T) {
			for _, plant := range []string{plantedNothing, c.fault} {
				t.Run(plant, func(t *testing.T) {
					t.Parallel()
					name := fmt.Sprintf("planted-%d-%t", i, plant != plantedNothing)
					r := &plantedRun{t: t, plant: plant, s: newSetup(t, broker.Addr, "kafka.topic_prefix="+name+".", "kafka.group="+name,
						"kafka.session_timeout=3s", "kafka.heartbeat_interval=500ms", "state.flush_interval=10m")}
					r.begin()
					c.schedule(r)
					r.end()
					a, err := auditTopics(t.Context(), &r.s.cfg)
					must(t, err)
					if plant == plantedNothing {
						if !a.findings.OK() || len(a.expected.Decisions) == 0 {
							t.Errorf("nothing was planted, and of %d decisions is found:\n%s", len(a.expected.Decisions), a.words())
						}
						return
					}
					t.Logf("found:\n%s", a.words())
					for class, text := range c.found {
						if !a.findings.Has(class, text) {
							t.Errorf("what is %s among %q is not found", class, text)
						}
					}
				})
			}
		})
	}
}

// plantedRun is one run of a schedule: a stream in two halves, of which most orders have
// records in both.
type plantedRun struct {
	t      *testing.T
	s      *setup
	plant  string
	reader *kafka.Reader
	client *kgo.Client
	halves [2][]gen.Event
	up     []*child
	dir    string
}

func (r *plantedRun) begin() {
	t := r.t
	var err error
	r.reader, err = kafka.NewReader(kafkaConn(&r.s.cfg.Kafka))
	must(t, err)
	t.Cleanup(r.reader.Close)
	r.client, err = r.s.chaosClient()
	must(t, err)
	t.Cleanup(r.client.Close)
	r.dir = t.TempDir()
	g := gen.Options{Seed: 21, Orders: 500, Bad: 20, OrdersPerSecond: 10, WindowOrders: 400, Partitions: 4}
	must(t, r.s.sendSites(g))
	var all []gen.Event
	source := gen.New(g)
	for e, ok := source.Next(); ok; e, ok = source.Next() {
		all = append(all, e)
	}
	r.halves = [2][]gen.Event{all[:len(all)/2], all[len(all)/2:]}
}

func (r *plantedRun) send(events []gen.Event) {
	r.t.Helper()
	to := sender{client: r.client, topics: genTopics(&r.s.cfg)}
	for i := range events {
		to.send(r.t.Context(), &events[i])
	}
	must(r.t, to.flush(r.t.Context()))
}

// start starts a process with a planted fault, and waits until it has all partitions.
func (r *plantedRun) start(plant, name string, sets ...string) *child {
	r.t.Helper()
	args := r.s.args("run", "--set", "serve.listen=127.0.0.1:0", "--set", "instance="+name, "--set", "data_dir="+filepath.Join(r.dir, name))
	for _, s := range sets {
		args = append(args, "--set", s)
	}
	c := startWith(r.t, []string{asPlanted + "=" + plant}, args...)
	r.up = append(r.up, c)
	eventually(r.t, "all partitions with "+name, func() bool { return c.owned() == 4 })
	return c
}

// again starts a process on the state of one that was killed.
func (r *plantedRun) again(c *child, plant, name string, sets ...string) *child {
	r.t.Helper()
	must(r.t, c.cmd.Process.Kill())
	<-c.ended
	r.up = r.up[:len(r.up)-1]
	return r.start(plant, name, append(sets, "data_dir="+filepath.Join(r.dir, "one"))...)
}

// processed waits until commits cover all input.
func (r *plantedRun) processed() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute)
	defer cancel()
	must(r.t, positions(&r.s.cfg, r.reader, 4).Await(ctx, time.Minute, nil))
}

// end waits until everything is processed, and stops what is up.
func (r *plantedRun) end() {
	r.t.Helper()
	r.processed()
	for _, c := range r.up {
		c.stop(r.t)
	}
}

// written is where a topic ends, of all partitions: its stable end, or the end of what
// is written and may yet be aborted.
func (r *plantedRun) written(topic string, stable bool) (sum int64) {
	r.t.Helper()
	list := kadm.NewClient(r.client).ListEndOffsets
	if stable {
		list = kadm.NewClient(r.client).ListCommittedOffsets
	}
	ends, err := list(r.t.Context(), topic)
	if err == nil {
		err = ends.Error()
	}
	must(r.t, err)
	for _, end := range ends[topic] {
		sum += end.Offset
	}
	return sum
}

// wakes: a process that was paused past its session goes on while the one that has
// taken over stands still, so that no rebalance can end it first.
func (r *plantedRun) wakes() {
	one := r.start(r.plant, "one")
	r.send(r.halves[0])
	r.processed()
	must(r.t, one.cmd.Process.Signal(syscall.SIGSTOP))
	r.send(r.halves[1])
	two := r.start(r.plant, "two")
	r.processed()
	progress := kafkaTopics(&r.s.cfg.Kafka).Progress
	before := r.written(progress, true)
	must(r.t, two.cmd.Process.Signal(syscall.SIGSTOP))
	must(r.t, one.cmd.Process.Signal(syscall.SIGCONT))
	eventually(r.t, "it is fenced or commits", func() bool { return one.said("fenced") > 0 || r.written(progress, true) > before })
	if r.plant == plantedNothing && one.said("fenced") == 0 {
		r.t.Error("it commits before it is fenced")
	}
	must(r.t, two.cmd.Process.Signal(syscall.SIGCONT))
}

// diesBetweenFlushes: a process is killed when what it has published is not in its local
// state, and the next one goes on with the same orders.
func (r *plantedRun) diesBetweenFlushes() {
	one := r.start(r.plant, "one")
	r.send(r.halves[0])
	r.processed()
	r.again(one, r.plant, "two")
	r.send(r.halves[1])
}

// readsAborted: other orders stand among the input, in a transaction that was aborted.
func (r *plantedRun) readsAborted() {
	r.start(r.plant, "one")
	r.send(r.halves[0])
	client, err := r.s.chaosClient(kgo.TransactionalID(r.s.cfg.Kafka.Group + "-input"))
	must(r.t, err)
	defer client.Close()
	must(r.t, client.BeginTransaction())
	to := sender{client: client, topics: genTopics(&r.s.cfg)}
	source := gen.New(gen.Options{Seed: 22, Orders: 40, Bad: 10, Partitions: 4})
	for e, ok := source.Next(); ok; e, ok = source.Next() {
		to.send(r.t.Context(), &e)
	}
	must(r.t, to.flush(r.t.Context()))
	must(r.t, client.EndTransaction(r.t.Context(), kgo.TryAbort))
	// The broker has answered and writes the markers afterwards: each is an end of its own, and
	// a search that looks at ends must not find one that nobody could have waited for.
	for _, topic := range genTopics(&r.s.cfg) {
		eventually(r.t, "the markers stand in "+topic, func() bool { return r.written(topic, true) == r.written(topic, false) })
	}
	r.send(r.halves[1])
}

// diesBeforeCommit: a process is killed when it has decided and not committed.
func (r *plantedRun) diesBeforeCommit() {
	one := r.start(plantedNothing, "one")
	r.send(r.halves[0])
	r.processed()
	one = r.again(one, r.plant, "two", "task.commit_interval=30s")
	decisions := kafkaTopics(&r.s.cfg.Kafka).Decisions
	before, stable := r.written(decisions, false), r.written(decisions, true)
	r.send(r.halves[1])
	eventually(r.t, "decisions are written", func() bool {
		return r.written(decisions, false) >= before+100 && (r.plant == plantedNothing || one.said(saidAhead) == 4)
	})
	if now := r.written(decisions, true); now != stable {
		r.t.Fatalf("%d decisions are committed already: the kill would prove nothing", now-stable)
	}
	r.again(one, plantedNothing, "three")
}
