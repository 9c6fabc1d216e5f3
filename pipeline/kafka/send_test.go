package kafka

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/kafka/kafkatest/brokers"
	"github.com/clearlane/clearlane/pipeline/task"
)

// Batches whose answer is lost, or that never arrive, are written once, in their order, and
// Next is behind the last of them.
func TestBatchesThatAreCutOffAreWrittenOnce(t *testing.T) {
	_, p, brokers := proxied(t)
	for partition, how := range []verdict{cutAfter, cutBefore} {
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, int32(partition), nil)
		var requests atomic.Int64
		p.set(func(key int16) verdict {
			if key != keyProduce || requests.Add(1)%3 == 0 {
				return pass
			}
			return how
		})
		var want []string
		for txn := range 3 {
			for i := range 20 {
				want = append(want, fmt.Sprint(txn, "/", i))
				put(t, w, task.OutDecisions, want[len(want)-1])
				if i%7 == 0 {
					time.Sleep(5 * time.Millisecond) // more than one batch
				}
			}
			put(t, w, task.OutProgress, fmt.Sprint(txn))
			commit(t, w)
		}
		p.set(nil)
		if decisions, progress := committed(t, brokers, topics, int32(partition)); !slices.Equal(decisions, want) || progress != "2" {
			t.Errorf("cut %d: %q and progress %q are committed", how, decisions, progress)
		}
		// Sixty records and two markers before it, and its own marker behind it.
		if n := w.Next(task.OutDecisions); n != 62 {
			t.Errorf("cut %d: next is %d, not 62", how, n)
		}
		if requests.Load() < 9 {
			t.Errorf("cut %d: %d requests were sent", how, requests.Load())
		}
	}
}

// Leaders that move in the middle of a transaction: everything is written, once, and in order.
func TestLeadersMoveInMidTransaction(t *testing.T) {
	f := brokers.Fake(t, 3)
	topics := newOutputs(t, f.Brokers())
	w := newWriter(t, f.Brokers(), topics, 0, nil)
	var want []string
	for txn := range 4 {
		for i := range 30 {
			if i%10 == 5 {
				f.ShufflePartitionLeaders()
			}
			want = append(want, fmt.Sprint(txn, "/", i))
			put(t, w, task.OutDecisions, want[len(want)-1])
			if i%4 == 0 {
				flush(t, w)
			}
		}
		put(t, w, task.OutProgress, fmt.Sprint(txn))
		commit(t, w)
	}
	if decisions, progress := committed(t, f.Brokers(), topics, 0); !slices.Equal(decisions, want) || progress != "3" {
		t.Errorf("%q and progress %q are committed", decisions, progress)
	}
}

// One leader answers while another one takes its time: what is written there goes on, and a
// Seal waits for both.
func TestASlowLeaderHoldsItsOwnPartitionsOnly(t *testing.T) {
	f := brokers.Fake(t, 2)
	topics := newOutputs(t, f.Brokers())
	if err := f.MoveTopicPartition(topics[task.OutDecisions], 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.MoveTopicPartition(topics[task.OutProgress], 0, 1); err != nil {
		t.Fatal(err)
	}
	w := newWriter(t, f.Brokers(), topics, 0, nil)
	write(t, w, "a")
	commit(t, w)
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(open)
	f.ControlKey(keyProduce, func(r kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		if r.(*kmsg.ProduceRequest).Topics[0].Topic == topics[task.OutProgress] {
			f.SleepControl(func() { <-gate })
		}
		return nil, nil, false
	})
	put(t, w, task.OutProgress, "held")
	c := newReader(t, f.Brokers())
	for i := range 5 {
		put(t, w, task.OutDecisions, fmt.Sprint(i))
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			if b, err := c.Bounds(t.Context(), topics[task.OutDecisions], 0); err != nil {
				t.Fatal(err)
			} else if b.High == int64(3+i) { // a and its marker before them
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the slow leader holds the other one's records")
			}
		}
	}
	sealed := make(chan error, 1)
	go func() { sealed <- w.Seal(t.Context()) }()
	select {
	case err := <-sealed:
		t.Fatalf("sealed with %v while a record was not acknowledged", err)
	case <-time.After(50 * time.Millisecond):
	}
	open()
	if err := <-sealed; err != nil {
		t.Fatal(err)
	}
	commit(t, w)
	if n := w.Next(task.OutDecisions); n != 7 {
		t.Errorf("next is %d, not 7", n)
	}
	if _, progress := committed(t, f.Brokers(), topics, 0); progress != "held" {
		t.Errorf("progress %q is committed", progress)
	}
}

