package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// joined is a member of a group with its assignments as they come.
type joined struct {
	group    *Group
	assigned chan []int32
	ended    chan error // Run's error, once
	leave    func()
}

func join(t testing.TB, brokers []string, group, instance string, change func(*GroupConfig), topics ...string) *joined {
	t.Helper()
	cfg := DefaultGroup()
	cfg.Config = Config{Brokers: brokers}
	cfg.Group, cfg.Instance, cfg.Topics = group, instance, topics
	cfg.Heartbeat, cfg.SessionTimeout, cfg.CommitEvery = 100*time.Millisecond, 6*time.Second, 20*time.Millisecond
	if change != nil {
		change(&cfg)
	}
	g, err := NewGroup(cfg)
	if err != nil {
		t.Fatal(err)
	}
	j := &joined{group: g, assigned: make(chan []int32, 100), ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		j.ended <- g.Run(ctx, Events{Assigned: func(_ context.Context, p []int32) { j.assigned <- p }})
	}()
	j.leave = func() {
		cancel()
		<-done
	}
	t.Cleanup(j.leave)
	return j
}

// until reads assignments until there are n partitions.
func (j *joined) until(t testing.TB, n int) []int32 {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case p := <-j.assigned:
			if len(p) == n {
				return p
			}
		case <-deadline:
			t.Fatalf("no assignment of %d partitions within 20 s", n)
		}
	}
}

func TestMembersShareEvenlyTogetherAndKeepWhatTheyHave(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		x, y := newTopic(t, brokers, 5), newTopic(t, brokers, 5)
		id := "group-" + x
		first := join(t, brokers, id, "first", nil, x, y)
		if got := first.until(t, 5); !slices.Equal(got, []int32{0, 1, 2, 3, 4}) {
			t.Fatalf("alone: %v", got)
		}
		second := join(t, brokers, id, "second", nil, x, y)
		mine, yours := first.until(t, 3), second.until(t, 2)
		if !slices.Equal(mine, []int32{0, 1, 2}) || !slices.Equal(yours, []int32{3, 4}) {
			t.Errorf("two members: %v and %v", mine, yours)
		}
		third := join(t, brokers, id, "third", nil, x, y)
		got := third.until(t, 1)
		a, b := first.until(t, 2), second.until(t, 2)
		if !slices.Equal(b, yours) || !slices.Equal(a, mine[:2]) {
			t.Errorf("three members: %v, %v and %v: more moved than one", a, b, got)
		}
		began := time.Now()
		first.leave()
		b, c := second.until(t, 3), third.until(t, 2)
		if all := slices.Sorted(slices.Values(append(slices.Clone(b), c...))); !slices.Equal(all, []int32{0, 1, 2, 3, 4}) {
			t.Errorf("after one left: %v and %v", b, c)
		}
		for _, p := range yours {
			if !slices.Contains(b, p) {
				t.Errorf("partition %d moved although its owner stayed", p)
			}
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("the others waited %v for one that had left", d)
		}
	})
}

// A task's fetch and transactions have nothing to do with the group: through a
// rebalance that leaves it its partition, it reads and commits on.
func TestTaskRunsOnThroughARebalance(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		in := newTopic(t, brokers, 2)
		topics := newOutputs(t, brokers)
		id := "group-" + in
		first := join(t, brokers, id, "first", nil, in)
		first.until(t, 2)
		f := startFetcher(t, brokers, nil, in)
		feed, err := f.Open(0, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		w := newWriter(t, brokers, topics, 0, nil)
		c := newClient(t, brokers)
		stop := make(chan struct{})
		second := make(chan *joined, 1)
		go func() {
			defer close(stop)
			second <- join(t, brokers, id, "second", nil, in)
			first.until(t, 1)
		}()
		n := 0
		for done := false; !done; n++ {
			select {
			case <-stop:
				done = true
			default:
			}
			v := fmt.Sprint(n)
			produce(t, c, in, 0, v)
			got, _ := drain(t, feed, 0, 1)
			if !slices.Equal(got, []string{v}) {
				t.Fatalf("read %q, not %q", got, v)
			}
			put(t, w, 0, v)
			if err := w.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := (<-second).until(t, 1); !slices.Equal(got, []int32{1}) {
			t.Errorf("the second member has %v", got)
		}
		if n < 2 {
			t.Errorf("only %d rounds during the rebalance", n)
		}
	})
}

