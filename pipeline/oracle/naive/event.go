package naive

import (
	"cmp"
	"errors"
	"strings"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/label"
)

// event is one valid record. Of several with one kind and id, that of the greatest
// (revision, time, against, hash) holds.
type event struct {
	kind     schemas.Kind
	id       string
	revision int64
	time     schemas.Time
	against  uint8  // of an answer: how much it says against the claim
	hash     uint64 // murmur3-64 of the canonical bytes, so that two contents never tie
	recordMs int64  // the record's timestamp, Unix ms

	// One of them, by kind.
	click    *label.Features
	order    *schemas.Order
	shipment *schemas.Shipment
	answer   *schemas.EcertVerification
	hold     *schemas.Disposition
}

func (e *event) compare(o *event) int {
	return cmp.Or(cmp.Compare(e.revision, o.revision), cmp.Compare(e.time, o.time), cmp.Compare(e.against, o.against), cmp.Compare(e.hash, o.hash))
}

// take reads a record, or says by which code and field it is a dead letter.
func (s *Settings) take(kind schemas.Kind, key, value []byte, recordMs int64) (e *event, code, field string) {
	switch {
	case value == nil:
		return nil, "null_value", "value"
	case len(value) > s.Events.RecordBytes:
		return nil, "oversized", "value"
	case len(key) == 0:
		return nil, "key", "key"
	}
	e = &event{kind: kind, recordMs: recordMs}
	stated, timeField, err := s.decode(e, value)
	var fault *schemas.FieldError
	switch {
	case errors.As(err, &fault):
		return nil, "invalid", fault.Field
	case err != nil:
		return nil, "malformed", "value"
	case stated != string(key):
		return nil, "key", "order_key"
	case recordMs < 0:
		return nil, "ahead", "timestamp"
	case int64(e.time)-recordMs > s.MaxAheadMs:
		return nil, "ahead", timeField
	case s.MaxLatenessMs > 0 && recordMs-int64(e.time) > s.MaxLatenessMs:
		return nil, "late", timeField
	}
	return e, "", ""
}

// decode fills the event in; value is kept. Each has a decoder of its own, whose memory
// nothing overwrites.
func (s *Settings) decode(e *event, value []byte) (orderKey, timeField string, err error) {
	d := codec.NewDecoder(s.Events)
	canonical := []byte(nil)
	timeField = "event_time"
	switch e.kind {
	case schemas.KindAdClick:
		x := &schemas.AdClick{}
		err = d.AdClick(value, x)
		orderKey, e.id, e.time = x.OrderKey, x.ClickID, x.EventTime
		if err == nil {
			canonical = codec.AppendAdClick(nil, x)
			e.click = &label.Features{}
			label.Derive(x, s.Geo, e.click)
		}
	case schemas.KindOrder:
		e.order = &schemas.Order{}
		err = d.Order(value, e.order)
		orderKey, e.revision, e.time = e.order.OrderKey, e.order.Revision, e.order.EventTime
		canonical = codec.AppendOrder(nil, e.order)
	case schemas.KindShipment:
		e.shipment = &schemas.Shipment{}
		err = d.Shipment(value, e.shipment)
		orderKey, e.id, e.revision, e.time = e.shipment.OrderKey, e.shipment.ShipmentID, e.shipment.Revision, e.shipment.EventTime
		canonical = codec.AppendShipment(nil, e.shipment)
	case schemas.KindEcertVerification:
		timeField = "checked_at"
		e.answer = &schemas.EcertVerification{}
		err = d.EcertVerification(value, e.answer)
		orderKey, e.id, e.time = e.answer.OrderKey, e.answer.EcertID, e.answer.CheckedAt
		e.against = e.answer.Status.Against()
		canonical = codec.AppendEcertVerification(nil, e.answer)
	case schemas.KindDisposition:
		e.hold = &schemas.Disposition{}
		err = d.Disposition(value, e.hold)
		orderKey, e.time = e.hold.OrderKey, e.hold.EventTime
		e.id = strings.Join([]string{e.hold.ShipmentID, e.hold.Code, e.hold.By}, "\x00")
		if e.hold.Until != 0 { // a suppression stands beside what the same officer recorded
			e.id += "\x00until"
		}
		canonical = codec.AppendDisposition(nil, e.hold)
	default:
		err = errors.New("no event of an order")
	}
	e.hash = murmur3.Sum64(canonical)
	return orderKey, timeField, err
}
