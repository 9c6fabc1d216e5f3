package kafka

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// firstBatch is the buffer that a batch begins with, bytes: a quiet partition fills no more.
const firstBatch = 8 << 10

// outBatch is a record batch of one output partition: records are encoded as they are
// produced, behind the room of the header. The goroutine that holds Writer.mu owns it while it
// is filled, the one that sends it from then on.
type outBatch struct {
	buf     []byte // the header's room and the records; pooled
	wire    []byte // what is sent and, after a fault, sent again byte for byte; nil until encode
	records int32
	size    int                    // keys and values: what it takes of Writer.unacked
	first   int64                  // time of the first record, Unix ms
	newest  int64                  // the greatest time
	last    [task.NumOutputs]int32 // offset delta of the last record of each output, -1 for none
}

func newOutBatch(least int) *outBatch {
	b := &outBatch{buf: takeBuffer(max(firstBatch, least))[:batchHeader]}
	for out := range b.last {
		b.last[out] = -1
	}
	return b
}

// varintSize is the length of the zig-zag varint of v.
func varintSize(v int64) int {
	return (bits.Len64(uint64(v<<1)^uint64(v>>63)|1) + 6) / 7
}

func sliceSize(b []byte) int { return varintSize(int64(len(b))) + len(b) }

// recordSize is the length of the record behind its own length field, if it were the next one
// of the batch. A nil value is null: its length is -1, which takes one byte as well as 0 does.
func (b *outBatch) recordSize(ms int64, key, value []byte, headers []record.Header) int {
	n := 1 + varintSize(ms-b.base(ms)) + varintSize(int64(b.records)) + sliceSize(key) + sliceSize(value) + varintSize(int64(len(headers)))
	for i := range headers {
		n += varintSize(int64(len(headers[i].Key))) + len(headers[i].Key) + sliceSize(headers[i].Value)
	}
	return n
}

// base is what the time of a record is written relative to.
func (b *outBatch) base(ms int64) int64 {
	if b.records == 0 {
		return ms
	}
	return b.first
}

// with is the length of the batch with one more record of that size.
func (b *outBatch) with(size int) int { return len(b.buf) + varintSize(int64(size)) + size }

// add encodes a record of that size (recordSize) behind the others.
func (b *outBatch) add(out task.Output, ms int64, size int, key, value []byte, headers []record.Header) {
	if end := b.with(size); end > cap(b.buf) {
		grown := takeBuffer(max(end, 2*cap(b.buf)))
		grown = grown[:copy(grown, b.buf)]
		giveBuffer(b.buf)
		b.buf = grown
	}
	if b.records == 0 {
		b.first, b.newest = ms, ms
	}
	to := binary.AppendVarint(b.buf, int64(size))
	to = append(to, 0) // attributes: none is defined
	to = binary.AppendVarint(to, ms-b.first)
	to = binary.AppendVarint(to, int64(b.records))
	to = appendSlice(to, key)
	to = appendSlice(to, value)
	to = binary.AppendVarint(to, int64(len(headers)))
	for i := range headers {
		to = binary.AppendVarint(to, int64(len(headers[i].Key)))
		to = append(to, headers[i].Key...)
		to = appendSlice(to, headers[i].Value)
	}
	b.buf = to
	b.newest = max(b.newest, ms)
	b.last[out] = b.records
	b.records++
	b.size += len(key) + len(value)
}

func appendSlice(to, b []byte) []byte {
	if b == nil {
		return append(to, 1) // the varint of -1
	}
	to = binary.AppendVarint(to, int64(len(b)))
	return append(to, b...)
}

// encode makes what is sent: the records, compressed where that makes them smaller, and the
// header, as a batch of this producer that begins with this sequence number.
func (b *outBatch) encode(c kgo.Compressor, p producer, sequence int32) {
	records := b.buf[batchHeader:]
	attributes := uint16(transactional)
	b.wire = b.buf
	if c != nil {
		to := takeBuffer(batchHeader + compressedBound(len(records)))
		packed, codec := c.Compress(bytes.NewBuffer(to[batchHeader:batchHeader]), records)
		if codec != kgo.CodecError && len(packed) < len(records) {
			attributes |= uint16(codec)
			if &packed[0] == &to[batchHeader] {
				b.wire = to[:batchHeader+len(packed)]
			} else { // the compressor took memory of its own
				b.wire = append(to[:batchHeader], packed...)
			}
			giveBuffer(b.buf)
		} else {
			giveBuffer(to)
		}
		b.buf = nil
	}
	h := b.wire
	binary.BigEndian.PutUint64(h, 0) // the broker's to say
	binary.BigEndian.PutUint32(h[atLength:], uint32(len(h)-lengthIsAfter))
	binary.BigEndian.PutUint32(h[atLeaderEpoch:], ^uint32(0)) // the broker's to say
	h[atMagic] = 2
	binary.BigEndian.PutUint16(h[atAttributes:], attributes)
	binary.BigEndian.PutUint32(h[atLastDelta:], uint32(b.records-1))
	binary.BigEndian.PutUint64(h[atFirstTime:], uint64(b.first))
	binary.BigEndian.PutUint64(h[atMaxTime:], uint64(b.newest))
	binary.BigEndian.PutUint64(h[atProducer:], uint64(p.id))
	binary.BigEndian.PutUint16(h[atEpoch:], uint16(p.epoch))
	binary.BigEndian.PutUint32(h[atSequence:], uint32(sequence))
	binary.BigEndian.PutUint32(h[atNumRecords:], uint32(b.records))
	binary.BigEndian.PutUint32(h[atCRC:], crc32.Checksum(h[atAttributes:], castagnoli))
}

// compressedBound is room for n bytes as any of the codecs writes them at worst, so that
// they need no memory of their own: snappy adds a sixth, LZ4 a few bytes a block.
func compressedBound(n int) int { return max(n+n/6+64, lz4Bound(n)) }

// free gives the batch's memory back: nobody reads it any more.
func (b *outBatch) free() {
	if b.wire != nil {
		giveBuffer(b.wire)
	} else {
		giveBuffer(b.buf)
	}
	b.buf, b.wire = nil, nil
}

// nextSequence is the sequence number behind n records from this one on. Numbers begin again
// at 0 behind the greatest (Kafka's DefaultRecordBatch.incrementSequence).
func nextSequence(from, n int32) int32 { return int32((uint32(from) + uint32(n)) & (1<<31 - 1)) }
