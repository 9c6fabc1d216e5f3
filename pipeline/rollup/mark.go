package rollup

import (
	"encoding/binary"
	"errors"

	"github.com/clearlane/clearlane/schemas"
)

// The first byte of an encoded mark. Marks of the first version are those of decisions
// published before there were epochs: they count in two grains only, in epoch 0.
const (
	firstMark   = 1
	markVersion = 2
)

// Mark is what one published decision contributes to the roll-ups: enough to take it out
// of its cells again when the decision is revised.
type Mark struct {
	// Cell has all dimensions of the decision and its epoch; no grain, time or reason.
	Cell      schemas.Cell
	EventTime schemas.Time
	Value     schemas.Decimal
	Reasons   []string // distinct codes
	first     bool     // of the first version
}

var errMark = errors.New("roll-up mark: not in a known form")

// Epoch is the epoch of a decision's version: its day.
func Epoch(version uint64) uint32 { return uint32(version / dayMs) }

// AppendMark appends the mark of a decision's verdict and version to dst.
func AppendMark(dst []byte, v *schemas.Verdict, version uint64) []byte {
	const valued = 1 << 7
	d := &v.Dimensions
	codes := byte(v.Route) | byte(v.PreferenceStatus)<<3
	if d.DeclaredValue.Set {
		codes |= valued
	}
	dst = append(dst, markVersion, codes)
	dst = binary.AppendVarint(dst, int64(d.EventTime))
	dst = binary.AppendVarint(dst, int64(Epoch(version))-int64(floor(d.EventTime, dayMs)/dayMs)) // mostly a small number
	if d.DeclaredValue.Set {
		dst = binary.AppendVarint(dst, d.DeclaredValue.E4)
	}
	dst = appendText(dst, d.Port)
	dst = appendWord(dst, d.Currency)
	dst = appendText(dst, d.SellerID)
	dst = appendText(dst, d.SiteHost)
	dst = appendText(dst, d.OriginCountry)
	dst = appendText(dst, d.HSChapter)
	dst = appendWord(dst, d.ChannelGroup)
	dst = appendWord(dst, d.Platform)
	dst = appendWord(dst, d.LabelClass)
	dst = appendWord(dst, d.AdNetwork)
	dst = appendText(dst, d.Campaign)
	for i := range v.Reasons {
		if first(v.Reasons, i) {
			dst = appendWord(dst, v.Reasons[i].Code)
		}
	}
	return dst
}

// ReadMark reads what AppendMark wrote, in this release or an earlier one. The mark's
// strings alias b.
func ReadMark(b []byte, m *Mark) error {
	if len(b) < 3 {
		return errMark
	}
	switch b[0] {
	case firstMark:
		return readFirstMark(b, m)
	case markVersion:
	default:
		return errMark
	}
	*m = Mark{Reasons: m.Reasons[:0]}
	codes := b[1]
	r := reader{b: b[2:]}
	c := &m.Cell
	c.Route, c.PreferenceStatus = schemas.Route(codes&7), schemas.PreferenceStatus(codes>>3&7)
	m.EventTime = schemas.Time(r.varint())
	epoch := r.varint() + int64(floor(m.EventTime, dayMs)/dayMs)
	c.Epoch = uint32(epoch)
	if codes>>7 == 1 {
		m.Value = schemas.Decimal{E4: r.varint(), Set: true}
	}
	for _, s := range [...]*string{&c.Port, &c.Currency, &c.SellerID, &c.SiteHost, &c.OriginCountry, &c.HSChapter,
		&c.ChannelGroup, &c.Platform, &c.LabelClass, &c.AdNetwork, &c.Campaign} {
		*s = r.text()
	}
	for len(r.b) > 0 {
		m.Reasons = append(m.Reasons, r.text())
	}
	if r.bad || int64(c.Epoch) != epoch {
		return errMark
	}
	return nil
}

// AppendFirstMark appends the mark of the first version, for decisions that were published
// before there were epochs: it counts in the cells that they were counted in then.
func AppendFirstMark(dst []byte, v *schemas.Verdict) []byte {
	d := &v.Dimensions
	dst = append(dst, firstMark, byte(v.Route), byte(v.PreferenceStatus))
	dst = binary.AppendVarint(dst, int64(d.EventTime))
	dst = appendString(dst, d.Port)
	dst = appendString(dst, d.Currency)
	if d.DeclaredValue.Set {
		dst = append(dst, 1)
		dst = binary.AppendVarint(dst, d.DeclaredValue.E4)
	} else {
		dst = append(dst, 0)
	}
	codes := distinct(v.Reasons)
	dst = binary.AppendUvarint(dst, uint64(codes))
	if codes == 0 {
		return dst // seller and site were counted by reason only
	}
	for i := range v.Reasons {
		if first(v.Reasons, i) {
			dst = appendString(dst, v.Reasons[i].Code)
		}
	}
	dst = appendString(dst, d.SellerID)
	return appendString(dst, d.SiteHost)
}

// first is whether a reason is the first one of its code. Reasons are ordered by code, so
// equal ones are neighbours.
func first(reasons []schemas.Reason, i int) bool {
	return i == 0 || reasons[i].Code != reasons[i-1].Code
}

func distinct(reasons []schemas.Reason) (codes int) {
	for i := range reasons {
		if first(reasons, i) {
			codes++
		}
	}
	return codes
}

// readFirstMark reads a mark of the first version.
func readFirstMark(b []byte, m *Mark) error {
	r := reader{b: b[3:]}
	*m = Mark{Reasons: m.Reasons[:0], first: true}
	c := &m.Cell
	c.Route, c.PreferenceStatus = schemas.Route(b[1]), schemas.PreferenceStatus(b[2])
	m.EventTime = schemas.Time(r.varint())
	c.Port = r.string()
	c.Currency = r.string()
	if r.byte() == 1 {
		m.Value = schemas.Decimal{E4: r.varint(), Set: true}
	}
	n := r.uvarint()
	for i := uint64(0); i < n && !r.bad; i++ {
		m.Reasons = append(m.Reasons, r.string())
	}
	if n > 0 {
		c.SellerID = r.string()
		c.SiteHost = r.string()
	}
	if r.bad || len(r.b) > 0 {
		return errMark
	}
	return nil
}
