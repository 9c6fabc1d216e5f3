package task

import (
	"context"

	"github.com/clearlane/clearlane/pipeline/join"
)

// advance moves the watermark. A record time beyond what clocks may differ by does not
// count: one broken clock must not make everything else look expired. The watermark
// says which versions follow and what is forgotten, and no verdict depends on it.
func (t *Task) advance(recordMs, nowMs int64) {
	t.watermark = max(t.watermark, min(recordMs, nowMs+t.cfg.Bounds.MaxAheadMs))
}

// between is called before the record in scratch is applied to the order's state. One that
// begins a new case, or pushes a shipment out of its order, ends what a verdict can be
// about: what is joined by then is judged, as it would have been in a micro-batch of its
// own. One that comes after the order's life finds nothing of it remembered: what was
// published of records older than it, but for their displacement, is forgotten. While
// replaying nothing is judged, and what was published in the new life stands already, and
// stays. It returns whether anything that is joined is still to be judged.
func (t *Task) between(ctx context.Context, key []byte, changed bool, nowMs int64) (bool, error) {
	s := &t.scratch
	pause := s.record.TimeMs - t.state.Newest()
	begins := len(t.state.Cases()) > 0 && pause > t.cfg.Join.RetentionMs
	if !begins && !(changed && t.pushesOut()) {
		return changed, nil
	}
	if changed && !t.silent {
		if err := t.judge(ctx, key, nowMs); err != nil {
			return changed, err
		}
	}
	s.affected, s.dropped = s.affected[:0], s.dropped[:0]
	if begins && pause > t.cfg.lifeMs() {
		// The watermark has mostly moved on since, but not where both lives are read at once.
		t.state.ForgetPublished(s.record.TimeMs-t.cfg.Join.SlackMs, func(p *join.Published) {
			s.forgotten = append(s.forgotten, forgotten{p.Subject, max(p.Version, p.Shadow.Version)})
		})
	}
	return false, nil
}

// pushesOut tells whether the record in scratch pushes out a shipment that is still to be
// judged: without a verdict its subject could not be closed, and nobody would hear of it.
func (t *Task) pushesOut() bool {
	held := t.state.Shipments()
	if t.scratch.record.Kind != kindOfSubjects || len(held) < t.cfg.Join.Shipments {
		return false
	}
	last := held[len(held)-1].ID
	return t.scratch.record.ID < last && t.scratch.affects(last)
}

// forgotten is a subject of the order under way whose published versions are forgotten.
type forgotten struct {
	subject string
	version uint64
}

// floor is the greatest version of a subject that was forgotten while its order was under
// way, 0 for none.
func (s *scratch) floor(subject string) (version uint64) {
	for _, f := range s.forgotten {
		if f.subject == subject {
			version = max(version, f.version)
		}
	}
	return version
}
