package decide

import (
	"encoding/binary"
	"fmt"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Judgement is the verdict about one subject of a loaded order. It is valid until the
// next call of the decider.
type Judgement struct {
	Subject string // shipment_id; "" is the order's pre-review
	Verdict *schemas.Verdict
	Members []byte // the verdict's members as the outputs carry them
	Hash    uint64 // murmur3-64 of Members
}

// Joined is what is known of one order: a *join.State, whose newest case it then is,
// or one of its *join.Case.
type Joined interface {
	Order() (*join.Entry, bool)
	Clicks() []join.Entry
	Shipments() []join.Entry
	Verifications() []join.Entry
	Dispositions() []join.Entry
}

// Decider scores the subjects of one order after the other, in reused memory.
type Decider struct {
	refs    *References
	scorer  *scoring.Scorer
	topics  map[schemas.Kind]string
	part    int32
	joined  Joined
	read    reading
	order   schemas.Order
	ship    schemas.Shipment
	facts   scoring.Case
	verdict schemas.Verdict
	members []byte
	hashes  []byte
	places  []schemas.Position
	current *join.Entry // the shipment that was judged last; nil for the pre-review
	foreign []string
	closed  bool // the last judgement was about a shipment that is no longer held

	shadow        *scoring.Scorer // nil without a shadow pack
	shadowVerdict schemas.Verdict
	date          schemas.Date // of the subject scored last
}

// NewDecider makes a decider for records of one partition of the given topics.
func NewDecider(refs *References, topics map[schemas.Kind]string, partition int32) *Decider {
	d := &Decider{topics: topics, part: partition}
	d.SetReferences(refs)
	return d
}

// SetReferences changes the reference data from the next order on.
func (d *Decider) SetReferences(refs *References) {
	if d.scorer == nil || d.refs.Policy != refs.Policy {
		d.scorer = scoring.New(refs.Policy)
	}
	if refs.Shadow == nil {
		d.shadow = nil
	} else if d.shadow == nil || d.refs.Shadow != refs.Shadow {
		d.shadow = scoring.New(refs.Shadow)
	}
	d.refs = refs
}

// Shipment judges one of the shipments of the loaded order.
func (d *Decider) Shipment(e *join.Entry) (Judgement, error) {
	if err := d.readFacts(); err != nil {
		return Judgement{}, err
	}
	if err := codec.ReadShipment(e.Payload, &d.ship); err != nil {
		return Judgement{}, fmt.Errorf("shipment in the local state: %w", err)
	}
	d.ship.OrderKey, d.ship.ShipmentID = d.facts.OrderKey, e.ID
	d.facts.Shipment, d.current, d.closed = &d.ship, e, false
	d.scorer.Score(&d.facts, &d.verdict)
	d.date = d.scorer.Date()
	return d.judgement(e.ID), nil
}

// PreReview judges the loaded order's claim; ok is false where the pack wants none and
// nothing has been said about it: a claim that is taken back is judged once more.
func (d *Decider) PreReview(said bool) (j Judgement, ok bool, err error) {
	d.facts.Shipment, d.current, d.closed = nil, nil, false
	if !said {
		if wanted, err := d.wants(d.refs.Policy); !wanted {
			return Judgement{}, false, err
		}
	}
	if err := d.readFacts(); err != nil || d.facts.Order == nil {
		return Judgement{}, false, err
	}
	d.scorer.PreReview(&d.facts, &d.verdict)
	d.date = d.scorer.Date()
	return d.judgement(""), true, nil
}

func (d *Decider) judgement(subject string) Judgement {
	d.members = codec.AppendVerdict(d.members[:0], &d.verdict)
	return Judgement{Subject: subject, Verdict: &d.verdict, Members: d.members, Hash: murmur3.Sum64(d.members)}
}

// Closed is the judgement about a shipment that the limit on shipments has pushed out of
// the loaded order: its facts are gone, so a document review has to say.
func (d *Decider) Closed(subject string, limit int, dims schemas.Dimensions) (Judgement, error) {
	if err := d.readFacts(); err != nil {
		return Judgement{}, err
	}
	d.current, d.closed = nil, true
	d.verdict = schemas.Verdict{Route: schemas.RouteDocumentReview, Missing: []string{"shipment"}, Dimensions: dims,
		Unknowns: []schemas.Unknown{{Field: "shipment_id", Why: fmt.Sprintf("the order has more than %d shipments; this one is no longer held", limit)}}}
	return d.judgement(subject), nil
}

// Pack is the pack that the last verdict was reached by.
func (d *Decider) Pack() *policy.Pack { return d.scorer.Pack() }

// OrderID is the order_id of the order that was judged last, empty when it has not arrived.
func (d *Decider) OrderID() string {
	if d.facts.Order == nil {
		return ""
	}
	return d.facts.Order.OrderID
}

// Case is what the last judgement was made of. It is valid until the next call of the
// decider, and for reading.
func (d *Decider) Case() *scoring.Case { return &d.facts }

// Evidence is what the last judgement was derived from. Its slices are valid until the
// next call of the decider.
func (d *Decider) Evidence() schemas.Evidence {
	d.places, d.hashes = d.places[:0], d.hashes[:0]
	var newest int64
	use := func(kind schemas.Kind, e *join.Entry, named bool) {
		newest = max(newest, e.TimeMs)
		d.hashes = binary.BigEndian.AppendUint64(d.hashes, e.Rank.Hash)
		if named {
			d.places = append(d.places, schemas.Position{Topic: d.topics[kind], Partition: d.part, Offset: e.Offset})
		}
	}
	if e, ok := d.joined.Order(); ok {
		use(schemas.KindOrder, e, true)
	}
	if d.current != nil {
		use(schemas.KindShipment, d.current, true)
	}
	if d.closed { // by the shipments that are held instead, which are too many to name
		held := d.joined.Shipments()
		for i := range held {
			use(schemas.KindShipment, &held[i], false)
		}
	}
	clicks := d.joined.Clicks()
	for i := range clicks { // all of them compete for the attribution; the one that won is named
		use(schemas.KindAdClick, &clicks[i], clicks[i].ID == d.verdict.AttributedClick)
	}
	certs := d.joined.Verifications()
	for i := range certs {
		use(schemas.KindEcertVerification, &certs[i], true)
	}
	holds := d.joined.Dispositions()
	for i := range holds {
		use(schemas.KindDisposition, &holds[i], true)
	}
	ev := schemas.Evidence{
		Positions:    d.places,
		InputTime:    schemas.Time(newest),
		PolicyHash:   d.scorer.PolicyHash(),
		GeoVersion:   d.geoVersion(),
		ListsVersion: label.Version,
		InputHash:    murmur3.Sum64(d.hashes),
	}
	if d.closed { // no rule was asked
		ev.PolicyHash = d.refs.Policy.Hash
	}
	if s := d.facts.Site; s != nil {
		ev.Site = schemas.SiteEvidence{Known: true, Platform: s.Platform, Integration: s.OriginIntegration.Status, Since: s.OriginIntegration.Since}
	}
	ev.Site.Elsewhere = d.elsewhere()
	return ev
}
