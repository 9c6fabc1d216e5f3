package kafka

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/compress"
)

// maxInflated bounds one decompressed batch, against decompression bombs. Kafka's
// own default limit of a compressed batch is 1 MiB.
const maxInflated = 256 << 20

// inflate decompresses the records of one batch into a pooled buffer.
func inflate(codec uint16, b []byte) (_ []byte, err error) {
	c := compress.Compression(codec).Codec()
	if c == nil {
		return nil, fmt.Errorf("compression %d; known: gzip 1, snappy 2, lz4 3, zstd 4", codec)
	}
	r := c.NewReader(bytes.NewReader(b))
	defer r.Close()
	out := takeBuffer(4 * len(b))
	out = out[:cap(out)]
	n := 0
	for {
		m, err := r.Read(out[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return out[:n], nil
		}
		if err != nil {
			giveBuffer(out)
			return nil, fmt.Errorf("decompress %s: %w", c.Name(), err)
		}
		if n < len(out) {
			continue
		}
		if n >= maxInflated {
			giveBuffer(out)
			return nil, fmt.Errorf("a batch of %d bytes decompresses to more than %d", len(b), maxInflated)
		}
		bigger := takeBuffer(2 * len(out))
		bigger = bigger[:cap(bigger)]
		copy(bigger, out)
		giveBuffer(out)
		out = bigger
	}
}
