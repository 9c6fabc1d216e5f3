package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

func kindOf(n uint8) schemas.Kind { return schemas.KindAdClick + schemas.Kind(n%6) }

func addJSON(f *testing.F) {
	for i, s := range []string{
		clickJSON, orderJSON, shipmentJSON,
		`{"order_key":"k","e_cert_id":"E","status":"VERIFIED","checked_at":1782907200000,"hs6":["851830"],"valid_to":"2027-01-01"}`,
		`{"order_key":"k","shipment_id":"s","event_time":"2026-07-01T12:00:00+02:00","code":"1A","version":3,"note":"a\u00e9\ud83d\ude00\n"}`,
		`{"seller_id":"s","site_host":"h","facebook_pixel_ids":[],"utm_campaigns":null,"origin_integration":{"status":"NONE"}}`,
	} {
		f.Add(uint8(i), []byte(s))
	}
	f.Add(uint8(1), []byte(` { "x" : [ 1.5e-3 , {"y":[null,true,false,""]} ] , "order_id" : "a\"b\\\/\b\f\t\r" } `))
	f.Add(uint8(0), []byte(`{"gclid":"\ud800"}`))
	f.Add(uint8(0), []byte("{\"gclid\":\"\xff\"}"))
}

// What encoding/json takes, the scanner takes, and reads the same texts from it;
// what the scanner calls no JSON, encoding/json does not take either.
func FuzzJSONAgainstTheStandardLibrary(f *testing.F) {
	addJSON(f)
	f.Fuzz(func(t *testing.T, n uint8, b []byte) {
		l := layout.Inputs[kindOf(n)]
		_, p := fresh(l)
		err := newReader().read(b, l, p)
		valid := json.Valid(b) && utf8.Valid(b) && bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{"))
		var se *schemas.SyntaxError
		switch {
		case err == nil && !valid:
			t.Fatalf("%q is taken", b)
		case err == nil:
			sameTexts(t, b, l, p)
		case errors.As(err, &se) && valid && se.What != loneSurrogate && se.What != tooDeep:
			t.Fatalf("%q is refused: %v", b, err)
		}
	})
}

func sameTexts(t *testing.T, b []byte, l *layout.Layout, p unsafe.Pointer) {
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // a number of an unknown field may be larger than any type
	if err := d.Decode(&members); err != nil {
		t.Fatal(err)
	}
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Kind != layout.String {
			continue
		}
		want, _ := members[f.Name].(string)
		if got := *(*string)(unsafe.Add(p, f.Offset)); got != want {
			t.Fatalf("%q: %s is read as %q, want %q", b, f.Name, got, want)
		}
	}
}

