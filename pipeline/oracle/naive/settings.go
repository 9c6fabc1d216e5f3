package naive

import (
	"context"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Log reads the committed records of a topic up to its present end, each partition in the
// order of its offsets, and returns the next offset of each partition.
type Log interface {
	ReadAll(ctx context.Context, topic string, fn func(partition int32, r *record.Record) error) ([]int64, error)
}

// Settings are the configuration and the reference data that verdicts are a function of,
// beside the records.
type Settings struct {
	Inputs      map[string]schemas.Kind // the event topics
	SellerSites string                  // the topic; empty for none
	Events      schemas.Limits
	MaxAheadMs  int64 // how far event_time may lie after the record's timestamp
	// MaxLatenessMs is how far it may lie before it; 0 is no bound.
	MaxLatenessMs int64
	RetentionMs   int64 // a longer pause between two records of an order begins a new case
	// The newest of an order that are kept, and how many shipments it may have.
	Clicks, Verifications, Dispositions, Shipments int

	Policy *policy.Set
	Shadow *policy.Set // judges beside it; nil for none
	Geo    *geo.DB     // nil: click countries are unknown
}

// Subject is what is decided about: a shipment of an order, or with an empty ShipmentID
// the order's claim. Orders are told apart by partition too: a key belongs to one.
type Subject struct {
	Partition  int32
	OrderKey   string
	ShipmentID string
}

// Place is where a record stands.
type Place struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Letter is a dead letter: the record as it came, and why.
type Letter struct {
	Code, Field string
	Key, Value  []byte // nil where they are null
}

// Expected is what has to stand in the outputs.
type Expected struct {
	Decisions  map[Subject]*schemas.Verdict
	PreReviews map[Subject]*schemas.Verdict
	// TakenBack is what stands of orders that make no claim, if anything does: a revision
	// that made one may have been judged, or not.
	TakenBack map[Subject]*schemas.Verdict
	// Differences are what the shadow pack says differently; MayDiffer the same of
	// TakenBack.
	Differences, MayDiffer map[Subject]*schemas.Difference
	Cells                  map[Cell]Total // those that count something
	Funnel                 map[Cell]schemas.Funnel
	Days                   map[Day]Read
	Letters                map[Place]Letter
	Ends                   map[string][]int64 // of the inputs: next offset by topic and partition
	Records                int                // of the event topics
}

// Expect reads the inputs and works out what must follow.
func Expect(ctx context.Context, log Log, s *Settings) (*Expected, error) {
	in, err := read(ctx, log, s)
	if err != nil {
		return nil, err
	}
	x := &Expected{Decisions: map[Subject]*schemas.Verdict{}, PreReviews: map[Subject]*schemas.Verdict{}, TakenBack: map[Subject]*schemas.Verdict{},
		Differences: map[Subject]*schemas.Difference{}, MayDiffer: map[Subject]*schemas.Difference{},
		Cells: map[Cell]Total{}, Funnel: map[Cell]schemas.Funnel{}, Days: in.days, Letters: in.letters, Ends: in.ends, Records: in.records}
	for key, events := range in.orders {
		if err := x.order(s, in.sites, key, events); err != nil {
			return nil, err
		}
	}
	for subject, v := range x.Decisions {
		x.count(subject.Partition, v)
	}
	return x, nil
}
