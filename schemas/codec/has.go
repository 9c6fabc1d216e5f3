package codec

import (
	"math/bits"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// has is whether the member at p holds anything that is written. It decides alike
// for all forms, so that one event has one set of members.
func has(f *layout.Field, p unsafe.Pointer) bool {
	switch f.Kind {
	case layout.String:
		return len(*(*string)(p)) > 0
	case layout.Strings:
		return len(*(*[]string)(p)) > 0
	case layout.Registered:
		return *(*[]string)(p) != nil
	case layout.Time, layout.Millis, layout.Int64, layout.Uint64, layout.Hash:
		return *(*uint64)(p) != 0
	case layout.Date, layout.Int32, layout.Uint32:
		return *(*uint32)(p) != 0
	case layout.Decimal:
		return (*schemas.Decimal)(p).Set
	case layout.Sum:
		return *(*schemas.Sum)(p) != schemas.Sum{}
	case layout.Truth:
		v := *(*schemas.Bool)(p)
		return v == schemas.True || v == schemas.False
	case layout.Flag:
		return *(*bool)(p)
	case layout.ID:
		return *(*schemas.DecisionID)(p) != schemas.DecisionID{}
	case layout.Enum:
		v := *(*uint8)(p)
		return v != 0 && int(v) < len(f.Names)
	case layout.Object:
		if f.Present >= 0 {
			return *(*bool)(unsafe.Add(p, f.Present))
		}
		return members(f.Sub, p) != 0
	case layout.List:
		_, n := f.List.Elems(p)
		return n > 0
	case layout.Offsets:
		return len(*(*map[string]int64)(p)) > 0
	}
	return false
}

// members is the set of the message's members that hold anything, by index.
func members(l *layout.Layout, p unsafe.Pointer) uint64 {
	return membersAmong(l, p, 1<<len(l.Fields)-1)
}

// membersAmong is members where only those of a set can hold anything.
func membersAmong(l *layout.Layout, p unsafe.Pointer, among uint64) (set uint64) {
	for ; among != 0; among &= among - 1 {
		i := bits.TrailingZeros64(among)
		f := &l.Fields[i]
		at := unsafe.Add(p, f.Offset)
		if f.Kind == layout.String && len(*(*string)(at)) > 0 || f.Kind != layout.String && has(f, at) {
			set |= 1 << i
		}
	}
	return set
}
