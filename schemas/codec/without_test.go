package codec

import (
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// What is left of a compact form without its first texts is the record without them.
func TestARecordIsReadWithoutItsFirstTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o, order schemas.Order
		var s, shipment schemas.Shipment
		fill(t, layout.Order, unsafe.Pointer(&o))
		fill(t, layout.Shipment, unsafe.Pointer(&s))
		if err := ReadOrder(Without(AppendOrder(nil, &o), 1), &order); err != nil || order.OrderKey != "" {
			t.Fatal(err, order.OrderKey)
		}
		if err := ReadShipment(Without(AppendShipment(nil, &s), 2), &shipment); err != nil || shipment.OrderKey != "" || shipment.ShipmentID != "" {
			t.Fatal(err, shipment.OrderKey, shipment.ShipmentID)
		}
		order.OrderKey, shipment.OrderKey, shipment.ShipmentID = o.OrderKey, s.OrderKey, s.ShipmentID
		if got, want := AppendOrder(nil, &order), AppendOrder(nil, &o); string(got) != string(want) {
			t.Fatalf("order\n%x\nwant\n%x", got, want)
		}
		if got, want := AppendShipment(nil, &shipment), AppendShipment(nil, &s); string(got) != string(want) {
			t.Fatalf("shipment\n%x\nwant\n%x", got, want)
		}
	})
}
