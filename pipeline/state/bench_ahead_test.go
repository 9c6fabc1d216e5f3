package state

import (
	"fmt"
	"testing"
	"time"
)

// A million open orders in memory, taken up in no sequence: with nothing known of what comes
// next, and with a few of the keys told ahead.
func BenchmarkGetPutAhead(b *testing.B) {
	const orders = 1_000_000
	s := benchStore(b, func(o *Options) { o.DirtyEntries, o.DirtyBytes = maxEntries/8, 512<<20 })
	value, key := benchValue(400), []byte(nil)
	for i := range orders {
		key = benchKey(key, scattered(i))
		getPut(b, s, key, value)
	}
	for _, keys := range []int{0, 2, 4, aheadKeys} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			next := make([][]byte, max(keys, 1))
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if k := i % len(next); k == 0 {
					for j := range next {
						next[j] = benchKey(next[j], scattered((i+j)*7919%orders))
					}
					s.Ahead(next[:keys])
				}
				getPut(b, s, next[i%len(next)], value)
				i++
			}
		})
	}
}

// The 15,000 cells that a full load changes between two flushes, put in no sequence, each
// flush behind as many orders as fill its share of the memory.
func BenchmarkPutCells(b *testing.B) {
	const cells, orders = 15_000, 27_000
	for _, keys := range []int{0, aheadKeys} {
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			s := benchStore(b, nil)
			value, key := benchValue(350), []byte(nil)
			next := make([][]byte, max(keys, 1))
			var took time.Duration
			rounds := 0
			for b.Loop() {
				for i := range orders {
					key = benchKey(key, scattered(rounds*orders+i))
					getPut(b, s, key, value)
				}
				began := time.Now()
				for i := 0; i < cells; i += len(next) {
					for j := range next {
						next[j] = fmt.Appendf(next[j][:0], "s-%05d of shop-%05d.example", (i+j)*7919%cells, (i+j)*7919%cells)
					}
					s.AheadCells(next[:keys])
					for _, k := range next {
						if err := s.PutCell(k, value[:24], int64(rounds), unknown); err != nil {
							b.Fatal(err)
						}
					}
				}
				took += time.Since(began)
				rounds++
				if err := s.Flush(at(nil)); err != nil {
					b.Fatal(err)
				}
				if err := s.Wait(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(rounds*cells), "ns/cell")
		})
	}
}
