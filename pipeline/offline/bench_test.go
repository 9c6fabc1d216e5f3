package offline

import (
	"io"
	"runtime"
	"strings"
	"testing"
)

// BenchmarkScore is the whole way of a file: a line is an event. The metrics are per
// event and, of what is held in the end, per order.
func BenchmarkScore(b *testing.B) {
	for _, mode := range []struct {
		name string
		all  bool
	}{{"final", false}, {"all-versions", true}} {
		b.Run(mode.name, func(b *testing.B) {
			const orders = 20_000
			text := generated(b, 1, orders)
			events := strings.Count(text, "\n")
			opts := testOptions()
			opts.AllVersions = mode.all
			pack := defaultPack(b)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var last *Scorer
			for b.Loop() {
				last = New(opts, Deps{Policy: pack, Out: io.Discard})
				if _, err := last.Run(background, strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			n := float64(b.N) * float64(events)
			b.ReportMetric(n/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/event")
			held := 0
			for _, p := range last.table.pages {
				held += len(p)
			}
			b.ReportMetric(float64(held)/orders, "B/order")
		})
	}
}
