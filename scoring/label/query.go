package label

import (
	"slices"
	"strings"
)

// longestURL bounds how much of a landing URL is looked at. Events may hold no longer one
// by default (schemas.DefaultLimits).
const longestURL = 16 << 10

// cutLengths are the lengths at which programs and database columns cut texts off. The
// last value of a URL of just such a length may be the half of one: nothing about its form
// is certain.
var cutLengths = [...]int{255, 256, 500, 511, 512, 1000, 1023, 1024, 2000, 2047, 2048, 2083, 4000, 4095, 4096, 8000, 8191, 8192}

// query is the parameters of one landing URL. Of a parameter that occurs more than
// once the first value that is not empty holds.
type query struct {
	values [numParams]string
	second [numParams]string // another value of the same parameter, empty when there is none
	any    bool              // there is a value of some parameter
	twice  bool              // there is another value of some parameter
	cut    param             // the parameter whose value may be cut off, numParams when none is
	filled uint32            // a bit of each parameter whose value only filled in what lacked
}

// how a piece of a URL is read.
type how struct {
	fill  bool // only take what is lacking: it contradicts nothing
	depth int  // how many more queries may stand within it, encoded
}

// nested is how often a query may stand encoded within another: links that pass through
// a mail program and a redirect do twice. It bounds the work as well.
const nested = 2

// parse takes the parameters from a landing URL as it really occurs: with "&amp;"
// or ";" between parameters, upper-case keys, a query that was encoded whole or begins
// twice, or parameters behind the "#". What no browser would have sent as a parameter
// only fills in what the query lacks: a program put it there, and that the two differ is
// not false. A URL within a value is none of ours.
func (d *deriver) parse(url string, q *query) {
	if q.any { // what holds no value is empty already
		*q = query{}
	}
	q.cut = cutParam(url)
	url = bounded(url)
	rest, fragment, _ := strings.Cut(url, "#")
	path, text, found := strings.Cut(rest, "?")
	switch {
	case found:
		d.scan(text, q, how{depth: nested})
	case strings.IndexByte(path, '&') >= 0: // "/p&utm_source=x": the "?" was forgotten
		_, text, _ = strings.Cut(path, "&")
		d.scan(text, q, how{fill: true, depth: nested})
	case strings.IndexByte(path, '%') >= 0:
		if _, text, found = strings.Cut(d.decodePercent(path), "?"); found {
			d.scan(text, q, how{fill: true, depth: 1})
		}
	}
	if fragment != "" && strings.IndexByte(fragment, '=') >= 0 {
		if i := strings.IndexByte(fragment, '?'); i >= 0 {
			fragment = fragment[i+1:]
		}
		d.scan(fragment, q, how{fill: true})
	}
}

// bounded takes off what is over the bound, down to the last whole parameter.
func bounded(url string) string {
	if len(url) <= longestURL {
		return url
	}
	url = url[:longestURL]
	if i := strings.LastIndexAny(url, "&?#"); i >= 0 {
		return url[:i]
	}
	return url
}

// cutParam is the known parameter that a URL of a suspicious length ends in.
func cutParam(url string) param {
	if !slices.Contains(cutLengths[:], len(url)) {
		return numParams
	}
	key, _, _ := strings.Cut(url[strings.LastIndexAny(url, "&?#;")+1:], "=")
	return paramOf(key)
}

// scan reads the parameters of a query.
func (d *deriver) scan(text string, q *query, h how) {
	if bySemicolons(text) {
		d.scanSemicolons(text, q, h)
		return
	}
	for text != "" {
		var segment string
		segment, text, _ = strings.Cut(text, "&")
		fill := h
		for {
			cut := separator(segment)
			if cut < 0 {
				break
			}
			d.segment(segment[:cut], q, fill)
			if segment[cut] == '?' {
				fill.fill = true
			}
			segment = segment[cut+1:]
		}
		d.segment(segment, q, fill)
	}
}

// bySemicolons is true of a query that has ";" where others have "&": no "&", and a
// known parameter behind a ";".
func bySemicolons(text string) bool {
	if strings.IndexByte(text, ';') < 0 || strings.IndexByte(text, '&') >= 0 {
		return false
	}
	i := separator(text)
	return i >= 0 && text[i] == ';'
}

// scanSemicolons reads the parameters of such a query. There, unknown parameters end the
// one before them too: else "fbclid=x;_ga=2" would be one of an id "x;_ga=2".
func (d *deriver) scanSemicolons(text string, q *query, h how) {
	from := 0
	for i := range len(text) {
		if text[i] != ';' || !beginsParam(text[i+1:]) {
			continue
		}
		d.segment(text[from:i], q, h)
		from = i + 1
	}
	d.segment(text[from:], q, h)
}

// beginsParam is true of a text that begins with a parameter's name and a "=".
func beginsParam(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '=':
			return i > 0
		case !letter(c) && !digit(c) && c != '_' && c != '-' && c != '.' && c != '[' && c != ']' && c != '%':
			return false
		}
	}
	return false
}

// separator is where a ";" or a second "?" ends a parameter, -1 when none does. They do
// only where a known parameter follows: both are legal within a value. So is a URL with
// a query of its own.
func separator(s string) int {
	for from := 0; ; {
		at := from
		for at < len(s) && s[at] != ';' && s[at] != '?' {
			at++
		}
		if at == len(s) {
			return -1
		}
		from = at + 1
		next := s[from:min(len(s), from+longestParam+1)]
		key, _, found := strings.Cut(next, "=")
		if found && paramOf(key) != numParams && at > 0 && (s[at] == ';' || !strings.Contains(s[:at], "://")) {
			return at
		}
	}
}

func (d *deriver) segment(s string, q *query, h how) {
	for strings.HasPrefix(s, "amp;") { // "&amp;", and "&amp;amp;" of a page escaped twice
		s = s[len("amp;"):]
	}
	key, value, found := strings.Cut(s, "=")
	if !found {
		if h.depth > 0 && (strings.Contains(s, "%3") || strings.Contains(s, "%25")) {
			if next := d.decode(s); next != s {
				h.depth--
				d.scan(next, q, h)
			}
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
	if p >= gclid { // no id has a ";": what follows is a parameter of another program
		value, _, _ = strings.Cut(value, ";")
	}
	value = d.clean(value)
	var rest string
	if i := hidden(value); i >= 0 && h.depth > 0 {
		value, rest = value[:i], value[i+1:]
	}
	value = strings.Trim(value, " ")
	switch {
	case value == "":
	case q.values[p] == "":
		q.values[p], q.any = value, true
		if h.fill {
			q.filled |= 1 << p
		}
	case !h.fill && q.filled&(1<<p) != 0: // what a browser sends outranks what was put within another value
		q.values[p] = value
		q.filled &^= 1 << p
	case !h.fill && q.second[p] == "" && value != q.values[p]:
		q.second[p], q.twice = value, true
	}
	if rest != "" { // decoded already: what is left of escapes is the value's own
		d.scan(rest, q, how{fill: true, depth: h.depth - 1})
	}
}

// hidden is where an "&" that was encoded stands in a value before a known parameter, -1
// where none does: "google%26utm_medium%3Dcpc" is two parameters.
func hidden(value string) int {
	for from := 0; ; {
		i := strings.IndexByte(value[from:], '&')
		if i < 0 {
			return -1
		}
		at := from + i
		from = at + 1
		key, _, found := strings.Cut(value[from:min(len(value), from+longestParam+1)], "=")
		if found && paramOf(key) != numParams {
			return at
		}
	}
}
