package schemas

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// MaxErrorValue is the most bytes of an offending value that an error repeats.
const MaxErrorValue = 64

// FieldError says which field of an event is refused, what stood there, and what
// is allowed. It owns its strings: it outlives the record it came from.
type FieldError struct {
	Field   string // JSON path, "items[2].hs_code"
	Value   string // quoted and cut to MaxErrorValue bytes; empty when nothing stood there
	Allowed string
}

func (e *FieldError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("field %s is missing or empty; allowed: %s", e.Field, e.Allowed)
	}
	return fmt.Sprintf("field %s is %s; allowed: %s", e.Field, e.Value, e.Allowed)
}

// NewFieldError quotes and shortens value, which may be any bytes.
func NewFieldError(field, value, allowed string) *FieldError {
	return &FieldError{Field: field, Value: Quote(value), Allowed: allowed}
}

// Quote is v between quotes, with everything but printable ASCII escaped, cut to
// MaxErrorValue bytes. An empty value stays empty.
func Quote(v string) string {
	if v == "" {
		return ""
	}
	if len(v) <= MaxErrorValue {
		return strconv.QuoteToASCII(v)
	}
	cut := MaxErrorValue
	for cut > MaxErrorValue-utf8.UTFMax && !utf8.RuneStart(v[cut]) {
		cut--
	}
	return fmt.Sprintf("%s... (%d bytes)", strconv.QuoteToASCII(v[:cut]), len(v))
}

// SyntaxError says where the bytes of a record stop making sense.
type SyntaxError struct {
	Offset int // of the first byte that does not fit
	What   string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("byte %d: %s", e.Offset, e.What)
}
