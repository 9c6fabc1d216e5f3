package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
	"github.com/clearlane/clearlane/schemas"
)

// A new country database is taken up without a restart, and holds for clicks read from
// then on; one that is bad, of another kind or gone leaves the one before in force. What a
// task has in hand stays as it is until it takes up the next.
func TestACountryDatabaseIsReadAgainWhileRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "country.mmdb")
	write := func(b []byte) { must(t, os.WriteFile(path, b, 0o600)) }
	write(countriesOf(t, 1_780_000_000, "GB"))
	r := &reloads{t: t, path: path, registry: prometheus.NewRegistry()}
	refs, err := loadReferences(config.Policy{}, config.Geo{File: path}, schemas.DefaultLimits(), slog.New(slog.NewTextHandler(&r.log, nil)))
	must(t, err)
	refs.reportTo(serve.New(r.registry, time.Now))
	r.refs = refs
	inHand := refs.current()
	expect := func(what, country string, build uint32, failures float64) {
		t.Helper()
		r.look()
		db := refs.current().Geo
		if got, _ := db.Country("81.2.69.142"); got != country || db.Build() != build || r.failures() != failures {
			t.Errorf("%s: %s by the database of %d, %v failures; want %s, %d, %v\n%s", what, got, db.Build(), r.failures(), country, build, failures, &r.log)
		}
	}
	expect("nothing has changed", "GB", 1_780_000_000, 0)
	write(countriesOf(t, 1_781_000_000, "IE"))
	expect("a newer one", "IE", 1_781_000_000, 0)
	write(countriesOf(t, 1_781_000_000, "FR"))
	expect("the same build with other contents", "FR", 1_781_000_000, 0)
	write(countriesOf(t, 1_782_000_000, "DE")[:300])
	expect("half of one", "FR", 1_781_000_000, 1)
	write(bytes.Replace(countriesOf(t, 1_782_000_000, "DE"), []byte("GeoLite2-Country"), []byte("GeoLite2-ASN-xxx"), 1))
	expect("one of another kind", "FR", 1_781_000_000, 2)
	must(t, os.Remove(path))
	expect("gone", "FR", 1_781_000_000, 3)
	write(countriesOf(t, 1_782_000_000, "DE"))
	expect("back, newer", "DE", 1_782_000_000, 3)
	if got, _ := inHand.Geo.Country("81.2.69.142"); got != "GB" {
		t.Errorf("what a task had in hand has changed: %s", got)
	}
}
