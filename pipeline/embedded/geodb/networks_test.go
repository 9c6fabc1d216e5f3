package geodb

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/oschwald/geoip2-golang/v2"
)

var few = []Network{
	{netip.MustParsePrefix("2d00::/16"), "US", 7922},
	{netip.MustParsePrefix("2d00:ff00::/32"), "US", 16509}, // within the first
	{netip.MustParsePrefix("2d01::/16"), "", 24940},
	{netip.MustParsePrefix("2d02::/16"), "DE", 0},
}

func TestWrittenDatabasesAreReadAsTheyWereWritten(t *testing.T) {
	open := func(write func(*bytes.Buffer) error) *geoip2.Reader {
		var b, again bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("the same networks give other bytes: %v", err)
		}
		r, err := geoip2.OpenBytes(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	countries := open(func(b *bytes.Buffer) error { return WriteCountries(b, "test", 1785542400, few) })
	defer countries.Close()
	asns := open(func(b *bytes.Buffer) error { return WriteASNs(b, "test", 1785542400, few) })
	defer asns.Close()
	for _, c := range []struct {
		ip, country string
		asn         uint
	}{{"2d00::1", "US", 7922}, {"2d00:ff00::1", "US", 16509}, {"2d01::1", "", 24940}, {"2d02::1", "DE", 0}, {"2d03::1", "", 0}} {
		addr := netip.MustParseAddr(c.ip)
		country, err := countries.Country(addr)
		if err != nil || country.Country.ISOCode != c.country {
			t.Errorf("%s: country %q %v, want %q", c.ip, country.Country.ISOCode, err, c.country)
		}
		asn, err := asns.ASN(addr)
		if err != nil || uint(asn.AutonomousSystemNumber) != c.asn {
			t.Errorf("%s: ASN %d %v, want %d", c.ip, asn.AutonomousSystemNumber, err, c.asn)
		}
	}
}

func TestNetworkThatCannotBeWritten(t *testing.T) {
	if err := WriteCountries(&bytes.Buffer{}, "test", 1, []Network{{netip.MustParsePrefix("2001:db8::/32"), "US", 0}}); err == nil {
		t.Error("a reserved network was written")
	}
}
