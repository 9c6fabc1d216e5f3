package task

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// The fakes of the benchmark keep their memory, so that what is allocated is the task's.

// benchFeed hands out each topic in one batch.
type benchFeed struct {
	inputs [][]record.Record
	batch  []record.Batch
	given  []bool
	wake   chan struct{}
}

func (f *benchFeed) Poll(topic int) *record.Batch {
	if f.given[topic] {
		return nil
	}
	f.given[topic] = true
	in := f.inputs[topic]
	f.batch[topic] = record.Batch{Records: in, Next: int64(len(in)), LastStable: int64(len(in))}
	return &f.batch[topic]
}
func (f *benchFeed) CaughtUp(topic int) bool { return f.given[topic] }
func (f *benchFeed) Wake() <-chan struct{}   { return f.wake }
func (f *benchFeed) Err() error              { return nil }
func (f *benchFeed) Close()                  {}

type benchWriter struct {
	records, bytes int
	by             [NumOutputs]int
}

func (w *benchWriter) Produce(_ context.Context, out Output, key, value []byte, _ []record.Header) error {
	w.records++
	w.by[out]++
	w.bytes += len(key) + len(value)
	return nil
}
func (w *benchWriter) Seal(context.Context) error   { return nil }
func (w *benchWriter) Commit(context.Context) error { return nil }
func (w *benchWriter) Abort(context.Context) error  { return nil }
func (w *benchWriter) Next(Output) int64            { return -1 }
func (w *benchWriter) Close()                       {}

// benchStore forgets its values with forget, and keeps their memory. An empty value is
// none.
type benchStore struct{ orders, cells map[string]*[]byte }

func (s *benchStore) forget() {
	for _, m := range []map[string]*[]byte{s.orders, s.cells} {
		for _, v := range m {
			*v = (*v)[:0]
		}
	}
}

// bytes is how many bytes the states of all orders have.
func (s *benchStore) bytes() (n int) {
	for _, v := range s.orders {
		n += len(*v)
	}
	return n
}

func benchGet(m map[string]*[]byte, key []byte) []byte {
	if v := m[string(key)]; v != nil && len(*v) > 0 {
		return *v
	}
	return nil
}

func benchPut(m map[string]*[]byte, key, value []byte) {
	v := m[string(key)]
	if v == nil {
		v = new([]byte)
		m[string(key)] = v
	}
	*v = append((*v)[:0], value...)
}

func (s *benchStore) Ahead([][]byte)                     {}
func (s *benchStore) Get(key []byte) ([]byte, error)     { return benchGet(s.orders, key), nil }
func (s *benchStore) AheadCells([][]byte)                {}
func (s *benchStore) GetCell(key []byte) ([]byte, error) { return benchGet(s.cells, key), nil }
func (s *benchStore) Put(key, value []byte, _ int64, _ uint64) error {
	benchPut(s.orders, key, value)
	return nil
}
func (s *benchStore) PutCell(key, value []byte, _, _ int64) error {
	benchPut(s.cells, key, value)
	return nil
}
func (s *benchStore) Orders(uint64, []byte, int) ([][]byte, error) { return nil, nil }
func (s *benchStore) Flushed() (uint64, error)                     { return 0, nil }
func (s *benchStore) Full() bool                                   { return false }
func (s *benchStore) Flush(func() ([]byte, error)) error           { return nil }
func (s *benchStore) Meta() ([]byte, error)                        { return nil, nil }
func (s *benchStore) Expire(int64, int, func(key, value []byte) bool) (int, error) {
	return 0, nil
}
func (s *benchStore) Close() error { return nil }
func (s *benchStore) Room() error  { return nil }

type benchObserver struct{}

func (benchObserver) Batch(*Counts)                              {}
func (benchObserver) Committed(*Committed)                       {}
func (benchObserver) Flushed(int32, time.Duration)               {}
func (benchObserver) Recovered(int32, int64, time.Duration)      {}
func (benchObserver) Sweeping(int32, Sweep, bool)                {}
func (benchObserver) Step(int32, Step, time.Time, time.Duration) {}

