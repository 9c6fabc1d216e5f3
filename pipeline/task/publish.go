package task

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// kindOfSubjects is the kind of event whose subjects are decided one by one: a record
// of any other kind affects all subjects of its order.
const kindOfSubjects = schemas.KindShipment

// judge scores what the joined records affect and publishes the verdicts that differ
// from the last ones published.
func (t *Task) judge(ctx context.Context, key []byte, nowMs int64) error {
	orderKey := asString(key)
	t.decider.Load(orderKey, &t.state)
	// First of all, while what was published of them is remembered: a new subject may be
	// one too many.
	for _, id := range t.scratch.dropped {
		if t.holds(id) {
			continue // pushed out of one case, and come back in a later one
		}
		if err := t.close(ctx, orderKey, id, nowMs); err != nil {
			return err
		}
	}
	shipments := t.state.Shipments()
	for i := range shipments {
		e := &shipments[i]
		if !t.scratch.affects(e.ID) {
			continue
		}
		j, err := t.decider.Shipment(e)
		if err != nil {
			return fmt.Errorf("order %q: %w", key, err)
		}
		t.counts.Judged++
		if err := t.decision(ctx, orderKey, &j, nowMs); err != nil {
			return err
		}
		if err := t.compare(ctx, orderKey, &j, nowMs); err != nil {
			return err
		}
	}
	j, ok, err := t.decider.PreReview(t.state.Published("") != nil)
	if err != nil {
		return fmt.Errorf("order %q: %w", key, err)
	}
	if ok {
		t.counts.Judged++
		if err := t.preReview(ctx, orderKey, &j, nowMs); err != nil {
			return err
		}
		if err := t.compare(ctx, orderKey, &j, nowMs); err != nil {
			return err
		}
	}
	return nil
}

// holds tells whether any case holds a shipment.
func (t *Task) holds(id string) bool {
	cases := t.state.Cases()
	for i := range cases {
		if _, ok := cases[i].Shipment(id); ok {
			return true
		}
	}
	return false
}

// version is the number of a subject's next version: it grows even when the subject
// was forgotten meanwhile, because the watermark has moved on by then.
func (t *Task) version(subject string, last *join.Published) (version, supersedes uint64) {
	if last != nil {
		supersedes = last.Version
	}
	version = max(supersedes+1, t.scratch.floor(subject)+1, uint64(max(t.watermark, 0)))
	t.issued = max(t.issued, version)
	return version, supersedes
}

// decision publishes the verdict about a shipment if it differs from the last one.
func (t *Task) decision(ctx context.Context, orderKey string, j *decide.Judgement, nowMs int64) error {
	last := t.state.Published(j.Subject)
	if last != nil && last.VerdictHash == j.Hash {
		return nil
	}
	d := &t.scratch.decision
	*d = schemas.Decision{ID: schemas.MakeDecisionID(orderKey, j.Subject), OrderKey: orderKey, ShipmentID: j.Subject,
		DecidedAt: schemas.Time(nowMs), VerdictHash: j.Hash, Evidence: t.decider.Evidence()}
	d.Version, d.Supersedes = t.version(j.Subject, last)
	t.count(&t.counts.Decisions, j.Verdict)
	if !t.sweep.slicing { // no record has waited for what reference data has changed
		t.counts.Delays = append(t.counts.Delays, nowMs-int64(d.Evidence.InputTime))
		t.out.delays = append(t.out.delays, int64(d.Evidence.InputTime))
	}
	return t.send(ctx, d, j.Verdict, j.Members, last)
}

// send writes a decision to its topics, moves its roll-up cells and notes it.
func (t *Task) send(ctx context.Context, d *schemas.Decision, v *schemas.Verdict, members []byte, last *join.Published) error {
	id := t.out.keep(d.ID[:])
	value := t.encodeDecision(d, v, members)
	if err := t.emit(ctx, OutDecisions, id, value, nil); err != nil {
		return err
	}
	switch {
	case v.Route == schemas.RouteHighRisk:
		if err := t.emit(ctx, OutHighRisk, id, value, nil); err != nil {
			return err
		}
	case last != nil && schemas.Route(last.Route) == schemas.RouteHighRisk:
		d.Retracted = true
		if err := t.emit(ctx, OutHighRisk, id, t.encodeDecision(d, v, members), nil); err != nil {
			return err
		}
		t.counts.Retractions++
	}
	var old []byte
	if last != nil {
		old = last.Cell
	}
	m := t.mark(v, d.Version)
	mark := t.out.arena.written(m.Append(t.out.arena.room())) // the state holds it until it is encoded
	if err := t.book.Replace(old, m, t.cellMs()); err != nil {
		return fmt.Errorf("order %q, shipment %q, or one just before it: %w", d.OrderKey, d.ShipmentID, err)
	}
	t.state.SetPublished(&t.cfg.Join, join.Published{Subject: d.ShipmentID, Version: d.Version, NewestMs: t.state.Newest(), VerdictHash: d.VerdictHash, Route: uint8(v.Route), Cell: mark, Shadow: said(last)})
	return nil
}

