package decide

import (
	"bytes"
	"net"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
)

// database knows one network, to be in a country.
func database(t *testing.T, build int64, country string) *geo.DB {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-Country", BuildEpoch: build, RecordSize: 24})
	must(t, err)
	_, network, err := net.ParseCIDR("81.2.69.0/24")
	must(t, err)
	must(t, w.Insert(network, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(country)}}))
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	must(t, err)
	db, err := geo.FromBytes(b.Bytes())
	must(t, err)
	return db
}

// A click keeps the country of the database it was read by, whatever comes into force
// later; the evidence names that database, and clicks read later are of the new one.
func TestADecisionNamesTheDatabaseOfItsClick(t *testing.T) {
	older, newer := database(t, 1_790_000_000, "DE"), database(t, 1_791_000_000, "US")
	const event = `{"order_key":"k","click_id":"c","event_time":1791201600000,"target_countries":["US"],"ip":"81.2.69.142"}`
	decide := func(read, inForce *geo.DB, withClick bool) (string, []string) {
		in, st, limits := NewIntake(testBounds(), read), new(join.State), join.DefaultLimits()
		for _, kind := range testKinds {
			r := &record.Record{Key: []byte("k"), Value: []byte(testEvents[kind]), TimeMs: testMs}
			if kind == schemas.KindAdClick {
				r.Value = []byte(event)
				if !withClick {
					continue
				}
			}
			var out join.Record
			_, err := in.Take(kind, r, &out)
			must(t, err)
			st.Apply(&limits, &out)
		}
		refs := *testReferences(t)
		refs.Geo = inForce
		d := NewDecider(&refs, testTopics(), 5)
		d.Load("k", st)
		e, _ := st.Current().Shipment("p")
		j, err := d.Shipment(e)
		must(t, err)
		var geo []string
		for _, code := range codes(j.Verdict) {
			if code == "GEO_CLICK_OUTSIDE_TARGET" {
				geo = append(geo, code)
			}
		}
		return d.Evidence().GeoVersion, geo
	}
	for _, c := range []struct {
		what          string
		read, inForce *geo.DB
		click         bool
		version       string
		outside       bool
	}{
		{"read by the database in force", older, older, true, older.Version(), true},
		{"read by one before it", older, newer, true, "build-1790000000", true},
		{"read by the new one", newer, newer, true, newer.Version(), false},
		{"read while there was none", nil, newer, true, "", false},
		{"read by one that was taken away", older, nil, true, "build-1790000000", true},
		{"no click, no country", older, newer, false, newer.Version(), false},
		{"no database at all", nil, nil, true, "", false},
	} {
		version, outside := decide(c.read, c.inForce, c.click)
		if version != c.version || len(outside) > 0 != c.outside {
			t.Errorf("%s: database %q, reasons %v; want %q, %v", c.what, version, outside, c.version, c.outside)
		}
	}
}
