package label

import (
	"encoding/base64"
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// Forms of the ids, as published: Microsoft and Meta document
// them. gclid, gbraid and ttclid are opaque: no form of theirs is false.

// validMSCLKID is ^[0-9a-fA-F]{32}$.
func validMSCLKID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		if unhex(s[i]) > 15 {
			return false
		}
	}
	return true
}

// microsoftTestID is the value Microsoft's documentation uses to try out tagging.
const microsoftTestID = "Example-123"

// metaID is the parts of an fbp or fbc: fb.<subdomain index>.<time>.<id>, with an
// optional short fifth part that Meta's own libraries append.
type metaID struct {
	time     string
	id       string
	timeMs   schemas.Time
	wellMade bool // all parts are there, the time apart
	ms       bool // the time has 13 digits: milliseconds until the year 2286
	seconds  bool // it has 10 digits: seconds
}

const longestAppendix = 8 // of the fifth part

// splitMetaID takes an fbp (number: the id is digits) or an fbc apart.
func splitMetaID(s string, number bool) (m metaID) {
	rest, ok := strings.CutPrefix(s, "fb.")
	if !ok || len(rest) < 2 || !digit(rest[0]) || rest[1] != '.' {
		return m
	}
	m.time, rest, ok = strings.Cut(rest[2:], ".")
	if !ok || !allOf(m.time, digit) {
		return m
	}
	var appendix string
	var more bool
	m.id, appendix, more = strings.Cut(rest, ".")
	if number {
		ok = allOf(m.id, digit)
	} else {
		ok = allOf(m.id, base64url)
	}
	if !ok || more && (len(appendix) > longestAppendix || !allOf(appendix, base64url)) {
		return m
	}
	m.wellMade = true
	m.ms, m.seconds = len(m.time) == 13, len(m.time) == 10
	if m.ms {
		for i := range len(m.time) {
			m.timeMs = m.timeMs*10 + schemas.Time(m.time[i]-'0')
		}
	}
	return m
}

func allOf(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return s != ""
}

func base64url(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '-' }

// Bounds of a believable time in a gclid, in microseconds: 2005 and 2100. Google
// began to tag clicks in 2005.
const (
	earliestGclid = 1104537600_000_000
	latestGclid   = 4102444800_000_000
)

// gclidTime is the time in a gclid, where one of the two known layouts holds it: a
// protobuf that begins with field 1 in microseconds, or that message two levels
// down in field 3 of a newer one. A gclid that is none of them is unknown, not false.
// Source: two published examples, which the tests hold.
func gclidTime(s string) (schemas.Time, bool) {
	var raw [96]byte
	// The two layouts begin with 08 and 10; most gclids begin with neither, and are not decoded.
	if len(s) < 20 || s[0] != 'C' && s[0] != 'E' || s[1] < 'A' || s[1] > 'P' || base64.RawURLEncoding.DecodedLen(len(s)) > len(raw) || !allOf(s, base64url) {
		return 0, false
	}
	n, err := base64.RawURLEncoding.Decode(raw[:], []byte(s))
	if err != nil {
		return 0, false
	}
	b := raw[:n]
	if t, ok := timeField(b); ok {
		return t, true
	}
	// 10 xx 1a len 0a len 0a len 08 ...: the newer layout.
	if len(b) > 8 && b[0] == 0x10 && b[2] == 0x1a && b[4] == 0x0a && b[6] == 0x0a {
		return timeField(b[8:])
	}
	return 0, false
}

// timeField reads "field 1, varint" and checks that a fixed 32-bit field 2 follows.
func timeField(b []byte) (schemas.Time, bool) {
	if len(b) == 0 || b[0] != 0x08 {
		return 0, false
	}
	var us uint64
	for i := 1; i < len(b) && i < 10; i++ {
		us |= uint64(b[i]&0x7f) << (7 * (i - 1))
		if b[i] < 0x80 {
			if i+1 >= len(b) || b[i+1] != 0x15 || us < earliestGclid || us > latestGclid {
				return 0, false
			}
			return schemas.Time(us / 1000), true
		}
	}
	return 0, false
}
