package codec

import (
	"slices"
	"unsafe"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// saidAgain are the members of a difference that say when and of what version it was
// found: another one of these is no other difference.
var saidAgain = []string{"version", "supersedes", "compared_at", "decision_version", "input_time_ms", "difference_hash"}

// differing are the other ones.
var differing = slices.DeleteFunc(slices.Clone(layout.Difference.Fields), func(f layout.Field) bool { return slices.Contains(saidAgain, f.Name) })

// DifferenceHash is the hash that decides whether a difference is another one than that
// published last: murmur3-64, seed 0, over what differs, and 0 where nothing does. scratch
// is memory to use, and is returned.
func DifferenceHash(scratch []byte, d *schemas.Difference) (uint64, []byte) {
	if !d.Differs {
		return 0, scratch
	}
	scratch = appendFields(append(scratch[:0], '{'), differing, unsafe.Pointer(d))
	return max(murmur3.Sum64(scratch), 1), scratch
}

// AppendDifference appends what a shadow pack says differently as JSON.
func AppendDifference(dst []byte, d *schemas.Difference) []byte {
	return appendObject(dst, layout.Difference, unsafe.Pointer(d))
}

// AppendDifferenceProto appends it as Protobuf.
func AppendDifferenceProto(dst []byte, d *schemas.Difference) []byte {
	return appendProto(dst, layout.Difference, unsafe.Pointer(d))
}

// Difference reads what a shadow pack says differently.
func (p *Parser) Difference(b []byte, d *schemas.Difference) error {
	*d = schemas.Difference{Live: schemas.Opinion{Only: d.Live.Only[:0]}, Shadow: schemas.Opinion{Only: d.Shadow.Only[:0]}}
	return p.r.readAny(b, layout.Difference, unsafe.Pointer(d))
}

// ParseDifference reads one difference, as ParseDecision does a decision.
func ParseDifference(b []byte, d *schemas.Difference) error { return NewParser().Difference(b, d) }
