package kafka

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func values(from, to int) (v []string) {
	for i := from; i < to; i++ {
		v = append(v, fmt.Sprintf("v%05d", i))
	}
	return v
}

func TestFetchBringsAllPartitionsOfAllTopicsInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		a, b := newTopic(t, brokers, 3), newTopic(t, brokers, 3)
		c := newClient(t, brokers)
		want := map[string][]string{}
		for _, topic := range []string{a, b} {
			for p := range int32(3) {
				v := values(int(p)*1000, int(p)*1000+700)
				produce(t, c, topic, p, v...)
				want[fmt.Sprint(topic, p)] = v
			}
		}
		f := startFetcher(t, brokers, func(c *FetchConfig) {
			c.MaxBytes, c.MaxPartitionBytes, c.BufferedBytes = 20_000, 5_000, 8_000
		}, a, b)
		for p := range int32(3) {
			feed, err := f.Open(p, []int64{0, 100})
			if err != nil {
				t.Fatal(err)
			}
			defer feed.Close()
			for i, topic := range []string{a, b} {
				got, next := drain(t, feed, i, 700-100*i)
				if !slices.Equal(got, want[fmt.Sprint(topic, p)][100*i:]) {
					t.Errorf("%s/%d: %d records, not the %d expected in order", topic, p, len(got), 700-100*i)
				}
				if next != 700 {
					t.Errorf("%s/%d: next %d, not 700", topic, p, next)
				}
			}
		}
		if n := f.stats.Records.Load(); n != 3*700+3*600 {
			t.Errorf("counted %d records, not %d", n, 3*700+3*600)
		}
	})
}

func TestFetchWakesOnNewRecordsAndKeepsKeyHeadersAndNull(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		f := startFetcher(t, brokers, nil, topic)
		feed, err := f.Open(0, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		if got, _ := drain(t, feed, 0, 0); len(got) != 0 {
			t.Fatalf("an empty topic gave %q", got)
		}
		c := newClient(t, brokers)
		at := time.UnixMilli(1_700_000_000_123)
		err = c.ProduceSync(t.Context(), &kgo.Record{
			Topic: topic, Key: []byte("key"), Value: nil, Timestamp: at,
			Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "b"}},
		}, &kgo.Record{Topic: topic, Value: []byte{}, Timestamp: at.Add(time.Second)}).FirstErr()
		if err != nil {
			t.Fatal(err)
		}
		var n int
		for n < 2 {
			<-feed.Wake()
			for b := feed.Poll(0); b != nil; b = feed.Poll(0) {
				for _, r := range b.Records {
					switch r.Offset {
					case 0:
						if string(r.Key) != "key" || r.Value != nil || r.TimeMs != at.UnixMilli() ||
							len(r.Headers) != 2 || r.Headers[0].Key != "a" || string(r.Headers[0].Value) != "1" || r.Headers[1].Value != nil {
							t.Errorf("record %+v", r)
						}
					case 1:
						if r.Key != nil || r.Value == nil || len(r.Value) != 0 || r.TimeMs != at.UnixMilli()+1000 || len(r.Headers) != 0 {
							t.Errorf("record %+v", r)
						}
					}
					n++
				}
				b.Release()
			}
		}
	})
}

func TestFetchLeavesOutAbortedTransactionsOfInterleavedProducers(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		plain := newClient(t, brokers)
		var txn [3]*kgo.Client
		for i := range txn {
			txn[i] = newClient(t, brokers, kgo.TransactionalID(fmt.Sprintf("%s-%d", topic, i)))
		}
		var want []string
		n := 0
		for round := range 6 {
			var mine [3][]string
			var order []string
			for i := range txn {
				if err := txn[i].BeginTransaction(); err != nil {
					t.Fatal(err)
				}
			}
			for step := range 4 {
				for i := range txn {
					v := fmt.Sprintf("r%d-p%d-s%d", round, i, step)
					produce(t, txn[i], topic, 0, v)
					mine[i] = append(mine[i], v)
					order = append(order, v)
				}
				v := fmt.Sprintf("r%d-plain-s%d", round, step)
				produce(t, plain, topic, 0, v)
				order = append(order, v)
			}
			aborts := map[int]bool{round % 3: true, (round + 2) % 3: round%2 == 0}
			for i := range txn {
				if err := txn[i].EndTransaction(t.Context(), kgo.TransactionEndTry(!aborts[i])); err != nil {
					t.Fatal(err)
				}
			}
			for _, v := range order {
				dead := false
				for i := range txn {
					dead = dead || aborts[i] && strings.Contains(v, fmt.Sprintf("-p%d-", i))
				}
				if !dead {
					want = append(want, v)
				}
				n++
			}
		}
		end := int64(n + 6*3)
		for _, from := range []int64{0, 7, 19, 40, end} {
			f := startFetcher(t, brokers, func(c *FetchConfig) { c.MaxPartitionBytes = 400 }, topic)
			feed, err := f.Open(0, []int64{from})
			if err != nil {
				t.Fatal(err)
			}
			got, next := drain(t, feed, 0, 0)
			feed.Close()
			if from == end {
				next = end
			}
			if next != end {
				t.Errorf("from %d: next is %d, not %d", from, next, end)
			}
			if from == 0 && !slices.Equal(got, want) {
				t.Errorf("from 0: got %q\nwant %q", got, want)
			}
			if !slices.Equal(got, want[len(want)-len(got):]) {
				t.Errorf("from %d: got %q, which is not the end of the committed records", from, got)
			}
		}
	})
}

