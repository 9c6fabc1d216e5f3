package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/schemas"
)

func networksOf(t *testing.T, asn uint32) []byte {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-ASN", BuildEpoch: 1_780_000_000})
	must(t, err)
	_, network, err := net.ParseCIDR("81.2.69.0/24")
	must(t, err)
	must(t, w.Insert(network, mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(asn)}))
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	must(t, err)
	return b.Bytes()
}

// Countries and networks come of two files: either is read again without the other, and
// a bad one leaves both as they were.
func TestNetworksAreReadAgainBesideCountries(t *testing.T) {
	dir := t.TempDir()
	countries, networks := filepath.Join(dir, "country.mmdb"), filepath.Join(dir, "asn.mmdb")
	must(t, os.WriteFile(countries, countriesOf(t, 1_780_000_000, "GB"), 0o600))
	must(t, os.WriteFile(networks, networksOf(t, 24940), 0o600))
	var log bytes.Buffer
	refs, err := loadReferences(config.Policy{}, config.Geo{File: countries, ASNFile: networks}, schemas.DefaultLimits(), slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	refs.reportTo(serve.New(prometheus.NewRegistry(), time.Now))
	expect := func(what, country string, asn uint32) {
		t.Helper()
		for range 2 {
			for _, f := range refs.watched {
				refs.look(f, false)
			}
		}
		db := refs.current().Geo
		gotCountry, _ := db.Country("81.2.69.142")
		gotASN, known := db.Networks().Hosting("81.2.69.142")
		if gotCountry != country || gotASN != asn || !known || !strings.Contains(db.Version(), "GeoLite2-Country-") || !strings.Contains(db.Version(), "+GeoLite2-ASN-") {
			t.Errorf("%s: %s, AS%d by %s; want %s, AS%d\n%s", what, gotCountry, gotASN, db.Version(), country, asn, &log)
		}
	}
	expect("at the start", "GB", 24940)
	must(t, os.WriteFile(countries, countriesOf(t, 1_781_000_000, "IE"), 0o600))
	expect("newer countries", "IE", 24940)
	must(t, os.WriteFile(networks, networksOf(t, 7922), 0o600))
	expect("newer networks", "IE", 0)
	must(t, os.WriteFile(networks, countriesOf(t, 1_782_000_000, "DE"), 0o600))
	expect("countries in place of networks", "IE", 0)
	if !strings.Contains(log.String(), "autonomous_system_number") {
		t.Errorf("the log does not say what is allowed:\n%s", &log)
	}
}

// A click out of a hosting network is told in a decision, which names the database.
func TestScoreTellsHostingNetworks(t *testing.T) {
	dir := t.TempDir()
	networks, events := filepath.Join(dir, "asn.mmdb"), filepath.Join(dir, "events.ndjson")
	must(t, os.WriteFile(networks, networksOf(t, 16509), 0o600))
	must(t, os.WriteFile(events, []byte(`{"type":"ad_click","order_key":"k","click_id":"c","event_time":"2026-10-05T10:00:00Z","ip":"81.2.69.142","user_agent":"curl/8.5.0"}
{"type":"order","order_key":"k","order_id":"o","event_time":"2026-10-05T10:05:00Z","seller_id":"s","site_host":"a.example","channel":"B2C","ship_to_country":"US"}
{"type":"shipment","order_key":"k","shipment_id":"p","event_time":"2026-10-06T00:00:00Z","destination_country":"US","port_of_entry":"2704","origin_country":"CN"}
`), 0o600))
	code, out, errs := command(t, nil, "score", "--set", "geo.asn_file="+networks, events)
	if code != exitOK || !strings.Contains(out, `"in a hosting network, AS16509"`) || !strings.Contains(out, `"a robot: curl`) ||
		!strings.Contains(out, `"geo_version":"GeoLite2-ASN-1780000000-`) || strings.Contains(out, "81.2.69.142") || strings.Contains(out, "curl/8.5.0") {
		t.Errorf("exit %d, %s\n%s", code, errs, out)
	}
}

// All files that a configuration can name are watched at once, each by its own clock.
func TestEveryFileIsWatched(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, b []byte) { must(t, os.WriteFile(at(name), b, 0o600)) }
	write("pack.yaml", packOf("before"))
	write("shadow.yaml", packOf("before"))
	write("country.mmdb", countriesOf(t, 1_780_000_000, "GB"))
	write("asn.mmdb", networksOf(t, 24940))
	const every = 20 * time.Millisecond
	refs, err := loadReferences(config.Policy{File: at("pack.yaml"), Shadow: at("shadow.yaml"), ReloadEach: every},
		config.Geo{File: at("country.mmdb"), ASNFile: at("asn.mmdb"), ReloadEach: every}, schemas.DefaultLimits(), slog.New(slog.DiscardHandler))
	must(t, err)
	refs.reportTo(serve.New(prometheus.NewRegistry(), time.Now))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- refs.watchFiles(ctx, nil) }()
	write("pack.yaml", packOf("after"))
	write("shadow.yaml", packOf("after"))
	write("country.mmdb", countriesOf(t, 1_781_000_000, "IE"))
	write("asn.mmdb", networksOf(t, 16509))
	eventually(t, "all four are read again", func() bool {
		now := refs.current()
		country, _ := now.Geo.Country("81.2.69.142")
		asn, _ := now.Geo.Networks().Hosting("81.2.69.142")
		return now.Policy.Version == "after" && now.Shadow.Version == "after" && country == "IE" && asn == 16509
	})
	cancel()
	must(t, <-ended)
}
