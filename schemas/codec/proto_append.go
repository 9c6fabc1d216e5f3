package codec

import (
	"encoding/binary"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// appendProto writes the message at p as Protobuf, fields in the layout's order.
func appendProto(dst []byte, l *layout.Layout, p unsafe.Pointer) []byte {
	for i := range l.Fields {
		f := &l.Fields[i]
		at := unsafe.Add(p, f.Offset)
		if has(f, at) {
			dst = appendProtoField(dst, f, at)
		}
	}
	return dst
}

func appendProtoField(dst []byte, f *layout.Field, p unsafe.Pointer) []byte {
	num := protowire.Number(f.Num)
	switch f.Kind {
	case layout.Strings:
		for _, v := range *(*[]string)(p) {
			dst = protowire.AppendString(protowire.AppendTag(dst, num, protowire.BytesType), v)
		}
		return dst
	case layout.List:
		e, n := f.List.Elems(p)
		for i := range n {
			dst = protowire.AppendTag(dst, num, protowire.BytesType)
			at := len(dst)
			dst = sized(appendProto(append(dst, 0), f.Sub, unsafe.Add(e, uintptr(i)*f.List.Size)), at)
		}
		return dst
	case layout.Offsets:
		m := *(*map[string]int64)(p)
		for _, topic := range sortedTopics(m) {
			dst = protowire.AppendTag(dst, num, protowire.BytesType)
			at := len(dst)
			dst = protowire.AppendTag(append(dst, 0), mapKey, protowire.BytesType)
			dst = protowire.AppendTag(protowire.AppendString(dst, topic), mapValue, protowire.VarintType)
			dst = sized(protowire.AppendVarint(dst, uint64(m[topic])), at)
		}
		return dst
	}
	dst = protowire.AppendTag(dst, num, wireType(f.Kind))
	switch wireType(f.Kind) {
	case protowire.VarintType:
		return protowire.AppendVarint(dst, varintOf(f, p))
	case protowire.Fixed64Type:
		return binary.LittleEndian.AppendUint64(dst, *(*uint64)(p))
	}
	if f.Kind == layout.String {
		return protowire.AppendString(dst, *(*string)(p))
	}
	at := len(dst)
	dst = append(dst, 0)
	switch f.Kind {
	case layout.ID:
		dst = append(dst, (*schemas.DecisionID)(p)[:]...)
	case layout.Date:
		dst = (*schemas.Date)(p).Append(dst)
	case layout.Decimal:
		dst = (*schemas.Decimal)(p).Append(dst)
	case layout.Sum:
		dst = (*schemas.Sum)(p).Append(dst)
	case layout.Object:
		dst = appendProto(dst, f.Sub, p)
	case layout.Registered:
		for _, v := range *(*[]string)(p) {
			dst = protowire.AppendString(protowire.AppendTag(dst, textListValues, protowire.BytesType), v)
		}
	}
	return sized(dst, at)
}

// sized puts the length of what stands behind the byte at into that byte, making
// room where one byte does not hold it.
func sized(dst []byte, at int) []byte {
	n := len(dst) - at - 1
	if n < 0x80 {
		dst[at] = byte(n)
		return dst
	}
	more := protowire.SizeVarint(uint64(n)) - 1
	var room [binary.MaxVarintLen64]byte
	dst = append(dst, room[:more]...)
	copy(dst[at+1+more:], dst[at+1:at+1+n])
	binary.PutUvarint(dst[at:at+1+more], uint64(n))
	return dst
}

func varintOf(f *layout.Field, p unsafe.Pointer) uint64 {
	switch f.Kind {
	case layout.Int32:
		return uint64(int64(*(*int32)(p)))
	case layout.Uint32:
		return uint64(*(*uint32)(p))
	case layout.Enum, layout.Flag:
		return uint64(*(*uint8)(p))
	case layout.Truth:
		return uint64(*(*uint8)(p)) - uint64(schemas.False)
	}
	return *(*uint64)(p)
}
