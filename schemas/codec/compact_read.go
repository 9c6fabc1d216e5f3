package codec

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// ReadAdClick reads the compact form of a click. e is overwritten, its slices are
// reused, its strings alias b. Like its siblings it refuses bytes that are no
// compact form with a *schemas.SyntaxError, and validates nothing: the compact
// form is made of valid events.
func ReadAdClick(b []byte, e *schemas.AdClick) error {
	*e = schemas.AdClick{TargetCountries: e.TargetCountries[:0]}
	return readRecord(b, schemas.KindAdClick, unsafe.Pointer(e))
}

// ReadOrder reads the compact form of an order, as ReadAdClick does.
func ReadOrder(b []byte, e *schemas.Order) error {
	*e = schemas.Order{Items: e.Items[:0]}
	return readRecord(b, schemas.KindOrder, unsafe.Pointer(e))
}

// ReadShipment reads the compact form of a shipment, as ReadAdClick does.
func ReadShipment(b []byte, e *schemas.Shipment) error {
	*e = schemas.Shipment{HSCodes: e.HSCodes[:0]}
	return readRecord(b, schemas.KindShipment, unsafe.Pointer(e))
}

// ReadEcertVerification reads the compact form of an answer, as ReadAdClick does.
func ReadEcertVerification(b []byte, e *schemas.EcertVerification) error {
	*e = schemas.EcertVerification{HS6: e.HS6[:0]}
	return readRecord(b, schemas.KindEcertVerification, unsafe.Pointer(e))
}

// ReadDisposition reads the compact form of a disposition, as ReadAdClick does.
func ReadDisposition(b []byte, e *schemas.Disposition) error {
	*e = schemas.Disposition{}
	return readRecord(b, schemas.KindDisposition, unsafe.Pointer(e))
}

// ReadSellerSite reads the compact form of a site, as ReadAdClick does; its lists
// are made anew.
func ReadSellerSite(b []byte, e *schemas.SellerSite) error {
	*e = schemas.SellerSite{}
	return readRecord(b, schemas.KindSellerSite, unsafe.Pointer(e))
}

func readRecord(b []byte, kind schemas.Kind, p unsafe.Pointer) error {
	c := compact{b: b, i: 1}
	if len(b) == 0 || b[0] != byte(kind)<<4|compactVersion {
		return &schemas.SyntaxError{What: "not the compact form, version 1, of " + kind.String()}
	}
	c.message(layout.Inputs[kind], p)
	if c.bad || c.i != len(b) {
		return &schemas.SyntaxError{Offset: min(c.i, len(b)), What: "not the compact form of " + kind.String()}
	}
	return nil
}

// compact reads the compact form. After a fault bad is set and all else is void.
type compact struct {
	b   []byte
	i   int
	bad bool
}

func (c *compact) uvarint() uint64 {
	if c.i < len(c.b) && c.b[c.i] < 0x80 {
		c.i++
		return uint64(c.b[c.i-1])
	}
	return c.longUvarint()
}

func (c *compact) longUvarint() uint64 {
	if rest := c.b[min(c.i, len(c.b)):]; len(rest) >= 8 {
		if v, n := shortUvarint(binary.LittleEndian.Uint64(rest)); n > 0 {
			c.i += n
			return v
		}
	}
	v, n := binary.Uvarint(c.b[min(c.i, len(c.b)):])
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.i += n
	return v
}

// shortUvarint is the uvarint that eight bytes begin with, and how many it takes: 0 where it is
// longer. The groups of seven bits move together in pairs, without a loop.
func shortUvarint(x uint64) (v uint64, n int) {
	last := ^x & highs
	if last == 0 {
		return 0, 0
	}
	n = bits.TrailingZeros64(last)>>3 + 1
	x &= 1<<(8*n) - 1
	x &^= highs
	x = x&0x007f007f007f007f | x&0x7f007f007f007f00>>1
	x = x&0x00003fff00003fff | x&0x3fff00003fff0000>>2
	return x&0x0fffffff | x>>32<<28, n
}

func (c *compact) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (c *compact) byte() byte {
	if c.i >= len(c.b) {
		c.bad = true
		return 0
	}
	c.i++
	return c.b[c.i-1]
}

func (c *compact) text() string {
	n := c.uvarint()
	if n > uint64(len(c.b)-c.i) {
		c.bad = true
		return ""
	}
	v := alias(c.b[c.i : c.i+int(n)])
	c.i += int(n)
	return v
}

// count is the number of elements of a list, each of which takes a byte at least.
func (c *compact) count() int {
	n := c.uvarint()
	if n > uint64(len(c.b)-c.i) {
		c.bad = true
		return 0
	}
	return int(n)
}

func (c *compact) message(l *layout.Layout, p unsafe.Pointer) {
	set := c.uvarint()
	if bits.Len64(set) > len(l.Fields) {
		c.bad = true
		return
	}
	for ; set != 0 && !c.bad; set &= set - 1 {
		f := &l.Fields[bits.TrailingZeros64(set)]
		at := unsafe.Add(p, f.Offset)
		if f.Kind == layout.String {
			*(*string)(at) = c.text()
			continue
		}
		c.member(f, at)
	}
}

func (c *compact) member(f *layout.Field, p unsafe.Pointer) {
	switch f.Kind {
	case layout.Strings, layout.Registered:
		n := c.count()
		list := *(*[]string)(p)
		if f.Kind == layout.Registered {
			list = []string{}
		}
		for ; n > 0 && !c.bad; n-- {
			list = append(list, c.text())
		}
		*(*[]string)(p) = list
	case layout.Time, layout.Int64:
		*(*int64)(p) = c.varint()
	case layout.Decimal:
		*(*schemas.Decimal)(p) = schemas.Decimal{E4: c.varint(), Set: true}
	case layout.Date:
		v := c.varint()
		c.bad = c.bad || v < math.MinInt32 || v > math.MaxInt32
		*(*schemas.Date)(p) = schemas.Date(v)
	case layout.Uint64:
		*(*uint64)(p) = c.uvarint()
	case layout.Truth:
		v := c.byte()
		c.bad = c.bad || v > byte(schemas.True)
		*(*byte)(p) = v
	case layout.Enum:
		v := c.byte()
		c.bad = c.bad || int(v) >= len(f.Names)
		*(*byte)(p) = v
	case layout.Object:
		if f.Present >= 0 {
			*(*bool)(unsafe.Add(p, f.Present)) = true
		}
		c.message(f.Sub, p)
	case layout.List:
		for n := c.count(); n > 0 && !c.bad; n-- {
			c.message(f.Sub, f.List.Grow(p))
		}
	default:
		c.bad = true
	}
}
