package codec

import (
	"errors"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// Events as the load generator of the peers makes them.
const (
	clickJSON    = `{"order_key":"o-000000042","click_id":"c-000000042","event_time":"2026-07-01T12:00:00.250Z","site_host":"shop-0042.example","utm_source":"google","utm_medium":"cpc","utm_campaign":"spring-17","gclid":"zz0123456789abcdef012345","target_countries":["US"],"ip":"203.0.113.7","user_agent":"Mozilla/5.0 (iPhone)","landing_url":"https://shop-0042.example/p/00017"}`
	orderJSON    = `{"order_key":"o-000000042","order_id":"o-000000042","revision":1,"event_time":"2026-07-01T12:05:00.000Z","seller_id":"s-0042","site_host":"shop-0042.example","platform":"shopline","buyer_ref":"0123456789abcdef01234567","currency":"USD","value":"129.90","ship_to_country":"US","channel":"B2B","items":[{"sku":"sku-0001","hs_code":"8518.30","quantity":2,"unit_value":"64.95","origin_country":"MX"}],"preference":{"program":"USMCA","spi":"S"}}`
	shipmentJSON = `{"order_key":"o-000000042","shipment_id":"sh-000000042","revision":1,"event_time":"2026-07-02T08:00:00.000Z","origin_country":"MX","destination_country":"US","port_of_entry":"2704","mode":"OCEAN","carrier":"CR07","tracking_number":"TN000000042","entry_type":"01","declared_value":"129.90","currency":"USD","consignee_ref":"0123456789abcdef","e_cert_id":"EC-0123456789abcdef0123"}`
)

func TestATypicalEventIsReadAsItStands(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	var c schemas.AdClick
	if err := d.AdClick([]byte(clickJSON), &c); err != nil {
		t.Fatal(err)
	}
	if got := string(AppendAdClickJSON(nil, &c)); len(got) != len(clickJSON) {
		t.Errorf("click written again: %s", got)
	}
	var o schemas.Order
	if err := d.Order([]byte(orderJSON), &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Items) != 1 || o.Items[0].Quantity != schemas.DecimalOf(2, 0) || !o.Preference.Present || o.Preference.SPI != "S" {
		t.Errorf("order: %+v", o)
	}
	var s schemas.Shipment
	if err := d.Shipment([]byte(shipmentJSON), &s); err != nil {
		t.Fatal(err)
	}
	if s.DeclaredValue != schemas.DecimalOf(129, 9000) || s.EventTime.String() != "2026-07-02T08:00:00.000Z" {
		t.Errorf("shipment: %+v", s)
	}
	if d.UnknownFields() != 0 {
		t.Errorf("%d unknown fields", d.UnknownFields())
	}
}

func TestCompactFormIsTheSameForBothFormats(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	var o, p, q schemas.Order
	if err := d.Order([]byte(orderJSON), &o); err != nil {
		t.Fatal(err)
	}
	compact := AppendOrder(nil, &o)
	if err := d.Order(AppendOrderProto(nil, &o), &p); err != nil {
		t.Fatal(err)
	}
	if again := AppendOrder(nil, &p); string(again) != string(compact) {
		t.Errorf("%x\n%x", compact, again)
	}
	if err := ReadOrder(compact, &q); err != nil {
		t.Fatal(err)
	}
	if again := AppendOrder(nil, &q); string(again) != string(compact) {
		t.Errorf("%x\n%x", compact, again)
	}
}

// What is appended from the decoder's own account of the record is what is worked out of the
// event alone, also where a member is there and holds nothing, and after an event of another kind.
func TestCompactFormOfWhatWasReadLast(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	for kind, records := range map[schemas.Kind][]string{
		schemas.KindAdClick:  {clickJSON, `{"order_key":"k","click_id":"c","event_time":"2026-07-01T12:00:00Z","gclid":"","target_countries":[],"referrer":null}`},
		schemas.KindOrder:    {orderJSON, `{"order_key":"k","order_id":"o","event_time":"2026-07-01T12:00:00Z","type":"order","preference":{},"items":[{}]}`},
		schemas.KindShipment: {shipmentJSON, `{"order_key":"k","shipment_id":"s","event_time":"2026-07-01T12:00:00Z","hs_codes":["85"],"warehouse":false,"revision":0}`},
	} {
		for _, record := range records {
			event, err := decodeAs(d, kind, []byte(record))
			if err != nil {
				t.Fatal(err)
			}
			want := appendCompact(event)
			if got := d.AppendCompact(nil); string(got) != string(want) {
				t.Errorf("%s: %x, want %x", record, got, want)
			}
			if _, err := decodeAs(d, kind, appendProtobuf(event)); err != nil {
				t.Fatal(err)
			}
			if got := d.AppendCompact(nil); string(got) != string(want) {
				t.Errorf("%s as Protobuf: %x, want %x", record, got, want)
			}
		}
	}
}

func TestFaultsNameTheField(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	var o schemas.Order
	bad := `{"order_key":"k","order_id":"o","event_time":1782907200000,"items":[{},{},{"hs_code":"85x"}]}`
	var fe *schemas.FieldError
	if err := d.Order([]byte(bad), &o); !errors.As(err, &fe) || fe.Field != "items[2].hs_code" {
		t.Errorf("%v", err)
	}
}
