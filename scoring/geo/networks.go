package geo

import (
	"crypto/sha256"
	_ "embed" // the list of hosting networks
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/oschwald/maxminddb-golang/v2"
)

//go:embed lists/hosting.txt
var hostingList string

// Networks tells by an ASN database (GeoLite2-ASN, GeoIP2-ISP, or another in MaxMind's
// format that holds autonomous_system_number) whether an address stands in a hosting
// network. It is safe for many goroutines. A nil Networks knows none.
type Networks struct {
	reader  *maxminddb.Reader
	version string
	listed  map[uint32]bool       // hosting ASNs
	table   map[netip.Addr]uint32 // of NetworksFromTable, instead of reader

	mu   sync.RWMutex
	seen map[uintptr]network // by where a record lies in the database: what it says
}

// network is what a record says.
type network struct {
	hosting uint32 // its ASN, 0 where it is no hosting network
	known   bool   // it holds an ASN
}

// maxSeen bounds the records that are kept decoded. There are some 80,000 ASNs.
const maxSeen = 1 << 18

// NetworksFromBytes opens a database that lies whole in b, which must not change while
// the Networks is in use. One of countries or cities is refused.
func NetworksFromBytes(b []byte) (*Networks, error) {
	r, err := maxminddb.OpenBytes(b)
	if err != nil {
		return nil, fmt.Errorf("ASN database: %w", err)
	}
	kind := strings.ToLower(r.Metadata.DatabaseType)
	if !strings.Contains(kind, "asn") && !strings.Contains(kind, "isp") || strings.Contains(kind, "country") || strings.Contains(kind, "city") {
		return nil, fmt.Errorf("ASN database of type %q; allowed: an ASN or ISP database, which holds autonomous_system_number", r.Metadata.DatabaseType)
	}
	sum := sha256.Sum256(b)
	return &Networks{
		reader: r, listed: hostingASNs(hostingList), seen: map[uintptr]network{},
		version: fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(r.Metadata.DatabaseType, " ", "-"), r.Metadata.BuildEpoch, hex.EncodeToString(sum[:6])),
	}, nil
}

// hostingASNs reads the list: numbers, "#" begins a comment.
func hostingASNs(list string) map[uint32]bool {
	all := map[uint32]bool{}
	for line := range strings.Lines(list) {
		line, _, _ = strings.Cut(line, "#")
		for word := range strings.FieldsSeq(line) {
			if n, err := strconv.ParseUint(word, 10, 32); err == nil {
				all[uint32(n)] = true
			}
		}
	}
	return all
}

// NetworksFromTable is a database of a few addresses and the ASNs of their networks, for
// test cases. It knows addresses of documentation ranges too. An empty table is a nil
// Networks. Where the error is not nil, bad is the address at fault.
func NetworksFromTable(table map[string]uint32) (n *Networks, bad string, err error) {
	if len(table) == 0 {
		return nil, "", nil
	}
	n = &Networks{table: map[netip.Addr]uint32{}, version: "table"}
	listed := hostingASNs(hostingList)
	for ip, asn := range table {
		addr, err := netip.ParseAddr(ip)
		if err != nil {
			return nil, ip, err
		}
		if !listed[asn] {
			asn = 0
		}
		n.table[addr.Unmap().WithZone("")] = asn
	}
	return n, "", nil
}

// WithNetworks is a copy of db that tells of hosting networks as well. Either may be nil.
func (db *DB) WithNetworks(n *Networks) *DB {
	if db == nil && n == nil {
		return nil
	}
	next := DB{}
	if db != nil {
		next = *db
	}
	next.nets = n
	return &next
}

// Networks is what db tells of hosting networks by, nil where it does not.
func (db *DB) Networks() *Networks {
	if db == nil {
		return nil
	}
	return db.nets
}

// Version is the database's type, build time (Unix seconds) and the beginning of its
// SHA-256, empty for a nil Networks.
func (n *Networks) Version() string {
	if n == nil {
		return ""
	}
	return n.version
}

// Hosting is the ASN of the hosting network that a public address stands in, 0 when it
// stands in another. known is false for what is no public address, and for an address
// that the database does not hold.
func (n *Networks) Hosting(ip string) (asn uint32, known bool) {
	if n == nil {
		return 0, false
	}
	if n.table != nil {
		addr, err := netip.ParseAddr(ip)
		if err != nil {
			return 0, false
		}
		asn, known = n.table[addr.Unmap().WithZone("")]
		return asn, known
	}
	addr, ok := public(ip)
	if !ok {
		return 0, false
	}
	result := n.reader.Lookup(addr)
	if result.Err() != nil || !result.Found() {
		return 0, false
	}
	found := n.record(result)
	return found.hosting, found.known
}

// record is what a record of the database says; one that was seen before is not decoded
// again.
func (n *Networks) record(result maxminddb.Result) network {
	at := result.Offset()
	n.mu.RLock()
	found, ok := n.seen[at]
	n.mu.RUnlock()
	if ok {
		return found
	}
	var asn uint32
	if err := result.DecodePath(&asn, "autonomous_system_number"); err == nil && asn != 0 {
		found.known = true
		if n.listed[asn] {
			found.hosting = asn
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen) < maxSeen {
		n.seen[at] = found
	}
	return found
}
