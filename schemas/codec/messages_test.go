package codec

import (
	"reflect"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// fill draws a message that the Validate methods accept. Each member is left out
// now and then, unless it is required.
func fill(t *rapid.T, l *layout.Layout, p unsafe.Pointer) {
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Required || f.Always && !l.Input && f.Kind != layout.List || rapid.Bool().Draw(t, f.Name+" there") {
			fillMember(t, f, unsafe.Add(p, f.Offset))
		}
	}
}

func fillMember(t *rapid.T, f *layout.Field, p unsafe.Pointer) {
	switch f.Kind {
	case layout.String:
		*(*string)(p) = textOf(f.Form).Draw(t, f.Name)
	case layout.Strings:
		*(*[]string)(p) = rapid.SliceOfN(textOf(f.Form), 1, 4).Draw(t, f.Name)
	case layout.Registered:
		*(*[]string)(p) = rapid.SliceOfN(textOf(f.Form), 0, 4).Draw(t, f.Name)
	case layout.Time, layout.Millis:
		*(*int64)(p) = rapid.Int64Range(int64(schemas.MinTime), int64(schemas.MaxTime)).Draw(t, f.Name)
	case layout.Date:
		*(*schemas.Date)(p) = schemas.Date(rapid.Int32Range(int32(schemas.MinDate), int32(schemas.MaxDate)).
			Filter(func(d int32) bool { return d != 0 }).Draw(t, f.Name))
	case layout.Decimal:
		*(*schemas.Decimal)(p) = schemas.Decimal{E4: rapid.Int64Range(0, 1e15).Draw(t, f.Name), Set: true}
	case layout.Sum:
		*(*schemas.Sum)(p) = schemas.Sum{Hi: rapid.Int64Range(-1<<40, 1<<40).Draw(t, f.Name), Lo: rapid.Uint64().Draw(t, f.Name)}
	case layout.Truth:
		*(*schemas.Bool)(p) = rapid.SampledFrom([]schemas.Bool{schemas.True, schemas.False}).Draw(t, f.Name)
	case layout.Flag:
		*(*bool)(p) = rapid.Bool().Draw(t, f.Name)
	case layout.Int32:
		*(*int32)(p) = rapid.Int32().Draw(t, f.Name)
	case layout.Int64:
		*(*int64)(p) = rapid.Int64Min(0).Draw(t, f.Name)
	case layout.Uint32:
		*(*uint32)(p) = rapid.Uint32().Draw(t, f.Name)
	case layout.Uint64, layout.Hash:
		*(*uint64)(p) = rapid.Uint64().Draw(t, f.Name)
	case layout.ID:
		copy((*schemas.DecisionID)(p)[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, f.Name))
	case layout.Enum:
		*(*uint8)(p) = uint8(rapid.IntRange(f.First, len(f.Names)-1).Draw(t, f.Name))
	case layout.Object:
		if f.Present >= 0 {
			*(*bool)(unsafe.Add(p, f.Present)) = true
		}
		fill(t, f.Sub, p)
	case layout.List:
		for range rapid.IntRange(1, 3).Draw(t, f.Name) {
			fill(t, f.Sub, f.List.Grow(p))
		}
	case layout.Offsets:
		*(*map[string]int64)(p) = rapid.MapOfN(rapid.String(), rapid.Int64(), 1, 4).Draw(t, f.Name)
	}
}

// textOf draws texts of a form.
func textOf(form layout.Form) *rapid.Generator[string] {
	switch form {
	case layout.Country:
		return rapid.SampledFrom([]string{"US", "MX", "CA", "CN"})
	case layout.Target:
		return rapid.SampledFrom([]string{"US", "EU", "latin_america", "DACH-1"})
	case layout.Currency:
		return rapid.SampledFrom([]string{"USD", "EUR"})
	case layout.Channel:
		return rapid.SampledFrom([]string{"B2B", "B2C"})
	case layout.Port:
		return rapid.SampledFrom([]string{"2704", "USLAX"})
	case layout.HS:
		return rapid.SampledFrom([]string{"85", "8518.30", "8518.30.20.00", "851830"})
	case layout.HS6:
		return rapid.SampledFrom([]string{"851830", "8518.30"})
	case layout.SPI:
		return rapid.SampledFrom([]string{"S", "S+", "A*", "CA"})
	case layout.LabelName:
		return rapid.SampledFrom(schemas.RegisteredFields[:])
	case layout.HexID:
		return rapid.StringMatching(`[0-9a-f]{32}`)
	case layout.Code:
		return rapid.SampledFrom([]string{"1A", "RELEASED", "OVERRIDDEN"})
	}
	return rapid.StringN(1, 12, 48)
}

