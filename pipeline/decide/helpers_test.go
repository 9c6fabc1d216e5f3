package decide

import (
	"errors"
	"testing"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testBounds are a stream's, with bounds on both sides of event_time.
func testBounds() Bounds {
	return Bounds{Events: schemas.DefaultLimits(), MaxAheadMs: 1000, MaxLatenessMs: 5000}
}

const testMs = 1_791_201_600_000 // 2026-10-05T12:00:00Z

// testEvents are one event of each kind about the order k, at testMs.
var testEvents = map[schemas.Kind]string{
	schemas.KindAdClick:           `{"order_key":"k","click_id":"c","event_time":1791201600000,"target_countries":["DE"],"ip":"192.0.2.1"}`,
	schemas.KindOrder:             `{"order_key":"k","order_id":"o","revision":3,"event_time":1791201600000,"seller_id":"s","site_host":"h","channel":"B2B","ship_to_country":"US","preference":{"program":"USMCA","e_cert_id":"e"}}`,
	schemas.KindShipment:          `{"order_key":"k","shipment_id":"p","revision":2,"event_time":1791201600000,"destination_country":"US","port_of_entry":"2704"}`,
	schemas.KindEcertVerification: `{"order_key":"k","e_cert_id":"e","platform":"CROSSNET","status":"REVOKED","checked_at":1791201600000}`,
	schemas.KindDisposition:       `{"order_key":"k","shipment_id":"p","version":7,"event_time":1791201600000,"code":"1H","by":"x"}`,
}

// testKinds are the kinds of testEvents in their order.
var testKinds = []schemas.Kind{schemas.KindAdClick, schemas.KindOrder, schemas.KindShipment, schemas.KindEcertVerification, schemas.KindDisposition}

func event(kind schemas.Kind) *record.Record {
	return &record.Record{Key: []byte("k"), Value: []byte(testEvents[kind]), Offset: 10 + int64(kind), TimeMs: testMs}
}

// joined is the state of the order with one event of each kind.
func joined(t testing.TB) *join.State {
	t.Helper()
	in, st, limits := NewIntake(testBounds(), nil), new(join.State), join.DefaultLimits()
	for _, kind := range testKinds {
		var r join.Record
		_, err := in.Take(kind, event(kind), &r)
		must(t, err)
		if out := st.Apply(&limits, &r); out != join.Added {
			t.Fatalf("%s: %s", kind, out)
		}
	}
	return st
}

func testReferences(t testing.TB) *References {
	t.Helper()
	pack, err := policy.Default()
	must(t, err)
	return &References{Policy: policy.Alone(pack), Sites: new(SiteTable).With([]SiteChange{{"s", "h", &schemas.SellerSite{
		SellerID: "s", SiteHost: "h", Platform: "Shopline", OriginIntegration: schemas.OriginIntegration{Status: schemas.Integrated}}, 0}})}
}

// testTopics names the topic of each kind by the kind.
func testTopics() map[schemas.Kind]string {
	topics := map[schemas.Kind]string{}
	for _, kind := range testKinds {
		topics[kind] = kind.String()
	}
	return topics
}

// rejected is the reject in an error.
func rejected(t testing.TB, err error) *Reject {
	t.Helper()
	var rej *Reject
	if !errors.As(err, &rej) {
		t.Fatalf("%v is no reject", err)
	}
	return rej
}
