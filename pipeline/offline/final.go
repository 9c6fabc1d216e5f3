package offline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/policy"
)

// subject is one shipment of an order and the case that decides it.
type subject struct {
	shipment *join.Entry
	of       int // index of the case
}

// Final is one final decision, or pre-review, and what it was made of. All of it is valid only
// while it is told, and is for reading.
type Final struct {
	Decision  *schemas.Decision  // without its verdict; nil: it is a pre-review
	PreReview *schemas.PreReview // without its verdict; nil: it is a decision
	Verdict   *schemas.Verdict
	Case      *scoring.Case
	Pack      *policy.Pack
}

// final writes the decision of every subject, ordered by order_key and shipment_id. A
// pre-review has no shipment_id, so it stands before its order's shipments.
func (s *Scorer) final(ctx context.Context) error {
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
			err = s.order(key)
		}
		if err != nil {
			return fmt.Errorf("order %q: %w", key, err)
		}
	}
	return nil
}

// order decides all subjects of the order in s.state. A shipment is decided by the newest
// case that has it, the claim by the newest that has an order: in a stream, that one
// decides last.
func (s *Scorer) order(key string) error {
	cases := s.state.Cases()
	loaded := -1
	load := func(i int) {
		if loaded != i {
			loaded = i
			s.decider.Load(key, &cases[i])
		}
	}
	for i := len(cases) - 1; i >= 0 && s.opts.PreReviews; i-- {
		load(i)
		j, ok, err := s.decider.PreReview(false)
		if err != nil {
			return err
		}
		if ok {
			if err := s.finalPreReview(key, &j); err != nil {
				return err
			}
			break
		}
		if _, ok := cases[i].Order(); ok {
			break // it claims nothing any more
		}
	}
	for _, p := range s.subjects(cases) {
		load(p.of)
		j, err := s.decider.Shipment(p.shipment)
		if err != nil {
			return err
		}
		if err := s.finalDecision(key, &j); err != nil {
			return err
		}
	}
	return nil
}

// subjects are the order's shipments by their ids, each in its newest case.
func (s *Scorer) subjects(cases []join.Case) []subject {
	s.parts = s.parts[:0]
	for i := range cases {
		list := cases[i].Shipments()
		for j := range list {
			inNewer := func(c join.Case) bool { _, ok := c.Shipment(list[j].ID); return ok }
			if !slices.ContainsFunc(cases[i+1:], inNewer) {
				s.parts = append(s.parts, subject{&list[j], i})
			}
		}
	}
	if len(cases) > 1 {
		slices.SortFunc(s.parts, func(a, b subject) int { return strings.Compare(a.shipment.ID, b.shipment.ID) })
	}
	return s.parts
}

// A final decision is the only version of its subject. Its number is what a task gives
// that decides when the newest record used has come.
func (s *Scorer) finalDecision(key string, j *decide.Judgement) error {
	d := s.decision(key, j)
	d.Version = uint64(d.Evidence.InputTime)
	s.sum.Decisions[j.Verdict.Route]++
	if err := s.deps.Each(&Final{Decision: d, Verdict: j.Verdict, Case: s.decider.Case(), Pack: s.decider.Pack()}); err != nil {
		return err
	}
	return s.out.decision(d, j.Members)
}

func (s *Scorer) finalPreReview(key string, j *decide.Judgement) error {
	r := s.preReview(key, j)
	r.Version = uint64(r.Evidence.InputTime)
	s.sum.PreReviews[j.Verdict.Route]++
	if err := s.deps.Each(&Final{PreReview: r, Verdict: j.Verdict, Case: s.decider.Case(), Pack: s.decider.Pack()}); err != nil {
		return err
	}
	return s.out.preReview(r, j.Members)
}

// decision is the decision about a shipment, without its version.
func (s *Scorer) decision(key string, j *decide.Judgement) *schemas.Decision {
	d := &s.out.d
	*d = schemas.Decision{ID: schemas.MakeDecisionID(key, j.Subject), OrderKey: key, ShipmentID: j.Subject,
		VerdictHash: j.Hash, Evidence: s.decider.Evidence()}
	d.DecidedAt = d.Evidence.InputTime
	return d
}

// preReview is the pre-review of an order's claim, without its version.
func (s *Scorer) preReview(key string, j *decide.Judgement) *schemas.PreReview {
	r := &s.out.r
	*r = schemas.PreReview{ID: schemas.MakePreReviewID(key), OrderKey: key, OrderID: s.decider.OrderID(),
		VerdictHash: j.Hash, Evidence: s.decider.Evidence()}
	r.DecidedAt = r.Evidence.InputTime
	return r
}
