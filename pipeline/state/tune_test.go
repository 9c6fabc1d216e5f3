package state

import (
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// BenchmarkTune measures Pebble's settings by the CPU time an order costs in its life:
// a million new orders, their flushes and compactions.
func BenchmarkTune(b *testing.B) {
	compress := func(c *sstable.CompressionProfile) func(*pebble.Options) {
		return func(o *pebble.Options) {
			o.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.UniformDBCompressionSettings(c) })
		}
	}
	for _, t := range []struct {
		name string
		tune func(*pebble.Options)
	}{
		{"ours", nil},
		{"none", compress(sstable.NoCompression)},
		{"zstd", compress(sstable.ZstdCompression)},
		{"l0-4", func(o *pebble.Options) { o.L0CompactionThreshold = 4 }},
		{"l0-20", func(o *pebble.Options) { o.L0CompactionThreshold = 20 }},
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
		})
	}
}

// cpuTime is the process's, in nanoseconds.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
