// Package layout is the one table that says what every message on the wire looks
// like: its members, their numbers and forms. The codecs walk it, and the .proto
// and JSON Schema files are generated from it, so none of them can drift apart.
//
// A table names the Go field of each member; its type, and where it lies in the
// struct, come from reflection once, when the tables are built. A table that does
// not fit its struct panics there, which every test would show.
package layout

import (
	"encoding/binary"
	"reflect"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
)

// Kind is how a member is held in memory.
type Kind uint8

// The kinds of members.
const (
	Skip       Kind = iota // accepted and ignored
	Const                  // a text that follows from the rest, in JSON only
	String                 // string
	Strings                // []string; absent and empty are the same
	Registered             // []string; absent (nil) and empty differ
	Time                   // schemas.Time
	Millis                 // schemas.Time, an integer of Unix ms on the wire
	Date                   // schemas.Date
	Decimal                // schemas.Decimal
	Sum                    // schemas.Sum
	Truth                  // schemas.Bool
	Flag                   // bool
	Int32                  // int32
	Int64                  // int64
	Uint32                 // uint32
	Uint64                 // uint64
	Hash                   // uint64, 16 hex digits in JSON
	ID                     // schemas.DecisionID, 32 hex digits in JSON
	Enum                   // one of Names, a uint8
	Object                 // a struct described by Sub
	List                   // a slice of structs described by Sub
	Offsets                // map[string]int64
)

// Form is what the text of a member must look like. It is for the JSON Schema:
// the codecs leave forms to the Validate methods of package schemas.
type Form uint8

// The forms of texts.
const (
	Any Form = iota
	Key
	Identifier
	Short
	Label
	Text
	URL
	Address
	Agent
	Country
	Target
	Currency
	Channel
	Port
	HS
	HS6
	SPI
	HexID
	Code
	LabelName
)

// Field is one member of a message. What reading and writing of each member needs stands
// first, within one line of the processor's cache.
type Field struct {
	head, middle, tail uint64 // of next: its first eight bytes, the next ones, the last ones

	Key      string  // "name": as it stands in JSON
	Offset   uintptr // in the struct
	Kind     Kind
	Form     Form
	Required bool  // an input without it is refused
	Always   bool  // an output has it even when it is empty
	Integer  bool  // a Decimal that may be a JSON integer
	step     uint8 // bytes of next
	Num      int32 // Protobuf field number, for ever

	Name     string   // JSON member and Protobuf field name
	Names    []string // of an Enum, by value; the texts of a Const
	First    int      // the first value of an Enum that the wire may hold
	EnumName string
	Present  int // offset of an Object's Present flag from the Object, -1: it has none
	Sub      *Layout
	List     ListOps
	Most     func(*schemas.Limits) int // elements of a list; nil: unbounded
	Doc      string

	next    string // ,"name": as it stands behind another member, of a text with its quote
	goField string // path of the Go field, "UTM.Source"
	_       [fieldPad]byte
}

// fieldPad makes a Field four lines of the cache.
const fieldPad = 256 - 224

// Follows is true where b goes on with a comma, the member's name and its colon, and where
// the member is a text, its quote: step bytes.
func (f *Field) Follows(b []byte) (step int, ok bool) {
	n := int(f.step)
	if len(b) < mostNext || n < 8 || n > mostNext {
		return len(f.next), len(b) >= len(f.next) && string(b[:len(f.next)]) == f.next
	}
	// Two or three words, which may overlap, are all of it: half the work of comparing strings.
	return n, binary.LittleEndian.Uint64(b) == f.head && binary.LittleEndian.Uint64(b[n-8:]) == f.tail &&
		(n <= 16 || binary.LittleEndian.Uint64(b[8:]) == f.middle)
}

// mostNext is how many bytes three words hold.
const mostNext = 24

// words takes the words that Follows compares.
func (f *Field) words() {
	f.next = "," + f.Key
	if f.Kind == String {
		f.next += `"`
	}
	if k := []byte(f.next); len(k) >= 8 && len(k) <= mostNext {
		f.step = uint8(len(k))
		f.head, f.tail = binary.LittleEndian.Uint64(k), binary.LittleEndian.Uint64(k[len(k)-8:])
		if len(k) >= 16 {
			f.middle = binary.LittleEndian.Uint64(k[8:])
		}
	}
}

// Layout is one message.
type Layout struct {
	ID     int // dense, from 0
	Name   string
	Doc    string
	Input  bool
	Type   reflect.Type
	Fields []Field
	Held   uint64     // the members that hold anything, by index: not those that are accepted and ignored
	lookup [256]uint8 // open addressing on the name's hash: index + 1
}

// Find is the index of the member of that name, -1 when there is none.
func (l *Layout) Find(name []byte) int {
	for h := hash(name); ; h++ {
		k := l.lookup[h]
		if k == 0 {
			return -1
		}
		if l.Fields[k-1].Name == string(name) {
			return int(k - 1)
		}
	}
}

// ByNumber is the index of the field of that number, -1 when there is none.
func (l *Layout) ByNumber(num int32) int {
	// Fields mostly stand in the order of their numbers, from 1.
	if i := int(num) - 1; i >= 0 && i < len(l.Fields) && l.Fields[i].Num == num {
		return i
	}
	for i := range l.Fields {
		if l.Fields[i].Num == num {
			return i
		}
	}
	return -1
}

func hash(name []byte) uint8 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return uint8(h ^ h>>8 ^ h>>16)
}

// ListOps reaches into a slice whose element type the walker does not know.
type ListOps struct {
	Size uintptr
	// Grow appends one zero element and returns it.
	Grow func(list unsafe.Pointer) unsafe.Pointer
	// Elems is the first element, nil when there is none, and their number.
	Elems func(list unsafe.Pointer) (unsafe.Pointer, int)
}

func listOps[T any]() ListOps {
	var zero T
	return ListOps{
		Size: unsafe.Sizeof(zero),
		Grow: func(list unsafe.Pointer) unsafe.Pointer {
			s := (*[]T)(list)
			*s = append(*s, zero)
			return unsafe.Pointer(&(*s)[len(*s)-1])
		},
		Elems: func(list unsafe.Pointer) (unsafe.Pointer, int) {
			s := *(*[]T)(list)
			return unsafe.Pointer(unsafe.SliceData(s)), len(s)
		},
	}
}
