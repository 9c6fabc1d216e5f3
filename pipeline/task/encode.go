package task

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// encodeDecision encodes a decision in the outputs' format, into memory of the open
// transaction. members are the verdict's, encoded for its hash already.
func (t *Task) encodeDecision(d *schemas.Decision, v *schemas.Verdict, members []byte) []byte {
	b := t.out.arena.room()
	if t.cfg.Format == codec.FormatProtobuf {
		d.Verdict = *v
		b = codec.AppendDecisionProto(b, d)
	} else {
		b = codec.AppendDecision(b, d, members)
	}
	return t.out.arena.written(b)
}

// encodePreReview does the same for a pre-review.
func (t *Task) encodePreReview(r *schemas.PreReview, v *schemas.Verdict, members []byte) []byte {
	b := t.out.arena.room()
	if t.cfg.Format == codec.FormatProtobuf {
		r.Verdict = *v
		b = codec.AppendPreReviewProto(b, r)
	} else {
		b = codec.AppendPreReview(b, r, members)
	}
	return t.out.arena.written(b)
}

// encodeDifference does the same for what the shadow pack says differently.
func (t *Task) encodeDifference(d *schemas.Difference) []byte {
	b := t.out.arena.room()
	if t.cfg.Format == codec.FormatProtobuf {
		b = codec.AppendDifferenceProto(b, d)
	} else {
		b = codec.AppendDifference(b, d)
	}
	return t.out.arena.written(b)
}

// encodeRollup does the same for a roll-up row.
func (t *Task) encodeRollup(row *schemas.RollupRow) []byte {
	b := t.out.arena.room()
	if t.cfg.Format == codec.FormatProtobuf {
		b = codec.AppendRollupProto(b, row)
	} else {
		b = codec.AppendRollup(b, row)
	}
	return t.out.arena.written(b)
}
