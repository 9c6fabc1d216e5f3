package decide

import (
	"errors"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
)

func TestIntakeRanksAndNamesEveryKind(t *testing.T) {
	in := NewIntake(testBounds(), nil)
	for kind, want := range map[schemas.Kind]join.Record{
		schemas.KindAdClick:           {ID: "c"},
		schemas.KindOrder:             {Rank: join.Rank{Revision: 3}},
		schemas.KindShipment:          {ID: "p", Rank: join.Rank{Revision: 2}},
		schemas.KindEcertVerification: {ID: "e"},
		schemas.KindDisposition:       {ID: "p\x001H\x00x"},
	} {
		var got join.Record
		key, err := in.Take(kind, event(kind), &got)
		must(t, err)
		if string(key) != "k" || got.Kind != kind || got.ID != want.ID || got.Rank.Revision != want.Rank.Revision ||
			got.Rank.EventMs != testMs || got.Rank.Hash == 0 || got.TimeMs != testMs || got.Offset != 10+int64(kind) || len(got.Payload) == 0 {
			t.Errorf("%s: %q %+v", kind, key, got)
		}
	}
}

// Equal events have equal hashes whatever they are written like; any other content has
// another hash, also where the payload does not hold it.
func TestIntakeHashesContents(t *testing.T) {
	in := NewIntake(testBounds(), nil)
	hash := func(kind schemas.Kind, value string) uint64 {
		var r join.Record
		_, err := in.Take(kind, &record.Record{Key: []byte("k"), Value: []byte(value), TimeMs: testMs}, &r)
		must(t, err)
		return r.Rank.Hash
	}
	for kind, value := range testEvents {
		want := hash(kind, value)
		same := `{ "nobody_knows":1, "type":"` + kind.String() + `",` + value[1:]
		if got := hash(kind, same); got != want {
			t.Errorf("%s: %x, want %x", kind, got, want)
		}
	}
	click := testEvents[schemas.KindAdClick]
	other := strings.Replace(click, "192.0.2.1", "192.0.2.2", 1) // the features hold no address
	if hash(schemas.KindAdClick, click) == hash(schemas.KindAdClick, other) {
		t.Error("two clicks from different addresses have one hash")
	}
}

// What Take hands out lives until Reset.
func TestIntakeKeepsWhatItHandedOut(t *testing.T) {
	in := NewIntake(testBounds(), nil)
	var records []join.Record
	var kept []string
	for range 3 {
		for _, kind := range testKinds {
			value := event(kind)
			var r join.Record
			_, err := in.Take(kind, value, &r)
			must(t, err)
			clear(value.Value) // the batch is handed back
			records, kept = append(records, r), append(kept, r.ID+"|"+string(r.Payload))
		}
	}
	for i, r := range records {
		if got := r.ID + "|" + string(r.Payload); got != kept[i] {
			t.Errorf("record %d has become %q, was %q", i, got, kept[i])
		}
	}
	in.Reset()
}

func TestIntakeRefuses(t *testing.T) {
	shipment := testEvents[schemas.KindShipment]
	keyless := testBounds()
	keyless.Keyless = true
	small := testBounds()
	small.Events.RecordBytes = 20
	for _, c := range []struct {
		name        string
		bounds      Bounds
		key, value  string
		ahead       int64 // of the record's timestamp before event_time
		code, field string
	}{
		{"nothing", testBounds(), "k", shipment, 0, "", ""},
		{"null", testBounds(), "k", "\x00null", 0, RejectNull, "value"},
		{"too long", small, "k", shipment, 0, RejectOversized, "value"},
		{"no key", testBounds(), "", shipment, 0, RejectKey, "key"},
		{"no key, in a file", keyless, "", shipment, 0, "", ""},
		{"another key", testBounds(), "K", shipment, 0, RejectKey, "order_key"},
		{"not JSON", testBounds(), "k", "{", 0, RejectMalformed, "value"},
		{"a bad field", testBounds(), "k", strings.Replace(shipment, "2704", "Los Angeles, CA", 1), 0, RejectInvalid, "port_of_entry"},
		{"ahead, allowed", testBounds(), "k", shipment, 1000, "", ""},
		{"too far ahead", testBounds(), "k", shipment, 1001, RejectAhead, "event_time"},
		{"late, allowed", testBounds(), "k", shipment, -5000, "", ""},
		{"too late", testBounds(), "k", shipment, -5001, RejectLate, "event_time"},
		{"late, unbounded", Bounds{Events: schemas.DefaultLimits()}, "k", shipment, -1 << 40, "", ""},
	} {
		r := &record.Record{Key: []byte(c.key), Value: []byte(c.value), TimeMs: testMs - c.ahead}
		if c.value == "\x00null" {
			r.Value = nil
		}
		var out join.Record
		key, err := NewIntake(c.bounds, nil).Take(schemas.KindShipment, r, &out)
		if c.code == "" {
			if err != nil || string(key) != "k" {
				t.Errorf("%s: %q %v", c.name, key, err)
			}
			continue
		}
		if rej := rejected(t, err); rej.Code != c.code || rej.Field != c.field || !strings.Contains(rej.Error(), "allowed: ") && c.code != RejectMalformed {
			t.Errorf("%s: %v, want %s of %s", c.name, rej, c.code, c.field)
		}
	}
	in := NewIntake(testBounds(), nil)
	late := event(schemas.KindEcertVerification)
	late.TimeMs += 5001
	_, err := in.Take(schemas.KindEcertVerification, late, new(join.Record))
	if rej := rejected(t, err); rej.Field != "checked_at" {
		t.Errorf("a late answer names %s", rej.Field)
	}
	if _, err := in.Take(schemas.KindSellerSite, event(schemas.KindOrder), new(join.Record)); err == nil {
		t.Error("a seller site is taken for an event of an order")
	}
}

func BenchmarkIntake(b *testing.B) {
	for _, kind := range testKinds {
		b.Run(kind.String(), func(b *testing.B) {
			in, r := NewIntake(testBounds(), nil), event(kind)
			b.SetBytes(int64(len(r.Value)))
			b.ReportAllocs()
			var out join.Record
			for b.Loop() {
				in.Reset()
				if _, err := in.Take(kind, r, &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A record without a timestamp is refused as such, and not for its event's time.
func TestIntakeRefusesARecordWithoutTimestamp(t *testing.T) {
	in := NewIntake(testBounds(), nil)
	r := event(schemas.KindShipment)
	r.TimeMs = -1
	_, err := in.Take(schemas.KindShipment, r, &join.Record{})
	var no *Reject
	if !errors.As(err, &no) || no.Code != RejectAhead || no.Field != "timestamp" {
		t.Errorf("%v", err)
	}
}
