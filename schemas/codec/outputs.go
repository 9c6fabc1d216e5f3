package codec

import (
	"slices"
	"unsafe"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// head and tail are the members of a decision before and behind its verdict.
type split struct{ head, tail []layout.Field }

var (
	decisionSplit  = splitAtVerdict(layout.Decision)
	preReviewSplit = splitAtVerdict(layout.PreReview)
	grains         = membersOfGrains()
)

func splitAtVerdict(l *layout.Layout) split {
	first, n := l.Find([]byte(layout.Verdict.Fields[0].Name)), len(layout.Verdict.Fields)
	return split{head: l.Fields[:first], tail: l.Fields[first+n:]}
}

// membersOfGrains are the members of the rows of each grain. What a grain has, its rows
// state, even where it is empty.
func membersOfGrains() (grains [len(layout.Shapes)][]layout.Field) {
	for g := range layout.Shapes {
		shape := &layout.Shapes[g]
		for _, f := range layout.Rollup.Fields {
			if !shape.Has(f.Name) {
				continue
			}
			if f.Kind == layout.Const {
				f.Names = []string{shape.Kind}
			}
			f.Always = true
			grains[g] = append(grains[g], f)
		}
	}
	return grains
}

// AppendVerdict appends the members of a verdict, without braces around them. Equal
// verdicts give equal bytes.
func AppendVerdict(dst []byte, v *schemas.Verdict) []byte {
	from := len(dst)
	dst = appendFields(append(dst, '{'), layout.Verdict.Fields, unsafe.Pointer(v))
	return slices.Delete(dst, from, from+1)
}

// VerdictHash is the hash that decides whether a verdict differs from the one
// published last: murmur3-64, seed 0, over the members that AppendVerdict writes.
func VerdictHash(verdict []byte) uint64 { return murmur3.Sum64(verdict) }

// AppendDecision appends a decision as JSON. verdict is what AppendVerdict wrote of
// d.Verdict, which is not looked at.
func AppendDecision(dst []byte, d *schemas.Decision, verdict []byte) []byte {
	return appendPublished(dst, &decisionSplit, unsafe.Pointer(d), verdict)
}

// AppendPreReview appends a pre-review as JSON, as AppendDecision does a decision.
func AppendPreReview(dst []byte, p *schemas.PreReview, verdict []byte) []byte {
	return appendPublished(dst, &preReviewSplit, unsafe.Pointer(p), verdict)
}

func appendPublished(dst []byte, s *split, p unsafe.Pointer, verdict []byte) []byte {
	dst = appendFields(append(dst, '{'), s.head, p)
	dst = append(append(dst, ','), verdict...)
	return append(appendFields(dst, s.tail, p), '}')
}

// AppendRollup appends a roll-up row as JSON, with the members of its grain and no
// others. A row of no grain is written as one of minute_route.
func AppendRollup(dst []byte, r *schemas.RollupRow) []byte {
	g := r.Cell.Grain
	if g == schemas.GrainUnknown || int(g) >= len(grains) {
		g = schemas.GrainMinuteRoute
	}
	return append(appendFields(append(dst, '{'), grains[g], unsafe.Pointer(r)), '}')
}

// AppendProgress appends a progress record as JSON.
func AppendProgress(dst []byte, p *schemas.Progress) []byte {
	return appendObject(dst, layout.Progress, unsafe.Pointer(p))
}
