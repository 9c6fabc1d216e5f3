package gen

import (
	b64 "encoding/base64"
	"encoding/binary"
	"strconv"
)

// Click ids in their published forms.

// gclid makes a Google click id that carries the time of the click: the short form
// holds it in microseconds, the long one the day's start in seconds.
func gclid(r *rng, ms int64) string {
	var raw [80]byte
	if r.perMille(500) {
		return shortGclid(r, ms)
	}
	var inner [12]byte
	b := append(inner[:0], 0x08)
	b = binary.AppendUvarint(b, uint64(ms/86_400_000*86_400-17*3600)) // midnight of the Pacific day before
	b = append(b, 0x10, 0xc4, 0x01)
	out := append(raw[:0], 0x0a, byte(2+len(b)+2+44+4), 0x0a, byte(len(b)))
	out = append(out, b...)
	out = append(out, 0x12, 44)
	for range 44 {
		out = append(out, byte(r.next()))
	}
	out = append(out, 0x1a, 0x02, byte(r.next()), byte(r.next()), 0x10, 0x02, 0x18, 0xff, 0x07)
	return b64.RawURLEncoding.EncodeToString(out)
}

// shortGclid is the form of CKSDxc_qhLkCFQyk4AodO24Arg.
func shortGclid(r *rng, ms int64) string {
	var raw [24]byte
	b := append(raw[:0], 0x08)
	b = binary.AppendUvarint(b, uint64(ms)*1000+uint64(r.n(1000)))
	b = append(b, 0x15)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.next()))
	b = append(b, 0x1d)
	b = binary.LittleEndian.AppendUint32(b, uint32(r.next()))
	return b64.RawURLEncoding.EncodeToString(b)
}

func fbclid(r *rng) string {
	if r.perMille(500) {
		return "IwAR" + r.text(base64, 57)
	}
	return "IwZXh0bgNhZW0CMTEAAR" + r.text(base64, 60) + "_aem_" + r.text(base64, 22)
}

func msclkid(r *rng) string { return r.text(hexes, 32) }

func ttclid(r *rng) string { return "E.C.P." + r.text(base64, 60) }

// fbp is the browser id that Meta's pixel sets, at ms.
func fbp(r *rng, ms int64) string {
	return "fb.1." + strconv.FormatInt(ms, 10) + "." + strconv.FormatUint(1e9+r.next()%9e8, 10)
}

// fbc is the cookie that Meta's pixel sets from a URL's fbclid, at ms.
func fbc(ms int64, id string) string {
	return "fb.1." + strconv.FormatInt(ms, 10) + "." + id
}

// address is from the ranges kept for documentation.
func address(r *rng) string {
	switch r.n(4) {
	case 0:
		return "2001:db8:" + strconv.FormatUint(1+r.next()%0xfffe, 16) + "::" + strconv.FormatUint(1+r.next()%0xfffe, 16)
	case 1:
		return "192.0.2." + strconv.Itoa(1+r.n(254))
	case 2:
		return "198.51.100." + strconv.Itoa(1+r.n(254))
	}
	return "203.0.113." + strconv.Itoa(1+r.n(254))
}
