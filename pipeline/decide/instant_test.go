package decide

import (
	"fmt"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

// judgedAs joins the events of each kind, in their order, and judges the shipment p.
func judgedAs(t testing.TB, kinds []schemas.Kind, values []string) Judgement {
	t.Helper()
	in, st, limits := NewIntake(testBounds(), nil), new(join.State), join.DefaultLimits()
	for i, kind := range kinds {
		var r join.Record
		_, err := in.Take(kind, &record.Record{Key: []byte("k"), Value: []byte(values[i]), Offset: int64(i), TimeMs: testMs}, &r)
		must(t, err)
		st.Apply(&limits, &r)
	}
	d := NewDecider(testReferences(t), testTopics(), 5)
	d.Load("k", st)
	e, _ := st.Current().Shipment("p")
	j, err := d.Shipment(e)
	must(t, err)
	return j
}

// Of answers about one e-Cert of one instant the one that says most against the claim
// holds, whichever came first: a revocation is not lost to a verification. UNAVAILABLE says
// nothing, so that any other answer goes before it.
func TestOfAnswersOfOneInstantTheWorstHolds(t *testing.T) {
	worst := []schemas.EcertStatus{schemas.EcertRevoked, schemas.EcertInvalid, schemas.EcertNotFound, schemas.EcertExpired, schemas.EcertVerified, schemas.EcertUnavailable}
	answer := func(s schemas.EcertStatus, n int) string { // many contents, so that no hash decides by chance
		return fmt.Sprintf(`{"order_key":"k","e_cert_id":"e","platform":"P%d","status":"%s","checked_at":%d}`, n, s, testMs)
	}
	kinds := []schemas.Kind{schemas.KindOrder, schemas.KindShipment, schemas.KindEcertVerification, schemas.KindEcertVerification}
	for i, want := range worst {
		for _, other := range worst[i+1:] {
			for n := range 4 {
				a, b := answer(want, n), answer(other, n+1)
				for _, values := range [][]string{{a, b}, {b, a}} {
					j := judgedAs(t, kinds, slices.Concat([]string{testEvents[schemas.KindOrder], testEvents[schemas.KindShipment]}, values))
					if got := j.Verdict.Ecert; got.Status != want || got.Platform != fmt.Sprint("P", n) {
						t.Errorf("%s and %s: %+v", want, other, got)
					}
				}
			}
		}
	}
}

// A disposition without a last day records what was done: it neither suppresses nor ends a
// suppression, not even one that the same officer made under the same code.
func TestAPlainReleaseEndsNoSuppression(t *testing.T) {
	kinds := []schemas.Kind{schemas.KindOrder, schemas.KindShipment, schemas.KindAdClick, schemas.KindDisposition, schemas.KindDisposition}
	hold := func(by string, at int64, until string) string {
		return fmt.Sprintf(`{"order_key":"k","shipment_id":"p","version":7,"event_time":%d,"code":"RELEASED","by":"%s"%s}`, testMs+at, by, until)
	}
	const until = `,"until":"2026-12-31"`
	events := []string{testEvents[schemas.KindOrder], testEvents[schemas.KindShipment], testEvents[schemas.KindAdClick]}
	for _, by := range []string{"x", "y"} {
		suppression, plain := hold("x", 0, until), hold(by, 1, "")
		for _, values := range [][]string{{suppression, plain}, {plain, suppression}} {
			if j := judgedAs(t, kinds, slices.Concat(events, values)); j.Verdict.Suppressed.Code != "RELEASED" {
				t.Errorf("a later release by %s: %s, suppressed by %+v", by, j.Verdict.Route, j.Verdict.Suppressed)
			}
		}
	}
	// The officer's later suppression takes the place of the earlier one.
	first, second := hold("x", 0, until), hold("x", 1, `,"until":"2026-01-01"`)
	for _, values := range [][]string{{first, second}, {second, first}} {
		if j := judgedAs(t, kinds, slices.Concat(events, values)); j.Verdict.Suppressed.Code != "" {
			t.Errorf("shortened to a day past: still suppressed, %+v", j.Verdict.Suppressed)
		}
	}
}
