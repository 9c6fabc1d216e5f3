package codec

import (
	"errors"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// A record cut off anywhere is a syntax error at a place within it, in every form,
// or, in Protobuf, a shorter record that lacks what it must have.
func TestRecordsCutOff(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	for n, text := range []string{clickJSON, orderJSON, shipmentJSON} {
		kind := kindOf(uint8(n))
		event, err := decodeAs(d, kind, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		compact, protobuf := appendCompact(event), appendProtobuf(event)
		for i := range len(text) {
			_, err := decodeAs(d, kind, []byte(text[:i]))
			var fe *schemas.FieldError
			if !syntaxWithin(err, i) && !(i == 0 && errors.As(err, &fe)) {
				t.Errorf("%s: %v", text[:i], err)
			}
		}
		for i := range compact {
			if _, err := readCompact(compact[:i:i], kind); !syntaxWithin(err, i) {
				t.Errorf("%x: %v", compact[:i], err)
			}
		}
		for i := range protobuf {
			_, err := decodeAs(d, kind, protobuf[:i:i])
			var fe *schemas.FieldError
			if err != nil && !syntaxWithin(err, i) && !errors.As(err, &fe) {
				t.Errorf("%x: %v", protobuf[:i], err)
			}
		}
	}
}

func syntaxWithin(err error, n int) bool {
	var se *schemas.SyntaxError
	return errors.As(err, &se) && se.Offset >= 0 && se.Offset <= n
}

func TestCompactFormRefusesWhatItCannotHold(t *testing.T) {
	order := byte(schemas.KindOrder)<<4 | compactVersion
	for name, b := range map[string][]byte{
		"another version":               {byte(schemas.KindOrder)<<4 | 2, 0},
		"another kind":                  {byte(schemas.KindAdClick)<<4 | compactVersion, 0},
		"a member that is not there":    {order, 0x80, 0x80, 0x80, 0x80, 0x01},
		"the member type":               {order, 0x80, 0x80, 0x08},
		"a set of more than 64 bits":    {order, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a text past the end":           {order, 1, 2, 'k'},
		"a text of a monstrous length":  {order, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a status of no name":           {order, 1 << 4, 2},
		"a list of a monstrous length":  {order, 0x80, 0x80, 0x02, 0xff, 0xff, 0xff, 0x7f},
		"something behind":              {order, 1, 1, 'k', 0},
		"a truth of no value":           {byte(schemas.KindShipment)<<4 | compactVersion, 0x80, 0x80, 0x10, 3},
		"a date past 32 bits":           {byte(schemas.KindDisposition)<<4 | compactVersion, 0x80, 0x02, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"nothing":                       {},
		"nothing behind the first byte": {order},
	} {
		kind := schemas.KindOrder
		if len(b) > 0 && b[0]>>4 > byte(schemas.KindOrder) {
			kind = schemas.Kind(b[0] >> 4)
		}
		if event, err := readCompact(b, kind); !syntaxWithin(err, len(b)) {
			t.Errorf("%s: %v, %+v", name, err, event)
		}
	}
}
