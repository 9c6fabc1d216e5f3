package truth

import (
	b64 "encoding/base64"
	"encoding/binary"
	"strconv"
)

// Click and browser ids in their published forms.

// gclid is a Google click id in the form of CKSDxc_qhLkCFQyk4AodO24Arg, which holds the
// time of the click in microseconds, or one that nobody can decode.
func gclid(r dice, ms int64) string {
	if r.perMille(400) {
		return "Cj0KCQ" + r.text(token, 70) + pick(r, []string{"_wcB", "_BwE"})
	}
	return timedGclid(r, ms)
}

func timedGclid(r dice, ms int64) string {
	b := binary.AppendUvarint([]byte{0x08}, uint64(ms)*1000+uint64(r.IntN(1000)))
	b = binary.LittleEndian.AppendUint32(append(b, 0x15), r.Uint32())
	b = binary.LittleEndian.AppendUint32(append(b, 0x1d), r.Uint32())
	return b64.RawURLEncoding.EncodeToString(b)
}

func fbclid(r dice) string {
	if r.perMille(500) {
		return "IwAR" + r.text(token, 57)
	}
	return "IwZXh0bgNhZW0CMTEAAR" + r.text(token, 60) + "_aem_" + r.text(token, 22)
}

func msclkid(r dice) string {
	if r.perMille(100) {
		return r.text("0123456789ABCDEF", 32)
	}
	return r.text(hexes, 32)
}

func ttclid(r dice) string { return "E.C.P." + r.text(token, 60) }

// fbp is the browser id that Meta's pixel sets, at ms.
func fbp(r dice, ms int64) string {
	return "fb." + pick(r, []string{"0", "1", "1", "1", "2"}) + "." + strconv.FormatInt(ms, 10) + "." + r.number(9+r.IntN(2))
}

// fbc is the cookie that Meta's pixel sets from a URL's fbclid, at ms.
func fbc(r dice, ms int64, id string) string {
	s := "fb." + pick(r, []string{"0", "1", "1", "1", "2"}) + "." + strconv.FormatInt(ms, 10) + "." + id
	if r.perMille(50) {
		s += "." + pick(r, []string{"AQ", "Ag", "BQ"}) // the mark of Meta's own libraries
	}
	return s
}

// ms is an instant in digits.
func ms(t int64) string { return strconv.FormatInt(t, 10) }
