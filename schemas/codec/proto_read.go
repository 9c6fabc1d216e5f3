package codec

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// readProto reads a whole Protobuf message into the message at p. As Protobuf has
// it, the last of repeated single fields holds and fields of unknown numbers are
// skipped; a known field with another wire type is refused.
func (r *reader) readProto(b []byte, l *layout.Layout, p unsafe.Pointer) error {
	r.b = b
	return r.protoMessage(b, l, p)
}

func (r *reader) protoFail(rest []byte, what string) error {
	// rest is cut from the record's memory, and only its start and length change.
	return &schemas.SyntaxError{Offset: cap(r.b) - cap(rest), What: "read as Protobuf, " + what}
}

func (r *reader) protoMessage(b []byte, l *layout.Layout, p unsafe.Pointer) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 || num > protowire.MaxValidNumber {
			return r.protoFail(b, "expected the tag of a Protobuf field")
		}
		k := l.ByNumber(int32(num))
		if k < 0 {
			_, _, n = protowire.ConsumeField(b)
			if n < 0 {
				return r.protoFail(b, "a Protobuf field is cut off or malformed")
			}
			r.unknown++
			b = b[n:]
			continue
		}
		f := &l.Fields[k]
		if typ != wireType(f.Kind) {
			return r.protoFail(b, "field "+f.Name+": wire type "+strconv.Itoa(int(typ))+", expected "+strconv.Itoa(int(wireType(f.Kind))))
		}
		m, err := r.protoField(b[n:], f, unsafe.Add(p, f.Offset))
		if err != nil {
			return err
		}
		b = b[n+m:]
	}
	return nil
}

// protoField reads one value and returns its size.
func (r *reader) protoField(b []byte, f *layout.Field, p unsafe.Pointer) (int, error) {
	switch wireType(f.Kind) {
	case protowire.VarintType:
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return 0, r.protoFail(b, "field "+f.Name+": a varint is cut off or too long")
		}
		return n, setVarint(f, p, v)
	case protowire.Fixed64Type:
		if len(b) < 8 {
			return 0, r.protoFail(b, "field "+f.Name+": eight bytes expected")
		}
		*(*uint64)(p) = binary.LittleEndian.Uint64(b)
		return 8, nil
	}
	v, n := protowire.ConsumeBytes(b)
	if n < 0 {
		return 0, r.protoFail(b, "field "+f.Name+": the length is past the end")
	}
	return n, r.protoBytes(v, f, p)
}

func (r *reader) protoBytes(v []byte, f *layout.Field, p unsafe.Pointer) error {
	switch f.Kind {
	case layout.ID:
		if len(v) != len(schemas.DecisionID{}) {
			return schemas.NewFieldError(f.Name, string(v), "16 bytes")
		}
		copy((*schemas.DecisionID)(p)[:], v)
		return nil
	case layout.Object:
		if f.Present >= 0 {
			*(*bool)(unsafe.Add(p, f.Present)) = true
		}
		if err := r.protoMessage(v, f.Sub, p); err != nil {
			return within(f.Name+".", err)
		}
		return nil
	case layout.List:
		_, n := f.List.Elems(p)
		if err := r.room(f, n); err != nil {
			return err
		}
		if err := r.protoMessage(v, f.Sub, f.List.Grow(p)); err != nil {
			return within(f.Name+element(n).Name+".", err)
		}
		return nil
	case layout.Registered:
		return r.protoTextList(v, f, (*[]string)(p))
	case layout.Offsets:
		return r.protoOffset(v, f, (*map[string]int64)(p))
	}
	if !utf8.Valid(v) {
		return r.protoFail(v, "field "+f.Name+": invalid UTF-8")
	}
	switch f.Kind {
	case layout.String:
		*(*string)(p) = alias(v)
		return nil
	case layout.Strings:
		list := (*[]string)(p)
		if err := r.room(f, len(*list)); err != nil {
			return err
		}
		*list = append(*list, alias(v))
		return nil
	}
	if len(v) == 0 {
		return nil // proto3: an empty text is one left out
	}
	return setText(f, p, alias(v))
}

// protoTextList reads a TextList: present, so not nil, even when it is empty.
func (r *reader) protoTextList(b []byte, f *layout.Field, list *[]string) error {
	if *list == nil {
		*list = []string{}
	}
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 || num > protowire.MaxValidNumber {
			return r.protoFail(b, "field "+f.Name+": expected a tag")
		}
		if num != textListValues {
			m := protowire.ConsumeFieldValue(num, typ, b[n:])
			if m < 0 {
				return r.protoFail(b, "field "+f.Name+": a field is cut off or malformed")
			}
			r.unknown++
			b = b[n+m:]
			continue
		}
		v, m := protowire.ConsumeBytes(b[n:])
		if typ != protowire.BytesType || m < 0 || !utf8.Valid(v) {
			return r.protoFail(b, "field "+f.Name+": expected a text")
		}
		if err := r.room(f, len(*list)); err != nil {
			return err
		}
		*list = append(*list, alias(v))
		b = b[n+m:]
	}
	return nil
}

// protoOffset reads one entry of a map from topic to offset.
func (r *reader) protoOffset(b []byte, f *layout.Field, m *map[string]int64) error {
	var topic string
	var offset uint64
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 || num > protowire.MaxValidNumber {
			return r.protoFail(b, "field "+f.Name+": expected a tag")
		}
		size := -1
		switch {
		case num == mapKey && typ == protowire.BytesType:
			var v []byte
			v, size = protowire.ConsumeBytes(b[n:])
			topic = strings.Clone(alias(v))
		case num == mapValue && typ == protowire.VarintType:
			offset, size = protowire.ConsumeVarint(b[n:])
		}
		if size < 0 || !utf8.ValidString(topic) {
			return r.protoFail(b, "field "+f.Name+": expected a topic and an offset")
		}
		b = b[n+size:]
	}
	if *m == nil {
		*m = make(map[string]int64)
	}
	(*m)[topic] = int64(offset)
	return nil
}

func setVarint(f *layout.Field, p unsafe.Pointer, v uint64) error {
	ok := true
	switch f.Kind {
	case layout.Truth, layout.Flag:
		setBool(f, p, v != 0)
	case layout.Enum:
		if ok = v < uint64(len(f.Names)); ok {
			*(*uint8)(p) = uint8(v)
		}
	case layout.Uint32, layout.Uint64:
		ok = setUint(f, p, v)
	case layout.Time:
		ok = v == 0 || setInt(f, p, int64(v))
	default:
		ok = setInt(f, p, int64(v))
	}
	if !ok {
		return schemas.NewFieldError(f.Name, strconv.FormatInt(int64(v), 10), allowed(f))
	}
	return nil
}

// Field numbers of the messages that hold lists and map entries.
const (
	textListValues = 1
	mapKey         = 1
	mapValue       = 2
)

// wireType is how Protobuf writes a kind: see the generated .proto files.
func wireType(k layout.Kind) protowire.Type {
	switch k {
	case layout.Time, layout.Millis, layout.Truth, layout.Flag, layout.Enum,
		layout.Int32, layout.Int64, layout.Uint32, layout.Uint64:
		return protowire.VarintType
	case layout.Hash:
		return protowire.Fixed64Type
	}
	return protowire.BytesType
}
