// Package host compares host names as sites and senders write them. It imports
// golang.org/x/net/idna and nothing of Clearlane.
package host

import (
	"strings"

	"golang.org/x/net/idna"
)

// Canonical is a host in the one form that hosts are compared and looked up in: lower
// case, internationalised labels as Punycode (UTS 46), without scheme, user, port,
// path and the root's dot. What is no host comes back in lower case, so that it still
// equals itself. A host that is in this form already costs no memory.
func Canonical(s string) string {
	if isCanonical(s) {
		return s
	}
	return canonicalOf(strip(s))
}

// canonicalOf is the canonical form of a host that nothing stands around.
func canonicalOf(s string) string {
	upper := false
	for i := range len(s) {
		if s[i] >= 0x80 {
			return punycode(s)
		}
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
	}
	if upper {
		return strings.ToLower(s)
	}
	return s
}

// isCanonical tells of a host of nothing but lower-case letters, digits, hyphens and inner
// dots that it is in that form: most are.
func isCanonical(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return s == "" || s[len(s)-1] != '.'
}

// Same is true for two hosts of one site: they differ at most in what Canonical takes
// away and in a leading "www.". Nothing is no host.
func Same(a, b string) bool {
	if a == b {
		return a != ""
	}
	if a == "" || b == "" {
		return false
	}
	a, _ = Apex(bare(a))
	b, _ = Apex(bare(b))
	if a == "" || b == "" {
		return false
	}
	if ascii(a) && ascii(b) {
		return strings.EqualFold(a, b)
	}
	a, _ = Apex(punycode(a))
	b, _ = Apex(punycode(b))
	return a == b
}

// Apex is a host without a leading "www.", in either case, and whether it had one. It
// stays where no name of two labels would be left.
func Apex(s string) (apex string, www bool) {
	const prefix = "www."
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) && strings.IndexByte(s[len(prefix):], '.') > 0 {
		return s[len(prefix):], true
	}
	return s, false
}

// bare takes away what may stand around a host. An IPv6 address keeps its colons and
// loses its brackets.
func bare(s string) string {
	if isCanonical(s) {
		return s
	}
	return strip(s)
}

func strip(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") {
		s = s[1:]
		if i := strings.IndexByte(s, ']'); i >= 0 {
			s = s[:i]
		}
		return s
	}
	if i := strings.IndexByte(s, ':'); i >= 0 && i == strings.LastIndexByte(s, ':') {
		s = s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// punycode maps a host as a browser does: case, width and composed characters, and the
// ideographic full stop for a dot.
func punycode(s string) string {
	mapped, err := idna.New(idna.MapForLookup(), idna.Transitional(false)).ToASCII(s)
	if err != nil {
		return strings.ToLower(s)
	}
	return strings.TrimSuffix(mapped, ".")
}
