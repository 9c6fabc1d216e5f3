package policy

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/clearlane/clearlane/schemas"
)

const (
	maxBrandBytes = 128 // of a brand's name, normalised; a longer one is on no list
	maxPercent    = 100
)

// fileGoods is the section goods. Without brands nothing is found about goods.
type fileGoods struct {
	LowPercent int32       `yaml:"low_price_percent" json:"low_price_percent"`
	Brands     []fileBrand `yaml:"brands" json:"brands"`
}

type fileBrand struct {
	Name       string   `yaml:"name" json:"name"`
	Aliases    []string `yaml:"aliases" json:"aliases,omitempty"`
	Price      string   `yaml:"reference_price_usd" json:"reference_price_usd"`
	LowPercent *int32   `yaml:"low_price_percent" json:"low_price_percent,omitempty"`
	Chapters   []string `yaml:"hs_chapters" json:"hs_chapters,omitempty"`
	Source     string   `yaml:"source" json:"source"`
}

// Brand is a brand of the watch list.
type Brand struct {
	Name     string
	Price    schemas.Decimal // reference price of a piece, in US dollars
	Low      schemas.Decimal // a piece for less is unusually cheap, in US dollars
	Percent  int32           // Low of Price
	Source   string          // of the reference price
	chapters []string        // of the Harmonized System; nil: all
}

// Covers is whether the brand is watched on goods of a tariff number. known is false
// where the number does not say it.
func (b *Brand) Covers(hs string) (covered, known bool) {
	if b.chapters == nil {
		return true, true
	}
	if len(hs) < 2 || !digits(hs[:2]) {
		return false, false
	}
	for _, chapter := range b.chapters {
		if chapter == hs[:2] {
			return true, true
		}
	}
	return false, true
}

// WatchesBrands is true of a pack with brands on its list.
func (p *Pack) WatchesBrands() bool { return len(p.brands) > 0 }

// Brand is the watched brand of a name, nil for none. Case, accents, blanks and
// punctuation do not count, nor do forms that Unicode has for one letter: "ÉXAMPLE-
// brand" is "Examplebrand".
func (p *Pack) Brand(name string) *Brand {
	var buf [maxBrandBytes]byte
	return p.brands[string(brandKey(buf[:0], name))]
}

// brandKey appends what is left of a name when only letters and digits count. What
// has no room in dst is left out with all the rest: such a name is on no list.
func brandKey(dst []byte, name string) []byte {
	empty := dst[:0]
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= utf8.RuneSelf:
			return brandKeyUnicode(empty, name)
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
			continue
		}
		if len(dst) == cap(dst) {
			return empty
		}
		dst = append(dst, c)
	}
	return dst
}

// brandKeyUnicode takes letters apart first: into the plain one and its accents, a
// ligature into its letters.
func brandKeyUnicode(dst []byte, name string) []byte {
	empty, fits := dst[:0], true
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			parts := norm.NFKD.PropertiesString(name).Decomposition()
			if parts == nil {
				dst, fits = appendLower(dst, r)
			}
			for len(parts) > 0 && fits {
				part, n := utf8.DecodeRune(parts)
				dst, fits = appendLower(dst, part)
				parts = parts[n:]
			}
		}
		if !fits {
			return empty
		}
		name = name[n:]
	}
	return dst
}

// appendLower appends a letter or digit in lower case; false: dst has no room for it.
func appendLower(dst []byte, r rune) ([]byte, bool) {
	if r = unicode.ToLower(r); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return dst, true
	}
	if len(dst)+utf8.RuneLen(r) > cap(dst) {
		return dst, false
	}
	return utf8.AppendRune(dst, r), true
}

func (c *compiler) goods() {
	f := c.file.Goods
	if f == nil {
		return
	}
	usual := c.between("goods.low_price_percent", f.LowPercent, 1, maxPercent)
	c.pack.brands = make(map[string]*Brand)
	for i := range f.Brands {
		c.brand(fmt.Sprintf("goods.brands[%d].", i), &f.Brands[i], usual)
	}
}

func (c *compiler) brand(path string, f *fileBrand, percent int32) {
	if f.LowPercent != nil {
		percent = c.between(path+"low_price_percent", *f.LowPercent, 1, maxPercent)
	}
	b := &Brand{Name: f.Name, Price: c.dollars(path+"reference_price_usd", f.Price), Percent: percent, Source: f.Source}
	// Whole cents times whole percents are whole ten-thousandths.
	b.Low = schemas.Decimal{E4: b.Price.E4 / 100 * int64(percent), Set: true}
	if f.Source == "" {
		c.fault(path+"source", f.Source, "where the reference price comes from")
	}
	if c.limits(path+"hs_chapters", f.Chapters) {
		b.chapters = f.Chapters
		for i, chapter := range f.Chapters {
			if len(chapter) != 2 || !digits(chapter) || chapter < "01" || chapter > "97" {
				c.fault(fmt.Sprintf("%shs_chapters[%d]", path, i), chapter, "a chapter of the Harmonized System, \"01\" to \"97\"")
			}
		}
	}
	c.brandName(path+"name", f.Name, b)
	for i, alias := range f.Aliases {
		c.brandName(fmt.Sprintf("%saliases[%d]", path, i), alias, b)
	}
}

func (c *compiler) brandName(path, name string, b *Brand) {
	key := string(brandKey(make([]byte, 0, maxBrandBytes), name))
	if key == "" || c.pack.brands[key] != nil {
		c.fault(path, name, fmt.Sprintf("a name whose letters and digits, at most %d bytes, no other one has", maxBrandBytes))
		return
	}
	c.pack.brands[key] = b
}
