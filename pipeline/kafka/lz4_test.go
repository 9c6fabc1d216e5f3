package kafka

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

const lz4Codec = 3 // in the attributes of a batch

// plainOf reads a frame with an implementation that is not ours.
func plainOf(t testing.TB, frame []byte) []byte {
	t.Helper()
	plain, err := inflate(lz4Codec, frame)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func compressed(c lz4, src []byte) []byte {
	out, _ := c.Compress(new(bytes.Buffer), src)
	return out
}

// Batches of any size and content, one after the other by the same memory, are read as they
// were by another implementation.
func TestCompressedIsReadAsItWas(t *testing.T) {
	c := lz4{}
	rng := rand.New(rand.NewPCG(1, 2))
	same := func(name string, src []byte) {
		t.Helper()
		frame := compressed(c, src)
		if got := plainOf(t, frame); !bytes.Equal(got, src) {
			t.Fatalf("%s of %d bytes is read as another one of %d", name, len(src), len(got))
		}
		if len(frame) > lz4Bound(len(src)) {
			t.Fatalf("%s of %d bytes takes %d", name, len(src), len(frame))
		}
	}
	random := make([]byte, 5<<20)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	for n := range 200 {
		same("random", random[:n])
		same("zeros", make([]byte, n))
		same("repeated", bytes.Repeat([]byte("abc"), n))
	}
	for _, n := range []int{1 << 16, 1<<16 + 1, 1<<18 + 7, 1 << 20, 4<<20 + 3} {
		same("random", random[:n])
		same("zeros", make([]byte, n))
		same("far matches", append(random[:n/2:n/2], random[:n/2]...))
	}
	for range 300 { // pieces that come again at any distance
		var src []byte
		for range rng.IntN(400) {
			at := rng.IntN(300)
			src = append(src, random[at:at+rng.IntN(80)]...)
			src = fmt.Append(src, rng.IntN(1000))
		}
		same("pieces", src)
	}
}

func FuzzLZ4(f *testing.F) {
	f.Add([]byte(nil), uint16(1))
	f.Add([]byte(`{"seller_id":"s-0001","count":7}`), uint16(300))
	c := lz4{}
	f.Fuzz(func(t *testing.T, piece []byte, times uint16) {
		src := bytes.Repeat(piece, int(times)%1000)
		for i := range src {
			if i%97 == 0 {
				src[i] += byte(i)
			}
		}
		if got := plainOf(t, compressed(c, src)); !bytes.Equal(got, src) {
			t.Fatalf("%q is read as %q", src, got)
		}
	})
}

// BenchmarkCompress compresses a batch of decisions and one of roll-up rows, each of about
// a megabyte, with ours and with those that kgo brings.
func BenchmarkCompress(b *testing.B) {
	var decisions, rows []byte
	for i := range 1000 {
		decisions = fmt.Appendf(decisions, benchDecision, i*2654435761, i, i, i%5000, i%5000, i*37%100000, i*40503, 1000+i, 900+i, 800+i, i*97)
	}
	for i := range 4000 {
		rows = fmt.Appendf(rows, benchRow, i*1123%5000, i*1123%5000, i%7, i*31%100000, i)
	}
	theirs := func(codec kgo.CompressionCodec) kgo.Compressor {
		c, err := kgo.DefaultCompressor(codec)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		name string
		with kgo.Compressor
	}{{"ours-lz4", lz4{}}, {"kgo-lz4", theirs(kgo.Lz4Compression())}, {"kgo-snappy", theirs(kgo.SnappyCompression())}, {"kgo-zstd", theirs(kgo.ZstdCompression())}} {
		for name, src := range map[string][]byte{"decisions": decisions, "rows": rows} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				var dst bytes.Buffer
				b.SetBytes(int64(len(src)))
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					dst.Reset()
					out, _ := c.with.Compress(&dst, src)
					n = len(out)
				}
				b.ReportMetric(100*float64(n)/float64(len(src)), "%")
			})
		}
	}
}
