package codec

import (
	"unsafe"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

var grains = membersOfGrains()

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

// VerdictHash is the hash that decides whether a verdict differs from the one
// published last: murmur3-64, seed 0, over the members that AppendVerdict writes.
func VerdictHash(verdict []byte) uint64 { return murmur3.Sum64(verdict) }

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
