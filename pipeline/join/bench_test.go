package join

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

const benchNow = 1_780_000_000_000

// typicalState is that of most orders: one click, one order, one shipment, published.
func typicalState() *State {
	l := DefaultLimits()
	s := new(State)
	for _, r := range typicalRecords() {
		s.Apply(&l, &r)
	}
	s.SetPublished(&l, Published{Subject: "SHP-0000000001", Version: 1, VerdictHash: 42, Route: 1, Cell: make([]byte, 24)})
	return s
}

func typicalRecords() []Record {
	return []Record{
		{Kind: schemas.KindAdClick, ID: "clk-0000000001", Rank: Rank{EventMs: benchNow, Hash: 1}, TimeMs: benchNow, Offset: 1_000_000, Payload: make([]byte, 60)},
		{Kind: schemas.KindOrder, Rank: Rank{Revision: 1, EventMs: benchNow + 60_000, Hash: 2}, TimeMs: benchNow + 60_000, Offset: 1_000_001, Payload: make([]byte, 120)},
		{Kind: schemas.KindShipment, ID: "SHP-0000000001", Rank: Rank{Revision: 1, EventMs: benchNow + 3_600_000, Hash: 3}, TimeMs: benchNow + 3_600_000, Offset: 1_000_002, Payload: make([]byte, 100)},
	}
}

func TestTypicalStateAllocatesNothing(t *testing.T) {
	l := DefaultLimits()
	b := typicalState().Append(nil)
	records := typicalRecords()
	var s State
	var buf []byte
	work := func() {
		if err := s.Decode(b); err != nil {
			t.Fatal(err)
		}
		for i := range records {
			s.Apply(&l, &records[i])
		}
		buf = s.Append(buf[:0])
	}
	work()
	if n := testing.AllocsPerRun(100, work); n != 0 {
		t.Fatalf("decode, apply, append: %v allocations", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	encoded := typicalState().Append(nil)
	var s State
	b.SetBytes(int64(len(encoded)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Decode(encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	s := typicalState()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = s.Append(buf[:0])
	}
}

// BenchmarkApplyThree builds the typical state of its three records; the time is for all three.
func BenchmarkApplyThree(b *testing.B) {
	l := DefaultLimits()
	records := typicalRecords()
	var s State
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		for i := range records {
			s.Apply(&l, &records[i])
		}
	}
}
