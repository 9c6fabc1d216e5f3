package kafka

import (
	"bytes"
	"encoding/binary"
	"sync"

	lz4block "github.com/pierrec/lz4/v4"
	"github.com/twmb/franz-go/pkg/kgo"
)

// lz4 compresses record batches with LZ4, as kgo's own compressor does, but block by block
// from the batch straight into kgo's buffer: without copies into buffers of 4 MiB, and
// without a checksum of the content, since the batch has one.
type lz4 struct{}

// lz4Blocks is the memory of all clients, 128 KiB each: a process may have hundreds of them,
// and a compressor is needed only while a batch is compressed.
var lz4Blocks = sync.Pool{New: func() any { return new(lz4block.Compressor) }}

// Compress implements kgo.Compressor.
func (lz4) Compress(dst *bytes.Buffer, src []byte, _ ...kgo.CompressFlag) ([]byte, kgo.CompressionCodecType) {
	if n := lz4Bound(len(src)); n > dst.Cap() {
		dst.Grow(n)
	}
	block := lz4Blocks.Get().(*lz4block.Compressor)
	defer lz4Blocks.Put(block)
	out, err := lz4Frame(dst.Bytes()[:0], src, block)
	if err != nil {
		return nil, kgo.CodecError
	}
	return out, kgo.CodecLz4
}

// lz4Headers are what a frame begins with (github.com/lz4/lz4, doc/lz4_Frame_format.md,
// version 1.6.2): independent blocks, and no checksum but the header's own in its last byte.
// The byte before says how large a block may be. Readers take memory for that, so a small
// batch says less.
var lz4Headers = [...]struct {
	block  int // bytes, before compression
	header string
}{
	{64 << 10, "\x04\x22\x4d\x18\x60\x40\x82"},
	{256 << 10, "\x04\x22\x4d\x18\x60\x50\xfb"},
	{1 << 20, "\x04\x22\x4d\x18\x60\x60\x51"},
	{4 << 20, "\x04\x22\x4d\x18\x60\x70\x73"},
}

const (
	lz4Stored = 1 << 31 // in a block's length: it is not compressed
	lz4Size   = 4       // bytes of a block's length, and of the end mark
)

// lz4Bound is the most that a frame of n bytes takes.
func lz4Bound(n int) int {
	const blocks, header = 64 << 10, 7
	return header + lz4block.CompressBlockBound(n) + (n/blocks+2)*(lz4Size+16)
}

// lz4Frame appends src as a frame to dst, which has room for it.
func lz4Frame(dst, src []byte, c *lz4block.Compressor) ([]byte, error) {
	h := &lz4Headers[0]
	for n := 1; len(src) > h.block && n < len(lz4Headers); n++ {
		h = &lz4Headers[n]
	}
	dst = append(dst, h.header...)
	for len(src) > 0 {
		plain := src[:min(len(src), h.block)]
		src = src[len(plain):]
		at := len(dst) + lz4Size
		n, err := c.CompressBlock(plain, dst[at:cap(dst)])
		if err != nil {
			return nil, err
		}
		size := uint32(n)
		if n == 0 || n >= len(plain) {
			n, size = copy(dst[at:cap(dst)], plain), lz4Stored|uint32(len(plain))
		}
		dst = binary.LittleEndian.AppendUint32(dst, size)[:at+n]
	}
	return append(dst, 0, 0, 0, 0), nil
}
