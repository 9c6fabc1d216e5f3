package codec

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

func BenchmarkDecode(b *testing.B) {
	d := NewDecoder(schemas.DefaultLimits())
	b.Run("click", func(b *testing.B) {
		var e schemas.AdClick
		benchmarkRead(b, []byte(clickJSON), func(r []byte) error { return d.AdClick(r, &e) })
	})
	b.Run("order", func(b *testing.B) {
		var e schemas.Order
		benchmarkRead(b, []byte(orderJSON), func(r []byte) error { return d.Order(r, &e) })
	})
	b.Run("shipment", func(b *testing.B) {
		var e schemas.Shipment
		benchmarkRead(b, []byte(shipmentJSON), func(r []byte) error { return d.Shipment(r, &e) })
	})
	b.Run("order-protobuf", func(b *testing.B) {
		var e schemas.Order
		if err := d.Order([]byte(orderJSON), &e); err != nil {
			b.Fatal(err)
		}
		benchmarkRead(b, AppendOrderProto(nil, &e), func(r []byte) error { return d.Order(r, &e) })
	})
}

func BenchmarkCompact(b *testing.B) {
	d := NewDecoder(schemas.DefaultLimits())
	var e, into schemas.Order
	if err := d.Order([]byte(orderJSON), &e); err != nil {
		b.Fatal(err)
	}
	buf := AppendOrder(nil, &e)
	b.Run("append-order", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = AppendOrder(buf[:0], &e)
		}
	})
	b.Run("read-order", func(b *testing.B) {
		benchmarkRead(b, buf, func(r []byte) error { return ReadOrder(r, &into) })
	})
}

func benchmarkRead(b *testing.B, record []byte, read func([]byte) error) {
	b.ReportAllocs()
	b.SetBytes(int64(len(record)))
	for b.Loop() {
		if err := read(record); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecision(b *testing.B) {
	d, verdict := sampleDecision()
	var buf []byte
	b.Run("append-verdict", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = AppendVerdict(buf[:0], &d.Verdict)
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = AppendDecision(buf[:0], &d, verdict)
		}
	})
	p := NewParser()
	b.Run("parse", func(b *testing.B) {
		var into schemas.Decision
		benchmarkRead(b, AppendDecision(nil, &d, verdict), func(r []byte) error { return p.Decision(r, &into) })
	})
	b.Run("parse-protobuf", func(b *testing.B) {
		var into schemas.Decision
		benchmarkRead(b, AppendDecisionProto(nil, &d), func(r []byte) error { return p.Decision(r, &into) })
	})
}
