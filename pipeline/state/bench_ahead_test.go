package state

import (
	"fmt"
	"testing"
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
