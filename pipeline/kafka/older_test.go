package kafka

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/task"
)

// Sequence numbers begin again behind the greatest: brokers take that for the order it is.
func TestBrokersTakeSequencesThatBeginAgain(t *testing.T) {
	brokers := realKafka(t) // kfake wants a producer's first sequence number to be 0
	topics := newOutputs(t, brokers)
	w := newWriter(t, brokers, topics, 0, func(c *WriterConfig) { c.Links = olderLinks(t, c) }) // one epoch for all
	write(t, w, "a")
	commit(t, w)
	w.outletOf[task.OutDecisions].sequence[1] = math.MaxInt32 - 3
	var want []string
	for txn := range 4 { // every second one is that lane's
		for i := range 5 {
			want = append(want, fmt.Sprint(txn, "/", i))
			put(t, w, task.OutDecisions, want[len(want)-1])
			if i == 2 {
				flush(t, w)
			}
		}
		put(t, w, task.OutProgress, fmt.Sprint(txn))
		commit(t, w)
	}
	if at := w.outletOf[task.OutDecisions].sequence[1]; at != 6 {
		t.Errorf("the next sequence number is %d, not 6", at)
	}
	if decisions, _ := committed(t, brokers, topics, 0); !slices.Equal(decisions[1:], want) {
		t.Errorf("%q is committed", decisions)
	}
}

// Brokers before Kafka 4.0 are told of each partition of a transaction, and keep a producer's
// epoch: commits, aborts, a new owner and late markers are as with newer ones.
func TestOlderTransactions(t *testing.T) {
	t.Run("commit, abort, fence", func(t *testing.T) {
		onBoth(t, func(t *testing.T, brokers []string) {
			topics := newOutputs(t, brokers)
			older := func(c *WriterConfig) { c.Links = olderLinks(t, c) }
			old := newWriter(t, brokers, topics, 0, older)
			for _, name := range []string{"a", "b", "c"} {
				write(t, old, name)
				commit(t, old)
				write(t, old, "aborted")
				flush(t, old)
				if err := old.Abort(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			write(t, old, "hidden")
			flush(t, old)
			owner := newWriter(t, brokers, topics, 0, older)
			if err := old.Commit(t.Context()); !errors.Is(err, task.ErrFenced) {
				t.Errorf("commit of the fenced writer: %v", err)
			}
			write(t, owner, "d")
			commit(t, owner)
			if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, []string{"a", "b", "c", "d"}) || progress != "d" {
				t.Errorf("%q and progress %q are committed", decisions, progress)
			}
		})
	})
	t.Run("requests cut off, markers late", func(t *testing.T) {
		_, p, brokers := proxied(t)
		topics := newOutputs(t, brokers)
		w := newWriter(t, brokers, topics, 0, func(c *WriterConfig) { c.Links = olderLinks(t, c) })
		const keyAddPartitions = 24
		var n atomic.Int64
		p.set(func(key int16) verdict {
			switch key {
			case keyAddPartitions, keyEndTxn, keyProduce:
				if n.Add(1); rand.IntN(3) == 0 { // any of them; the broker's own go through here too
					return []verdict{cutAfter, cutBefore}[rand.IntN(2)]
				}
			case keyWriteTxnMarkers:
				time.Sleep(50 * time.Millisecond)
			}
			return pass
		})
		var want []string
		for i := range 6 {
			want = append(want, fmt.Sprint(i))
			write(t, w, want[i])
			commit(t, w)
		}
		p.set(nil)
		if n.Load() < 18 {
			t.Errorf("%d requests were sent", n.Load())
		}
		if decisions, progress := committed(t, brokers, topics, 0); !slices.Equal(decisions, want) || progress != "5" {
			t.Errorf("%q and progress %q are committed", decisions, progress)
		}
	})
}

// olderLinks are connections to brokers that are taken for older ones than 4.0.
func olderLinks(t testing.TB, c *WriterConfig) *Links {
	t.Helper()
	l, err := NewLinks(c)
	if err != nil {
		t.Fatal(err)
	}
	l.asked, l.newer = true, false
	t.Cleanup(l.Close)
	return l
}
