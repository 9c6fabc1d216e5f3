package label

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// clean is a value decoded once, and twice where it was encoded twice.
func (d *deriver) clean(s string) string {
	once := d.decode(s)
	if strings.IndexByte(once, '%') < 0 {
		return once
	}
	return d.decodePercent(once)
}

// decode undoes form encoding. What is not a whole escape stays as it is; so does a
// text that would not be UTF-8.
func (d *deriver) decode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	return d.unescape(s, true)
}

// decodePercent undoes percent encoding only: a "+" of a value decoded before is one.
func (d *deriver) decodePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return d.unescape(s, false)
}

func (d *deriver) unescape(s string, plus bool) string {
	from := len(d.buf)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+' && plus:
			c = ' '
		case c == '%' && i+2 < len(s):
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		d.buf = append(d.buf, c)
	}
	b := d.buf[from:]
	if len(b) == 0 || !utf8.Valid(b) {
		d.buf = d.buf[:from]
		return s
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
