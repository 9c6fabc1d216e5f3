package packtest

import (
	"encoding/json"
	"errors"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/strict"
)

// checker reads events as the stream does, and finds members that no schema has, which the
// stream skips: in a test case they are slips.
type checker struct {
	decoder *codec.Decoder
}

func newChecker() *checker { return &checker{codec.NewDecoder(schemas.DefaultLimits())} }

// check is what is wrong with an event; allowed is empty for nothing.
func (c *checker) check(line []byte) (path, value, allowed string) {
	kind, err := codec.TypeOf(line)
	before := c.decoder.UnknownFields()
	if err == nil {
		err = c.decode(kind, line)
	}
	var field *schemas.FieldError
	switch {
	case errors.As(err, &field):
		if field.Value == "" {
			return field.Field, "missing or empty", field.Allowed
		}
		return field.Field, field.Value, field.Allowed
	case err != nil:
		return decide.RejectOf(err).Field, strict.Quote(err.Error()), "an event as in schemas/jsonschema"
	case c.decoder.UnknownFields() != before:
		return c.unknown(kind, line), "no such member", "the members of schemas/jsonschema/" + kind.String() + ".json"
	}
	return "", "", ""
}

func (c *checker) decode(kind schemas.Kind, line []byte) error {
	switch kind {
	case schemas.KindAdClick:
		return c.decoder.AdClick(line, new(schemas.AdClick))
	case schemas.KindOrder:
		return c.decoder.Order(line, new(schemas.Order))
	case schemas.KindShipment:
		return c.decoder.Shipment(line, new(schemas.Shipment))
	case schemas.KindEcertVerification:
		return c.decoder.EcertVerification(line, new(schemas.EcertVerification))
	case schemas.KindDisposition:
		return c.decoder.Disposition(line, new(schemas.Disposition))
	}
	return c.decoder.SellerSite(line, new(schemas.SellerSite))
}

// unknown is the member without which none is unknown, or in which one is.
func (c *checker) unknown(kind schemas.Kind, line []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil {
		return ""
	}
	for _, name := range sorted(members) {
		one, err := json.Marshal(map[string]json.RawMessage{name: members[name]})
		before := c.decoder.UnknownFields()
		if err != nil || name == "type" {
			continue
		}
		_ = c.decode(kind, one) // that the others are missing is no news
		if c.decoder.UnknownFields() != before {
			return name
		}
	}
	return ""
}
