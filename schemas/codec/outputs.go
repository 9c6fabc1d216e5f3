package codec

import (
	"unsafe"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// VerdictHash is the hash that decides whether a verdict differs from the one
// published last: murmur3-64, seed 0, over the members that AppendVerdict writes.
func VerdictHash(verdict []byte) uint64 { return murmur3.Sum64(verdict) }

// AppendProgress appends a progress record as JSON.
func AppendProgress(dst []byte, p *schemas.Progress) []byte {
	return appendObject(dst, layout.Progress, unsafe.Pointer(p))
}
