package codec

import (
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// What is read of an order's seller and channel alone is what is read of the whole order, and a form
// cut off in front of its end is refused, never misread.
func TestThePartiesOfAnOrderAreReadAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o schemas.Order
		fill(t, layout.Order, unsafe.Pointer(&o))
		b := AppendOrder(nil, &o)
		seller, err := OrderSeller(b)
		if err != nil || seller != o.SellerID {
			t.Fatalf("%q, %v: want %q", seller, err, o.SellerID)
		}
		cut := b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")]
		if seller, err := OrderSeller(cut); err == nil && seller != o.SellerID {
			t.Fatalf("cut to %d of %d bytes: seller %q, want %q or an error", len(cut), len(b), seller, o.SellerID)
		}
		seller, channel, err := OrderParties(b)
		if err != nil || seller != o.SellerID || channel != o.Channel {
			t.Fatalf("%q, %q, %v: want %q, %q", seller, channel, err, o.SellerID, o.Channel)
		}
		if seller, channel, err := OrderParties(cut); err == nil && (seller != o.SellerID || channel != o.Channel) {
			t.Fatalf("cut to %d of %d bytes: %q, %q, want %q, %q or an error", len(cut), len(b), seller, channel, o.SellerID, o.Channel)
		}
	})
	if _, err := OrderSeller(AppendShipment(nil, &schemas.Shipment{})); err == nil {
		t.Error("a shipment is taken for an order")
	}
	if _, _, err := OrderParties(AppendShipment(nil, &schemas.Shipment{})); err == nil {
		t.Error("a shipment is taken for an order")
	}
}

func BenchmarkOrderSeller(b *testing.B) {
	o := AppendOrder(nil, &schemas.Order{OrderKey: "ord-000000014-adce", OrderID: "14", Revision: 2, EventTime: 1_790_000_000_000, SellerID: "seller-0281", SiteHost: "copper-audio-281.example"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OrderSeller(o); err != nil {
			b.Fatal(err)
		}
	}
}