// An event that was taken, in whatever format, is the same one when it is written
// and read again.
func FuzzDecoder(f *testing.F) {
	addJSON(f)
	d := NewDecoder(schemas.DefaultLimits())
	for n := range uint8(3) {
		event, err := decodeAs(d, kindOf(n), []byte([]string{clickJSON, orderJSON, shipmentJSON}[n]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(n, append([]byte{0, 0, 0, 0, 1, 0}, appendProtobuf(event)...))
		f.Add(n, appendProtobuf(event))
	}
	f.Fuzz(func(t *testing.T, n uint8, b []byte) {
		kind := kindOf(n)
		if _, err := TypeOf(b); err != nil && err.Error() == "" {
			t.Fatal("an error without text")
		}
		d := NewDecoder(schemas.DefaultLimits())
		event, err := decodeAs(d, kind, b)
		if err != nil {
			if len(err.Error()) > 1000 {
				t.Fatalf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		compact := appendCompact(event)
		if got := d.AppendCompact(nil); !bytes.Equal(got, compact) {
			t.Fatalf("%q\n%x\n%x", b, got, compact)
		}
		for _, record := range [][]byte{appendJSON(event), appendProtobuf(event)} {
			again, err := decodeAs(d, kind, append([]byte{0, 0, 0, 0, 1}, framed(record)...))
			if err != nil {
				t.Fatalf("%q: %v", record, err)
			}
			if got := appendCompact(again); !bytes.Equal(got, compact) {
				t.Fatalf("%q\n%x\n%x", record, got, compact)
			}
		}
	})
}

// framed puts the message index before Protobuf, as Confluent's framing has it.
func framed(record []byte) []byte {
	if len(record) > 0 && record[0] == '{' {
		return record
	}
	return append([]byte{0}, record...)
}

func FuzzCompact(f *testing.F) {
	d := NewDecoder(schemas.DefaultLimits())
	for n := range uint8(3) {
		event, err := decodeAs(d, kindOf(n), []byte([]string{clickJSON, orderJSON, shipmentJSON}[n]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(n, appendCompact(event))
	}
	f.Add(uint8(5), AppendSellerSite(nil, &schemas.SellerSite{SellerID: "s", UTMCampaigns: []string{}}))
	f.Fuzz(func(t *testing.T, n uint8, b []byte) {
		event, err := readCompact(b, kindOf(n))
		if err != nil {
			return
		}
		first := appendCompact(event)
		again, err := readCompact(first, kindOf(n))
		if err != nil {
			t.Fatalf("%x: %v", first, err)
		}
		if second := appendCompact(again); !bytes.Equal(first, second) {
			t.Fatalf("%x\n%x", first, second)
		}
	})
}

// What we take as Protobuf, an independent implementation takes too, and what it
// writes of it we read as the same.
func FuzzProtobufAgainstDynamicpb(f *testing.F) {
	files := compiled(f)
	addJSON(f)
	d := NewDecoder(schemas.DefaultLimits())
	for n := range uint8(3) {
		event, err := decodeAs(d, kindOf(n), []byte([]string{clickJSON, orderJSON, shipmentJSON}[n]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(n, appendProtobuf(event))
	}
	f.Fuzz(func(t *testing.T, n uint8, b []byte) {
		messages := everyMessage()
		l := messages[int(n)%len(messages)]
		_, p := fresh(l)
		if err := newReader().readProto(b, l, p); err != nil {
			return
		}
		md, err := files.AsResolver().FindDescriptorByName(protoreflect.FullName("clearlane.v1." + l.Name))
		if err != nil {
			t.Fatal(err)
		}
		m := dynamicpb.NewMessage(md.(protoreflect.MessageDescriptor))
		if err := proto.Unmarshal(b, m); err != nil {
			t.Fatalf("%x is taken, though %v", b, err)
		}
		theirs, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		_, q := fresh(l)
		if err := newReader().readProto(theirs, l, q); err != nil {
			t.Fatalf("%x: %v", theirs, err)
		}
		if got, want := appendProto(nil, l, q), appendProto(nil, l, p); !bytes.Equal(got, want) {
			t.Fatalf("%x\n%x", got, want)
		}
	})
}

func FuzzOutputs(f *testing.F) {
	d, verdict := sampleDecision()
	f.Add(AppendDecision(nil, &d, verdict))
	f.Add(AppendDecisionProto(nil, &d))
	f.Add(AppendRollup(nil, &schemas.RollupRow{Layout: 4, Cell: schemas.Cell{Grain: schemas.GrainMinuteRoute, Time: schemas.MinTime, Route: schemas.RouteRelease}}))
	for g := schemas.GrainHourReason; g <= schemas.GrainDayLedger; g++ {
		f.Add(AppendRollup(nil, &schemas.RollupRow{Layout: 4, Count: 2, Cell: schemas.Cell{Grain: g, Time: schemas.MinTime, Route: schemas.RouteHighRisk, Epoch: 20_000}}))
	}
	f.Add(AppendProgress(nil, &schemas.Progress{Offsets: map[string]int64{"orders": 7}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d, again schemas.Decision
		if ParseDecision(b, &d) == nil {
			verdict := AppendVerdict(nil, &d.Verdict)
			written := AppendDecision(nil, &d, verdict)
			if !json.Valid(written) {
				t.Fatalf("%s is no JSON", written)
			}
			if err := ParseDecision(written, &again); err != nil || string(AppendVerdict(nil, &again.Verdict)) != string(verdict) {
				t.Fatalf("%s: %v", written, err)
			}
		}
		var r schemas.RollupRow
		if ParseRollup(b, &r) == nil {
			again := schemas.RollupRow{}
			row := AppendRollup(nil, &r)
			if !json.Valid(row) {
				t.Fatalf("%s is no JSON", row)
			}
			// A row of no grain is written as one of minute_route, whose grain has no text; a time
			// may have none either.
			if r.Cell.Grain != schemas.GrainUnknown && ParseRollup(row, &again) == nil && !bytes.Equal(AppendRollup(nil, &again), row) {
				t.Fatalf("%s is read as %s", row, AppendRollup(nil, &again))
			}
		}
		var p, q schemas.Progress
		if ParseProgress(b, &p) == nil {
			if err := ParseProgress(AppendProgress(nil, &p), &q); err != nil {
				t.Fatalf("%q: %v", b, err)
			}
		}
		var v schemas.PreReview
		if err := ParsePreReview(b, &v); err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Fatal("an error without text")
		}
	})
}

// sampleDecision has two reasons, as a high-risk decision often does.
func sampleDecision() (schemas.Decision, []byte) {
	at := schemas.DecimalOf(129, 9000)
	d := schemas.Decision{
		ID: schemas.MakeDecisionID("o-000000042", "sh-000000042"), OrderKey: "o-000000042", ShipmentID: "sh-000000042",
		Version: 1782993600001, Supersedes: 1782993600000, DecidedAt: 1782993600042,
		Verdict: schemas.Verdict{
			Route: schemas.RouteHighRisk, Score: 90, PreferenceStatus: schemas.PreferenceSuspended, Complete: true, AttributedClick: "c-000000042",
			Reasons: []schemas.Reason{
				{Code: "ECERT_ID_MISSING", Severity: schemas.SeverityHard, Weight: 45, RuleID: "ecert-id", RuleVersion: 1, PackVersion: "2026-07-01", Field: "preference.e_cert_id", Observed: "", Expected: "a verifiable e-Cert ID", Source: "USMCA guidelines of 2026-06-26", Confidence: "reported"},
				{Code: "GEO_TARGET_MISMATCH", Severity: schemas.SeverityHard, Weight: 45, RuleID: "geo-target", RuleVersion: 1, PackVersion: "2026-07-01", Field: "target_countries", Observed: "CA", Expected: "US", Source: "Pilot of 2026-06-01", Confidence: "reported"},
			},
			Unknowns:   []schemas.Unknown{{Field: "origin_integration", Why: "site not registered"}},
			Dimensions: schemas.Dimensions{SellerID: "s-0042", SiteHost: "shop-0042.example", Platform: "shopline", Channel: "B2B", Port: "2704", OriginCountry: "MX", HSChapter: "85", ChannelGroup: "Paid Search", LabelClass: schemas.LabelClean, Currency: "USD", DeclaredValue: at, EventTime: 1782993600000},
		},
		Evidence: schemas.Evidence{
			Positions: []schemas.Position{{Topic: "ad-clicks", Partition: 3, Offset: 1201}, {Topic: "orders", Partition: 3, Offset: 1187}, {Topic: "shipments", Partition: 3, Offset: 1130}},
			InputTime: 1782993600020, PolicyHash: "7f3a9c", GeoVersion: "2026-06-30", ListsVersion: "2026-06", InputHash: 0x0123456789abcdef,
		},
	}
	verdict := AppendVerdict(nil, &d.Verdict)
	d.VerdictHash = VerdictHash(verdict)
	return d, verdict
}