// Whatever is produced, sealed, committed and aborted, with refusals, lost connections and
// leaders that move at any time, what is committed is what was produced, once and in order, in
// batches and with backpressure of any size, by transactions of both kinds.
func TestWhatIsCommittedIsWhatWasProduced(t *testing.T) {
	passing := []*kerr.Error{kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicas, kerr.ConcurrentTransactions}
	f := brokers.Fake(t, 2)
	var mu sync.Mutex
	var faults []int
	f.ControlKey(keyProduce, func(req kmsg.Request) (kmsg.Response, error, bool) {
		f.KeepControl()
		mu.Lock()
		defer mu.Unlock()
		if len(faults) == 0 {
			return nil, nil, false
		}
		fault := faults[0]
		faults = faults[1:]
		switch {
		case fault < len(passing):
			return produceAnswer(req, passing[fault], -1), nil, true
		case fault == len(passing):
			return nil, errors.New("cut"), true
		}
		return nil, nil, false
	})
	rapid.Check(t, func(r *rapid.T) {
		topics := newOutputs(t, f.Brokers())
		cfg := DefaultWriter()
		cfg.Config, cfg.Group, cfg.Topics = Config{Brokers: f.Brokers()}, "g-"+topics[0], topics
		cfg.MaxRecordBytes = rapid.IntRange(200, 2000).Draw(r, "batch")
		cfg.MaxBufferedRecords = rapid.IntRange(1, 50).Draw(r, "buffered")
		links, err := NewLinks(&cfg)
		if err != nil {
			r.Fatal(err)
		}
		defer links.Close()
		links.asked, links.newer = true, rapid.Bool().Draw(r, "newer")
		cfg.Links = links
		w, err := NewWriter(t.Context(), cfg, 0)
		if err != nil {
			r.Fatal(err)
		}
		defer w.Close()
		mu.Lock()
		faults = rapid.SliceOfN(rapid.IntRange(0, 8), 5, 5).Draw(r, "faults")
		mu.Unlock()
		var want, open []string
		n := 0
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0:
				commit(t, w)
				want, open = append(want, open...), nil
			case 1:
				flush(t, w)
			case 2:
				if err := w.Abort(t.Context()); err != nil {
					r.Fatal(err)
				}
				open = nil
			case 3:
				f.ShufflePartitionLeaders()
			default:
				for range rapid.IntRange(1, 12).Draw(r, "records") {
					open = append(open, fmt.Sprint(n, "-------------------------"))
					put(t, w, task.OutDecisions, open[len(open)-1])
					n++
				}
			}
		}
		put(t, w, task.OutProgress, "end")
		commit(t, w)
		want = append(want, open...)
		if decisions, _ := committed(t, f.Brokers(), topics, 0); !slices.Equal(decisions, want) {
			r.Errorf("%q is committed, not %q", decisions, want)
		}
		if w.unacked != (room{}) {
			r.Errorf("%+v is still waited for", w.unacked)
		}
	})
}

