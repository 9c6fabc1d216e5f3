package decide

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/label"
)

// Bounds are what an event is held against when it is taken in.
type Bounds struct {
	Events schemas.Limits
	// MaxAheadMs is how far event_time may lie after the record's timestamp.
	MaxAheadMs int64
	// MaxLatenessMs is how far event_time may lie before it; 0 is no bound, so that
	// history can be loaded. Both are properties of the record alone: no clock.
	MaxLatenessMs int64
	// Keyless takes records without a key: the order key is then the event's. For files.
	Keyless bool
}

// Intake decodes, checks and derives: what comes out is a record of the join. Its
// memory is reused: what Take hands out is valid until Reset.
type Intake struct {
	bounds  Bounds
	decoder *codec.Decoder
	geo     *geo.DB
	arena   []byte
	raw     []byte // canonical bytes of a click, which its hash is taken over

	click        schemas.AdClick
	order        schemas.Order
	shipment     schemas.Shipment
	verification schemas.EcertVerification
	disposition  schemas.Disposition
	features     label.Features
}

// NewIntake makes an intake with the given bounds.
func NewIntake(bounds Bounds, db *geo.DB) *Intake {
	return &Intake{bounds: bounds, decoder: codec.NewDecoder(bounds.Events), geo: db}
}

// SetGeo changes the country database that clicks are resolved by from now on.
func (in *Intake) SetGeo(db *geo.DB) { in.geo = db }

// UnknownFields is how many fields that are not in the schema were seen so far.
func (in *Intake) UnknownFields() uint64 { return in.decoder.UnknownFields() }

// Reset ends the life of what Take handed out.
func (in *Intake) Reset() { in.arena = in.arena[:0] }

// Take reads one record of an input topic. The key returned aliases the record. The
// error is a *Reject.
func (in *Intake) Take(kind schemas.Kind, r *record.Record, out *join.Record) (key []byte, err error) {
	if r.Value == nil {
		return nil, &Reject{Code: RejectNull, Field: "value", Err: fmt.Errorf("a null value deletes nothing on this topic; allowed: an event of type %s", kind)}
	}
	if n := in.bounds.Events.RecordBytes; len(r.Value) > n {
		return nil, &Reject{Code: RejectOversized, Field: "value", Err: fmt.Errorf("%d bytes; allowed: at most %d", len(r.Value), n)}
	}
	if len(r.Key) == 0 && !in.bounds.Keyless {
		return nil, &Reject{Code: RejectKey, Field: "key", Err: fmt.Errorf("no key; allowed: the event's order_key")}
	}
	*out = join.Record{Kind: kind, TimeMs: r.TimeMs, Offset: r.Offset}
	orderKey, err := in.decode(kind, r.Value, out)
	if err != nil {
		return nil, RejectOf(err)
	}
	if in.bounds.Keyless {
		key = unsafe.Slice(unsafe.StringData(orderKey), len(orderKey))
	} else if key = r.Key; string(key) != orderKey {
		return nil, &Reject{Code: RejectKey, Field: "order_key", Err: fmt.Errorf("%.80q under the record key %.80q; allowed: the same", orderKey, key)}
	}
	if r.TimeMs < 0 { // -1 where neither the producer nor the broker has set one
		return nil, &Reject{Code: RejectAhead, Field: "timestamp", Err: errors.New("the record has none; allowed: the time of sending")}
	}
	if ahead := out.Rank.EventMs - r.TimeMs; ahead > in.bounds.MaxAheadMs {
		return nil, &Reject{Code: RejectAhead, Field: timeField(kind), Err: fmt.Errorf("%d ms after the record's timestamp; allowed: at most %d", ahead, in.bounds.MaxAheadMs)}
	}
	if late := r.TimeMs - out.Rank.EventMs; in.bounds.MaxLatenessMs > 0 && late > in.bounds.MaxLatenessMs {
		return nil, &Reject{Code: RejectLate, Field: timeField(kind), Err: fmt.Errorf("%d ms before the record's timestamp; allowed: at most %d", late, in.bounds.MaxLatenessMs)}
	}
	return key, nil
}

