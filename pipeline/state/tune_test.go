package state

import (
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// BenchmarkTune measures Pebble's settings by the CPU time an order costs in its life, new
// orders with their flushes and compactions, and by what it costs to read one that is on
// disk only.
func BenchmarkTune(b *testing.B) {
	compress := func(levels ...*sstable.CompressionProfile) func(*pebble.Options) {
		return func(o *pebble.Options) {
			o.ApplyCompressionSettings(func() pebble.DBCompressionSettings {
				c := pebble.UniformDBCompressionSettings(levels[len(levels)-1])
				copy(c.Levels[:], levels)
				return c
			})
		}
	}
	blocks := func(n int) func(*pebble.Options) {
		return func(o *pebble.Options) {
			for i := range o.Levels {
				o.Levels[i].BlockSize = n
			}
		}
	}
	none, fastest, snappy := sstable.NoCompression, sstable.FastestCompression, sstable.SnappyCompression
	for _, t := range []struct {
		name string
		tune func(*pebble.Options)
	}{
		{"ours", nil},
		{"columns", func(o *pebble.Options) { o.Experimental.EnableColumnarBlocks = func() bool { return true } }},
		{"none", compress(none)},
		{"fastest", compress(fastest)},
		{"snappy", compress(snappy)},
		{"zstd", compress(sstable.ZstdCompression)},
		{"blocks-8k", blocks(8 << 10)},
		{"blocks-32k", blocks(32 << 10)},
		{"no-bloom", func(o *pebble.Options) { o.Levels[0].FilterPolicy = nil }},
		{"l0-4", func(o *pebble.Options) { o.L0CompactionThreshold = 4 }},
		{"l0-12", func(o *pebble.Options) { o.L0CompactionThreshold = 12 }},
		{"lbase-64m", func(o *pebble.Options) { o.LBaseMaxBytes = 64 << 20 }},
	} {
		b.Run(t.name, func(b *testing.B) {
			s := benchStore(b, func(o *Options) {
				o.DirtyEntries, o.DirtyBytes, o.tune = 50_000, 48<<20, t.tune
			})
			value, key := benchValue(400), []byte(nil)
			before := cpuTime()
			i := 0
			for b.Loop() {
				key = benchKey(key, scattered(i))
				i++
				vary(value, i)
				getPut(b, s, key, value)
				if s.Full() {
					if err := s.Flush(at([]byte("positions"))); err != nil {
						b.Fatal(err)
					}
				}
			}
			benchFlush(b, s)
			b.ReportMetric(float64(cpuTime()-before)/float64(i), "cpu-ns/order")
			b.ReportMetric(float64(s.Metrics().DiskBytes)/float64(i), "disk-B/order")
			b.ReportMetric(coldGets(b, s, i), "cpu-ns/cold-get")
		})
	}
}

// coldGets reads orders of which memory holds none.
func coldGets(b *testing.B, s *Store, orders int) float64 {
	const gets = 20_000
	s.memory.cleanShare.Store(0)
	s.trim()
	var key []byte
	before := cpuTime()
	for n := range gets {
		key = benchKey(key, scattered(n*7919%orders))
		if v, err := s.Get(key); v == nil || err != nil {
			b.Fatalf("%q: %v, %v", key, v, err)
		}
	}
	return float64(cpuTime()-before) / gets
}

// cpuTime is the process's, in nanoseconds.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
