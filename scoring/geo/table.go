package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// FromTable is a database of a few addresses and the alpha-2 codes of their countries, for
// test cases. It knows addresses of documentation ranges too. An empty table is a nil DB.
// Where the error is not nil, bad is the address at fault.
func FromTable(table map[string]string) (db *DB, bad string, err error) {
	if len(table) == 0 {
		return nil, "", nil
	}
	db = &DB{table: map[netip.Addr]Country{}, build: 1}
	sum := sha256.New()
	for _, ip := range slices.Sorted(maps.Keys(table)) {
		addr, err := netip.ParseAddr(ip)
		if err != nil {
			return nil, ip, err
		}
		c := ParseCountry(table[ip])
		if c == 0 {
			return nil, ip, fmt.Errorf("%q is no ISO 3166-1 alpha-2 code", table[ip])
		}
		db.table[addr.Unmap().WithZone("")] = c
		fmt.Fprintf(sum, "%s %s\n", ip, c)
	}
	db.version = "table-" + hex.EncodeToString(sum.Sum(nil)[:6])
	return db, "", nil
}
