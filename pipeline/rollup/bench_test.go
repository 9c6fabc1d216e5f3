package rollup

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// typical is the verdict of a shipment as the generator's are, with two reasons.
func typical() schemas.Verdict {
	return schemas.Verdict{Route: schemas.RouteHighRisk, PreferenceStatus: schemas.PreferenceSuspended,
		Reasons: []schemas.Reason{{Code: "ECERT_ID_MISSING"}, {Code: "GEO_TARGET_MISMATCH"}},
		Dimensions: schemas.Dimensions{SellerID: "s-0042", SiteHost: "shop-0042.example", Platform: "Shopline", Channel: "B2B", Port: "2704",
			OriginCountry: "MX", HSChapter: "85", ChannelGroup: "Paid Search", LabelClass: schemas.LabelClean, Currency: "USD",
			DeclaredValue: schemas.DecimalOf(129, 9000), EventTime: 1_782_993_600_000, AdNetwork: "google", Campaign: "summer-sale-26"}}
}

const typicalVersion = 1_782_993_700_000

// BenchmarkMove counts a decision in cells that have changed since the last commit.
func BenchmarkMove(b *testing.B) {
	v := typical()
	mark := AppendMark(nil, &v, typicalVersion)
	book := New(cells{}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := book.Move(nil, mark, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(mark)), "mark-bytes")
}

// BenchmarkRevise takes a decision out of its cells, counts it in others, and back.
func BenchmarkRevise(b *testing.B) {
	v := typical()
	mark := AppendMark(nil, &v, typicalVersion)
	v.Route, v.Reasons = schemas.RouteRelease, v.Reasons[:1]
	other := AppendMark(nil, &v, typicalVersion+1)
	book := New(cells{}, 1000)
	if err := book.Move(nil, mark, 1); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := book.Move(mark, other, 1); err != nil {
			b.Fatal(err)
		}
		if err := book.Move(other, mark, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendMark(b *testing.B) {
	v := typical()
	var mark []byte
	b.ReportAllocs()
	for b.Loop() {
		mark = AppendMark(mark[:0], &v, typicalVersion)
	}
}

// fixed is a local state that allocates nothing, so that what the book allocates is seen.
type fixed struct{ value []byte }

func (f *fixed) AheadCells([][]byte)                       {}
func (f *fixed) GetCell([]byte) ([]byte, error)            { return f.value, nil }
func (f *fixed) PutCell(_, value []byte, _, _ int64) error { return nil }

// Counting, revising and emitting allocate nothing once the book has its memory.
func TestABookAllocatesNothing(t *testing.T) {
	v := typical()
	one := AppendMark(nil, &v, typicalVersion)
	v.Route, v.Dimensions.Campaign = schemas.RouteRelease, "autumn"
	other := AppendMark(nil, &v, typicalVersion+dayMs)
	many := total{amounts: amounts{countAt: 1_000_000}}
	book := New(&fixed{many.append(nil, false)}, 1000)
	rows := 0
	each := func([]byte, *schemas.RollupRow) error { rows++; return nil }
	commit := func() {
		if err := book.Move(nil, one, 1); err != nil {
			t.Fatal(err)
		}
		if err := book.Move(one, other, 1); err != nil {
			t.Fatal(err)
		}
		if err := book.Emit(each); err != nil {
			t.Fatal(err)
		}
	}
	commit()
	if allocs := testing.AllocsPerRun(100, commit); allocs != 0 {
		t.Errorf("%v allocations a commit", allocs)
	}
	if rows == 0 {
		t.Error("no rows")
	}
}
