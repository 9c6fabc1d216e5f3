package codec

import (
	"encoding/binary"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// The lowest mark of a word is at the first byte that ends the plain part of a string, and plain
// ends where reading byte by byte does.
func TestWordsEndWhereBytesDo(t *testing.T) {
	ends := func(c byte) bool { return c < ' ' || c >= 0x80 || c == '"' || c == '\\' }
	for c := range 256 {
		for at := range 8 {
			word := [8]byte{'a', '!', '#', '~', ' ', '[', ']', '\x7f'}
			word[at] = byte(c)
			m := special(binary.LittleEndian.Uint64(word[:]))
			if ends(byte(c)) != (m != 0) || m != 0 && bits.TrailingZeros64(m)>>3 != at {
				t.Errorf("%q: marks %x", word, m)
			}
		}
	}
	char := rapid.OneOf(rapid.ByteRange(' ', '~'), rapid.ByteRange(' ', '~'), rapid.ByteRange(' ', '~'), rapid.SampledFrom([]byte{'a', '"', '\\', 0, 0x1f, 0x7f, 0x80, 0xff}))
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(char, 0, 60).Draw(t, "bytes")
		from := rapid.IntRange(0, len(b)).Draw(t, "from")
		want := from
		for want < len(b) && !ends(b[want]) {
			want++
		}
		end, ok := plain(b, from)
		if end != want || ok != (want < len(b) && b[want] == '"') {
			t.Fatalf("%q from %d: %d, %v; want %d", b, from, end, ok, want)
		}
	})
}
