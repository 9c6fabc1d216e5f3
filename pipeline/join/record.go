package join

import (
	"cmp"

	"github.com/clearlane/clearlane/schemas"
)

// Rank orders the records that share a kind and an id: the greater one holds.
// Fields compare in their sequence.
type Rank struct {
	Revision int64  // of orders and shipments; 0 for kinds without revisions
	EventMs  int64  // the event's own time, Unix ms (checked_at of a verification)
	Hash     uint64 // of the event's content, so that two contents never tie; of a verification what it says stands above
}

// Compare is negative when r is the smaller rank, positive when it is the greater.
func (r Rank) Compare(o Rank) int {
	if c := cmp.Compare(r.Revision, o.Revision); c != 0 {
		return c
	}
	if c := cmp.Compare(r.EventMs, o.EventMs); c != 0 {
		return c
	}
	return cmp.Compare(r.Hash, o.Hash)
}

// Record is one input record of an order as the join sees it. Its ID and Payload are
// kept without copying until the state is encoded: they have to stay unchanged until
// then.
type Record struct {
	// Kind is AdClick, Order, Shipment, EcertVerification or Disposition.
	Kind schemas.Kind
	// ID tells the records of one kind apart: click_id, shipment_id, e_cert_id. It is
	// ignored for the order, of which there is one. For a disposition the caller makes
	// it of what identifies one (shipment_id, code, by, ...).
	ID string
	// Rank decides between records of the same kind and id.
	Rank Rank
	// TimeMs is the Kafka record timestamp, Unix ms. Cases are chained by it, so a
	// timestamp far in the future has to be refused before it gets here.
	TimeMs int64
	// Offset is where the record stands; its topic follows from Kind, its partition
	// is the task's.
	Offset int64
	// Payload is the event in whatever form the caller can read again.
	Payload []byte
}

// Outcome says what a record did. Every outcome but NotJoined and Expired may have
// changed the state: duplicates and stale records extend the case's time as well.
type Outcome uint8

// The outcomes.
const (
	// NotJoined: the kind is none that belongs to an order.
	NotJoined Outcome = iota
	// Added: the first record of its id.
	Added
	// Replaced: the record outranks the one held for its id.
	Replaced
	// Duplicate: identical to the one held. The smaller of the two offsets is kept.
	Duplicate
	// Stale: outranked by the one held.
	Stale
	// Evicted: older than the newest entries that the limit of its kind leaves room for.
	Evicted
	// OverLimit: a shipment beyond the limit. The task makes it a dead letter.
	OverLimit
	// Expired: the record belongs to a case that is forgotten.
	Expired
	// NumOutcomes is how many outcomes there are.
	NumOutcomes
)

var outcomeNames = [NumOutcomes]string{
	"not_joined", "added", "replaced", "duplicate", "stale", "evicted", "over_limit", "expired",
}

// String is the outcome's name, as metrics label it.
func (o Outcome) String() string {
	if o < NumOutcomes {
		return outcomeNames[o]
	}
	return outcomeNames[NotJoined]
}