func TestFetchReadsEveryCompression(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		var want []string
		for i, codec := range []kgo.CompressionCodec{
			kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
		} {
			var v []string
			for _, s := range values(1000*i, 1000*i+400) {
				v = append(v, s+strings.Repeat("x", 100))
			}
			produce(t, newClient(t, brokers, kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(5*time.Millisecond)), topic, 0, v...)
			want = append(want, v...)
		}
		f := startFetcher(t, brokers, nil, topic)
		feed, err := f.Open(0, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		got, next := drain(t, feed, 0, len(want))
		if !slices.Equal(got, want) || next != int64(len(want)) {
			t.Errorf("got %d records, next %d; want %d", len(got), next, len(want))
		}
		if f.stats.Bytes.Load() > int64(len(want)*100) {
			t.Errorf("%d bytes for %d records of 106: nothing was compressed", f.stats.Bytes.Load(), len(want))
		}
	})
}

func TestFetchOutOfRangeEndsTheFeedWithFigures(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		c := newClient(t, brokers)
		produce(t, c, topic, 0, values(0, 10)...)
		a, err := NewAdmin(Config{Brokers: brokers})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		deleteRecords(t, a, topic, 4)
		f := startFetcher(t, brokers, nil, topic)
		for _, from := range []int64{2, 99} {
			feed, err := f.Open(0, []int64{from})
			if err != nil {
				t.Fatal(err)
			}
			drain(t, feed, 0, 1000)
			var fault *PartitionError
			if !errors.As(feed.Err(), &fault) || !errors.Is(fault, ErrOutOfRange) {
				t.Fatalf("from %d: %v", from, feed.Err())
			}
			if fault.Topic != topic || fault.Offset != from || fault.LogStart != 4 || fault.LogEnd != 10 {
				t.Errorf("from %d: %+v", from, fault)
			}
			feed.Close()
		}
		feed, err := f.Open(0, []int64{4})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		if got, _ := drain(t, feed, 0, 6); len(got) != 6 {
			t.Errorf("from the log's start: %d records, not 6", len(got))
		}
	})
}

func TestFetchUnknownTopicEndsTheFeed(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		f := startFetcher(t, brokers, func(c *FetchConfig) { c.UnknownTopicAfter = 300 * time.Millisecond }, topic, topic+"-missing")
		feed, err := f.Open(0, []int64{0, 0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		for feed.Err() == nil {
			<-feed.Wake()
		}
		if err := feed.Err(); !errors.Is(err, ErrUnknownTopic) || !strings.Contains(err.Error(), topic+"-missing") {
			t.Errorf("%v", err)
		}
		if missing, since := f.Missing(); missing != topic+"-missing" || since.IsZero() {
			t.Errorf("missing %q since %v", missing, since)
		}
	})
}

func TestFetchBoundsWhatWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 1)
		c := newClient(t, brokers, kgo.ProducerBatchCompression(kgo.NoCompression()))
		for i := range 40 {
			produce(t, c, topic, 0, fmt.Sprintf("%03d", i)+strings.Repeat("x", 5000))
		}
		f := startFetcher(t, brokers, func(c *FetchConfig) { c.MaxPartitionBytes, c.BufferedBytes = 12_000, 20_000 }, topic)
		feed, err := f.Open(0, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		time.Sleep(400 * time.Millisecond)
		feed.mu.Lock()
		queued := feed.sources[0].queued
		feed.mu.Unlock()
		if queued < 20_000 || queued > 20_000+2*(1<<14) {
			t.Errorf("%d bytes wait; the bound is 20000 and one answer", queued)
		}
		if got, _ := drain(t, feed, 0, 40); len(got) != 40 {
			t.Errorf("%d records, not 40", len(got))
		}
	})
}

func TestNewPartitionDoesNotWaitForALongPoll(t *testing.T) {
	onBoth(t, func(t *testing.T, brokers []string) {
		topic := newTopic(t, brokers, 2)
		produce(t, newClient(t, brokers), topic, 1, "there")
		f := startFetcher(t, brokers, func(c *FetchConfig) { c.MaxWait = 5 * time.Second }, topic)
		idle, err := f.Open(0, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer idle.Close()
		time.Sleep(300 * time.Millisecond)
		began := time.Now()
		feed, err := f.Open(1, []int64{0})
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		drain(t, feed, 0, 1)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("took %v beside a long poll of 5s", d)
		}
		if _, err := f.Open(1, []int64{0}); err == nil {
			t.Error("a partition was opened twice")
		}
	})
}
