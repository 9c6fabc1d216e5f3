package gen

import (
	"bytes"
	"strconv"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// arenaSize is how much memory values are cut from at a time.
const arenaSize = 1 << 18

// extraField is true of the records that carry a field no schema knows, which is fine.
func extraField(style uint8) bool { return style < 3 }

// value encodes an event into memory of its own.
func (g *Generator) value(p *plan, s *send) []byte {
	b := g.scratch[:0]
	framed, proto := g.style(s.style)
	switch {
	case proto:
		b = append(b, 0, 0, 0, 0, byte(s.kind), 0) // schema id; the file's first message
		b = appendProto(b, p, s)
	case framed:
		b = append(b, 0, 0, 0, 0, byte(10+s.kind))
		b = appendJSON(b, p, s)
	default:
		b = appendJSON(b, p, s)
	}
	g.scratch = b
	return g.keep(b)
}

// style says how a record is encoded. A record with an unknown field is plain JSON.
func (g *Generator) style(style uint8) (framed, proto bool) {
	if extraField(style) {
		return false, false
	}
	switch g.w.o.Format {
	case FormatProto:
		return true, true
	case FormatMixed:
		return style >= 156, style >= 206
	}
	return false, false
}

// keep copies b into the arena.
func (g *Generator) keep(b []byte) []byte {
	if cap(g.arena)-len(g.arena) < len(b) {
		g.arena = make([]byte, 0, max(arenaSize, len(b)))
	}
	at := len(g.arena)
	g.arena = append(g.arena, b...)
	return g.arena[at:len(g.arena):len(g.arena)]
}

func appendJSON(b []byte, p *plan, s *send) []byte {
	at := len(b)
	switch s.kind {
	case schemas.KindAdClick:
		b = codec.AppendAdClickJSON(b, &p.clicks[s.index])
	case schemas.KindOrder:
		b = codec.AppendOrderJSON(b, &p.orders[s.index])
	case schemas.KindShipment:
		b = codec.AppendShipmentJSON(b, &p.shipments[s.index])
	case schemas.KindEcertVerification:
		b = codec.AppendEcertVerificationJSON(b, &p.certs[s.index])
	case schemas.KindDisposition:
		b = codec.AppendDispositionJSON(b, &p.disps[s.index])
	}
	if extraField(s.style) {
		tail := bytes.Clone(b[at+1:])
		b = append(b[:at+1], `"x_batch":{"file":"export-`...)
		b = strconv.AppendInt(b, int64(p.n), 10)
		b = append(b, `.ndjson","lines":[1,2]},`...)
		b = append(b, tail...)
	}
	return b
}

func appendProto(b []byte, p *plan, s *send) []byte {
	switch s.kind {
	case schemas.KindAdClick:
		b = codec.AppendAdClickProto(b, &p.clicks[s.index])
	case schemas.KindOrder:
		b = codec.AppendOrderProto(b, &p.orders[s.index])
	case schemas.KindShipment:
		b = codec.AppendShipmentProto(b, &p.shipments[s.index])
	case schemas.KindEcertVerification:
		b = codec.AppendEcertVerificationProto(b, &p.certs[s.index])
	case schemas.KindDisposition:
		b = codec.AppendDispositionProto(b, &p.disps[s.index])
	}
	return b
}

func (g *Generator) siteValue(s *schemas.SellerSite) []byte {
	if g.w.o.Format == FormatProto {
		return codec.AppendSellerSiteProto([]byte{0, 0, 0, 0, byte(schemas.KindSellerSite), 0}, s)
	}
	return codec.AppendSellerSiteJSON(nil, s)
}