func timeField(kind schemas.Kind) string {
	if kind == schemas.KindEcertVerification {
		return "checked_at"
	}
	return "event_time"
}

// againstBits hold EcertStatus.Against, above the hash of an answer: of those of one e-Cert
// and instant the meaning decides which holds, and a hash only between equal ones.
const againstBits = 3

// How many of the first members of a compact form are not kept, because where it is kept
// says them: order_key, and of a shipment its shipment_id, which is the record's id.
const (
	ofOrder    = 1
	ofShipment = 2
)

// decode fills id, rank and payload of the record and returns the event's order key.
func (in *Intake) decode(kind schemas.Kind, value []byte, out *join.Record) (orderKey string, err error) {
	from := len(in.arena)
	switch kind {
	case schemas.KindAdClick:
		e := &in.click
		if err := in.decoder.AdClick(value, e); err != nil {
			return "", err
		}
		in.raw = in.decoder.AppendCompact(in.raw[:0])
		label.Derive(e, in.geo, &in.features)
		in.features.ClickID, in.features.EventTime = "", 0 // the record's id and rank say them
		in.arena = label.AppendFeatures(in.arena, &in.features)
		in.finish(out, from, in.raw, 0, e.EventTime, e.ClickID)
		return e.OrderKey, nil
	case schemas.KindOrder:
		e := &in.order
		if err := in.decoder.Order(value, e); err != nil {
			return "", err
		}
		in.arena = in.decoder.AppendCompact(in.arena)
		in.finish(out, from, nil, e.Revision, e.EventTime, "")
		out.Payload = codec.Without(out.Payload, ofOrder)
		return e.OrderKey, nil
	case schemas.KindShipment:
		e := &in.shipment
		if err := in.decoder.Shipment(value, e); err != nil {
			return "", err
		}
		in.arena = in.decoder.AppendCompact(in.arena)
		in.finish(out, from, nil, e.Revision, e.EventTime, e.ShipmentID)
		out.Payload = codec.Without(out.Payload, ofShipment)
		return e.OrderKey, nil
	case schemas.KindEcertVerification:
		e := &in.verification
		if err := in.decoder.EcertVerification(value, e); err != nil {
			return "", err
		}
		in.arena = in.decoder.AppendCompact(in.arena)
		in.finish(out, from, nil, 0, e.CheckedAt, e.EcertID)
		out.Rank.Hash = out.Rank.Hash>>againstBits | uint64(e.Status.Against())<<(64-againstBits)
		return e.OrderKey, nil
	case schemas.KindDisposition:
		e := &in.disposition
		if err := in.decoder.Disposition(value, e); err != nil {
			return "", err
		}
		in.arena = in.decoder.AppendCompact(in.arena)
		// Holds are a set: the newest of each code and author for a shipment, whichever
		// version of the decision it is about. Those with a last day are a set of their own:
		// a record of what was done takes the place of no suppression.
		if e.Until != 0 {
			in.finish(out, from, nil, 0, e.EventTime, e.ShipmentID, e.Code, e.By, "until")
		} else {
			in.finish(out, from, nil, 0, e.EventTime, e.ShipmentID, e.Code, e.By)
		}
		return e.OrderKey, nil
	}
	return "", fmt.Errorf("a record of kind %s is not an event of an order", kind)
}

// finish takes the payload from the arena, hashes the canonical bytes (the payload
// itself where raw is nil), and puts the id, joined by zero bytes, behind it.
func (in *Intake) finish(out *join.Record, from int, raw []byte, revision int64, at schemas.Time, id ...string) {
	to := len(in.arena)
	for i, part := range id {
		if i > 0 {
			in.arena = append(in.arena, 0)
		}
		in.arena = append(in.arena, part...)
	}
	out.Payload = in.arena[from:to:to]
	idBytes := in.arena[to:]
	out.ID = unsafe.String(unsafe.SliceData(idBytes), len(idBytes))
	if raw == nil {
		raw = out.Payload
	}
	out.Rank = join.Rank{Revision: revision, EventMs: int64(at), Hash: murmur3.Sum64(raw)}
}
