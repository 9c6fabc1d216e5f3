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

// Targets is what a campaign's list of target countries covers. The list may hold
// countries, regions of the pack and, with a leading "-", exclusions; a list of
// exclusions alone covers the rest of the world. unclear is true when it holds a
// name that the pack does not know: what the set lacks is then not known to be
// outside. none is true for a list that says nothing.
func (p *Pack) Targets(list []string, set *geo.Set) (unclear, none bool) {
	var excluded geo.Set
	includes, excludes := false, false
	*set = geo.Set{}
	for _, name := range list {
		exclude := len(name) > 0 && name[0] == '-'
		if exclude {
			name = name[1:]
		}
		if name == "" {
			continue
		}
		into := set
		if exclude {
			into, excludes = &excluded, true
		} else {
			includes = true
		}
		var buf [longestName]byte
		if region := p.regions[string(upper(buf[:0], name))]; region != nil {
			into.Union(region)
		} else if c := geo.ParseCountry(name); c != 0 {
			into.Add(c)
		} else {
			unclear = true
		}
	}
	if !includes && !excludes {
		return false, true
	}
	if !includes {
		*set = geo.World()
	}
	set.Minus(&excluded)
	return unclear, false
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
