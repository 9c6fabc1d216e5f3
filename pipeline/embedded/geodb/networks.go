package geodb

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Network is a range of addresses and the country it stands in, ISO 3166-1 alpha-2.
type Network struct {
	Prefix  netip.Prefix
	Country string
}

// Write writes a database of a few networks, in the layout of Build. Equal networks
// and build times (Unix seconds) give equal bytes.
func Write(dst io.Writer, description string, built int64, networks []Network) error {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "GeoIP2-Country", Description: map[string]string{"en": description}, BuildEpoch: built, IPVersion: 6, RecordSize: 24,
	})
	if err != nil {
		return fmt.Errorf("country database: %w", err)
	}
	for _, n := range networks {
		ipNet := &net.IPNet{IP: n.Prefix.Addr().AsSlice(), Mask: net.CIDRMask(n.Prefix.Bits(), n.Prefix.Addr().BitLen())}
		record := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(n.Country)}}
		if e := tree.Insert(ipNet, record); e != nil {
			err = errors.Join(err, fmt.Errorf("country database: network %s: %w", n.Prefix, e))
		}
	}
	if err != nil {
		return err
	}
	_, err = tree.WriteTo(dst)
	return err
}
