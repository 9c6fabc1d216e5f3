// Package geodb rewrites a country database into the layout that geoip2-golang reads.
// The free database of ip-location-db (CC0) holds {"country_code": "US"} under a type
// of its own, which geoip2-golang refuses; MaxMind's layout holds the same code under
// country.iso_code. It imports nothing of Clearlane.
package geodb

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/inserter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

// Source is where deploy/embedded/install.sh puts the database, under its cache.
const Source = "node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb"

// Install makes the rewritten database under cacheDir, if it is not there or older
// than its source, and returns its path.
func Install(cacheDir string) (string, error) {
	src, dst := filepath.Join(cacheDir, Source), filepath.Join(cacheDir, "country.mmdb")
	from, err := os.Stat(src)
	if err != nil {
		return "", fmt.Errorf("country database is not installed: run deploy/embedded/install.sh: %w", err)
	}
	if to, err := os.Stat(dst); err == nil && !to.ModTime().Before(from.ModTime()) {
		return dst, nil
	}
	return dst, Build(src, dst)
}

// Build rewrites the database src into dst, which appears whole or not at all. Equal
// sources give equal files: its build time is that of the source.
func Build(src, dst string) error {
	if err := build(src, dst); err != nil {
		return fmt.Errorf("country database %s from %s: %w", dst, src, err)
	}
	return nil
}

func build(src, dst string) (err error) {
	r, err := maxminddb.Open(src)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "GeoIP2-Country",
		Description:  map[string]string{"en": "Country by address, rewritten by Clearlane from " + r.Metadata.DatabaseType + " of ip-location-db (CC0)"},
		BuildEpoch:   int64(r.Metadata.BuildEpoch),
		IPVersion:    6,
		RecordSize:   28,
		Inserter:     inserter.ReplaceWith, // networks of the source do not overlap: nothing to merge
	})
	if err != nil {
		return err
	}
	if err := fill(tree, r); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(dst), filepath.Base(dst)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tree.WriteTo(tmp)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), dst)
}

// fill copies the country of every network. Reserved networks have no country and are
// passed over; so are those of IPv6 that stand for IPv4 addresses (2002::/16 and
// others), which the layout answers through the address they stand for.
func fill(tree *mmdbwriter.Tree, r *maxminddb.Reader) error {
	records := map[string]mmdbtype.Map{} // one for each country, shared by its networks
	for result := range r.Networks() {
		var code string
		if err := result.DecodePath(&code, "country_code"); err != nil {
			return fmt.Errorf("network %s: %w", result.Prefix(), err)
		}
		if len(code) != 2 {
			return fmt.Errorf("network %s: country_code: %q, must be two letters", result.Prefix(), code)
		}
		record, ok := records[code]
		if !ok {
			record = mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(code)}}
			records[code] = record
		}
		err := tree.Insert(toIPNet(result), record)
		var (
			reserved *mmdbwriter.ReservedNetworkError
			aliased  *mmdbwriter.AliasedNetworkError
		)
		if err != nil && !errors.As(err, &reserved) && !errors.As(err, &aliased) {
			return fmt.Errorf("network %s: %w", result.Prefix(), err)
		}
	}
	return nil
}

func toIPNet(r maxminddb.Result) *net.IPNet {
	p := r.Prefix()
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
