package gen

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// badRecord is a record that must end as a dead letter, its original bytes kept and
// its reason naming the field. It changes no answer.
type badRecord struct {
	sort     *badSort
	key      []byte // of the record
	orderKey string
}

// Fields that a reason names when no field of the event is at fault.
const (
	FieldKey   = "key"   // of the record
	FieldValue = "value" // of the record as a whole
)

// badSort is one way for a record to be bad.
type badSort struct {
	name  string
	kind  schemas.Kind
	field string
	key   string // instead of the order's: "none", "other", or empty for the order's
	value func(key string, timeMs int64) string
}

// badSorts are the ways, taken in turn.
var badSorts = [...]badSort{
	{"cut short", schemas.KindOrder, FieldValue, "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","event_time":` + ms(t) + `,"items":[{"sku":"A`
	}},
	{"not JSON", schemas.KindAdClick, FieldValue, "", func(string, int64) string { return "order_key=1&click_id=2" }},
	{"a list", schemas.KindShipment, FieldValue, "", func(string, int64) string { return "[1,2,3]" }},
	{"empty value", schemas.KindOrder, "order_key", "", func(string, int64) string { return "" }},
	{"null value", schemas.KindShipment, FieldValue, "", nil},
	{"broken framing", schemas.KindAdClick, FieldValue, "", func(string, int64) string { return "\x00\x00\x01" }},
	{"cut Protobuf", schemas.KindOrder, FieldValue, "", func(string, int64) string { return "\x00\x00\x00\x00\x02\x00\x0a\x7fabc" }},
	{"landing_url too long", schemas.KindAdClick, "landing_url", "", func(k string, t int64) string {
		return click(k, t, `,"landing_url":"https://a.example/?`+strings.Repeat("p", 20<<10)+`"`)
	}},
	{"too many items", schemas.KindOrder, "items", "", func(k string, t int64) string {
		return order(k, t, `,"items":[{}`+strings.Repeat(",{}", 1000)+`]`)
	}},
	{"number as a string list", schemas.KindAdClick, "target_countries", "", func(k string, t int64) string {
		return click(k, t, `,"target_countries":7`)
	}},
	{"order_key is a number", schemas.KindOrder, "order_key", "", func(k string, t int64) string {
		return `{"order_key":17,"order_id":"A","revision":1,"event_time":` + ms(t) + `}`
	}},
	{"no record key", schemas.KindOrder, FieldKey, "none", func(k string, t int64) string { return order(k, t, "") }},
	{"key and order_key differ", schemas.KindShipment, "order_key", "other", func(k string, t int64) string { return shipment(k, t, "") }},
	{"no order_key", schemas.KindOrder, "order_key", "", func(k string, t int64) string {
		return `{"order_id":"A","revision":1,"event_time":` + ms(t) + `}`
	}},
	{"no click_id", schemas.KindAdClick, "click_id", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","event_time":` + ms(t) + `}`
	}},
	{"no event_time", schemas.KindShipment, "event_time", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","shipment_id":"S","revision":1}`
	}},
	{"event_time is no time", schemas.KindOrder, "event_time", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","order_id":"A","revision":1,"event_time":"yesterday"}`
	}},
	{"event_time in the future", schemas.KindOrder, "event_time", "", func(k string, t int64) string {
		return order(k, t+3*dayMs, "")
	}},
	{"unknown channel", schemas.KindOrder, "channel", "", func(k string, t int64) string { return order(k, t, `,"channel":"B2X"`) }},
	{"unknown status", schemas.KindShipment, "status", "", func(k string, t int64) string { return shipment(k, t, `,"status":"GONE"`) }},
	{"unknown answer", schemas.KindEcertVerification, "status", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","e_cert_id":"CN-2026-0","platform":"CROSSNET","status":"MAYBE","checked_at":` + ms(t) + `}`
	}},
	{"no country", schemas.KindShipment, "destination_country", "", func(k string, t int64) string {
		return shipment(k, t, `,"destination_country":"U$"`)
	}},
	{"absurd amount", schemas.KindShipment, "declared_value", "", func(k string, t int64) string {
		return shipment(k, t, `,"declared_value":"900000000000.00"`)
	}},
	{"negative amount", schemas.KindShipment, "declared_value", "", func(k string, t int64) string {
		return shipment(k, t, `,"declared_value":"-129.90"`)
	}},
	{"amount is no number", schemas.KindOrder, "value", "", func(k string, t int64) string { return order(k, t, `,"value":"12,90"`) }},
	{"click_id too long", schemas.KindAdClick, "click_id", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","click_id":"` + strings.Repeat("x", 5000) + `","event_time":` + ms(t) + `}`
	}},
	{"no disposition code", schemas.KindDisposition, "code", "", func(k string, t int64) string {
		return `{"order_key":"` + k + `","shipment_id":"S","decision_id":"` + decisionID(k, "S") + `","version":1,"event_time":` + ms(t) + `}`
	}},
}

// value is the record's value, nil for a null one.
func (b *badRecord) value(timeMs int64) []byte {
	if b.sort.value == nil {
		return nil
	}
	return []byte(b.sort.value(b.orderKey, timeMs))
}

// ms is an instant as the wire has it.
func ms(t int64) string {
	return `"` + time.UnixMilli(t).UTC().Format("2006-01-02T15:04:05.000Z07:00") + `"`
}

func click(key string, t int64, more string) string {
	return `{"order_key":"` + key + `","click_id":"clk-bad","event_time":` + ms(t) + more + `}`
}

func order(key string, t int64, more string) string {
	return `{"order_key":"` + key + `","order_id":"SO-bad","revision":9,"event_time":` + ms(t) + more + `}`
}

func shipment(key string, t int64, more string) string {
	return `{"order_key":"` + key + `","shipment_id":"SHP-bad","revision":9,"event_time":` + ms(t) + more + `}`
}

// makeBad makes the bad records that go with the order, one of each sort in turn.
func (p *plan) makeBad(w *world) {
	first := w.o.badBefore(p.n)
	for i := range w.o.badAt(p.n) {
		sort := (first + i) % len(badSorts)
		b := badRecord{sort: &badSorts[sort], key: []byte(p.key), orderKey: p.key}
		switch b.sort.key {
		case "none":
			b.key = nil
		case "other":
			b.key = fmt.Append(nil, "other-", strconv.Itoa(p.n))
		}
		p.bad = append(p.bad, b)
	}
}
