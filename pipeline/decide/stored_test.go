package decide

import (
	"fmt"
	"testing"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/label"
)

// The local state of an older release holds records with their keys and ids. They are the
// same records: of the same rank and hash, the same verdict and evidence.
func TestRecordsOfAnOlderStateAreTheSame(t *testing.T) {
	limits := join.DefaultLimits()
	d, st := loaded(t)
	e, _ := st.Current().Shipment("p")
	j, err := d.Shipment(e)
	must(t, err)
	want := string(j.Members) + fmt.Sprint(d.Evidence()) + d.Case().Order.OrderKey + d.Case().Shipment.ShipmentID + d.Case().Shipment.OrderKey

	old, in, decoder := new(join.State), NewIntake(testBounds(), nil), codec.NewDecoder(schemas.DefaultLimits())
	for _, kind := range testKinds {
		var r join.Record
		_, err := in.Take(kind, event(kind), &r)
		must(t, err)
		kept := len(r.Payload)
		switch kind {
		case schemas.KindAdClick:
			var c schemas.AdClick
			var f label.Features
			must(t, decoder.AdClick([]byte(testEvents[kind]), &c))
			label.Derive(&c, nil, &f)
			r.Payload = label.AppendFeatures(nil, &f)
		case schemas.KindOrder:
			var o schemas.Order
			must(t, decoder.Order([]byte(testEvents[kind]), &o))
			r.Payload = codec.AppendOrder(nil, &o)
		case schemas.KindShipment:
			var s schemas.Shipment
			must(t, decoder.Shipment([]byte(testEvents[kind]), &s))
			r.Payload = codec.AppendShipment(nil, &s)
		}
		if own := kind == schemas.KindAdClick || kind == schemas.KindOrder || kind == schemas.KindShipment; own != (kept < len(r.Payload)) {
			t.Errorf("%s: %d bytes are kept of %d", kind, kept, len(r.Payload))
		}
		old.Apply(&limits, &r)
		_, err = in.Take(kind, event(kind), &r)
		must(t, err)
		if out := old.Apply(&limits, &r); out != join.Duplicate {
			t.Errorf("%s once more: %s", kind, out)
		}
	}
	d.Load("k", old)
	e, _ = old.Current().Shipment("p")
	j, err = d.Shipment(e)
	must(t, err)
	if got := string(j.Members) + fmt.Sprint(d.Evidence()) + d.Case().Order.OrderKey + d.Case().Shipment.ShipmentID + d.Case().Shipment.OrderKey; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
