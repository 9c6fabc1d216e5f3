package geodb

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/inserter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Network is a range of addresses with what is known about it.
type Network struct {
	Prefix  netip.Prefix
	Country string // ISO 3166-1 alpha-2; empty: none
	ASN     uint32 // autonomous system number; 0: none
}

// WriteCountries writes a database of the networks' countries, in the layout of Build.
// Equal networks and build times (Unix seconds) give equal bytes.
func WriteCountries(dst io.Writer, description string, built int64, networks []Network) error {
	return write(dst, "GeoIP2-Country", description, built, networks, func(n *Network) mmdbtype.Map {
		if n.Country == "" {
			return nil
		}
		return mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(n.Country)}}
	})
}

// WriteASNs writes a database of the networks' autonomous systems, in the layout of
// GeoLite2-ASN. A later network lies over an earlier one.
func WriteASNs(dst io.Writer, description string, built int64, networks []Network) error {
	return write(dst, "GeoLite2-ASN", description, built, networks, func(n *Network) mmdbtype.Map {
		if n.ASN == 0 {
			return nil
		}
		return mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(n.ASN)}
	})
}

func write(dst io.Writer, kind, description string, built int64, networks []Network, record func(*Network) mmdbtype.Map) error {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, Description: map[string]string{"en": description}, BuildEpoch: built, IPVersion: 6, RecordSize: 24, Inserter: inserter.ReplaceWith,
	})
	if err != nil {
		return fmt.Errorf("%s database: %w", kind, err)
	}
	for i := range networks {
		n := &networks[i]
		r := record(n)
		if r == nil {
			continue
		}
		if e := tree.Insert(&net.IPNet{IP: n.Prefix.Addr().AsSlice(), Mask: net.CIDRMask(n.Prefix.Bits(), n.Prefix.Addr().BitLen())}, r); e != nil {
			err = errors.Join(err, fmt.Errorf("%s database: network %s: %w", kind, n.Prefix, e))
		}
	}
	if err != nil {
		return err
	}
	_, err = tree.WriteTo(dst)
	return err
}