// A record that no batch takes ends the writer; the largest that one takes does not.
func TestTheLargestRecordIsWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topics := newOutputs(t, brokers)
		// Header, length, attributes, deltas, no key, the value's length, no headers.
		const limit = 100_000
		largest := make([]byte, limit-batchHeader-3-1-2-1-3-1)
		w := newWriter(t, brokers, topics, 0, func(c *WriterConfig) { c.MaxRecordBytes = limit })
		for range 3 {
			if err := w.Produce(t.Context(), task.OutDecisions, nil, largest, nil); err != nil {
				t.Fatal(err)
			}
		}
		commit(t, w)
		if got, _ := readTail(t, newReader(t, brokers), topics[task.OutDecisions], 0, 0); len(got) != 3 || len(got[2]) != len(largest) {
			t.Errorf("%d records are committed", len(got))
		}
		if err := w.Produce(t.Context(), task.OutDecisions, nil, append(largest, 0), nil); err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(t.Context()); !errors.Is(err, kerr.MessageTooLarge) {
			t.Errorf("one byte more: %v", err)
		}
	})
}

// dials counts connections.
type dials struct{ open, most atomic.Int64 }

func (d *dials) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err == nil {
		d.most.Store(max(d.most.Load(), d.open.Add(1)))
	}
}

func (d *dials) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { d.open.Add(-1) }

// The writers of a process share connections, however many they are, and one that is closed
// leaves the others theirs.
func TestWritersShareConnections(t *testing.T) {
	f := brokers.Fake(t, 1)
	const partitions = 40
	decisions, progress := newTopic(t, f.Brokers(), partitions), newTopic(t, f.Brokers(), partitions)
	var topics [task.NumOutputs]string
	for out := range topics {
		topics[out] = decisions
	}
	topics[task.OutProgress] = progress
	shared := DefaultWriter()
	shared.Config, shared.Topics = Config{Brokers: f.Brokers()}, topics
	links, err := NewLinks(&shared)
	if err != nil {
		t.Fatal(err)
	}
	defer links.Close()
	d := new(dials)
	links.opts = append(links.opts, kgo.WithHooks(d))
	var all sync.WaitGroup
	for p := range int32(partitions) {
		all.Go(func() {
			w := newWriter(t, f.Brokers(), topics, p, func(c *WriterConfig) { c.Links = links })
			for i := range 5 {
				write(t, w, fmt.Sprint(i))
				commit(t, w)
				if p%3 == 0 && i == 2 {
					w.Close()
					return
				}
			}
		})
	}
	all.Wait()
	for p := range int32(partitions) {
		want := "4"
		if p%3 == 0 {
			want = "2"
		}
		if _, last := committed(t, f.Brokers(), topics, p); last != want {
			t.Errorf("partition %d: progress %q is committed, not %q", p, last, want)
		}
	}
	// Of each client one for batches, one for the rest, and one to the broker it begins with.
	if most := d.most.Load(); most > 3*maxLinks+2 {
		t.Errorf("%d connections for %d partitions", most, partitions)
	}
}

// A coordinator that isn't found is asked for again until it is, or for as long as a commit may
// take; a refusal is not.
func TestACoordinatorIsAskedForAgain(t *testing.T) {
	away := fmt.Errorf("unable to dial: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})
	for _, c := range []struct {
		name     string
		patience time.Duration
		answers  []error
		want     error
		asked    int
	}{
		{"found at last", time.Minute, []error{away, away, kerr.ConcurrentTransactions, nil}, nil, 4},
		{"never found", 0, []error{away, away, away}, syscall.ECONNREFUSED, 1},
		{"refused", time.Minute, []error{away, kerr.InvalidProducerEpoch, nil}, kerr.InvalidProducerEpoch, 2},
		{"closed", time.Minute, []error{kgo.ErrClientClosed, nil}, kgo.ErrClientClosed, 1},
	} {
		asked := 0
		err := (&lane{patience: c.patience}).ask(t.Context(), func() (int16, error) {
			err := c.answers[asked]
			asked++
			var code *kerr.Error
			if errors.As(err, &code) {
				return code.Code, nil
			}
			return 0, err
		})
		if !errors.Is(err, c.want) || asked != c.asked {
			t.Errorf("%s: asked %d times, %v", c.name, asked, err)
		}
	}
}
