package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/segmentio/kafka-go/compress"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/record"
)

// testBatch is a batch as a broker stores it.
type testBatch struct {
	base       int64
	last       int64 // last offset; beyond the records when some were compacted away
	offsets    []int64
	values     []string
	attributes int16
	producer   int64
	marker     int16 // of a control batch: 0 abort, 1 commit
	headers    bool
}

func (b *testBatch) encode() []byte {
	var body []byte
	for i, o := range b.offsets {
		r := kmsg.Record{OffsetDelta: int32(o - b.base), TimestampDelta64: int64(i), Key: []byte("k" + b.values[i]), Value: []byte(b.values[i])}
		if b.attributes&control != 0 {
			r.Key = binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(b.marker))
		}
		if b.headers {
			r.Headers = []kmsg.Header{{Key: "name", Value: []byte(b.values[i])}, {Key: "null"}}
		}
		// The record's length counts what follows it.
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		body = r.AppendTo(body)
	}
	n := len(b.offsets)
	if codec := b.attributes & codecMask; codec != 0 && n > 0 {
		var out bytes.Buffer
		w := compress.Compression(codec).Codec().NewWriter(&out)
		if _, err := w.Write(body); err != nil {
			panic(err)
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		body = out.Bytes()
	}
	k := kmsg.RecordBatch{
		FirstOffset: b.base, PartitionLeaderEpoch: 3, Magic: 2, Attributes: b.attributes,
		LastOffsetDelta: int32(b.last - b.base), FirstTimestamp: 5000, MaxTimestamp: 9000,
		ProducerID: b.producer, ProducerEpoch: 1, FirstSequence: 0, NumRecords: int32(n), Records: body,
	}
	raw := k.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[atLength:], uint32(len(raw)-lengthIsAfter))
	binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:], castagnoli))
	return raw
}

func decodeAll(raw []byte, aborted []abortedTxn, from int64) (records []record.Record, next int64, complete bool, err error) {
	a := &arena{raw: raw}
	next, complete, err = newBatchDecoder().decode(a, aborted, from)
	return a.records, next, complete, err
}

// A log with transactions of several producers, committed, aborted and open ones,
// in any interleaving, with any compression and with compacted holes, read from any
// offset and cut off anywhere: what is decoded is what the log says.
func TestDecodedIsWhatWasCommitted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const producers = 3
		var (
			batches []testBatch
			open    [producers]int64 // first offset of the open transaction, -1 for none
			aborted []abortedTxn
			dead    = map[int64]bool{} // offsets of aborted records
			mine    [producers][]int64
			at      = int64(rapid.IntRange(0, 50).Draw(t, "start"))
		)
		for p := range open {
			open[p] = -1
		}
		end := func(p int, abort bool) {
			b := testBatch{base: at, last: at, offsets: []int64{at}, values: []string{""}, attributes: transactional | control, producer: int64(p), marker: 1}
			if abort {
				b.marker = 0
				aborted = append(aborted, abortedTxn{int64(p), open[p]})
				for _, o := range mine[p] {
					dead[o] = true
				}
			}
			open[p], mine[p] = -1, nil
			batches = append(batches, b)
			at++
		}
		for range rapid.IntRange(0, 25).Draw(t, "batches") {
			p := rapid.IntRange(-1, producers-1).Draw(t, "producer")
			if p >= 0 && open[p] >= 0 && rapid.Bool().Draw(t, "ends") {
				end(p, rapid.Bool().Draw(t, "aborts"))
				continue
			}
			b := testBatch{base: at, producer: int64(p), attributes: int16(rapid.IntRange(0, 4).Draw(t, "codec")), headers: rapid.Bool().Draw(t, "headers")}
			if p >= 0 {
				b.attributes |= transactional
				if open[p] < 0 {
					open[p] = at
				}
			}
			for range rapid.IntRange(1, 5).Draw(t, "records") {
				if rapid.IntRange(0, 4).Draw(t, "compacted") > 0 {
					b.offsets = append(b.offsets, at)
					b.values = append(b.values, fmt.Sprint(at))
					if p >= 0 {
						mine[p] = append(mine[p], at)
					}
				}
				at++
			}
			b.last = at - 1
			batches = append(batches, b)
		}
		for p := range open {
			if open[p] >= 0 {
				end(p, rapid.Bool().Draw(t, "aborts at the end"))
			}
		}
		if len(batches) == 0 {
			return
		}
		// Read from within the log, as a broker answers: from the batch that holds
		// the offset, to a place in the middle of a batch.
		from := rapid.Int64Range(batches[0].base, at-1).Draw(t, "from")
		first := slices.IndexFunc(batches, func(b testBatch) bool { return b.last >= from })
		var raw []byte
		whole, wantNext := first, from
		for i := first; i < len(batches); i++ {
			raw = append(raw, batches[i].encode()...)
		}
		raw = raw[:rapid.IntRange(0, len(raw)).Draw(t, "cut")]
		var want []int64
		for size := 0; whole < len(batches); whole++ {
			if size += len(batches[whole].encode()); size > len(raw) {
				break
			}
			b := batches[whole]
			wantNext = b.last + 1
			if b.attributes&control != 0 {
				continue
			}
			for _, o := range b.offsets {
				if o >= from && !dead[o] {
					want = append(want, o)
				}
			}
		}
		// A broker lists the aborted transactions that touch what it sends.
		var listed []abortedTxn
		for _, a := range aborted {
			marker := slices.IndexFunc(batches, func(b testBatch) bool {
				return b.attributes&control != 0 && b.marker == 0 && b.producer == a.producer && b.base > a.first
			})
			if batches[marker].base >= batches[first].base {
				listed = append(listed, a)
			}
		}
		got, next, complete, err := decodeAll(raw, listed, from)
		if err != nil {
			t.Fatal(err)
		}
		if complete != (whole > first) || next != wantNext {
			t.Fatalf("next %d, complete %v; want %d, %v", next, complete, wantNext, whole > first)
		}
		if len(got) != len(want) {
			t.Fatalf("%d records, not %d", len(got), len(want))
		}
		for i, r := range got {
			if r.Offset != want[i] || string(r.Value) != fmt.Sprint(want[i]) || string(r.Key) != "k"+string(r.Value) || r.TimeMs < 5000 || r.TimeMs > 5004 {
				t.Fatalf("record %d is %+v, want offset %d", i, r, want[i])
			}
			if len(r.Headers) > 0 && (r.Headers[0].Key != "name" || !bytes.Equal(r.Headers[0].Value, r.Value) || r.Headers[1].Value != nil) {
				t.Fatalf("headers %+v", r.Headers)
			}
		}
	})
}