// BenchmarkTask takes 2,000 orders through a task, from the bytes of their records to
// the bytes of the outputs, in micro-batches of different size with a commit behind each
// ten thousand records. State and broker are memory: what they cost is not in it. With a shadow pack each verdict is scored twice.
func BenchmarkTask(b *testing.B) {
	inputs, refs := events(b, 1, 2000, 0)
	total := 0
	for _, in := range inputs {
		total += len(in)
	}
	other, same := packs(b)
	for _, size := range []struct {
		name   string
		max    int
		shadow *policy.Pack
	}{{"batch=10", 10, nil}, {"batch=250", 250, nil}, {"batch=2500", 2500, nil}, {"batch=10000", 10_000, nil},
		{"batch=2500,shadow=same", 2500, same}, {"batch=2500,shadow=other", 2500, other}} {
		b.Run(size.name, func(b *testing.B) {
			refs := *refs
			if size.shadow != nil {
				refs.Shadow = policy.Alone(size.shadow)
			}
			cfg := testConfig()
			cfg.MaxBatch = size.max
			writer, _, pass := benchTask(b, cfg, inputs, &refs)
			pass() // takes the memory
			if writer.records < 2000 {
				b.Fatalf("%d output records of 2,000 orders", writer.records)
			}
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*total), "ns/event")
			b.ReportMetric(float64(writer.records)/float64(total), "outputs/event")
		})
	}
}

func newBenchFeed(inputs [][]record.Record) *benchFeed {
	return &benchFeed{inputs: inputs, batch: make([]record.Batch, len(inputs)), given: make([]bool, len(inputs)), wake: make(chan struct{})}
}

// benchDeps are those of a partition that starts on empty topics.
func benchDeps(writer Writer, store Store, feed *benchFeed, refs *decide.References) Deps {
	return Deps{
		Writer:     func(context.Context) (Writer, error) { return writer, nil },
		Store:      func() (Store, error) { return store, nil },
		Feed:       func(context.Context, []int64) (Feed, error) { return feed, nil },
		LogStarts:  func(context.Context) ([]int64, error) { return make([]int64, len(feed.inputs)), nil },
		OutputEnds: func(context.Context) (ends [NumOutputs]int64, err error) { return ends, nil },
		Progress:   func(context.Context) (*schemas.Progress, error) { return nil, nil },
		Tail:       func(context.Context, Output, int64, func(*record.Record) error) (int64, error) { return 0, nil },
		References: func() *decide.References { return refs },
		Live:       func() {}, Observer: benchObserver{}, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// benchTask makes a task whose state and broker are memory, and a pass that takes all of the
// inputs through it, from an empty state, with a commit behind each ten thousand records.
func benchTask(b *testing.B, cfg Config, inputs [][]record.Record, refs *decide.References) (writer *benchWriter, store *benchStore, pass func()) {
	feed := newBenchFeed(inputs)
	store = &benchStore{orders: map[string]*[]byte{}, cells: map[string]*[]byte{}}
	writer = &benchWriter{}
	ctx := b.Context()
	t := New(cfg, benchDeps(writer, store, feed, refs))
	if err := t.recover(ctx); err != nil {
		b.Fatal(err)
	}
	pass = func() {
		store.forget()
		clear(feed.given)
		t.merge = newMerge(feed, make([]int64, len(inputs)))
		writer.records, writer.bytes = 0, 0
		for open := 0; ; {
			took, err := t.batch(ctx)
			if err != nil {
				b.Fatal(err)
			}
			if open += took; open >= 10_000 || took == 0 && open > 0 {
				open = 0
				if err := t.begin(ctx, false); err != nil {
					b.Fatal(err)
				}
				if err := t.await(ctx); err != nil {
					b.Fatal(err)
				}
			}
			if took == 0 {
				break
			}
		}
	}
	return writer, store, pass
}
