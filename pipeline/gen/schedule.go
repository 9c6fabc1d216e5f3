package gen

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/clearlane/clearlane/schemas"
	"github.com/twmb/murmur3"
)

// send is one record of an order as it goes out.
type send struct {
	at        int64 // when it is sent, Unix ms: what the stream is sorted by
	timeMs    int64 // the record's timestamp, up to the skew before at
	kind      schemas.Kind
	index     int32 // of the event among the plan's of that kind; of bad when bad
	bad       bool
	duplicate bool  // sent before, byte by byte
	stale     bool  // a newer revision was sent before, of a duplicate as well
	style     uint8 // how the value is encoded, the same for a duplicate
}

// maxSkew is by how many ms record timestamps may be out of order in the stream.
const maxSkew = 2000

// schedule decides when each record is sent. Delays are those of a working sender:
// some ms, a straggler now and then; everything stays inside the order's window.
func (p *plan) schedule(r *rng) {
	for i := range len(p.shipments) {
		s := p.shipments[i]
		for rev := int64(1); rev < s.Revision; rev++ {
			p.shipments = append(p.shipments, p.olderShipment(r, s, rev))
		}
	}
	p.sends = make([]send, 0, len(p.clicks)+len(p.orders)+len(p.shipments)+len(p.certs)+len(p.disps)+len(p.bad)+1)
	for i := range p.clicks {
		// Clicks come from the collector in batches, so an old one is sent late.
		at := max(int64(p.clicks[i].EventTime), p.at(r, 0, 180))
		p.send(r, schemas.KindAdClick, i, at, 80)
	}
	for i := range p.orders {
		p.send(r, schemas.KindOrder, i, int64(p.orders[i].EventTime), 60)
	}
	for i := range p.shipments {
		p.send(r, schemas.KindShipment, i, int64(p.shipments[i].EventTime), 30)
	}
	for i := range p.certs {
		p.send(r, schemas.KindEcertVerification, i, int64(p.certs[i].CheckedAt), 60)
	}
	for i := range p.disps {
		p.send(r, schemas.KindDisposition, i, int64(p.disps[i].EventTime), 20)
	}
	for i := range p.bad {
		at := p.at(r, 100, 900)
		p.sends = append(p.sends, send{at: at, timeMs: at, kind: p.bad[i].sort.kind, index: int32(i), bad: true})
	}
	slices.SortStableFunc(p.sends, func(a, b send) int { return cmp.Compare(a.at, b.at) })
	p.markStale()
}

// send plans one event: late so many times of a thousand, and twice now and then.
func (p *plan) send(r *rng, kind schemas.Kind, index int, eventMs int64, late int) {
	end := p.base + p.width
	delay := r.between(1, min(3000, p.width/20))
	if r.perMille(late) {
		delay += r.between(p.width/10, p.width/3)
	}
	s := send{kind: kind, index: int32(index), style: uint8(r.n(256))}
	s.timeMs = min(eventMs+delay, end)
	s.at = s.timeMs + r.between(0, min(maxSkew, p.width/50))
	p.sends = append(p.sends, s)
	if r.perMille(20) {
		s.duplicate = true
		s.timeMs = min(s.timeMs+r.between(1, p.width/10), end)
		s.at = max(s.timeMs, s.at)
		p.sends = append(p.sends, s)
	}
}

// markStale finds the records that come after a newer revision of the same thing.
func (p *plan) markStale() {
	newest := make(map[string]int64, 4)
	for i := range p.sends {
		s := &p.sends[i]
		if s.bad {
			continue
		}
		var name string
		var rev int64
		switch s.kind {
		case schemas.KindOrder:
			name, rev = "order", p.orders[s.index].Revision
		case schemas.KindShipment:
			name, rev = p.shipments[s.index].ShipmentID, p.shipments[s.index].Revision
		case schemas.KindEcertVerification:
			name, rev = p.certs[s.index].EcertID, int64(p.certs[s.index].CheckedAt)
		default:
			continue
		}
		s.stale = rev < newest[name]
		newest[name] = max(newest[name], rev)
	}
}

// decisionID names a subject, as schemas.DecisionID says.
func decisionID(orderKey, shipmentID string) string {
	b := binary.AppendUvarint(nil, uint64(len(orderKey)))
	b = append(b, orderKey...)
	b = binary.AppendUvarint(b, uint64(len(shipmentID)))
	b = append(b, shipmentID...)
	h1, h2 := murmur3.Sum128(b)
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], h1)
	binary.BigEndian.PutUint64(id[8:], h2)
	return hex.EncodeToString(id[:])
}
