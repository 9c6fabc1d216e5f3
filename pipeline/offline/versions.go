package offline

import (
	"fmt"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
)

// judge writes a new version of every subject whose verdict the record under way has
// changed. It follows pipeline/task step by step, for a batch of one record.
func (s *Scorer) judge(key string, outcome join.Outcome) error {
	s.takeUpSites()
	s.decider.SetReferences(&s.refs)
	s.decider.Load(key, &s.state)
	// First, as in the task: a further verdict may take the last place that what was
	// published of a pushed-out shipment is remembered in.
	for _, id := range s.state.Dropped() {
		if err := s.close(key, id); err != nil {
			return err
		}
	}
	// A duplicate may move a position, a stale record may bridge two cases: like every
	// record that is no shipment, they ask for all verdicts again.
	only := s.record.Kind == schemas.KindShipment && outcome != join.Duplicate && outcome != join.Stale
	shipments := s.state.Shipments()
	for i := range shipments {
		if only && shipments[i].ID != s.record.ID {
			continue
		}
		j, err := s.decider.Shipment(&shipments[i])
		if err != nil {
			return err
		}
		if err := s.version(key, &j); err != nil {
			return err
		}
	}
	j, ok, err := s.decider.PreReview(s.state.Published("") != nil)
	if err != nil || !ok {
		return err
	}
	return s.preReviewVersion(key, &j)
}

// next is the number of a subject's next version, and of the one before it.
func (s *Scorer) next(subject string, last *join.Published) (version, supersedes uint64) {
	if last != nil {
		supersedes = last.Version
	}
	version = max(supersedes+1, uint64(s.watermark))
	for _, f := range s.forgotten {
		if f.Subject == subject {
			version = max(version, f.Version+1)
		}
	}
	return version, supersedes
}

// begin forgets, as the task does, what was published of an order whose life is over when
// the record under way comes to it.
func (s *Scorer) begin() {
	s.forgotten = s.forgotten[:0]
	j := &s.opts.Join
	if !s.opts.AllVersions || len(s.state.Cases()) == 0 || s.record.TimeMs-s.state.Newest()-j.RetentionMs <= j.SlackMs {
		return
	}
	s.state.ForgetPublished(s.record.TimeMs-j.SlackMs, func(p *join.Published) {
		s.forgotten = append(s.forgotten, *p)
	})
}

// version writes the verdict about a shipment if it differs from the last one.
func (s *Scorer) version(key string, j *decide.Judgement) error {
	last := s.state.Published(j.Subject)
	if last != nil && last.VerdictHash == j.Hash {
		return nil
	}
	d := s.decision(key, j)
	d.Version, d.Supersedes = s.next(j.Subject, last)
	s.sum.Decisions[j.Verdict.Route]++
	s.state.SetPublished(&s.opts.Join, join.Published{Subject: j.Subject, Version: d.Version, VerdictHash: d.VerdictHash,
		Route: uint8(j.Verdict.Route), Cell: rollup.AppendMark(nil, j.Verdict, d.Version)})
	return s.out.decision(d, j.Members)
}

// preReviewVersion does the same for the verdict about an order's claim. What is not
// wanted is judged too, and not written.
func (s *Scorer) preReviewVersion(key string, j *decide.Judgement) error {
	last := s.state.Published(j.Subject)
	if !s.opts.PreReviews || last != nil && last.VerdictHash == j.Hash {
		return nil
	}
	r := s.preReview(key, j)
	r.Version, r.Supersedes = s.next(j.Subject, last)
	s.sum.PreReviews[j.Verdict.Route]++
	s.state.SetPublished(&s.opts.Join, join.Published{Subject: j.Subject, Version: r.Version, VerdictHash: r.VerdictHash, Route: uint8(j.Verdict.Route)})
	return s.out.preReview(r, j.Members)
}

// close writes the end of a shipment that the limit has pushed out of its order.
func (s *Scorer) close(key, shipmentID string) error {
	last := s.state.Published(shipmentID)
	if last == nil {
		return nil
	}
	var m rollup.Mark
	if err := rollup.ReadMark(last.Cell, &m); err != nil {
		return fmt.Errorf("shipment %q: %w", shipmentID, err)
	}
	j, err := s.decider.Closed(shipmentID, s.opts.Join.Shipments,
		schemas.Dimensions{Port: m.Cell.Port, Currency: m.Cell.Currency, DeclaredValue: m.Value, EventTime: m.EventTime})
	if err != nil {
		return err
	}
	return s.version(key, &j)
}
