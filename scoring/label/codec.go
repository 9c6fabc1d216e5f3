package label

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// codecVersion is the first byte of stored features. It changes with the layout. Layout 1
// had no ReferrerKind and no Notes: features that an older program stored are read as
// ones that say nothing about them.
const (
	codecVersion       = 2
	oldestCodecVersion = 1
)

// Bounds of stored features, so that hostile bytes cost no more memory than these.
const (
	MaxTargets  = 512
	MaxFindings = 64
)

// Errors of ReadFeatures.
var (
	ErrFeaturesVersion = errors.New("click features: layout of another version")
	ErrFeaturesCut     = errors.New("click features: cut short or malformed")
)

// AppendFeatures appends the compact stored form of f to dst.
func AppendFeatures(dst []byte, f *Features) []byte {
	dst = append(dst, codecVersion, byte(f.Source), byte(f.Referrer), byte(f.Channel))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(f.IDs))
	dst = binary.LittleEndian.AppendUint32(dst, f.GeoBuild)
	dst = append(dst, byte(f.ReferrerKind), byte(f.Notes))
	dst = binary.AppendVarint(dst, int64(f.EventTime))
	for _, s := range f.texts() {
		dst = appendText(dst, *s)
	}
	dst = binary.AppendUvarint(dst, uint64(min(len(f.Targets), MaxTargets)))
	for _, t := range f.Targets[:min(len(f.Targets), MaxTargets)] {
		dst = appendText(dst, t)
	}
	findings := f.Findings[:min(len(f.Findings), MaxFindings)]
	dst = binary.AppendUvarint(dst, uint64(len(findings)))
	for i := range findings {
		x := &findings[i]
		dst = append(dst, byte(x.Code))
		dst = appendText(dst, x.Field)
		dst = appendText(dst, x.Observed)
		dst = appendText(dst, x.Expected)
	}
	return dst
}

// ReadFeatures reads what AppendFeatures wrote. f's slices are reused; its strings
// alias b. Any bytes give features or an error, never a panic.
func ReadFeatures(b []byte, f *Features) error {
	f.reset()
	if len(b) < 10 {
		return ErrFeaturesCut
	}
	if b[0] < oldestCodecVersion || b[0] > codecVersion {
		return fmt.Errorf("%w: %d, this program reads %d to %d", ErrFeaturesVersion, b[0], oldestCodecVersion, codecVersion)
	}
	f.Source, f.Referrer, f.Channel = Network(b[1]), Network(b[2]), Channel(b[3])
	f.IDs = IDSet(binary.LittleEndian.Uint16(b[4:]))
	f.GeoBuild = binary.LittleEndian.Uint32(b[6:])
	r := reader{b: b[10:]}
	if b[0] >= 2 {
		f.ReferrerKind, f.Notes = Kind(r.byte()), Note(r.byte())
	}
	f.EventTime = schemas.Time(r.varint())
	for _, s := range f.texts() {
		*s = r.text()
	}
	for range r.count(MaxTargets) {
		f.Targets = append(f.Targets, r.text())
	}
	for range r.count(MaxFindings) {
		f.Findings = append(f.Findings, reason.Finding{
			Code: reason.Code(r.byte()), Field: r.text(), Observed: r.text(), Expected: r.text(),
		})
	}
	if r.bad || len(r.b) != 0 {
		f.reset()
		return ErrFeaturesCut
	}
	return nil
}

// texts is the text fields in the order of the stored form.
func (f *Features) texts() [14]*string {
	u := &f.UTM
	return [...]*string{
		&f.ClickID, &f.SiteHost, &f.Country, &f.FacebookPixelID, &f.BingCampaignID,
		&u.ID, &u.Source, &u.Medium, &u.Campaign, &u.SourcePlatform,
		&u.Term, &u.Content, &u.CreativeFormat, &u.MarketingTactic,
	}
}

func appendText(dst []byte, s string) []byte {
	if len(s) < 0x80 {
		dst = append(dst, byte(len(s)))
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
	}
	return append(dst, s...)
}

// reader takes values off stored features. After a fault it is bad and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() {
	r.bad, r.b = true, nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is a number of things to follow, none when it is over the bound.
func (r *reader) count(bound uint64) int {
	n := r.uvarint()
	if n > bound {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return ""
	}
	if n == 0 {
		return ""
	}
	s := unsafe.String(unsafe.SliceData(r.b), int(n))
	r.b = r.b[n:]
	return s
}
