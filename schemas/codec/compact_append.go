package codec

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// The compact form is what local state keeps of an event, and the bytes that say
// whether two records are the same one. One event has exactly one compact form,
// whatever format it came in:
//
//	record  = kind<<4 | version, message
//	message = uvarint set of the members present (bit i: the i-th of the layout),
//	          then these members in that order
//	text    = uvarint length, bytes
//	list    = uvarint count, elements
//	time, date, amount, revision = zigzag varint
//	code of a fixed set = one byte
const compactVersion = 1

// AppendAdClick appends the compact form of a click.
func AppendAdClick(dst []byte, e *schemas.AdClick) []byte {
	return appendRecord(dst, schemas.KindAdClick, unsafe.Pointer(e))
}

// AppendOrder appends the compact form of an order.
func AppendOrder(dst []byte, e *schemas.Order) []byte {
	return appendRecord(dst, schemas.KindOrder, unsafe.Pointer(e))
}

// AppendShipment appends the compact form of a shipment.
func AppendShipment(dst []byte, e *schemas.Shipment) []byte {
	return appendRecord(dst, schemas.KindShipment, unsafe.Pointer(e))
}

// AppendEcertVerification appends the compact form of a platform's answer.
func AppendEcertVerification(dst []byte, e *schemas.EcertVerification) []byte {
	return appendRecord(dst, schemas.KindEcertVerification, unsafe.Pointer(e))
}

// AppendDisposition appends the compact form of a disposition.
func AppendDisposition(dst []byte, e *schemas.Disposition) []byte {
	return appendRecord(dst, schemas.KindDisposition, unsafe.Pointer(e))
}

// AppendSellerSite appends the compact form of what is registered about a site.
// Lists that are nil and lists that are empty stay apart.
func AppendSellerSite(dst []byte, e *schemas.SellerSite) []byte {
	return appendRecord(dst, schemas.KindSellerSite, unsafe.Pointer(e))
}

func appendRecord(dst []byte, kind schemas.Kind, p unsafe.Pointer) []byte {
	return appendMessage(appendKind(dst, kind), layout.Inputs[kind], p)
}

func appendKind(dst []byte, kind schemas.Kind) []byte {
	return append(dst, byte(kind)<<4|compactVersion)
}

func appendMessage(dst []byte, l *layout.Layout, p unsafe.Pointer) []byte {
	return appendMembers(dst, l, p, members(l, p))
}

// appendAmong appends a message of which only members of a set can hold something. Mostly
// all of them do.
func appendAmong(dst []byte, l *layout.Layout, p unsafe.Pointer, among uint64) []byte {
	from := len(dst)
	dst = binary.AppendUvarint(dst, among)
	for set := among; set != 0; set &= set - 1 {
		f := &l.Fields[bits.TrailingZeros64(set)]
		at := unsafe.Add(p, f.Offset)
		if f.Kind == layout.String {
			if v := *(*string)(at); len(v) > 0 {
				dst = appendText(dst, v)
				continue
			}
		} else if has(f, at) {
			dst = appendMember(dst, f, at)
			continue
		}
		return appendMembers(dst[:from], l, p, membersAmong(l, p, among))
	}
	return dst
}

// appendMembers appends a message of which these members hold something.
func appendMembers(dst []byte, l *layout.Layout, p unsafe.Pointer, set uint64) []byte {
	dst = binary.AppendUvarint(dst, set)
	for ; set != 0; set &= set - 1 {
		f := &l.Fields[bits.TrailingZeros64(set)]
		at := unsafe.Add(p, f.Offset)
		if f.Kind == layout.String {
			dst = appendText(dst, *(*string)(at))
			continue
		}
		dst = appendMember(dst, f, at)
	}
	return dst
}

func appendMember(dst []byte, f *layout.Field, p unsafe.Pointer) []byte {
	switch f.Kind {
	case layout.String:
		return appendText(dst, *(*string)(p))
	case layout.Strings, layout.Registered:
		list := *(*[]string)(p)
		dst = binary.AppendUvarint(dst, uint64(len(list)))
		for _, v := range list {
			dst = appendText(dst, v)
		}
		return dst
	case layout.Time, layout.Int64:
		return binary.AppendVarint(dst, *(*int64)(p))
	case layout.Decimal:
		return binary.AppendVarint(dst, (*schemas.Decimal)(p).E4)
	case layout.Date:
		return binary.AppendVarint(dst, int64(*(*schemas.Date)(p)))
	case layout.Uint64:
		return binary.AppendUvarint(dst, *(*uint64)(p))
	case layout.Truth, layout.Enum:
		return append(dst, *(*byte)(p))
	case layout.Object:
		return appendMessage(dst, f.Sub, p)
	case layout.List:
		e, n := f.List.Elems(p)
		dst = binary.AppendUvarint(dst, uint64(n))
		for i := range n {
			dst = appendMessage(dst, f.Sub, unsafe.Add(e, uintptr(i)*f.List.Size))
		}
	}
	return dst
}

func appendText(dst []byte, v string) []byte {
	if len(v) < 0x80 {
		return append(append(dst, byte(len(v))), v...)
	}
	return append(binary.AppendUvarint(dst, uint64(len(v))), v...)
}

// Without is a compact form without the first members, so many texts: what is known of the
// record by where it is kept. It is made in the memory of record, one that this package
// wrote, which is void then.
func Without(record []byte, texts int) []byte {
	c := compact{b: record, i: 1}
	set := c.uvarint()
	for i := range texts {
		if set&(1<<i) != 0 {
			c.text()
		}
	}
	// What stands before the members that stay has room for the set of fewer members.
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = record[0]
	n := 1 + binary.PutUvarint(head[1:], set&^(1<<texts-1))
	copy(record[c.i-n:c.i], head[:n])
	return record[c.i-n:]
}
