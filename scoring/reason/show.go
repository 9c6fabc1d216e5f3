package reason

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How many bytes of one outside value are repeated, cut between characters.
const (
	MaxKept = 64  // in a reason
	MaxName = 128 // as a name that decisions are counted by
)

// Show is an outside value as a reason may repeat it, at most its first MaxKept bytes.
func Show(s string) string {
	if words := hidden(s); words != "" {
		return words
	}
	return cut(s, MaxKept)
}

// Name is an outside value as decisions may be counted by it, at most its first MaxName
// bytes, each control character a blank. It is kept only where it has any.
func (t *Text) Name(s string) string {
	if words := hidden(s); words != "" {
		return words
	}
	s = cut(s, MaxName)
	if strings.IndexFunc(s, unicode.IsControl) < 0 {
		return s
	}
	from := len(t.buf)
	for _, r := range s {
		if unicode.IsControl(r) {
			r = ' '
		}
		t.buf = utf8.AppendRune(t.buf, r)
	}
	return t.since(from)
}

// hidden is what stands for an outside value that is not repeated, empty for one that may
// be: what may be a URL, an e-mail address or a Meta browser id, and what is not UTF-8.
func hidden(s string) string {
	switch {
	case strings.Contains(s, "://") || strings.IndexByte(s, '@') >= 0:
		return "(an address)"
	case strings.HasPrefix(s, "fb.") && len(s) > len("fb.1.") && s[4] == '.':
		return "(a browser id)"
	case !utf8.ValidString(s):
		return "(not UTF-8)"
	}
	return ""
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
