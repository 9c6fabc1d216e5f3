package state

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

func benchKey(b []byte, i int) []byte {
	return binary.BigEndian.AppendUint64(append(b[:0], "ORD-2026-"...), uint64(i))
}

// scattered is a key number as order keys are scattered: in no sequence.
func scattered(i int) int { return int(uint64(i) * 0x9e3779b97f4a7c15) }

func benchStore(b *testing.B, change func(*Options)) *Store {
	o := DefaultOptions()
	o.DirtyEntries, o.DirtyBytes = 1<<20, 512<<20
	if change != nil {
		change(&o)
	}
	s, err := Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	})
	return s
}

func getPut(b *testing.B, s *Store, key, value []byte) {
	if _, err := s.Get(key); err != nil {
		b.Fatal(err)
	}
	if err := s.Put(key, value, 1_780_000_000_000, benchTag(key)); err != nil {
		b.Fatal(err)
	}
}

// benchTag spreads the orders over five thousand tags.
func benchTag(key []byte) uint64 {
	return 1 + binary.BigEndian.Uint64(key[len(key)-8:])%5000*0x9e3779b97f4a7c15
}

func benchFlush(b *testing.B, s *Store) {
	if err := s.Flush(at([]byte("positions"))); err != nil {
		b.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		b.Fatal(err)
	}
}

// benchValue has some structure, as an encoded order has: half of it is random.
func benchValue(n int) []byte {
	v := make([]byte, n)
	x := uint64(88172645463325252)
	for i := 0; i+8 <= n; i += 16 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.LittleEndian.PutUint64(v[i:], x)
	}
	return v
}

// vary makes the value of order i differ from others' where orders do.
func vary(v []byte, i int) {
	x := uint64(i)*0x9e3779b97f4a7c15 + 1
	for j := 0; j+8 <= len(v); j += 16 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		binary.LittleEndian.PutUint64(v[j:], x)
	}
}

func BenchmarkGetPutHot(b *testing.B) {
	s := benchStore(b, nil)
	value, key := benchValue(400), []byte(nil)
	for i := range 100_000 {
		key = benchKey(key, i)
		getPut(b, s, key, value)
	}
	i := 0
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		key = benchKey(key, i*7919%100_000)
		i++
		getPut(b, s, key, value)
	}
	b.ReportMetric(float64(cpuTime()-before)/float64(i), "cpu-ns/op")
}

// Never seen: each key is new, and the set is flushed whenever it is full.
func BenchmarkGetPutNeverSeen(b *testing.B) {
	s := benchStore(b, func(o *Options) { o.DirtyEntries, o.DirtyBytes = 50_000, 48<<20 })
	value, key := benchValue(400), []byte(nil)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		key = benchKey(key, scattered(i))
		i++
		getPut(b, s, key, value)
		if s.Full() {
			if err := s.Flush(at([]byte("positions"))); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.Wait(); err != nil {
		b.Fatal(err)
	}
}

// Cold: keys that are stored, and in no memory of ours.
func BenchmarkGetPutCold(b *testing.B) {
	const keys = 300_000
	s := benchStore(b, func(o *Options) { o.DirtyEntries, o.DirtyBytes, o.CleanBytes = 50_000, 48<<20, 0 })
	value, key := benchValue(400), []byte(nil)
	for i := range keys {
		key = benchKey(key, i)
		getPut(b, s, key, value)
		if s.Full() {
			benchFlush(b, s)
		}
	}
	benchFlush(b, s)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		key = benchKey(key, i*7919%keys)
		i++
		getPut(b, s, key, value)
		if s.Full() {
			if err := s.Flush(at([]byte("positions"))); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.Wait(); err != nil {
		b.Fatal(err)
	}
}

// One flush of 50,000 new orders, waited for: time an order, and bytes on disk.
func BenchmarkFlush(b *testing.B) {
	const entries = 50_000
	s := benchStore(b, nil)
	value, key := benchValue(400), []byte(nil)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for range entries {
			key = benchKey(key, scattered(n))
			n++
			getPut(b, s, key, value)
		}
		b.StartTimer()
		benchFlush(b, s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/order")
	b.ReportMetric(float64(s.Metrics().DiskBytes)/float64(n), "disk-B/order")
}

// Open with 500,000 stored keys, with the filter's file and without it.
func BenchmarkOpen(b *testing.B) {
	const keys = 500_000
	dir := b.TempDir()
	o := DefaultOptions()
	s, err := Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	value, key := benchValue(400), []byte(nil)
	for i := range keys {
		key = benchKey(key, i)
		getPut(b, s, key, value)
		if s.Full() {
			benchFlush(b, s)
		}
	}
	benchFlush(b, s)
	for _, rebuild := range []bool{false, true} {
		name := "file"
		if rebuild {
			name = "rebuild"
		}
		b.Run(name, func(b *testing.B) {
			var total time.Duration
			for b.Loop() {
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				if rebuild {
					if err := s.fs.Remove(s.filterPath()); err != nil {
						b.Fatal(err)
					}
				}
				start := time.Now()
				if s, err = Open(dir, o); err != nil {
					b.Fatal(err)
				}
				total += time.Since(start)
			}
			b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/open")
			b.ReportMetric(float64(s.Metrics().FilterBytes)/keys, "filter-B/key")
		})
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// Four partitions of one process, as in a small installation: a million new orders, each
// taken up a second time soon afterwards. GOGC=50 and so on show what the collector costs.
func BenchmarkFourStores(b *testing.B) {
	const stores = 4
	memory, cache := NewMemory(96<<20, 64<<20), pebble.NewCache(64<<20)
	defer cache.Unref()
	var all [stores]*Store
	for i := range all {
		all[i] = benchStore(b, func(o *Options) { o.Memory, o.Cache, o.DirtyEntries = memory, cache, 100_000 })
	}
	b.ReportAllocs()
	before := cpuTime()
	b.ResetTimer()
	var workers sync.WaitGroup
	for n, s := range all {
		workers.Go(func() {
			value, key := benchValue(350), []byte(nil)
			for i := n; i < b.N; i += stores {
				key = benchKey(key, scattered(i))
				vary(value, i)
				getPut(b, s, key, value[:120])
				if back := i - 500*stores; back >= 0 {
					key = benchKey(key, scattered(back))
					vary(value, back)
					getPut(b, s, key, value)
				}
				if s.Full() {
					if err := s.Flush(at([]byte("positions"))); err != nil {
						b.Error(err)
						return
					}
				}
			}
			benchFlush(b, s)
		})
	}
	workers.Wait()
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/order")
	b.ReportMetric(float64(rss())/(1<<20), "rss-MiB")
}
