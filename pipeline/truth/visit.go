package truth

import (
	"net/url"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// visit is a landing URL in the making.
type visit struct {
	host, path string
	params     []param
	style      style
	utmStated  bool // the collector states the utm fields beside the URL
	idsStated  bool // and the click ids
	noURL      bool // the collector keeps no URL: the fields are all there is
}

type param struct {
	name, value string
	raw         bool // the value is encoded already
}

func (v *visit) add(name, value string) {
	if value != "" {
		v.params = append(v.params, param{name: name, value: value})
	}
}

func (v *visit) get(name string) string {
	for _, p := range v.params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// campaign is the utm_campaign that has to be read out of the visit, however it is encoded;
// empty where there is none, or more than one, or one that was made false.
func (v *visit) campaign() (name string) {
	for _, p := range v.params {
		switch {
		case p.name != "utm_campaign":
		case name != "" || p.raw:
			return ""
		default:
			name = p.value
		}
	}
	return name
}

// set states a parameter once; an empty value takes it away.
func (v *visit) set(name, value string) {
	kept := v.params[:0]
	done := false
	for _, p := range v.params {
		if p.name != name {
			kept = append(kept, p)
			continue
		}
		if !done && value != "" {
			kept = append(kept, param{name: name, value: value})
			done = true
		}
	}
	v.params = kept
	if !done {
		v.add(name, value)
	}
}

// style is a way in which URLs are met.
type style uint8

const (
	plain         style = iota
	plus                // spaces as +
	bare                // what need not be encoded is not
	twice               // every value encoded twice
	upperKeys           // UTM_SOURCE
	semicolons          // between parameters
	ampersands          // &amp;, copied out of HTML
	inFragment          // behind the #
	brokenEscapes       // beside them a parameter with half an escape
	emptyParams         // empty and nameless parameters between
	lowerEscapes        // %c3 for %C3
	whole               // the query encoded as a whole
	numStyles
)

// url writes the landing URL.
func (v *visit) url() string {
	if v.noURL {
		return ""
	}
	between := "&"
	switch v.style {
	case semicolons:
		between = ";"
	case ampersands:
		between = "&amp;"
	}
	var b strings.Builder
	for i, p := range v.params {
		if i > 0 {
			b.WriteString(between)
		}
		name := p.name
		if v.style == upperKeys {
			name = strings.ToUpper(name)
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(v.encode(p))
		if v.style == emptyParams {
			b.WriteString(between + "ref=" + between)
		}
	}
	query := b.String()
	sign := "?"
	switch {
	case query == "":
		return "https://" + v.host + v.path
	case v.style == inFragment:
		sign = "#"
	case v.style == brokenEscapes:
		query = "q=100%" + between + query + between + "sale=%zz%4"
	case v.style == whole:
		query = url.QueryEscape(query)
	}
	return "https://" + v.host + v.path + sign + query
}

func (v *visit) encode(p param) string {
	if p.raw {
		return p.value
	}
	s := url.QueryEscape(p.value)
	switch v.style {
	case plus:
		return s
	case twice:
		return url.QueryEscape(strings.ReplaceAll(s, "+", "%20"))
	case bare:
		return strings.NewReplacer("%3A", ":", "%2F", "/", "%28", "(", "%29", ")", "%5B", "[", "%5D", "]", "+", "%20", "%7C", "|").Replace(s)
	case lowerEscapes:
		s = lowerHex(s)
	}
	return strings.ReplaceAll(s, "+", "%20")
}

// lowerHex writes the escapes of s with lower-case digits.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1] |= 0x20 & (b[i+1] >> 1) // letters only
			b[i+2] |= 0x20 & (b[i+2] >> 1)
		}
	}
	return string(b)
}

// finish writes the URL, and what the collector states beside it, into the click.
func (v *visit) finish(c *schemas.AdClick) {
	c.LandingURL = v.url()
	if v.utmStated || v.noURL {
		u := &c.UTM
		*u = schemas.UTM{
			ID: v.get("utm_id"), Source: v.get("utm_source"), Medium: v.get("utm_medium"), Campaign: v.get("utm_campaign"),
			SourcePlatform: v.get("utm_source_platform"), Term: v.get("utm_term"), Content: v.get("utm_content"),
			CreativeFormat: v.get("utm_creative_format"), MarketingTactic: v.get("utm_marketing_tactic"),
		}
	}
	if v.idsStated || v.noURL {
		c.GCLID, c.GBRAID, c.WBRAID, c.DCLID = v.get("gclid"), v.get("gbraid"), v.get("wbraid"), v.get("dclid")
		c.FBCLID, c.MSCLKID, c.TTCLID = v.get("fbclid"), v.get("msclkid"), v.get("ttclid")
	}
}
