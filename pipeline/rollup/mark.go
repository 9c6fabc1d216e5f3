package rollup

import (
	"encoding/binary"
	"errors"

	"github.com/clearlane/clearlane/schemas"
)

// markVersion is the first byte of an encoded mark.
const markVersion = 1

// Mark is what one published decision contributes to the roll-ups: enough to take
// it out of its cells again when the decision is revised.
type Mark struct {
	Route            schemas.Route
	PreferenceStatus schemas.PreferenceStatus
	EventTime        schemas.Time
	Port             string
	Currency         string
	Value            schemas.Decimal
	SellerID         string
	SiteHost         string
	Reasons          []string // distinct codes
}

var errMark = errors.New("roll-up mark: not in a known form")

// AppendMark appends the mark of a verdict to dst.
func AppendMark(dst []byte, v *schemas.Verdict) []byte {
	d := &v.Dimensions
	dst = append(dst, markVersion, byte(v.Route), byte(v.PreferenceStatus))
	dst = binary.AppendVarint(dst, int64(d.EventTime))
	dst = appendString(dst, d.Port)
	dst = appendString(dst, d.Currency)
	if d.DeclaredValue.Set {
		dst = append(dst, 1)
		dst = binary.AppendVarint(dst, d.DeclaredValue.E4)
	} else {
		dst = append(dst, 0)
	}
	codes := 0
	for i := range v.Reasons { // reasons are ordered by code, so equal ones are neighbours
		if i == 0 || v.Reasons[i].Code != v.Reasons[i-1].Code {
			codes++
		}
	}
	dst = binary.AppendUvarint(dst, uint64(codes))
	if codes == 0 {
		return dst // seller and site only count by reason
	}
	for i := range v.Reasons {
		if i == 0 || v.Reasons[i].Code != v.Reasons[i-1].Code {
			dst = appendString(dst, v.Reasons[i].Code)
		}
	}
	dst = appendString(dst, d.SellerID)
	return appendString(dst, d.SiteHost)
}

// ReadMark reads what AppendMark wrote. The mark's strings alias b.
func ReadMark(b []byte, m *Mark) error {
	if len(b) < 3 || b[0] != markVersion {
		return errMark
	}
	r := reader{b: b[3:]}
	*m = Mark{Route: schemas.Route(b[1]), PreferenceStatus: schemas.PreferenceStatus(b[2]), Reasons: m.Reasons[:0]}
	m.EventTime = schemas.Time(r.varint())
	m.Port = r.string()
	m.Currency = r.string()
	if r.byte() == 1 {
		m.Value = schemas.Decimal{E4: r.varint(), Set: true}
	}
	n := r.uvarint()
	for i := uint64(0); i < n && !r.bad; i++ {
		m.Reasons = append(m.Reasons, r.string())
	}
	if n > 0 {
		m.SellerID = r.string()
		m.SiteHost = r.string()
	}
	if r.bad || len(r.b) > 0 {
		return errMark
	}
	return nil
}