// cellMs is the time from which a cell that changes now is kept: also when the order's
// records are far behind the watermark, its cells outlive it.
func (t *Task) cellMs() int64 { return max(t.state.Newest(), t.watermark) }

// preReview publishes the verdict about an order's claim if it differs from the last.
func (t *Task) preReview(ctx context.Context, orderKey string, j *decide.Judgement, nowMs int64) error {
	last := t.state.Published(j.Subject)
	if last != nil && last.VerdictHash == j.Hash {
		return nil
	}
	r := &t.scratch.review
	*r = schemas.PreReview{ID: schemas.MakePreReviewID(orderKey), OrderKey: orderKey, OrderID: t.decider.OrderID(),
		DecidedAt: schemas.Time(nowMs), VerdictHash: j.Hash, Evidence: t.decider.Evidence()}
	r.Version, r.Supersedes = t.version(j.Subject, last)
	t.count(&t.counts.PreReviews, j.Verdict)
	if err := t.emit(ctx, OutPreReviews, t.out.keep(r.ID[:]), t.encodePreReview(r, j.Verdict, j.Members), nil); err != nil {
		return err
	}
	t.state.SetPublished(&t.cfg.Join, join.Published{Subject: j.Subject, Version: r.Version, NewestMs: t.state.Newest(), VerdictHash: r.VerdictHash, Route: uint8(j.Verdict.Route), Shadow: said(last)})
	return nil
}

func (t *Task) count(routes *[schemas.RouteHighRisk + 1]uint64, v *schemas.Verdict) {
	routes[v.Route]++
	for i := range v.Reasons {
		t.counts.Reasons[v.Reasons[i].Code]++
	}
}

// close publishes the end of a subject that the limit on shipments has pushed out of
// its order: nothing is known of it any more, so a document review has to say.
func (t *Task) close(ctx context.Context, orderKey, shipmentID string, nowMs int64) error {
	last := t.state.Published(shipmentID)
	if last == nil {
		return nil
	}
	var m rollup.Mark
	if err := rollup.ReadMark(last.Cell, &m); err != nil {
		return fmt.Errorf("order %q, shipment %q: %w", orderKey, shipmentID, err)
	}
	j, err := t.decider.Closed(shipmentID, t.cfg.Join.Shipments, schemas.Dimensions{Port: m.Cell.Port, Currency: m.Cell.Currency, DeclaredValue: m.Value, EventTime: m.EventTime})
	if err != nil {
		return fmt.Errorf("order %q: %w", orderKey, err)
	}
	if err := t.decision(ctx, orderKey, &j, nowMs); err != nil {
		return err
	}
	return t.compare(ctx, orderKey, &j, nowMs)
}

// deadLetter publishes a record that can't be taken in: its bytes, key and headers as
// they came, and why, in headers of ours.
func (t *Task) deadLetter(ctx context.Context, topic int, r *record.Record, rej *decide.Reject) error {
	text := func(key, value string) record.Header {
		return record.Header{Key: "clearlane-" + key, Value: []byte(value)}
	}
	headers := make([]record.Header, 0, len(r.Headers)+7)
	for _, h := range r.Headers {
		headers = append(headers, record.Header{Key: strings.Clone(h.Key), Value: append([]byte(nil), h.Value...)})
	}
	headers = append(headers,
		text("reason", rej.Error()),
		text("code", rej.Code),
		text("field", rej.Field),
		text("topic", t.cfg.Topics[topic].Name),
		text("partition", strconv.Itoa(int(t.cfg.Partition))),
		text("offset", strconv.FormatInt(r.Offset, 10)),
		text("time", strconv.FormatInt(r.TimeMs, 10)))
	return t.emit(ctx, OutDeadLetters, t.out.keepNil(r.Key), t.out.keepNil(r.Value), headers)
}
