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
	if plain(s) {
		return s
	}
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

// unremarkable are the bytes of which most names consist, and no address.
var unremarkable = func() (set [256]bool) {
	for c := ' '; c <= '~'; c++ {
		set[c] = !strings.ContainsRune("@:/%?.", c)
	}
	return set
}()

// plain is true of most names, which nothing has to be done about.
func plain(s string) bool {
	for i := range len(s) {
		if !unremarkable[s[i]] {
			return false
		}
	}
	return len(s) <= MaxName
}

// hidden is what stands for an outside value that is not repeated, empty for one that may
// be: what may be a URL, an e-mail address or a Meta browser id, however often it was
// percent-encoded, and what is not UTF-8.
func hidden(s string) string {
	switch {
	case strings.Contains(s, "://") || strings.IndexByte(s, '@') >= 0 || hasQuery(s) || encodesAddress(s):
		return "(an address)"
	case strings.HasPrefix(s, "fb.") && len(s) > len("fb.1.") && s[4] == '.':
		return "(a browser id)"
	case !utf8.ValidString(s):
		return "(not UTF-8)"
	}
	return ""
}

// hasQuery is true of what holds a query string, as of an address without its scheme.
func hasQuery(s string) bool {
	i := strings.IndexByte(s, '?')
	return i >= 0 && strings.IndexByte(s[i:], '=') >= 0
}

// encodesAddress is true of what holds a percent-encoded "@" or "://", encoded once or more
// often: "%40", "%2540".
func encodesAddress(s string) bool {
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			return false
		}
		if s = s[i:]; strings.HasPrefix(encoded(s), "40") || encodesScheme(s) {
			return true
		}
		s = s[1:]
	}
}

// encoded is what stands behind a "%", and behind as many "25" as it was encoded again.
func encoded(s string) string {
	s = s[1:]
	for strings.HasPrefix(s, "25") {
		s = s[2:]
	}
	return s
}

// encodesScheme is true where s, which begins with "%", begins with an encoded "://".
func encodesScheme(s string) bool {
	for i, want := range [...]string{"3a", "2f", "2f"} {
		if i > 0 && strings.HasPrefix(s, "/") {
			s = s[1:]
			continue
		}
		if !strings.HasPrefix(s, "%") {
			return false
		}
		if s = encoded(s); len(s) < 2 || !strings.EqualFold(s[:2], want) {
			return false
		}
		s = s[2:]
	}
	return true
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
