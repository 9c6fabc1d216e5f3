package task

import "context"

// advance moves the watermark. A record time beyond what clocks may differ by does not
// count: one broken clock must not make everything else look expired. The watermark
// says which versions follow and what is forgotten, and no verdict depends on it.
func (t *Task) advance(recordMs, nowMs int64) {
	t.watermark = max(t.watermark, min(recordMs, nowMs+t.cfg.Bounds.MaxAheadMs))
}

// outlives tells whether a record comes so long after its order's newest one that it
// finds nothing remembered.
func (t *Task) outlives(recordMs int64) bool {
	return len(t.state.Cases()) > 0 && recordMs-t.state.Newest() > t.cfg.lifeMs()
}

// beginAnew ends the order's life, before the record that outlives it is applied: what is
// joined by then is judged, as it would have been in a micro-batch of its own, and what
// was published is forgotten. While replaying, the published verdicts are those of the
// commit: the later ones among them, which stand for the new life, are told by their
// versions, as no version of the old one reaches the time of the record.
func (t *Task) beginAnew(ctx context.Context, key []byte, changed bool, nowMs int64) error {
	if changed && !t.silent {
		if err := t.judge(ctx, key, nowMs); err != nil {
			return err
		}
	}
	s := &t.scratch
	s.affected, s.dropped = s.affected[:0], s.dropped[:0]
	forgotten := t.state.ForgetPublished(uint64(max(s.record.TimeMs, 0)))
	t.watermark = max(t.watermark, int64(forgotten)+1) // the versions that follow are greater
	return nil
}
