package codec

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

// A varint is what the standard library reads, of any length, whatever stands behind it, also
// where it is longer than it needs to be or ends with the bytes.
func TestVarintsAreThoseOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Uint64().Draw(t, "value") >> rapid.IntRange(0, 63).Draw(t, "bits")
		b := binary.AppendUvarint(nil, v)
		for range rapid.IntRange(0, 3).Draw(t, "longer") {
			b[len(b)-1] |= 0x80
			b = append(b, 0)
		}
		b = append(b, rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "behind")...)
		b = b[:rapid.IntRange(0, len(b)).Draw(t, "length")]
		want, n := binary.Uvarint(b)
		c := compact{b: b}
		got := c.uvarint()
		if c.bad != (n <= 0) || n > 0 && (got != want || c.i != n) {
			t.Fatalf("%x: %d, %d bytes, bad: %v; want %d, %d bytes", b, got, c.i, c.bad, want, n)
		}
	})
}
