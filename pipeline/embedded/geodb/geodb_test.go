package geodb_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/geoip2-golang/v2"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	"github.com/clearlane/clearlane/pipeline/embedded/geodb"
)

// source writes a database of ip-location-db's form.
func source(t testing.TB, countries map[string]string) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "country ipvAll", BuildEpoch: 1_700_000_000, RecordSize: 24, IncludeReservedNetworks: true})
	must(t, err)
	for cidr, code := range countries {
		_, network, err := net.ParseCIDR(cidr)
		must(t, err)
		must(t, tree.Insert(network, mmdbtype.Map{"country_code": mmdbtype.String(code)}))
	}
	path := filepath.Join(t.TempDir(), "source.mmdb")
	f, err := os.Create(path)
	must(t, err)
	_, err = tree.WriteTo(f)
	must(t, errors.Join(err, f.Close()))
	return path
}

func TestBuildIsReadByGeoip2(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "country.mmdb")
	must(t, geodb.Build(source(t, map[string]string{"1.0.1.0/24": "CN", "8.8.0.0/16": "US", "2400:cb00::/32": "AU", "10.0.0.0/8": "ZZ"}), dst))
	db, err := geoip2.Open(dst)
	must(t, err)
	defer db.Close()
	for addr, want := range map[string]string{"1.0.1.77": "CN", "8.8.8.8": "US", "2400:cb00::1": "AU", "9.9.9.9": "", "10.1.2.3": ""} {
		c, err := db.Country(netip.MustParseAddr(addr))
		must(t, err)
		if c.Country.ISOCode != want {
			t.Errorf("%s is in %q, want %q", addr, c.Country.ISOCode, want)
		}
	}
	if got := db.Metadata().BuildEpoch; got != 1_700_000_000 {
		t.Errorf("build time %d, want that of the source", got)
	}
}

func TestBuildTwiceGivesTheSameBytes(t *testing.T) {
	countries := map[string]string{}
	for i := range 500 {
		countries[fmt.Sprintf("20.%d.%d.0/24", i/256, i%256)] = []string{"US", "CA", "MX"}[i%3]
	}
	var files [2][]byte
	for i := range files {
		dst := filepath.Join(t.TempDir(), "country.mmdb")
		must(t, geodb.Build(source(t, countries), dst))
		b, err := os.ReadFile(dst)
		must(t, err)
		files[i] = b
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two builds of one source differ")
	}
}

func TestBuildSaysWhatIsWrongAndLeavesNothing(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "country.mmdb")
	err := geodb.Build(source(t, map[string]string{"1.0.1.0/24": "CHN"}), dst)
	if err == nil || !strings.Contains(err.Error(), `"CHN"`) || !strings.Contains(err.Error(), "1.0.1.0/24") {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dst)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The installed database, if it is there: addresses whose country nobody disputes.
func TestInstalledDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("rewrites a million networks")
	}
	path, err := geodb.Install(chdbtest.CacheDir())
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "SKIPPED without the country database:", err)
		t.Skip(err)
	}
	must(t, err)
	db, err := geoip2.Open(path)
	must(t, err)
	defer db.Close()
	for addr, want := range map[string]string{"8.8.8.8": "US", "1.0.1.1": "CN", "2a00:1450:4001::1": "IE"} {
		c, err := db.Country(netip.MustParseAddr(addr))
		must(t, err)
		if c.Country.ISOCode != want {
			t.Errorf("%s is in %q, want %q", addr, c.Country.ISOCode, want)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
