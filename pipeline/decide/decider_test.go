package decide

import (
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/murmur3"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

func loaded(t testing.TB) (*Decider, *join.State) {
	t.Helper()
	d, st := NewDecider(testReferences(t), testTopics(), 5), joined(t)
	d.Load("k", st)
	return d, st
}

func codes(v *schemas.Verdict) (c []string) {
	for i := range v.Reasons {
		c = append(c, v.Reasons[i].Code)
	}
	return c
}

func TestDeciderJudgesShipmentsAndTheClaim(t *testing.T) {
	d, st := loaded(t)
	e, _ := st.Current().Shipment("p")
	j, err := d.Shipment(e)
	must(t, err)
	want := []string{"ECERT_REVOKED", "GEO_TARGET_MISMATCH", "TRAFFIC_TOO_FAST"}
	if j.Subject != "p" || j.Verdict.Route != schemas.RouteHighRisk || !slices.Equal(codes(j.Verdict), want) || j.Verdict.Dimensions.Platform != "Shopline" {
		t.Errorf("the shipment: %q %+v", j.Subject, j.Verdict)
	}
	if string(j.Members) != string(codec.AppendVerdict(nil, j.Verdict)) || j.Hash != murmur3.Sum64(j.Members) {
		t.Error("members and hash are not those of the verdict")
	}
	j, ok, err := d.PreReview(false)
	must(t, err)
	if !ok || j.Subject != "" || j.Verdict.Route != schemas.RouteDocumentReview || !slices.Equal(codes(j.Verdict), want) {
		t.Errorf("the claim: %v %q %+v", ok, j.Subject, j.Verdict)
	}
	if d.OrderID() != "o" {
		t.Errorf("order_id %q", d.OrderID())
	}
}

// Nothing of one order is left in the next one's verdict.
func TestDeciderForgetsTheOrderBefore(t *testing.T) {
	d, st := loaded(t)
	full, _ := st.Current().Shipment("p")
	_, err := d.Shipment(full)
	must(t, err)

	limits, bare := join.DefaultLimits(), new(join.State)
	var r join.Record
	_, err = NewIntake(testBounds(), nil).Take(schemas.KindShipment, event(schemas.KindShipment), &r)
	must(t, err)
	bare.Apply(&limits, &r)
	fresh := NewDecider(testReferences(t), testTopics(), 5)
	for _, decider := range []*Decider{d, fresh} {
		decider.Load("k", bare)
	}
	e, _ := bare.Current().Shipment("p")
	got, err := d.Shipment(e)
	must(t, err)
	want, err := fresh.Shipment(e)
	must(t, err)
	if string(got.Members) != string(want.Members) || got.Hash != want.Hash {
		t.Errorf("got  %s\nwant %s", got.Members, want.Members)
	}
	if a, b := fmt.Sprint(d.Evidence()), fmt.Sprint(fresh.Evidence()); a != b {
		t.Errorf("evidence %s, want %s", a, b)
	}
	if _, ok, err := d.PreReview(false); ok || err != nil || d.OrderID() != "" {
		t.Error("an order that has not arrived has a pre-review or an id")
	}
}

func TestEvidenceNamesWhatWasUsed(t *testing.T) {
	d, st := loaded(t)
	e, _ := st.Current().Shipment("p")
	_, err := d.Shipment(e)
	must(t, err)
	position := func(kind schemas.Kind) schemas.Position {
		return schemas.Position{Topic: kind.String(), Partition: 5, Offset: 10 + int64(kind)}
	}
	ev := d.Evidence()
	want := []schemas.Position{position(schemas.KindOrder), position(schemas.KindShipment), position(schemas.KindAdClick),
		position(schemas.KindEcertVerification), position(schemas.KindDisposition)}
	if !slices.Equal(ev.Positions, want) {
		t.Errorf("positions %v, want %v", ev.Positions, want)
	}
	if ev.InputTime != testMs || ev.InputHash == 0 || ev.PolicyHash == "" || ev.ListsVersion == "" || ev.GeoVersion != "" {
		t.Errorf("%+v", ev)
	}
	if s := ev.Site; !s.Known || s.Platform != "Shopline" || s.Integration != schemas.Integrated {
		t.Errorf("site %+v", s)
	}
	ofShipment := ev.InputHash

	d.PreReview(false)
	if ev = d.Evidence(); slices.Contains(ev.Positions, position(schemas.KindShipment)) || ev.InputHash == ofShipment {
		t.Errorf("the pre-review's evidence holds the shipment: %+v", ev)
	}
}

// A shipment that is no longer held is decided by those that are: they give the time.
func TestClosedHasTheTimeOfWhatTookItsPlace(t *testing.T) {
	limits := join.DefaultLimits()
	st := new(join.State)
	in := NewIntake(testBounds(), nil)
	value := `{"order_key":"k","shipment_id":"a","event_time":1791201600000}`
	var r join.Record
	_, err := in.Take(schemas.KindShipment, &record.Record{Key: []byte("k"), Value: []byte(value), TimeMs: testMs + 1}, &r)
	must(t, err)
	st.Apply(&limits, &r)
	d := NewDecider(testReferences(t), testTopics(), 5)
	d.Load("k", st)
	j, err := d.Closed("z", 1, schemas.Dimensions{Port: "2704"})
	must(t, err)
	if j.Subject != "z" || j.Verdict.Route != schemas.RouteDocumentReview || j.Verdict.Complete || j.Verdict.Dimensions.Port != "2704" {
		t.Errorf("%+v", j.Verdict)
	}
	if ev := d.Evidence(); ev.InputTime != testMs+1 || len(ev.Positions) != 0 || ev.InputHash == 0 {
		t.Errorf("%+v", ev)
	}
}

func TestDeciderTakesUpReferences(t *testing.T) {
	d, st := loaded(t)
	e, _ := st.Current().Shipment("p")
	j, err := d.Shipment(e)
	must(t, err)
	before := j.Hash
	refs := *testReferences(t)
	refs.Sites = new(SiteTable)
	d.SetReferences(&refs)
	d.Load("k", st)
	j, err = d.Shipment(e)
	must(t, err)
	if ev := d.Evidence(); j.Hash == before || ev.Site.Known {
		t.Errorf("a site that is gone still counts: %+v", ev.Site)
	}
}

// One case of a state may be decided as the state itself is.
func TestDeciderTakesACase(t *testing.T) {
	d, st := loaded(t)
	e, _ := st.Current().Shipment("p")
	j, err := d.Shipment(e)
	must(t, err)
	want := string(j.Members)
	d.Load("k", &st.Cases()[0])
	if j, err = d.Shipment(e); err != nil || string(j.Members) != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, j.Members, want)
	}
}

