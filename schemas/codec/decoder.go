package codec

import (
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Decoder turns records into events, whatever their format. Its rules for JSON:
// valid JSON and nothing behind it; no known member twice; a member that is not
// known is counted and skipped; null is as good as left out; times are RFC 3339 or
// integer Unix milliseconds; amounts are decimal strings, a quantity may be an
// integer; codes are taken as they are, so "us" is refused, not corrected.
//
// An event's strings alias the record or the decoder's own memory: they are valid
// until the record's memory is reused or the decoder's next call. One goroutine
// owns a decoder.
type Decoder struct {
	r      reader
	limits schemas.Limits
	last   unsafe.Pointer // what was read last
	kind   schemas.Kind   // of it
}

// NewDecoder makes a decoder that holds events to the limits.
func NewDecoder(l schemas.Limits) *Decoder {
	d := &Decoder{limits: l}
	d.r.limits = &d.limits
	return d
}

// UnknownFields is the number of members skipped since the decoder was made
// because their names, or Protobuf numbers, are not known.
func (d *Decoder) UnknownFields() uint64 { return d.r.unknown }

// AppendCompact appends the compact form of the event read last, while it stands as it
// was read. It saves looking for the members that the record did not have.
func (d *Decoder) AppendCompact(dst []byte) []byte {
	l := layout.Inputs[d.kind]
	return appendAmong(appendKind(dst, d.kind), l, d.last, d.r.seen&l.Held)
}

// decode reads b into the message of a kind at p, which is empty.
func (d *Decoder) decode(b []byte, kind schemas.Kind, p unsafe.Pointer) error {
	if len(b) > d.limits.RecordBytes {
		return &schemas.FieldError{
			Field: "record", Value: strconv.Itoa(len(b)) + " bytes",
			Allowed: "at most " + strconv.Itoa(d.limits.RecordBytes) + " bytes",
		}
	}
	d.kind, d.last = kind, p
	return d.r.readAny(b, layout.Inputs[kind], p)
}

// AdClick reads and validates a click. dst is overwritten; its slices are reused.
func (d *Decoder) AdClick(b []byte, dst *schemas.AdClick) error {
	*dst = schemas.AdClick{TargetCountries: dst.TargetCountries[:0]}
	if err := d.decode(b, schemas.KindAdClick, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// Order reads and validates an order. dst is overwritten; its slices are reused.
func (d *Decoder) Order(b []byte, dst *schemas.Order) error {
	*dst = schemas.Order{Items: dst.Items[:0]}
	if err := d.decode(b, schemas.KindOrder, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// Shipment reads and validates a shipment. dst is overwritten; its slices are reused.
func (d *Decoder) Shipment(b []byte, dst *schemas.Shipment) error {
	*dst = schemas.Shipment{HSCodes: dst.HSCodes[:0]}
	if err := d.decode(b, schemas.KindShipment, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// EcertVerification reads and validates a platform's answer. dst is overwritten;
// its slices are reused.
func (d *Decoder) EcertVerification(b []byte, dst *schemas.EcertVerification) error {
	*dst = schemas.EcertVerification{HS6: dst.HS6[:0]}
	if err := d.decode(b, schemas.KindEcertVerification, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// Disposition reads and validates a disposition. dst is overwritten.
func (d *Decoder) Disposition(b []byte, dst *schemas.Disposition) error {
	*dst = schemas.Disposition{}
	if err := d.decode(b, schemas.KindDisposition, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// SellerSite reads and validates what is registered about a site. dst is
// overwritten; its lists are made anew, because nil and empty differ in them.
func (d *Decoder) SellerSite(b []byte, dst *schemas.SellerSite) error {
	*dst = schemas.SellerSite{}
	if err := d.decode(b, schemas.KindSellerSite, unsafe.Pointer(dst)); err != nil {
		return err
	}
	return dst.Validate(&d.limits)
}

// TypeOf reads the "type" member of a JSON object and no further. The error is a
// *SyntaxError or a *FieldError.
func TypeOf(b []byte) (schemas.Kind, error) {
	s := scanner{b: b, depth: schemas.DefaultLimits().Depth}
	if s.space() != '{' {
		return 0, s.fail("expected an object")
	}
	s.i++
	for first := true; ; first = false {
		done, err := s.more(first, '}')
		if err != nil {
			return 0, err
		}
		if done {
			return 0, &schemas.FieldError{Field: "type", Allowed: allowedKinds}
		}
		if s.space() != '"' {
			return 0, s.fail("expected a member's name")
		}
		name, err := s.str()
		if err != nil {
			return 0, err
		}
		if s.space() != ':' {
			return 0, s.fail("expected a colon")
		}
		s.i++
		start := s.i
		if name != "type" || s.space() != '"' {
			if err := s.skip(); err != nil {
				return 0, err
			}
			if name == "type" {
				return 0, schemas.NewFieldError("type", alias(b[start:s.i]), allowedKinds)
			}
			continue
		}
		v, err := s.str()
		if err != nil {
			return 0, err
		}
		if kind := schemas.ParseKind(v); kind != schemas.KindUnknown {
			return kind, nil
		}
		return 0, schemas.NewFieldError("type", v, allowedKinds)
	}
}

const allowedKinds = "ad_click, order, shipment, ecert_verification, disposition, seller_site"
