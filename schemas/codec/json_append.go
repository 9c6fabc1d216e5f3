package codec

import (
	"encoding/binary"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// appendObject writes the message at p as a JSON object. Members that hold nothing
// are left out, unless the layout always has them.
func appendObject(dst []byte, l *layout.Layout, p unsafe.Pointer) []byte {
	return append(appendFields(append(dst, '{'), l.Fields, p), '}')
}

// appendFields writes members, with a comma before each but the first of an object.
func appendFields(dst []byte, fields []layout.Field, p unsafe.Pointer) []byte {
	for i := range fields {
		f := &fields[i]
		at := unsafe.Add(p, f.Offset)
		if f.Kind == layout.String { // most members are texts
			if v := *(*string)(at); v != "" || f.Always {
				dst = appendString(append(comma(dst), f.Key...), v)
			}
			continue
		}
		if !has(f, at) && (!f.Always || nameless(f, at)) {
			continue
		}
		dst = append(comma(dst), f.Key...)
		dst = appendValue(dst, f, at)
	}
	return dst
}

// nameless is whether a member that holds nothing has no text for that: an unknown
// time, and codes whose zero value the wire does not hold.
func nameless(f *layout.Field, p unsafe.Pointer) bool {
	return f.Kind == layout.Time || f.Kind == layout.Enum && int(*(*uint8)(p)) < f.First
}

func comma(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '{' {
		return append(dst, ',')
	}
	return dst
}

func appendValue(dst []byte, f *layout.Field, p unsafe.Pointer) []byte {
	switch f.Kind {
	case layout.Const:
		return appendString(dst, f.Names[0])
	case layout.String:
		return appendString(dst, *(*string)(p))
	case layout.Strings, layout.Registered:
		dst = append(dst, '[')
		for i, v := range *(*[]string)(p) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, v)
		}
		return append(dst, ']')
	case layout.Time:
		return append((*schemas.Time)(p).Append(append(dst, '"')), '"')
	case layout.Date:
		return append((*schemas.Date)(p).Append(append(dst, '"')), '"')
	case layout.Decimal:
		return append((*schemas.Decimal)(p).Append(append(dst, '"')), '"')
	case layout.Sum:
		return append((*schemas.Sum)(p).Append(append(dst, '"')), '"')
	case layout.ID:
		return append((*schemas.DecisionID)(p).Append(append(dst, '"')), '"')
	case layout.Hash:
		return append(appendHash(append(dst, '"'), *(*uint64)(p)), '"')
	case layout.Truth:
		return strconv.AppendBool(dst, *(*schemas.Bool)(p) == schemas.True)
	case layout.Flag:
		return strconv.AppendBool(dst, *(*bool)(p))
	case layout.Int32:
		return strconv.AppendInt(dst, int64(*(*int32)(p)), 10)
	case layout.Int64, layout.Millis:
		return strconv.AppendInt(dst, *(*int64)(p), 10)
	case layout.Uint32:
		return strconv.AppendUint(dst, uint64(*(*uint32)(p)), 10)
	case layout.Uint64:
		return strconv.AppendUint(dst, *(*uint64)(p), 10)
	case layout.Enum:
		v := min(int(*(*uint8)(p)), len(f.Names)-1)
		return append(append(append(dst, '"'), f.Names[v]...), '"')
	case layout.Object:
		return appendObject(dst, f.Sub, p)
	case layout.List:
		dst = append(dst, '[')
		e, n := f.List.Elems(p)
		for i := range n {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendObject(dst, f.Sub, unsafe.Add(e, uintptr(i)*f.List.Size))
		}
		return append(dst, ']')
	case layout.Offsets:
		return appendOffsets(dst, *(*map[string]int64)(p))
	}
	return append(dst, "null"...)
}

func appendOffsets(dst []byte, m map[string]int64) []byte {
	dst = append(dst, '{')
	for _, topic := range sortedTopics(m) {
		dst = append(appendString(comma(dst), topic), ':')
		dst = strconv.AppendInt(dst, m[topic], 10)
	}
	return append(dst, '}')
}

func sortedTopics(m map[string]int64) []string {
	topics := make([]string, 0, len(m))
	for t := range m {
		topics = append(topics, t)
	}
	slices.Sort(topics)
	return topics
}

const hexDigits = "0123456789abcdef"

func appendHash(dst []byte, v uint64) []byte {
	var hex [16]byte
	for i := len(hex) - 1; i >= 0; i-- {
		hex[i] = hexDigits[v&15]
		v >>= 4
	}
	return append(dst, hex[:]...)
}

// appendString writes s as a JSON string. Only what JSON demands is escaped; bytes
// that are no UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if isPlain(s) {
		return append(append(dst, s...), '"')
	}
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			dst = appendEscape(append(dst, s[from:i]...), c)
			from = i + 1
		}
		i++
	}
	return append(append(dst, s[from:]...), '"')
}

// isPlain tells whether s is printable ASCII without quotes and backslashes, which stands in
// JSON as it is: eight bytes at a time, those of the end once more where they are fewer.
func isPlain(s string) bool {
	n := len(s)
	p := unsafe.StringData(s)
	switch {
	case n >= 8:
		b := unsafe.Slice(p, n)
		marks := special(binary.LittleEndian.Uint64(b[n-8:]))
		for ; len(b) > 8; b = b[8:] {
			marks |= special(binary.LittleEndian.Uint64(b))
		}
		return marks == 0
	case n >= 4:
		b := unsafe.Slice(p, n)
		return special(uint64(binary.LittleEndian.Uint32(b))|uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32) == 0
	case n > 0:
		return special(uint64(s[0])|uint64(s[n/2])<<8|uint64(s[n-1])<<16|0x4141414141000000) == 0
	}
	return true
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
