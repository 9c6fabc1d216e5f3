package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/geoip2-golang/v2"
)

// DB is what is known about addresses: a country database in MaxMind's format
// (GeoLite2-Country, GeoIP2-Country, a City edition, or DB-IP's), and which of them
// stand in hosting networks (WithNetworks). It is safe for many goroutines. A nil DB
// knows nothing.
type DB struct {
	reader  *geoip2.Reader         // nil: countries are not known
	nets    *Networks              // nil: hosting networks are not known
	table   map[netip.Addr]Country // of FromTable, instead of reader
	version string
	build   uint32
}

// FromBytes opens a database that lies whole in b, which must not change while
// the DB is in use. A database of another kind (ASN, ISP) is refused.
func FromBytes(b []byte) (*DB, error) {
	r, err := geoip2.OpenBytes(b)
	if err != nil {
		return nil, fmt.Errorf("country database: %w", err)
	}
	// The reader checks the kind at the first question only: ask one now.
	if _, err := r.Country(netip.AddrFrom4([4]byte{1, 1, 1, 1})); err != nil {
		return nil, fmt.Errorf("country database of type %q: %w", r.Metadata().DatabaseType, err)
	}
	m := r.Metadata()
	sum := sha256.Sum256(b)
	return &DB{
		reader: r,
		build:  uint32(m.BuildEpoch),
		version: fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(m.DatabaseType, " ", "-"),
			m.BuildEpoch, hex.EncodeToString(sum[:6])),
	}, nil
}

// Version is the database's type, build time (Unix seconds) and the beginning of
// its SHA-256, and behind a "+" the same of its networks. It is empty for a nil DB.
func (db *DB) Version() string {
	if db == nil {
		return ""
	}
	switch nets := db.nets.Version(); {
	case nets == "":
		return db.version
	case db.version == "":
		return nets
	default:
		return db.version + "+" + nets
	}
}

// Build is the database's build time in Unix seconds, 0 for a nil DB.
func (db *DB) Build() uint32 {
	if db == nil {
		return 0
	}
	return db.build
}

// Country is the ISO 3166-1 alpha-2 code of the country an address stands in. Not
// known are: what is no address, private and reserved addresses, and what the
// database has no country for. The registered country of a network is not asked:
// it says who holds the address, not where it is used.
func (db *DB) Country(ip string) (iso string, ok bool) {
	if db == nil || ip == "" {
		return "", false
	}
	if db.table != nil {
		addr, err := netip.ParseAddr(ip)
		if err != nil {
			return "", false
		}
		c := db.table[addr.Unmap().WithZone("")]
		return c.String(), c != 0
	}
	addr, ok := public(ip)
	if !ok || db.reader == nil {
		return "", false
	}
	record, err := db.reader.Country(addr)
	if err != nil {
		return "", false
	}
	c := ParseCountry(record.Country.ISOCode)
	return c.String(), c != 0
}

// Close lets the database's memory go. Nothing may be asked afterwards.
func (db *DB) Close() error {
	if db == nil || db.reader == nil {
		return nil
	}
	return db.reader.Close()
}

// special is address space that names no place (RFC 6890, RFC 6598, RFC 5737,
// RFC 3849, RFC 2544) and that netip does not tell apart itself.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001:db8::/32"),
}

// public reads an address that may stand in some place.
func public(ip string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Addr{}, false
	}
	addr = addr.Unmap().WithZone("")
	return addr, addr.IsGlobalUnicast() && !addr.IsPrivate() && !reserved(addr)
}

func reserved(a netip.Addr) bool {
	for _, p := range special {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
