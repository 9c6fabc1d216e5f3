// Package geo knows countries, sets of them, and the country of an IP address.
// It imports geoip2-golang for the database format and nothing of Clearlane.
package geo

// Country is an ISO 3166-1 alpha-2 code as a small number. Zero is unknown.
type Country uint16

const countries = 26*26 + 1

// ParseCountry is the country of an alpha-2 code in either case. What is not an
// assigned code (nor XK, which customs data uses for Kosovo) is unknown.
func ParseCountry(s string) Country {
	if len(s) != 2 {
		return 0
	}
	a, b := s[0]|0x20, s[1]|0x20
	if a < 'a' || a > 'z' || b < 'a' || b > 'z' {
		return 0
	}
	c := Country(a-'a')*26 + Country(b-'a') + 1
	if !assigned.Has(c) {
		return 0
	}
	return c
}

// String is the alpha-2 code, empty for the unknown country.
func (c Country) String() string {
	if c == 0 || c >= countries {
		return ""
	}
	i := int(c-1) * 2
	return alpha2[i : i+2]
}

// Set is a set of countries. The unknown country is in no set.
type Set [(countries + 63) / 64]uint64

// Has is true when c is in the set.
func (s *Set) Has(c Country) bool {
	return c > 0 && c < countries && s[c/64]&(1<<(c%64)) != 0
}

// Add puts c into the set.
func (s *Set) Add(c Country) {
	if c > 0 && c < countries {
		s[c/64] |= 1 << (c % 64)
	}
}

// Union puts every country of t into the set.
func (s *Set) Union(t *Set) {
	for i := range s {
		s[i] |= t[i]
	}
}

// Minus takes every country of t out of the set.
func (s *Set) Minus(t *Set) {
	for i := range s {
		s[i] &^= t[i]
	}
}

// World is the set of all assigned codes.
func World() Set { return assigned }

// iso3166 is the officially assigned alpha-2 codes (ISO 3166-1, 249 of them) and XK.
const iso3166 = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ " +
	"BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ " +
	"DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY " +
	"HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY " +
	"MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY " +
	"QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ " +
	"VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "

var (
	assigned = parseAssigned()
	alpha2   = allPairs()
)

func parseAssigned() Set {
	var s Set
	for i := 0; i+2 < len(iso3166)+1; i += 3 {
		s.Add(Country(iso3166[i]-'A')*26 + Country(iso3166[i+1]-'A') + 1)
	}
	return s
}

func allPairs() string {
	b := make([]byte, 0, 2*26*26)
	for x := byte('A'); x <= 'Z'; x++ {
		for y := byte('A'); y <= 'Z'; y++ {
			b = append(b, x, y)
		}
	}
	return string(b)
}

// All is the countries of the set, in the order of their codes.
func (s *Set) All(yield func(Country) bool) {
	for c := Country(1); c < countries; c++ {
		if s.Has(c) && !yield(c) {
			return
		}
	}
}

// Only is the one country of a set, unknown when it holds none or several.
func (s *Set) Only() Country {
	only := Country(0)
	for c := Country(1); c < countries; c++ {
		if s.Has(c) {
			if only != 0 {
				return 0
			}
			only = c
		}
	}
	return only
}