func TestLogAppendTimeIsTheBatchsTime(t *testing.T) {
	b := testBatch{offsets: []int64{0, 1}, last: 1, values: []string{"a", "b"}, attributes: logAppendTime, producer: -1}
	got, _, _, err := decodeAll(b.encode(), nil, 0)
	if err != nil || len(got) != 2 || got[0].TimeMs != 9000 || got[1].TimeMs != 9000 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDamagedBatchesAreRefused(t *testing.T) {
	good := testBatch{offsets: []int64{0, 1}, last: 1, values: []string{"a", "b"}, producer: -1}
	seal := func(raw []byte) []byte {
		binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:], castagnoli))
		return raw
	}
	for name, raw := range map[string][]byte{
		"checksum":        func() []byte { r := good.encode(); r[len(r)-1] ^= 1; return r }(),
		"format":          func() []byte { r := good.encode(); r[atMagic] = 1; return r }(),
		"short":           func() []byte { r := good.encode(); binary.BigEndian.PutUint32(r[atLength:], 3); return r }(),
		"backwards":       func() []byte { r := good.encode(); r[atLastDelta] = 0xff; return seal(r) }(),
		"too many":        func() []byte { r := good.encode(); r[atNumRecords+2] = 9; return seal(r) }(),
		"negative count":  func() []byte { r := good.encode(); r[atNumRecords] = 0xff; return seal(r) }(),
		"record too long": func() []byte { r := good.encode(); r[batchHeader] = 0x7e; return seal(r) }(),
		"codec":           func() []byte { r := good.encode(); r[atAttributes+1] = 7; return seal(r) }(),
		"not gzip":        func() []byte { r := good.encode(); r[atAttributes+1] = 1; return seal(r) }(),
		"no marker":       func() []byte { r := good.encode(); r[atAttributes+1] = control; return seal(r) }(),
	} {
		if _, _, _, err := decodeAll(raw, nil, 0); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for codec := range int16(5) {
		b := testBatch{base: 4, last: 7, offsets: []int64{4, 6}, values: []string{"a", "b"}, attributes: codec, headers: true}
		f.Add(b.encode(), int64(5), int64(1), int64(0))
	}
	c := testBatch{base: 4, last: 4, offsets: []int64{4}, values: []string{""}, attributes: transactional | control, producer: 1}
	f.Add(c.encode(), int64(0), int64(1), int64(0))
	f.Fuzz(func(t *testing.T, raw []byte, from, producer, first int64) {
		// A checksum is no defence against a broken broker: decode what lies behind it too.
		if len(raw) >= batchHeader {
			if size := int(int32(binary.BigEndian.Uint32(raw[atLength:]))) + lengthIsAfter; size >= batchHeader && size <= len(raw) {
				binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:size], castagnoli))
			}
		}
		from = max(from, 0)
		got, next, _, err := decodeAll(raw, []abortedTxn{{producer, first}}, from)
		if next < from {
			t.Fatalf("next %d is before %d", next, from)
		}
		for _, r := range got {
			if err == nil && (r.Offset < from) {
				t.Fatalf("offset %d outside %d to %d", r.Offset, from, next)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, codec := range []int16{0, 3, 4} {
		b.Run(compress.Compression(codec).String(), func(b *testing.B) {
			t := testBatch{producer: -1, attributes: codec}
			value := string(bytes.Repeat([]byte(`{"order_key":"abcdefgh","n":1} `), 12))
			for i := range int64(500) {
				t.offsets = append(t.offsets, i)
				t.values = append(t.values, value)
			}
			t.last = 499
			one := t.encode()
			d := newBatchDecoder()
			b.ReportAllocs()
			for b.Loop() {
				a := arenas.Get().(*arena)
				a.raw = takeBuffer(len(one))
				copy(a.raw, one)
				if _, _, err := d.decode(a, nil, 0); err != nil || len(a.records) != 500 {
					b.Fatal(err)
				}
				a.free()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/record")
		})
	}
}
