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

// Of makes m the mark of a decision's verdict and version, whose texts it shares.
func (m *Mark) Of(v *schemas.Verdict, version uint64) {
	d := &v.Dimensions
	m.set(v)
	c := &m.Cell
	c.SellerID, c.SiteHost, c.OriginCountry, c.HSChapter = d.SellerID, d.SiteHost, d.OriginCountry, d.HSChapter
	c.ChannelGroup, c.Platform, c.LabelClass, c.AdNetwork, c.Campaign = d.ChannelGroup, d.Platform, d.LabelClass, d.AdNetwork, d.Campaign
	c.Epoch = Epoch(version)
}

// OfFirst makes m the mark of the first version, for decisions that were published before
// there were epochs: it counts in the cells that they were counted in then.
func (m *Mark) OfFirst(v *schemas.Verdict) {
	m.set(v)
	m.first = true
	if len(m.Reasons) > 0 { // else seller and site were not counted
		m.Cell.SellerID, m.Cell.SiteHost = v.Dimensions.SellerID, v.Dimensions.SiteHost
	}
}

// set sets what marks of both versions have.
func (m *Mark) set(v *schemas.Verdict) {
	d, reasons := &v.Dimensions, v.Reasons
	*m = Mark{EventTime: d.EventTime, Value: d.DeclaredValue, Reasons: m.Reasons[:0]}
	m.Cell.Route, m.Cell.PreferenceStatus, m.Cell.Port, m.Cell.Currency = v.Route, v.PreferenceStatus, d.Port, d.Currency
	for i := range reasons {
		if i == 0 || reasons[i].Code != reasons[i-1].Code { // they are ordered by code
			m.Reasons = append(m.Reasons, reasons[i].Code)
		}
	}
}

// AppendMark appends the mark of a decision's verdict and version to dst.
func AppendMark(dst []byte, v *schemas.Verdict, version uint64) []byte {
	var m Mark
	m.Of(v, version)
	return m.Append(dst)
}

// Append appends a mark to dst, to be read by ReadMark.
func (m *Mark) Append(dst []byte) []byte {
	if m.first {
		return m.appendFirst(dst)
	}
	const valued = 1 << 7
	c := &m.Cell
	codes := byte(c.Route) | byte(c.PreferenceStatus)<<3
	if m.Value.Set {
		codes |= valued
	}
	dst = append(dst, markVersion, codes)
	dst = binary.AppendVarint(dst, int64(m.EventTime))
	dst = binary.AppendVarint(dst, int64(c.Epoch)-int64(floor(m.EventTime, dayMs)/dayMs)) // mostly a small number
	if m.Value.Set {
		dst = binary.AppendVarint(dst, m.Value.E4)
	}
	dst = appendText(dst, c.Port)
	dst = appendWord(dst, c.Currency)
	dst = appendText(dst, c.SellerID)
	dst = appendText(dst, c.SiteHost)
	dst = appendText(dst, c.OriginCountry)
	dst = appendText(dst, c.HSChapter)
	dst = appendWord(dst, c.ChannelGroup)
	dst = appendWord(dst, c.Platform)
	dst = appendWord(dst, c.LabelClass)
	dst = appendWord(dst, c.AdNetwork)
	dst = appendText(dst, c.Campaign)
	for _, code := range m.Reasons {
		dst = appendWord(dst, code)
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

func (m *Mark) appendFirst(dst []byte) []byte {
	c := &m.Cell
	dst = append(dst, firstMark, byte(c.Route), byte(c.PreferenceStatus))
	dst = binary.AppendVarint(dst, int64(m.EventTime))
	dst = appendString(dst, c.Port)
	dst = appendString(dst, c.Currency)
	if m.Value.Set {
		dst = append(dst, 1)
		dst = binary.AppendVarint(dst, m.Value.E4)
	} else {
		dst = append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(m.Reasons)))
	if len(m.Reasons) == 0 {
		return dst
	}
	for _, code := range m.Reasons {
		dst = appendString(dst, code)
	}
	dst = appendString(dst, c.SellerID)
	return appendString(dst, c.SiteHost)
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
