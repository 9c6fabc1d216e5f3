package geo

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

func asnDatabase(tb testing.TB, kind, key string) []byte {
	tb.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, BuildEpoch: 1_780_000_000, RecordSize: 24})
	if err != nil {
		tb.Fatal(err)
	}
	for network, asn := range map[string]uint32{"5.9.0.0/16": 24940, "73.0.0.0/8": 7922, "2a01:4f8::/32": 24940, "2601::/20": 7922} {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			tb.Fatal(err)
		}
		record := mmdbtype.Map{mmdbtype.String(key): mmdbtype.Uint32(asn), "autonomous_system_organization": mmdbtype.String("of " + network)}
		if err := w.Insert(n, record); err != nil {
			tb.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestHostingNetworksAreTold(t *testing.T) {
	for _, kind := range []string{"GeoLite2-ASN", "GeoIP2-ISP", "asn of another maker"} {
		n, err := NetworksFromBytes(asnDatabase(t, kind, "autonomous_system_number"))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for ip, want := range map[string]struct {
			asn   uint32
			known bool
		}{
			"5.9.1.1": {24940, true}, "::ffff:5.9.1.1": {24940, true}, "2a01:4f8::1": {24940, true},
			"73.1.2.3": {0, true}, "2601::1": {0, true},
			"8.8.8.8": {}, "10.0.0.1": {}, "203.0.113.7": {}, "": {}, "5.9.1": {}, "2001:db8::1": {}, "fe80::1%eth0": {},
		} {
			if asn, known := n.Hosting(ip); asn != want.asn || known != want.known {
				t.Errorf("%s, %q: AS%d %v, want AS%d %v", kind, ip, asn, known, want.asn, want.known)
			}
		}
		if v := n.Version(); !strings.HasPrefix(v, strings.ReplaceAll(kind, " ", "-")+"-1780000000-") {
			t.Errorf("version %q", v)
		}
		if got := testing.AllocsPerRun(100, func() { n.Hosting("5.9.1.1") }); got != 0 {
			t.Errorf("%v allocations", got)
		}
	}
}

func TestDatabasesWithoutNetworksAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"a country database": database(t, "GeoLite2-Country"), "another type": asnDatabase(t, "X", "asn"), "countries by ASN": asnDatabase(t, "geo-whois-asn-country", "asn"), "no database": []byte("no database"), "nothing": nil,
	} {
		if _, err := NetworksFromBytes(b); err == nil || !strings.Contains(err.Error(), "ASN database") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A database that holds no number for an address leaves it unknown.
func TestRecordsWithoutANumberAreUnknown(t *testing.T) {
	n, err := NetworksFromBytes(asnDatabase(t, "GeoLite2-ASN", "asn"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if asn, known := n.Hosting("5.9.1.1"); asn != 0 || known {
			t.Errorf("AS%d, known %v", asn, known)
		}
	}
}

func TestVersionsNameBothDatabases(t *testing.T) {
	countries, err := FromBytes(database(t, "GeoLite2-Country"))
	if err != nil {
		t.Fatal(err)
	}
	nets, err := NetworksFromBytes(asnDatabase(t, "GeoLite2-ASN", "autonomous_system_number"))
	if err != nil {
		t.Fatal(err)
	}
	var none *DB
	if v := countries.WithNetworks(nets).Version(); v != countries.Version()+"+"+nets.Version() {
		t.Errorf("both: %q", v)
	}
	if v := none.WithNetworks(nets).Version(); v != nets.Version() {
		t.Errorf("networks alone: %q", v)
	}
	if c, ok := none.WithNetworks(nets).Country("5.9.1.1"); ok || c != "" || none.WithNetworks(nil) != nil {
		t.Errorf("networks alone know the country %q", c)
	}
	if countries.WithNetworks(nets).WithNetworks(nil).Version() != countries.Version() || countries.Networks() != nil {
		t.Error("a copy has changed what it was made of")
	}
}

// The list holds numbers alone, none twice, and no access provider that people sit behind.
func TestHostingListIsSound(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(hostingList) {
		line, _, _ = strings.Cut(line, "#")
		for word := range strings.FieldsSeq(line) {
			if strings.Trim(word, "0123456789") != "" || seen[word] {
				t.Errorf("%q is no number, or stands there twice", word)
			}
			seen[word] = true
		}
	}
	listed := hostingASNs(hostingList)
	if len(listed) != len(seen) || len(listed) < 500 {
		t.Errorf("%d numbers of %d words", len(listed), len(seen))
	}
	for _, asn := range []uint32{7922, 701, 20115, 7018, 3320, 3215, 2856, 4134, 4837, 9121, 174, 6939, 13335, 0} {
		if listed[asn] {
			t.Errorf("AS%d is listed", asn)
		}
	}
}

// FuzzNetworks reads whatever is given as a database: it is refused or answers.
func FuzzNetworks(f *testing.F) {
	f.Add(asnDatabase(f, "GeoLite2-ASN", "autonomous_system_number"), "5.9.1.1")
	f.Add(database(f, "GeoLite2-Country"), "2a01:4f8::1")
	f.Fuzz(func(t *testing.T, b []byte, ip string) {
		n, err := NetworksFromBytes(b)
		if err != nil {
			return
		}
		if asn, known := n.Hosting(ip); asn != 0 && !known {
			t.Fatalf("AS%d of an address that is not known", asn)
		}
	})
}