// fresh is a new message of a layout, and its memory.
func fresh(l *layout.Layout) (any, unsafe.Pointer) {
	v := reflect.New(l.Type)
	return v.Interface(), v.UnsafePointer()
}

func newReader() *reader {
	limits := schemas.DefaultLimits()
	return &reader{limits: &limits}
}

func everyMessage() []*layout.Layout {
	return append(layout.Inputs[1:len(layout.Inputs):len(layout.Inputs)], layout.Outputs[:]...)
}

// decodeAs reads and validates b as an event of a kind.
func decodeAs(d *Decoder, kind schemas.Kind, b []byte) (event any, err error) {
	switch kind {
	case schemas.KindAdClick:
		event = new(schemas.AdClick)
		err = d.AdClick(b, event.(*schemas.AdClick))
	case schemas.KindOrder:
		event = new(schemas.Order)
		err = d.Order(b, event.(*schemas.Order))
	case schemas.KindShipment:
		event = new(schemas.Shipment)
		err = d.Shipment(b, event.(*schemas.Shipment))
	case schemas.KindEcertVerification:
		event = new(schemas.EcertVerification)
		err = d.EcertVerification(b, event.(*schemas.EcertVerification))
	case schemas.KindDisposition:
		event = new(schemas.Disposition)
		err = d.Disposition(b, event.(*schemas.Disposition))
	default:
		event = new(schemas.SellerSite)
		err = d.SellerSite(b, event.(*schemas.SellerSite))
	}
	return event, err
}

func appendCompact(event any) []byte {
	switch e := event.(type) {
	case *schemas.AdClick:
		return AppendAdClick(nil, e)
	case *schemas.Order:
		return AppendOrder(nil, e)
	case *schemas.Shipment:
		return AppendShipment(nil, e)
	case *schemas.EcertVerification:
		return AppendEcertVerification(nil, e)
	case *schemas.Disposition:
		return AppendDisposition(nil, e)
	}
	return AppendSellerSite(nil, event.(*schemas.SellerSite))
}

func readCompact(b []byte, kind schemas.Kind) (event any, err error) {
	switch kind {
	case schemas.KindAdClick:
		event = new(schemas.AdClick)
		err = ReadAdClick(b, event.(*schemas.AdClick))
	case schemas.KindOrder:
		event = new(schemas.Order)
		err = ReadOrder(b, event.(*schemas.Order))
	case schemas.KindShipment:
		event = new(schemas.Shipment)
		err = ReadShipment(b, event.(*schemas.Shipment))
	case schemas.KindEcertVerification:
		event = new(schemas.EcertVerification)
		err = ReadEcertVerification(b, event.(*schemas.EcertVerification))
	case schemas.KindDisposition:
		event = new(schemas.Disposition)
		err = ReadDisposition(b, event.(*schemas.Disposition))
	default:
		event = new(schemas.SellerSite)
		err = ReadSellerSite(b, event.(*schemas.SellerSite))
	}
	return event, err
}

func appendJSON(event any) []byte {
	switch e := event.(type) {
	case *schemas.AdClick:
		return AppendAdClickJSON(nil, e)
	case *schemas.Order:
		return AppendOrderJSON(nil, e)
	case *schemas.Shipment:
		return AppendShipmentJSON(nil, e)
	case *schemas.EcertVerification:
		return AppendEcertVerificationJSON(nil, e)
	case *schemas.Disposition:
		return AppendDispositionJSON(nil, e)
	}
	return AppendSellerSiteJSON(nil, event.(*schemas.SellerSite))
}

func appendProtobuf(event any) []byte {
	switch e := event.(type) {
	case *schemas.AdClick:
		return AppendAdClickProto(nil, e)
	case *schemas.Order:
		return AppendOrderProto(nil, e)
	case *schemas.Shipment:
		return AppendShipmentProto(nil, e)
	case *schemas.EcertVerification:
		return AppendEcertVerificationProto(nil, e)
	case *schemas.Disposition:
		return AppendDispositionProto(nil, e)
	}
	return AppendSellerSiteProto(nil, event.(*schemas.SellerSite))
}
