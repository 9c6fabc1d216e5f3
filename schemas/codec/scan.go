package codec

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
)

// scanner reads the tokens of one JSON text. It is strict: RFC 8259, valid UTF-8,
// no lone surrogate.
type scanner struct {
	b       []byte
	i       int
	scratch []byte // holds strings whose escapes were undone
	depth   int    // nesting left for members that are skipped
}

func (s *scanner) fail(what string) error {
	if s.i >= len(s.b) {
		what = "the text ends here, " + what
	}
	return &schemas.SyntaxError{Offset: s.i, What: what}
}

// space moves past white space and returns the byte there, 0 at the end.
func (s *scanner) space() byte {
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		s.i++
	}
	return 0
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks, in the high bit of each byte, what ends the plain part of a
// string: a quote, a backslash, a control character or a byte past ASCII. Above
// the lowest marked byte the marks may be wrong. A quote and the control characters
// are marked at once: with bit 1 turned over they are what lies below '!'.
func special(x uint64) uint64 {
	low := x ^ 2*ones
	slash := x ^ '\\'*ones
	return ((low - '!'*ones) | (slash - ones) | x) & highs
}

// plain goes over the printable ASCII of a string, from i on, to its end: the quote.
// Where it comes upon anything else first, or the end of b, ok is false.
func plain(b []byte, i int) (end int, ok bool) {
	for ; i+16 <= len(b); i += 16 { // two words share their constants
		w := b[i : i+16]
		m, n := special(binary.LittleEndian.Uint64(w)), special(binary.LittleEndian.Uint64(w[8:]))
		if m|n == 0 {
			continue
		}
		if m == 0 {
			i, m = i+8, n
		}
		i += bits.TrailingZeros64(m) >> 3
		return i, b[i] == '"'
	}
	for ; i < len(b) && b[i] >= ' ' && b[i] != '\\' && b[i] < utf8.RuneSelf; i++ {
		if b[i] == '"' {
			return i, true
		}
	}
	return i, false
}

// str reads the string whose opening quote is at hand. It aliases the text, or
// scratch where there were escapes.
func (s *scanner) str() (string, error) {
	start := s.i + 1
	i, ok := plain(s.b, start)
	if !ok {
		return s.slowStr(start, i)
	}
	s.i = i + 1
	return alias(s.b[start:i]), nil
}

// slowStr goes on at i, byte by byte.
func (s *scanner) slowStr(start, i int) (string, error) {
	b, from, out := s.b, start, -1
	for i < len(b) {
		switch c := b[i]; {
		case c == '"':
			s.i = i + 1
			if out < 0 {
				return alias(b[start:i]), nil
			}
			s.scratch = append(s.scratch, b[from:i]...)
			return alias(s.scratch[out:]), nil
		case c == '\\':
			if out < 0 {
				out = len(s.scratch)
			}
			s.scratch = append(s.scratch, b[from:i]...)
			s.i = i
			if err := s.escape(); err != nil {
				return "", err
			}
			i, from = s.i, s.i
		case c < ' ':
			s.i = i
			return "", s.fail("a control character in a string")
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				s.i = i
				return "", s.fail("invalid UTF-8")
			}
			i += n
		}
	}
	s.i = i
	return "", s.fail("a string is not closed")
}

// escape undoes the escape whose backslash is at hand, into scratch.
func (s *scanner) escape() error {
	s.i++
	if s.i >= len(s.b) {
		return s.fail("in an escape")
	}
	c := s.b[s.i]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return s.unicode()
	default:
		return s.fail("no such escape")
	}
	s.i++
	s.scratch = append(s.scratch, c)
	return nil
}

// unicode undoes \uXXXX, or a pair of them, from its u on.
func (s *scanner) unicode() error {
	at := s.i - 1
	r, ok := s.hex4()
	if !ok {
		return s.fail("\\u takes four hex digits")
	}
	if r >= 0xd800 && r < 0xe000 {
		high := r
		var low rune
		ok = high < 0xdc00 && s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u'
		if ok {
			s.i++
			if low, ok = s.hex4(); !ok {
				return s.fail("\\u takes four hex digits")
			}
			ok = low >= 0xdc00 && low < 0xe000
		}
		if !ok {
			s.i = at
			return s.fail(loneSurrogate)
		}
		r = (high-0xd800)<<10 + (low - 0xdc00) + 0x10000
	}
	s.scratch = utf8.AppendRune(s.scratch, r)
	return nil
}

const loneSurrogate = "a lone surrogate, which is no character"

// hex4 reads the four digits behind the u at hand.
func (s *scanner) hex4() (r rune, ok bool) {
	if len(s.b)-s.i < 5 {
		return 0, false
	}
	for _, c := range s.b[s.i+1 : s.i+5] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20-'a' < 6:
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.i += 5
	return r, true
}

// maxShort is how many digits a short number has at most: as many as fit any type that
// holds integers of 64 bits, and an amount.
const maxShort = 14

// short is the number at hand, and where it ends, if it is a short one: digits alone.
func (s *scanner) short() (n int64, end int, ok bool) {
	i := s.i
	for ; i < len(s.b) && s.b[i]-'0' < 10; i++ {
		n = n*10 + int64(s.b[i]-'0')
		if i-s.i == maxShort {
			return 0, i, false
		}
	}
	// One that ends with the text, or begins with 0, is left to number.
	return n, i, i > s.i && i < len(s.b) && s.b[s.i] != '0' && s.b[i] != '.' && s.b[i]|0x20 != 'e'
}

// number reads the number at hand as it stands.
func (s *scanner) number() (tok []byte, integer bool, err error) {
	start := s.i
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	switch {
	case s.i < len(s.b) && s.b[s.i] == '0':
		s.i++
	case s.digits() == 0:
		return nil, false, s.fail("a number needs a digit")
	}
	integer = true
	if s.i < len(s.b) && s.b[s.i] == '.' {
		integer = false
		s.i++
		if s.digits() == 0 {
			return nil, false, s.fail("a number needs a digit")
		}
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		integer = false
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if s.digits() == 0 {
			return nil, false, s.fail("a number needs a digit")
		}
	}
	return s.b[start:s.i], integer, nil
}

func (s *scanner) digits() (n int) {
	for ; s.i < len(s.b) && s.b[s.i]-'0' < 10; n++ {
		s.i++
	}
	return n
}

// literal reads true, false or null.
func (s *scanner) literal(word string) error {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return s.fail("expected a value")
	}
	s.i += len(word)
	return nil
}

// alias is b as a string, without a copy.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
