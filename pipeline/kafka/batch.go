package kafka

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/clearlane/clearlane/pipeline/record"
)

// Layout of a record batch, version 2 (Kafka's DefaultRecordBatch): offsets of its
// fields from its start.
const (
	atLength      = 8
	atLeaderEpoch = 12
	atMagic       = 16
	atCRC         = 17
	atAttributes  = 21
	atLastDelta   = 23
	atFirstTime   = 27
	atMaxTime     = 35
	atProducer    = 43
	atEpoch       = 51
	atSequence    = 53
	atNumRecords  = 57
	batchHeader   = 61
	lengthIsAfter = 12 // batch length counts the bytes after itself
)

// Attributes of a batch.
const (
	codecMask     = 0x07
	logAppendTime = 0x08
	transactional = 0x10
	control       = 0x20
)

// markerAbort is the type in the key of an abort marker; a commit marker's is 1.
const markerAbort = 0

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// batchDecoder turns a record set into records. One goroutine owns it.
type batchDecoder struct {
	names   map[string]string  // header names seen: few, and so never allocated twice
	aborted map[int64]struct{} // producers whose transaction at this place is aborted
	skipped int                // records not handed out: control, aborted
}

// maxNames bounds the header names remembered.
const maxNames = 1024

func newBatchDecoder() *batchDecoder {
	return &batchDecoder{names: map[string]string{}, aborted: map[int64]struct{}{}}
}

// decode fills a.records from a.raw with the committed records from offset from on,
// and says which offset comes next. A batch cut off at the end of the set is not
// an error: it is fetched again. complete is false when not even one batch was whole.
func (d *batchDecoder) decode(a *arena, aborted []abortedTxn, from int64) (next int64, complete bool, err error) {
	clear(d.aborted)
	d.skipped = 0
	if !slices.IsSortedFunc(aborted, byFirst) {
		slices.SortFunc(aborted, byFirst)
	}
	next = from
	for raw := a.raw; len(raw) >= atMagic+1; {
		size := int(int32(binary.BigEndian.Uint32(raw[atLength:]))) + lengthIsAfter
		if magic := raw[atMagic]; magic != 2 {
			return next, complete, fmt.Errorf("%w: message format %d at offset %d; only 2 (Kafka 0.11 and later) is read",
				ErrCorrupt, magic, int64(binary.BigEndian.Uint64(raw)))
		}
		if size < batchHeader {
			return next, complete, fmt.Errorf("%w: length %d, less than a header's %d", ErrCorrupt, size, batchHeader)
		}
		if size > len(raw) {
			break
		}
		b := raw[:size:size]
		raw = raw[size:]
		complete = true
		base := int64(binary.BigEndian.Uint64(b))
		last := base + int64(int32(binary.BigEndian.Uint32(b[atLastDelta:])))
		if last < base {
			return next, complete, fmt.Errorf("%w: batch at offset %d ends at %d", ErrCorrupt, base, last)
		}
		for len(aborted) > 0 && aborted[0].first <= last {
			d.aborted[aborted[0].producer] = struct{}{}
			aborted = aborted[1:]
		}
		if crc := crc32.Checksum(b[atAttributes:], castagnoli); crc != binary.BigEndian.Uint32(b[atCRC:]) {
			return next, complete, fmt.Errorf("%w: batch at offset %d: checksum %08x, not %08x",
				ErrCorrupt, base, crc, binary.BigEndian.Uint32(b[atCRC:]))
		}
		if err := d.batch(a, b, base, from); err != nil {
			return next, complete, fmt.Errorf("%w: batch at offset %d: %w", ErrCorrupt, base, err)
		}
		if last >= next {
			next = last + 1
		}
	}
	return next, complete, nil
}

func byFirst(a, b abortedTxn) int {
	switch {
	case a.first < b.first:
		return -1
	case a.first > b.first:
		return 1
	}
	return 0
}

