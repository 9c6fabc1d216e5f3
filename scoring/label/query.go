package label

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// param is a campaign parameter or a click id of a landing URL.
type param uint8

const (
	utmID param = iota
	utmSource
	utmMedium
	utmCampaign
	utmSourcePlatform
	utmTerm
	utmContent
	utmCreativeFormat
	utmMarketingTactic
	gclid
	gbraid
	wbraid
	dclid
	fbclid
	msclkid
	ttclid
	numParams
)

var paramNames = [numParams]string{
	"utm_id", "utm_source", "utm_medium", "utm_campaign", "utm_source_platform",
	"utm_term", "utm_content", "utm_creative_format", "utm_marketing_tactic",
	"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid",
}

const longestParam = len("utm_marketing_tactic")

// paramOf is the parameter of a key in any case, numParams for any other key.
func paramOf(key string) param {
	if len(key) < len("gclid") || len(key) > longestParam {
		return numParams
	}
	var low [longestParam]byte
	for i := range len(key) {
		c := key[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch string(low[:len(key)]) {
	case "utm_id":
		return utmID
	case "utm_source":
		return utmSource
	case "utm_medium":
		return utmMedium
	case "utm_campaign":
		return utmCampaign
	case "utm_source_platform":
		return utmSourcePlatform
	case "utm_term":
		return utmTerm
	case "utm_content":
		return utmContent
	case "utm_creative_format":
		return utmCreativeFormat
	case "utm_marketing_tactic":
		return utmMarketingTactic
	case "gclid":
		return gclid
	case "gbraid":
		return gbraid
	case "wbraid":
		return wbraid
	case "dclid":
		return dclid
	case "fbclid":
		return fbclid
	case "msclkid":
		return msclkid
	case "ttclid":
		return ttclid
	}
	return numParams
}

// query is the parameters of one landing URL. Of a parameter that occurs more than
// once the first value that is not empty holds.
type query struct {
	values [numParams]string
	second [numParams]string // another value of the same parameter, empty when there is none
}

// parse takes the parameters from a landing URL as it really occurs: with "&amp;"
// or ";" between parameters, upper-case keys, a query that was encoded whole, or
// parameters behind the "#". Those behind the "#" only fill in what the query
// lacks: a script put them there, and nothing about them is certain.
func (d *deriver) parse(url string, q *query) {
	*q = query{}
	rest, fragment, _ := strings.Cut(url, "#")
	if _, text, found := strings.Cut(rest, "?"); found {
		d.scan(text, q, false, true)
	}
	if fragment != "" && strings.IndexByte(fragment, '=') >= 0 {
		if i := strings.IndexByte(fragment, '?'); i >= 0 {
			fragment = fragment[i+1:]
		}
		d.scan(fragment, q, true, false)
	}
}

// scan reads the parameters of a query. fill: only take what is lacking. whole: a
// segment without "=" may be a query that was encoded whole.
func (d *deriver) scan(text string, q *query, fill, whole bool) {
	for text != "" {
		var segment string
		segment, text, _ = strings.Cut(text, "&")
		for {
			cut := nextBySemicolon(segment)
			if cut < 0 {
				break
			}
			d.segment(segment[:cut], q, fill, whole)
			segment = segment[cut+1:]
		}
		d.segment(segment, q, fill, whole)
	}
}

// nextBySemicolon is where a ";" ends a parameter, -1 when none does. It does only
// where a known parameter follows: a ";" is legal within a value.
func nextBySemicolon(s string) int {
	from := 0
	for {
		i := strings.IndexByte(s[from:], ';')
		if i < 0 {
			return -1
		}
		at := from + i
		next := s[at+1 : min(len(s), at+2+longestParam)]
		if key, _, found := strings.Cut(next, "="); found && paramOf(key) != numParams && at > 0 {
			return at
		}
		from = at + 1
	}
}

func (d *deriver) segment(s string, q *query, fill, whole bool) {
	s = strings.TrimPrefix(s, "amp;")
	key, value, found := strings.Cut(s, "=")
	if !found {
		if whole && strings.Contains(s, "%3") {
			d.scan(d.decode(s), q, fill, false)
		}
		return
	}
	if strings.IndexByte(key, '%') >= 0 {
		key = d.decode(key)
	}
	p := paramOf(key)
	if p == numParams || value == "" {
		return
	}
	value = d.clean(value)
	switch {
	case q.values[p] == "":
		q.values[p] = value
	case !fill && q.second[p] == "" && value != q.values[p]:
		q.second[p] = value
	}
}

// clean is a value decoded once, and twice where it was encoded twice.
func (d *deriver) clean(s string) string {
	once := d.decode(s)
	if strings.IndexByte(once, '%') < 0 {
		return once
	}
	return d.decodePercent(once)
}

// decode undoes form encoding. What is not a whole escape stays as it is; so does a
// text that would not be UTF-8.
func (d *deriver) decode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	return d.unescape(s, true)
}

// decodePercent undoes percent encoding only: a "+" of a value decoded before is one.
func (d *deriver) decodePercent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return d.unescape(s, false)
}

func (d *deriver) unescape(s string, plus bool) string {
	from := len(d.buf)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+' && plus:
			c = ' '
		case c == '%' && i+2 < len(s):
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		d.buf = append(d.buf, c)
	}
	b := d.buf[from:]
	if len(b) == 0 || !utf8.Valid(b) {
		d.buf = d.buf[:from]
		return s
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
