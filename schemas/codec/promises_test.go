package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

func TestTypicalEventsAllocateNothing(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	var c schemas.AdClick
	var o, again schemas.Order
	var s schemas.Shipment
	click, order, shipment := []byte(clickJSON), []byte(orderJSON), []byte(shipmentJSON)
	decision, verdict := sampleDecision()
	var compact, out []byte
	once := func() {
		err := errors.Join(d.AdClick(click, &c), d.Order(order, &o), d.Shipment(shipment, &s))
		compact = AppendOrder(compact[:0], &o)
		out = AppendDecision(AppendVerdict(out[:0], &decision.Verdict), &decision, verdict)
		if err != nil || ReadOrder(compact, &again) != nil {
			t.Fatal(err)
		}
	}
	once()
	if n := testing.AllocsPerRun(100, once); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLimitsHoldInBothFormats(t *testing.T) {
	l := schemas.DefaultLimits()
	l.Items, l.RecordBytes, l.HSCodes, l.RegisteredIDs = 2, 400, 1, 1
	d := NewDecoder(l)
	var o schemas.Order
	o.OrderKey, o.OrderID, o.EventTime = "k", "o", schemas.MinTime
	o.Items = make([]schemas.Item, 3)
	site := schemas.SellerSite{SellerID: "s", SiteHost: "h", UTMCampaigns: []string{"a", "b"}}
	ship := schemas.Shipment{OrderKey: "k", ShipmentID: "s", EventTime: schemas.MinTime, HSCodes: []string{"85", "86"}}
	big := o
	big.Items, big.BuyerRef = nil, strings.Repeat("b", 500)
	long := o
	long.Items, long.OrderKey = nil, strings.Repeat("k", 257)
	var into schemas.SellerSite
	var ship2 schemas.Shipment
	for _, c := range []struct {
		field string
		err   error
	}{
		{"items", d.Order(AppendOrderJSON(nil, &o), new(schemas.Order))},
		{"items", d.Order(AppendOrderProto(nil, &o), new(schemas.Order))},
		{"utm_campaigns", d.SellerSite(AppendSellerSiteJSON(nil, &site), &into)},
		{"utm_campaigns", d.SellerSite(AppendSellerSiteProto(nil, &site), &into)},
		{"hs_codes", d.Shipment(AppendShipmentJSON(nil, &ship), &ship2)},
		{"hs_codes", d.Shipment(AppendShipmentProto(nil, &ship), &ship2)},
		{"record", d.Order(AppendOrderJSON(nil, &big), new(schemas.Order))},
		{"order_key", d.Order(AppendOrderJSON(nil, &long), new(schemas.Order))},
		{"items", o.Validate(&l)},
	} {
		var fe *schemas.FieldError
		if !errors.As(c.err, &fe) || fe.Field != c.field {
			t.Errorf("%s: %v", c.field, c.err)
		}
	}
}

// A record without framing is told by its first bytes, and a Protobuf one may have
// a key of any length, though the length's code may be a white space or a brace.
func TestUnframedProtobufIsKnownWhateverTheKeysLength(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	for n := 1; n <= 256; n++ {
		for _, c := range []string{"{", "k", " ", "["} {
			want := schemas.Order{OrderKey: strings.Repeat(c, n), OrderID: "o", EventTime: schemas.MinTime}
			var got schemas.Order
			if err := d.Order(AppendOrderProto(nil, &want), &got); err != nil || got.OrderKey != want.OrderKey {
				t.Fatalf("%d times %q: %v", n, c, err)
			}
		}
	}
}

func TestFramingFaults(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	for _, record := range []string{"", "\x00", "\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x01\x7f", "\x00\x00\x00\x00\x01\x04\x02", "\x00\x00\x00\x00\x01\x01"} {
		if err := d.Order([]byte(record), new(schemas.Order)); err == nil {
			t.Errorf("%q is taken", record)
		}
	}
}

func TestTypeOf(t *testing.T) {
	for record, want := range map[string]schemas.Kind{
		`{"type":"ad_click"}`: schemas.KindAdClick,
		` {"a":{"type":"order"},"b":[1],"type" : "seller_site"`: schemas.KindSellerSite,
		`{"\u0074ype":"order"}`:                                 schemas.KindOrder,
	} {
		if got, err := TypeOf([]byte(record)); err != nil || got != want {
			t.Errorf("%s: %s, %v", record, got, err)
		}
	}
	for record, want := range map[string]string{
		`{}`:                  "field type is missing",
		`{"type":"parcel"}`:   `field type is "parcel"`,
		`{"type":7}`:          `field type is "7"`,
		`{"type":"unknown"}`:  `field type is "unknown"`,
		`[]`:                  "expected an object",
		`{"a":1 "type":"x"}`:  "expected a comma",
		``:                    "the text ends here",
		`{"type":"ad_click`:   "a string is not closed",
		`{"type" "ad_click"}`: "expected a colon",
	} {
		if _, err := TypeOf([]byte(record)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", record, err)
		}
	}
}

func TestFormatNames(t *testing.T) {
	for _, f := range []Format{FormatJSON, FormatProtobuf} {
		if got, ok := ParseFormat(f.String()); !ok || got != f {
			t.Errorf("%s is read as %s", f, got)
		}
	}
	if _, ok := ParseFormat("avro"); ok {
		t.Error("avro is taken")
	}
}
