package task

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// encodeDecision encodes a decision in the outputs' format, into memory of the open
// transaction. members are the verdict's, encoded for its hash already.
func (t *Task) encodeDecision(d *schemas.Decision, v *schemas.Verdict, members []byte) []byte {
	if t.cfg.Format == codec.FormatProtobuf {
		d.Verdict = *v
		t.scratch.value = codec.AppendDecisionProto(t.scratch.value[:0], d)
	} else {
		t.scratch.value = codec.AppendDecision(t.scratch.value[:0], d, members)
	}
	return t.out.keep(t.scratch.value)
}

// encodePreReview does the same for a pre-review.
func (t *Task) encodePreReview(r *schemas.PreReview, v *schemas.Verdict, members []byte) []byte {
	if t.cfg.Format == codec.FormatProtobuf {
		r.Verdict = *v
		t.scratch.value = codec.AppendPreReviewProto(t.scratch.value[:0], r)
	} else {
		t.scratch.value = codec.AppendPreReview(t.scratch.value[:0], r, members)
	}
	return t.out.keep(t.scratch.value)
}

// encodeDifference does the same for what the shadow pack says differently.
func (t *Task) encodeDifference(d *schemas.Difference) []byte {
	if t.cfg.Format == codec.FormatProtobuf {
		t.scratch.value = codec.AppendDifferenceProto(t.scratch.value[:0], d)
	} else {
		t.scratch.value = codec.AppendDifference(t.scratch.value[:0], d)
	}
	return t.out.keep(t.scratch.value)
}

// encodeRollup does the same for a roll-up row.
func (t *Task) encodeRollup(row *schemas.RollupRow) []byte {
	if t.cfg.Format == codec.FormatProtobuf {
		t.scratch.value = codec.AppendRollupProto(t.scratch.value[:0], row)
	} else {
		t.scratch.value = codec.AppendRollup(t.scratch.value[:0], row)
	}
	return t.out.keep(t.scratch.value)
}