func (d *batchDecoder) batch(a *arena, b []byte, base, from int64) error {
	attributes := binary.BigEndian.Uint16(b[atAttributes:])
	producer := int64(binary.BigEndian.Uint64(b[atProducer:]))
	n := int(int32(binary.BigEndian.Uint32(b[atNumRecords:])))
	if n == 0 {
		return nil // all its records were compacted away
	}
	if attributes&control != 0 {
		d.skipped += n
		return d.marker(b[batchHeader:], producer)
	}
	if attributes&transactional != 0 {
		if _, dead := d.aborted[producer]; dead {
			d.skipped += n
			return nil
		}
	}
	body := b[batchHeader:]
	if codec := attributes & codecMask; codec != 0 {
		plain, err := inflate(codec, body)
		if err != nil {
			return err
		}
		a.inflated = append(a.inflated, plain)
		body = plain
	}
	if n < 0 || n > len(body)/minRecord {
		return fmt.Errorf("%d records in %d bytes", n, len(body))
	}
	firstTime := int64(binary.BigEndian.Uint64(b[atFirstTime:]))
	appendTime := int64(-1)
	if attributes&logAppendTime != 0 {
		appendTime = int64(binary.BigEndian.Uint64(b[atMaxTime:]))
	}
	if a.records == nil {
		a.records = make([]record.Record, 0, n)
	}
	p := parser{b: body}
	for range n {
		var r record.Record
		d.record(a, &p, &r)
		if p.bad {
			return fmt.Errorf("a record ends beyond the batch")
		}
		r.Offset += base
		if r.Offset < from {
			continue // the head of the batch, before what was asked for
		}
		r.TimeMs += firstTime
		if appendTime >= 0 {
			r.TimeMs = appendTime
		}
		a.records = append(a.records, r)
	}
	return nil
}

// marker handles the one record of a control batch: the end of a transaction.
func (d *batchDecoder) marker(body []byte, producer int64) error {
	p := parser{b: body}
	p.varint() // record length
	p.skip(1)  // attributes
	p.varint() // timestamp delta
	p.varint() // offset delta
	key := p.slice()
	if p.bad || len(key) < 4 {
		return fmt.Errorf("control record with a key of %d bytes; at least 4 are needed", len(key))
	}
	if binary.BigEndian.Uint16(key[2:]) == markerAbort {
		delete(d.aborted, producer)
	}
	return nil
}

// minRecord is the size of the smallest record: length, attributes, two deltas, key
// and value length, number of headers.
const minRecord = 7

func (d *batchDecoder) record(a *arena, p *parser, r *record.Record) {
	size := p.varint()
	end := p.at + int(size)
	if size < minRecord-1 || end > len(p.b) || end < p.at {
		p.bad = true
		return
	}
	p.skip(1) // attributes: none is defined
	r.TimeMs = p.varint()
	r.Offset = p.varint()
	r.Key = p.slice()
	r.Value = p.slice()
	if n := int(p.varint()); n > 0 && n <= (end-p.at)/2 {
		first := len(a.headers)
		for range n {
			name := p.slice()
			a.headers = append(a.headers, record.Header{Key: d.name(name), Value: p.slice()})
		}
		r.Headers = a.headers[first:len(a.headers):len(a.headers)]
	} else if n != 0 {
		p.bad = true
	}
	if p.at > end {
		p.bad = true
	}
	p.at = end
}

// name is the string of a header's name, shared by all records that have it.
func (d *batchDecoder) name(b []byte) string {
	if s, ok := d.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(d.names) < maxNames {
		d.names[s] = s
	}
	return s
}

// parser reads the zig-zag varints of records. bad is set at the first overrun.
type parser struct {
	b   []byte
	at  int
	bad bool
}

func (p *parser) varint() int64 {
	if p.at < len(p.b) {
		if c := p.b[p.at]; c < 0x80 { // one byte: nearly all of them
			p.at++
			return int64(c>>1) ^ -int64(c&1)
		} else if p.at+1 < len(p.b) && p.b[p.at+1] < 0x80 { // two: the lengths of events
			v := uint64(c&0x7f) | uint64(p.b[p.at+1])<<7
			p.at += 2
			return int64(v>>1) ^ -int64(v&1)
		}
	}
	v, n := binary.Varint(p.b[min(p.at, len(p.b)):])
	if n <= 0 {
		p.bad = true
		p.at = len(p.b)
		return 0
	}
	p.at += n
	return v
}

func (p *parser) skip(n int) { p.at += n }

// slice reads a length and that many bytes; -1 is nil.
func (p *parser) slice() []byte {
	n := p.varint()
	if n < 0 {
		return nil
	}
	if p.at > len(p.b) || n > int64(len(p.b)-p.at) {
		p.bad = true
		return nil
	}
	s := p.b[p.at : p.at+int(n) : p.at+int(n)]
	p.at += int(n)
	return s
}
