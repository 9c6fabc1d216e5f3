package offline

import (
	"context"
	"fmt"
	"io"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Replay joins the events of a history once and judges every subject twice: by the pack
// that is and by one that may be. It writes nothing. What it says is a function of the
// set of events, as a final decision is; all cases of an order are kept.
//
// The time of a line is its event's own, as with Scorer; that of a record of a topic is
// the record's timestamp, and what a task would not take in is refused. The states of all
// orders that are not forgotten yet are held in memory, in their encoded form.
type Replay struct{ s *Scorer }

// Pair is the two verdicts about one subject. It is valid during its call.
type Pair struct {
	OrderKey string
	Subject  string       // shipment_id; "" is the order's pre-review
	Date     schemas.Date // that the subject is judged at
	Old, New *schemas.Verdict
}

// NewReplay makes a Replay that has read nothing. deps.Policy is the old one; deps.Out is
// not used. wire is what records of topics are held against, nil for a Replay of lines.
func NewReplay(opts Options, deps Deps, shadow *policy.Set, wire *decide.Bounds) *Replay {
	deps.Out, opts.AllVersions = io.Discard, false
	r := &Replay{New(opts, deps)}
	r.s.refs.Shadow = shadow
	if wire != nil {
		r.s.intake = decide.NewIntake(*wire, deps.Geo)
	}
	return r
}

// Lines reads a file to its end. Bad lines are no failure.
func (r *Replay) Lines(ctx context.Context, src io.Reader) error {
	return r.s.read(ctx, newLines(src, r.s.opts.Events.RecordBytes))
}

// Record takes in one record of an input topic. A bad one is no failure; as a BadLine
// it has its offset for a line.
func (r *Replay) Record(ctx context.Context, kind schemas.Kind, rec *record.Record) error {
	s := r.s
	s.sum.Lines++
	if s.line = rec.Offset; s.sum.Lines%often == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.deps.Progress(StageRead, int(s.sum.Lines))
	}
	return s.takeEvent(kind, rec, false)
}

// Site takes in one record of the seller-sites topic.
func (r *Replay) Site(rec *record.Record) error {
	s := r.s
	s.sum.Lines++
	s.line = rec.Offset
	changes, err := s.siteIn.Take(rec)
	if err != nil {
		return s.refuse(schemas.KindSellerSite, err)
	}
	s.sum.Events[schemas.KindSellerSite]++
	s.changes = append(s.changes, changes...)
	return nil
}

// Judge hands out all subjects of what was read, by order_key, a pre-review before the
// shipments of its order, the old verdict nil where the old pack wants no pre-review of
// the order and the new one does, and the other way round.
func (r *Replay) Judge(ctx context.Context, each func(*Pair)) error {
	s := r.s
	s.takeUpSites()
	s.decider.SetReferences(&s.refs)
	for i, key := range s.table.keys() {
		if i%often == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			s.deps.Progress(StageJudge, i)
		}
		err := s.state.Decode(s.table.get([]byte(key)))
		if err == nil {
			err = s.pairs(key, each)
		}
		if err != nil {
			return fmt.Errorf("order %q: %w", key, err)
		}
	}
	return nil
}

// Forget drops the orders read so far, and keeps the seller sites. Their keys must not
// come again.
func (r *Replay) Forget() {
	r.s.orders += len(r.s.table.slots)
	r.s.table = newTable()
}

// Summary is what was read; nothing is written, so it counts no decisions.
func (r *Replay) Summary() Summary { return r.s.summary() }

// pairs judges the subjects of the order in s.state, as Scorer.order does.
func (s *Scorer) pairs(key string, each func(*Pair)) error {
	cases := s.state.Cases()
	for i := len(cases) - 1; i >= 0; i-- {
		if _, ok := cases[i].Order(); !ok {
			continue
		}
		s.decider.Load(key, &cases[i])
		p := Pair{OrderKey: key}
		j, ok, err := s.decider.PreReview(false)
		if err != nil {
			return err
		}
		if ok {
			p.Old, p.Date = j.Verdict, s.decider.Date()
		}
		if p.New, err = s.decider.ShadowPreReview(); err != nil {
			return err
		}
		if p.New != nil {
			p.Date = s.decider.Date()
		}
		if p.Old != nil || p.New != nil {
			each(&p)
		}
		break
	}
	var loaded *join.Case
	for _, sub := range s.subjects(cases) {
		if c := &cases[sub.of]; c != loaded {
			s.decider.Load(key, c)
			loaded = c
		}
		j, err := s.decider.Shipment(sub.shipment)
		if err != nil {
			return err
		}
		each(&Pair{OrderKey: key, Subject: j.Subject, Old: j.Verdict, New: s.decider.Shadow(), Date: s.decider.Date()})
	}
	return nil
}
