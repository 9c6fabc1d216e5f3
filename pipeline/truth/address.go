package truth

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

// Network is a range of addresses, with the country it stands in and who runs it: lines
// of the databases that go with a set.
type Network struct {
	Prefix  netip.Prefix
	Country string // ISO 3166-1 alpha-2; empty: not in the country database
	ASN     uint32 // 0: not in the database of networks
}

// knownCountries are those that the databases of a set have networks of. The empty one
// is of networks that stand in no known country.
var knownCountries = []string{"US", "CA", "MX", "DE", "FR", "NL", "ES", "IT", "PL", "GB", "AU", "JP", "CN", "HK", "TW", "VN", "BR", "PR", "GU", "VI", "XK", "IN", ""}

// Networks of people's providers, and of companies that rent computers out: AWS,
// DigitalOcean, Hetzner, OVH, Linode, Vultr, Microsoft, Google Cloud, Alibaba, Tencent.
var (
	accessASNs  = []uint32{7922, 701, 3320, 3215, 2856, 4134, 17676, 28573, 8151, 577}
	hostingASNs = []uint32{16509, 14618, 14061, 24940, 16276, 63949, 20473, 8075, 396982, 45102, 132203}
)

// Networks are what the databases of a set have to know. They lie in 2d00::/8, which
// IANA keeps unassigned: no visitor has such an address, and any other database knows
// nothing of them. Of each country's /16 the last /24 is hosting networks'.
func Networks() (all []Network) {
	for i, country := range knownCountries {
		all = append(all, Network{netip.MustParsePrefix(fmt.Sprintf("2d%02x::/16", i)), country, accessASNs[i%len(accessASNs)]})
		for j, asn := range hostingASNs {
			all = append(all, Network{netip.MustParsePrefix(fmt.Sprintf("2d%02x:ff%02x::/32", i, j)), country, asn})
		}
	}
	return all
}

// addressIn is a person's address in a country.
func addressIn(r dice, country string) string {
	i := slices.Index(knownCountries, country)
	if i < 0 {
		return unknownAddress(r)
	}
	return fmt.Sprintf("2d%02x:%x::%x", i, 1+r.IntN(0xfe00), 1+r.IntN(0xfffe))
}

// hostedAddress is an address of a hosting network in a country.
func hostedAddress(r dice, country string) string {
	i := max(slices.Index(knownCountries, country), 0)
	return fmt.Sprintf("2d%02x:ff%02x::%x", i, r.IntN(len(hostingASNs)), 1+r.IntN(0xfffe))
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
