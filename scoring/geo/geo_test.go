package geo

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// database builds a small one in the layout of GeoLite2-Country.
func database(tb testing.TB, kind string) []byte {
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, BuildEpoch: 1_780_000_000, RecordSize: 24})
	if err != nil {
		tb.Fatal(err)
	}
	country := func(iso string) mmdbtype.Map {
		return mmdbtype.Map{"iso_code": mmdbtype.String(iso), "geoname_id": mmdbtype.Uint32(1), "names": mmdbtype.Map{"en": mmdbtype.String("name of " + iso)}}
	}
	for network, record := range map[string]mmdbtype.Map{
		"81.2.69.0/24":   {"country": country("GB"), "registered_country": country("US")},
		"216.160.0.0/16": {"country": country("US")},
		"2a02:d300::/29": {"country": country("UA")},
		"5.5.5.0/24":     {"registered_country": country("DE")}, // held by one, used nowhere known
		"6.6.6.0/24":     {"country": country("ZZ")},
	} {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			tb.Fatal(err)
		}
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

func TestCountryOfAnAddress(t *testing.T) {
	db, err := FromBytes(database(t, "GeoLite2-Country"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for ip, want := range map[string]string{
		"81.2.69.142": "GB", "::ffff:81.2.69.142": "GB", "216.160.83.56": "US", "2a02:d300::1": "UA",
		"":         "", // not stated
		"5.5.5.5":  "", // no country but a registered one
		"6.6.6.6":  "", // a code that is no country
		"9.9.9.9":  "", // not in the database
		"10.1.2.3": "", "192.168.0.1": "", "127.0.0.1": "", "169.254.1.1": "", "100.64.0.1": "", "203.0.113.9": "",
		"0.0.0.0": "", "255.255.255.255": "", "::1": "", "fe80::1%eth0": "", "fd00::1": "", "2001:db8::1": "",
		"81.2.69": "", "81.2.69.142:443": "", "shop.example": "",
	} {
		if got, ok := db.Country(ip); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", ip, got, ok, want)
		}
	}
}

func TestVersionNamesTypeBuildAndContent(t *testing.T) {
	db, err := FromBytes(database(t, "GeoLite2-Country"))
	if err != nil {
		t.Fatal(err)
	}
	if v := db.Version(); !strings.HasPrefix(v, "GeoLite2-Country-1780000000-") || len(v) != len("GeoLite2-Country-1780000000-")+12 {
		t.Errorf("version %q", v)
	}
	if db.Build() != 1_780_000_000 {
		t.Errorf("build %d", db.Build())
	}
}

func TestOtherDatabasesAreRefused(t *testing.T) {
	for _, kind := range []string{"GeoLite2-ASN", "Some-Other"} {
		if _, err := FromBytes(database(t, kind)); err == nil || !strings.Contains(err.Error(), "country database") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, err := FromBytes([]byte("no database")); err == nil {
		t.Error("bytes that are no database are taken for one")
	}
}

func TestNoDatabaseKnowsNoCountry(t *testing.T) {
	var db *DB
	if iso, ok := db.Country("81.2.69.142"); iso != "" || ok || db.Version() != "" || db.Build() != 0 || db.Close() != nil {
		t.Errorf("a nil database answers %q %v %q", iso, ok, db.Version())
	}
}

func TestCountries(t *testing.T) {
	n := 0
	for c := Country(0); c < countries+5; c++ {
		if assigned.Has(c) {
			n++
			if ParseCountry(c.String()) != c || ParseCountry(strings.ToLower(c.String())) != c {
				t.Errorf("%v is not read as written", c)
			}
		}
	}
	if n != 250 {
		t.Errorf("%d countries, ISO 3166-1 has 249, and XK", n)
	}
	for _, s := range []string{"", "U", "USA", "ZZ", "EU", "UK", "1A", "@@", "{{", "é"} {
		if c := ParseCountry(s); c != 0 || c.String() != "" {
			t.Errorf("%q is read as %v", s, c)
		}
	}
}

func TestSets(t *testing.T) {
	us, pr, tw := ParseCountry("US"), ParseCountry("PR"), ParseCountry("TW")
	var s, u Set
	s.Add(us)
	s.Add(0)
	if !s.Has(us) || s.Has(pr) || s.Has(0) || s.Only() != us {
		t.Errorf("a set of the US: %v %v %v %v", s.Has(us), s.Has(pr), s.Has(0), s.Only())
	}
	u.Add(pr)
	s.Union(&u)
	if !s.Has(pr) || s.Only() != 0 {
		t.Error("the union lacks PR, or is one country")
	}
	s.Minus(&u)
	if s.Has(pr) || !s.Has(us) {
		t.Error("the difference is not the US")
	}
	if w := World(); !w.Has(tw) || !w.Has(ParseCountry("XK")) || w.Has(0) {
		t.Error("the world lacks a country")
	}
}

func BenchmarkCountry(b *testing.B) {
	db, err := FromBytes(database(b, "GeoLite2-Country"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := db.Country("81.2.69.142"); !ok {
			b.Fatal("not found")
		}
	}
}