func TestOffsetsAreCommittedForLagTools(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 2)
		id := "group-" + topic
		g := join(t, brokers, id, "only", nil, topic)
		g.until(t, 2)
		g.group.CommitOffsets(map[string]map[int32]int64{topic: {0: 7, 1: 9, 5: 11}})
		g.group.CommitOffsets(map[string]map[int32]int64{topic: {0: 8}})
		tr, err := newTransport(&Config{Brokers: brokers}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.close()
		deadline := time.Now().Add(10 * time.Second)
		for {
			r, err := tr.client().OffsetFetch(t.Context(), &kafkago.OffsetFetchRequest{GroupID: id, Topics: map[string][]int{topic: {0, 1}}})
			if err == nil && r.Error == nil && len(r.Topics[topic]) == 2 {
				got := map[int]int64{}
				for _, p := range r.Topics[topic] {
					got[p.Partition] = p.CommittedOffset
				}
				if got[0] == 8 && got[1] == 9 {
					return
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("offsets %+v, %v", r, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
}

// A coordinator that does not answer must not hold up the end of the process.
func TestLeavingIsBounded(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	connected := make(chan net.Conn, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connected <- c
		}
	}()
	j := join(t, []string{l.Addr().String()}, "g", "me", nil, "t")
	defer (<-connected).Close()
	began := time.Now()
	j.leave()
	if d := time.Since(began); d > leaveWithin+time.Second {
		t.Errorf("leaving took %v", d)
	}
}

func TestGroupSettingsAreJudgedTogether(t *testing.T) {
	_, err := NewGroup(GroupConfig{Heartbeat: time.Second, SessionTimeout: 2 * time.Second})
	for _, want := range []string{"brokers: empty", "group: empty", "topics: empty", "heartbeat_interval: 1s", "rebalance_timeout: 0s"} {
		if err == nil || !containsText(err, want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// settle takes the assignments that come while a group of new members is not yet at rest.
func (j *joined) settle() {
	for {
		select {
		case <-j.assigned:
		case <-time.After(5 * j.group.cfg.Heartbeat): // a rebalance under way would have been heard of
			return
		}
	}
}

func static(c *GroupConfig) { c.Static = true }

// A process that stops, or dies, and comes back by its name within the session timeout
// has its partitions again at once, and nobody else is bothered: that is what makes a
// deploy short.
func TestAStaticMemberComesBackToItsPartitions(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 4)
		id := "group-" + topic
		first, second := join(t, brokers, id, "first", static, topic), join(t, brokers, id, "second", static, topic)
		mine, yours := first.until(t, 2), second.until(t, 2)
		first.settle()
		second.settle()
		for name, old := range map[string]*joined{"first": first, "second": second} { // one of them leads
			want := map[string][]int32{"first": mine, "second": yours}[name]
			old.leave()
			began := time.Now()
			if got := join(t, brokers, id, name, static, topic).until(t, 2); !slices.Equal(got, want) {
				t.Errorf("%s had %v and has %v", name, want, got)
			}
			if d := time.Since(began); d > 3*time.Second {
				t.Errorf("%s came back after %v", name, d)
			}
		}
		select {
		case p := <-second.assigned:
			// kfake makes a generation of its own where a claim has changed; Kafka does not.
			if !strings.HasSuffix(t.Name(), "/kfake") || !slices.Equal(p, yours) {
				t.Errorf("assigned anew: %v", p)
			}
		default:
		}
	})
}

// Two processes of one name would go on taking each other's partitions: the older one
// ends and says why.
func TestANameThatIsTakenIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		id := "group-" + topic
		first := join(t, brokers, id, "same", static, topic)
		first.until(t, 1)
		second := join(t, brokers, id, "same", static, topic)
		second.until(t, 1)
		select {
		case err := <-first.ended:
			if !errors.Is(err, ErrNameTaken) || !containsText(err, "instance same") {
				t.Errorf("ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("both are members")
		}
	})
}

// What a process that was away too long hears when it asks whether its partitions are
// still its own is the new assignment, before any confirmation.
func TestConfirmationComesAfterTheAssignmentThatHolds(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 2)
		id := "group-" + topic
		// Mostly heard of when it asks only, as a process that was paused.
		slow := func(c *GroupConfig) { c.Heartbeat = c.SessionTimeout / 3 }
		first := join(t, brokers, id, "first", slow, topic)
		first.until(t, 2)
		if err := first.group.Confirm(t.Context()); err != nil {
			t.Fatal(err)
		}
		second := join(t, brokers, id, "second", nil, topic)
		second.until(t, 1)
		if err := first.group.Confirm(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case p := <-first.assigned:
			if len(p) != 1 {
				t.Errorf("confirmed: %v", p)
			}
		default:
			t.Error("confirmed before the assignment that holds has come")
		}
	})
}

// A member that cannot serve a partition loses it to one that can, once.
func TestARefusedPartitionMovesOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 2)
		id := "group-" + topic
		first := join(t, brokers, id, "first", nil, topic)
		first.until(t, 2)
		second := join(t, brokers, id, "second", nil, topic)
		mine, yours := first.until(t, 1), second.until(t, 1)
		first.group.Refuse(mine[0], true)
		if got := second.until(t, 2); len(got) != 2 {
			t.Errorf("second has %v", got)
		}
		first.until(t, 0)
		second.group.Refuse(mine[0], true) // nobody can serve it now: somebody has it
		got := append(first.until(t, 1), second.until(t, 1)...)
		if slices.Sort(got); !slices.Equal(got, []int32{0, 1}) {
			t.Errorf("shared out %v, of %v and %v", got, mine, yours)
		}
		generations := first.group.stats.Generations.Load()
		first.group.Refuse(mine[0], true)
		second.group.Refuse(mine[0], true)
		if err := first.group.Confirm(t.Context()); err != nil || first.group.stats.Generations.Load() != generations {
			t.Errorf("shared out anew for what was known: %v", err)
		}
	})
}
