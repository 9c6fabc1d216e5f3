package policy

import (
	"github.com/clearlane/clearlane/scoring/geo"
)

const longestName = 32 // of a region or a port code, in bytes

// Port is the Schedule D code of a port given as Schedule D or UN/LOCODE. ok is
// false when the pack knows no Schedule D code for it; port is then as given.
func (p *Pack) Port(given string) (port string, ok bool) {
	if len(given) == 4 && digits(given) {
		return given, true
	}
	var buf [longestName]byte
	key := upper(buf[:0], given)
	if code, found := p.locodes[string(key)]; found {
		return code, true
	}
	return given, false
}

// PortName is the name that the pack has for a Schedule D code, empty for none.
func (p *Pack) PortName(code string) string { return p.portNames[code] }

// Country is the country of an alpha-2 code, with the pack's aliases (UK for GB).
func (p *Pack) Country(code string) geo.Country {
	if c := geo.ParseCountry(code); c != 0 {
		return c
	}
	if len(code) == 2 {
		var buf [longestName]byte
		if set := p.regions[string(upper(buf[:0], code))]; set != nil {
			return set.Only()
		}
	}
	return 0
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// upper appends s in ASCII upper case, without blanks around it. A name longer than
// any key becomes one that no key equals.
func upper(dst []byte, s string) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	if len(s) > longestName {
		return dst
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
