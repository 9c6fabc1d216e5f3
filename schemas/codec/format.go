package codec

import (
	"encoding/binary"

	"github.com/clearlane/clearlane/schemas"
)

// Format is how a record is written.
type Format uint8

// The formats.
const (
	FormatJSON Format = iota
	FormatProtobuf
)

func (f Format) String() string {
	if f == FormatJSON {
		return "json"
	}
	return "protobuf"
}

// ParseFormat reads the names that String gives.
func ParseFormat(s string) (Format, bool) {
	switch s {
	case "json":
		return FormatJSON, true
	case "protobuf":
		return FormatProtobuf, true
	}
	return 0, false
}

// maxIndexes bounds the message indexes of Confluent's framing: a message nested
// deeper than this is none of ours.
const maxIndexes = 8

// FormatOf tells the format of a record by its first bytes and returns what lies
// within the framing: JSON where the first byte past white space is a brace;
// Confluent's framing (a zero byte, four bytes of schema id, and before Protobuf
// the message indexes) is taken off; all else is Protobuf.
//
// A Protobuf record begins with the byte of its first field, a line feed. It reads
// as JSON only when its key is as long as the code of a white space or a brace, and
// then only when what follows looks like the start of an object.
func FormatOf(b []byte) (Format, []byte, error) {
	framed := len(b) > 5 && b[0] == 0
	if framed {
		b = b[5:]
	}
	if isObject(b) {
		return FormatJSON, b, nil
	}
	if !framed {
		return FormatProtobuf, b, nil
	}
	n, size := binary.Varint(b)
	if size <= 0 || n < 0 || n > maxIndexes {
		return 0, nil, &schemas.SyntaxError{Offset: 5, What: "message indexes of the Protobuf framing expected"}
	}
	b = b[size:]
	for ; n > 0; n-- {
		if _, size = binary.Varint(b); size <= 0 {
			return 0, nil, &schemas.SyntaxError{Offset: 5, What: "message indexes of the Protobuf framing expected"}
		}
		b = b[size:]
	}
	return FormatProtobuf, b, nil
}

func isObject(b []byte) bool {
	if len(b) > 0 && b[0] == '{' {
		return true
	}
	s := scanner{b: b}
	if s.space() != '{' {
		return false
	}
	s.i++
	c := s.space()
	return c == '"' || c == '}'
}