// State that can't be read is a fault that names what, never a verdict.
func TestDeciderRefusesWhatItCannotRead(t *testing.T) {
	limits := join.DefaultLimits()
	for _, kind := range testKinds {
		st := new(join.State)
		st.Apply(&limits, &join.Record{Kind: kind, ID: "x", Payload: []byte{0xff}})
		if kind != schemas.KindShipment {
			st.Apply(&limits, &join.Record{Kind: schemas.KindShipment, ID: "p", Payload: codec.AppendShipment(nil, &schemas.Shipment{OrderKey: "k", ShipmentID: "p"})})
		}
		d := NewDecider(testReferences(t), testTopics(), 0)
		d.Load("k", st)
		if _, err := d.Shipment(&st.Shipments()[0]); err == nil {
			t.Errorf("%s: a broken payload is decided", kind)
		}
		if _, _, err := d.PreReview(true); kind != schemas.KindShipment && err == nil {
			t.Errorf("%s: a broken payload is reviewed", kind)
		}
		if _, _, err := d.PreReview(false); kind == schemas.KindOrder && err == nil {
			t.Errorf("%s: whether a broken payload claims a preference is known", kind)
		}
		if _, err := d.Closed("z", 1, schemas.Dimensions{}); kind != schemas.KindShipment && err == nil {
			t.Errorf("%s: a broken payload is closed", kind)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	d, st := loaded(b)
	e, _ := st.Current().Shipment("p")
	b.ReportAllocs()
	for b.Loop() {
		d.Load("k", st)
		if _, err := d.Shipment(e); err != nil {
			b.Fatal(err)
		}
		d.Evidence()
	}
}

// What comes while there is nothing to decide is not decoded: here every payload is broken.
func TestNothingIsReadThatNoVerdictAsksFor(t *testing.T) {
	limits := join.DefaultLimits()
	st := new(join.State)
	for _, kind := range testKinds {
		if kind != schemas.KindOrder && kind != schemas.KindShipment {
			st.Apply(&limits, &join.Record{Kind: kind, ID: "x", Payload: []byte{0xff}})
		}
	}
	d := NewDecider(testReferences(t), testTopics(), 0)
	for _, payload := range [][]byte{nil, codec.AppendOrder(nil, &schemas.Order{OrderKey: "k", OrderID: "o"})} {
		if payload != nil {
			st.Apply(&limits, &join.Record{Kind: schemas.KindOrder, Payload: payload})
		}
		d.Load("k", st)
		if _, ok, err := d.PreReview(false); ok || err != nil {
			t.Errorf("order %x: %v, %v", payload, ok, err)
		}
	}
}
