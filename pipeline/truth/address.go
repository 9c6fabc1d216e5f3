package truth

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Network is a range of addresses and the country it stands in: a line of the country
// database that goes with a set.
type Network struct {
	Prefix  netip.Prefix
	Country string // ISO 3166-1 alpha-2
}

// knownCountries are those that the database of a set has networks of.
var knownCountries = []string{"US", "CA", "MX", "DE", "FR", "NL", "ES", "IT", "PL", "GB", "AU", "JP", "CN", "HK", "TW", "VN", "BR", "PR", "XK", "IN"}

// Networks are what the country database of a set has to know. They lie in 2d00::/8,
// which IANA keeps unassigned: no visitor has such an address, and any other
// database knows no country for them.
func Networks() []Network {
	all := make([]Network, len(knownCountries))
	for i, country := range knownCountries {
		all[i] = Network{netip.MustParsePrefix(fmt.Sprintf("2d%02x::/16", i)), country}
	}
	return all
}

// addressIn is an address of a country in the database.
func addressIn(r dice, country string) string {
	for i, known := range knownCountries {
		if known == country {
			return fmt.Sprintf("2d%02x:%x::%x", i, 1+r.IntN(0xfffe), 1+r.IntN(0xfffe))
		}
	}
	return unknownAddress(r)
}

// unknownAddress is from the ranges kept for documentation (RFC 5737, RFC 3849), which
// stand in no country.
func unknownAddress(r dice) string {
	switch r.IntN(4) {
	case 0:
		return "2001:db8:" + strconv.FormatUint(uint64(1+r.IntN(0xfffe)), 16) + "::1"
	case 1:
		return "192.0.2." + strconv.Itoa(1+r.IntN(254))
	case 2:
		return "198.51.100." + strconv.Itoa(1+r.IntN(254))
	}
	return "203.0.113." + strconv.Itoa(1+r.IntN(254))
}
