package rollup

import (
	"fmt"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// BenchmarkEmit is a commit of 100 decisions of as many sellers: counted, and all the rows
// that they have changed written.
func BenchmarkEmit(b *testing.B) {
	const sellers = 100
	marks := make([][]byte, sellers)
	for i := range marks {
		v := typical()
		v.Dimensions.SellerID = fmt.Sprintf("s-%04d", i)
		marks[i] = AppendMark(nil, &v, typicalVersion)
	}
	many := total{amounts: amounts{countAt: 1_000_000}}
	book := New(&fixed{many.append(nil, false)}, 10_000)
	rows, emits := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		for _, mark := range marks {
			if err := book.Move(nil, mark, 1); err != nil {
				b.Fatal(err)
			}
		}
		if err := book.Emit(func([]byte, *schemas.RollupRow) error { rows++; return nil }); err != nil {
			b.Fatal(err)
		}
		emits++
	}
	if rows < emits*sellers {
		b.Fatalf("%d rows of %d commits", rows, emits)
	}
	b.ReportMetric(float64(rows)/float64(emits), "rows/op")
}
