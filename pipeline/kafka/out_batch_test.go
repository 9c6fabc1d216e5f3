package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/segmentio/kafka-go/protocol"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// compressors are all that a configuration may name.
func compressors(t testing.TB) map[string]kgo.Compressor {
	all := map[string]kgo.Compressor{}
	for _, name := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		cfg := DefaultWriter()
		cfg.Brokers, cfg.Group, cfg.Compression = []string{"127.0.0.1:1"}, "g", name
		for out := range cfg.Topics {
			cfg.Topics[out] = "t"
		}
		c, err := cfg.compressor()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = c
	}
	return all
}

// spelled is a record in words, the same for all readers.
func spelled(offset, ms int64, key, value []byte, headers []record.Header) string {
	text := func(b []byte) string {
		if b == nil {
			return "null"
		}
		return fmt.Sprintf("%q", b)
	}
	s := fmt.Sprintf("%d at %d: %s = %s", offset, ms, text(key), text(value))
	for _, h := range headers {
		s += fmt.Sprintf(", %q = %s", h.Key, text(h.Value))
	}
	return s
}

// byKgo, byKafkaGo and byUs are the records of a batch at an offset, as each reads them.
func byKgo(wire []byte, offset int64) (all []string, err error) {
	p, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: offset, Topic: "t"},
		&kmsg.FetchResponseTopicPartition{RecordBatches: wire}, kgo.DefaultDecompressor(), nil)
	for _, r := range p.Records {
		var headers []record.Header
		for _, h := range r.Headers {
			headers = append(headers, record.Header{Key: h.Key, Value: h.Value})
		}
		all = append(all, spelled(r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, headers))
	}
	return all, p.Err
}

func byKafkaGo(wire []byte) (all []string, err error) {
	var set protocol.RecordSet
	if _, err := set.ReadFrom(bytes.NewReader(append(binary.BigEndian.AppendUint32(nil, uint32(len(wire))), wire...))); err != nil {
		return nil, err
	}
	for {
		r, err := set.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		key, err := protocol.ReadAll(r.Key)
		if err != nil {
			return nil, err
		}
		value, err := protocol.ReadAll(r.Value)
		if err != nil {
			return nil, err
		}
		var headers []record.Header
		for _, h := range r.Headers {
			headers = append(headers, record.Header{Key: h.Key, Value: h.Value})
		}
		all = append(all, spelled(r.Offset, r.Time.UnixMilli(), key, value, headers))
	}
}

func byUs(wire []byte, offset int64) (all []string, err error) {
	records, _, _, err := decodeAll(wire, nil, offset)
	for i := range records {
		r := &records[i]
		all = append(all, spelled(r.Offset, r.TimeMs, r.Key, r.Value, r.Headers))
	}
	return all, err
}

// Whatever is produced, with whatever compression, is what kgo, kafka-go and we read back:
// null and empty apart, clocks that go back, records larger than the first buffer.
func TestWhatIsProducedReadsBack(t *testing.T) {
	all := compressors(t)
	names := []string{"none", "gzip", "snappy", "lz4", "zstd"}
	rapid.Check(t, func(t *rapid.T) {
		codec := rapid.SampledFrom(names).Draw(t, "compression")
		slice := func(name string, most int) []byte {
			n := rapid.IntRange(-1, most).Draw(t, name)
			if n < 0 {
				return nil
			}
			seed := rapid.Byte().Draw(t, name+" content")
			b := make([]byte, n)
			for i := range b {
				b[i] = seed + byte(i*i>>3)
			}
			return b
		}
		p := producer{rapid.Int64Min(0).Draw(t, "producer"), rapid.Int16Min(0).Draw(t, "epoch")}
		sequence := rapid.Int32Min(0).Draw(t, "sequence")
		offset := rapid.Int64Range(0, math.MaxInt32).Draw(t, "offset")
		b := newOutBatch(0)
		var want []string
		ms := rapid.Int64Range(0, 1<<42).Draw(t, "time")
		first, newest := ms, ms
		for n := range rapid.IntRange(1, 40).Draw(t, "records") {
			key, value := slice("key", 40), slice("value", rapid.SampledFrom([]int{0, 300, 20_000}).Draw(t, "most"))
			var headers []record.Header
			for range rapid.IntRange(0, 3).Draw(t, "headers") {
				headers = append(headers, record.Header{Key: string(slice("name", 100)), Value: slice("content", 200)})
			}
			if n > 0 {
				ms += rapid.Int64Range(-5000, 5000).Draw(t, "later")
				newest = max(newest, ms)
			}
			before, size := len(b.buf), b.recordSize(ms, key, value, headers)
			end := b.with(size)
			b.add(task.Output(n%int(task.NumOutputs)), ms, size, key, value, headers)
			if len(b.buf) != end {
				t.Fatalf("record %d was to take %d bytes and takes %d", n, end-before, len(b.buf)-before)
			}
			want = append(want, spelled(offset+int64(n), ms, key, value, headers))
		}
		b.encode(all[codec], p, sequence)
		var k kmsg.RecordBatch
		if err := k.ReadFrom(b.wire); err != nil {
			t.Fatal(err)
		}
		if k.ProducerID != p.id || k.ProducerEpoch != p.epoch || k.FirstSequence != sequence || k.NumRecords != int32(len(want)) ||
			k.LastOffsetDelta != int32(len(want)-1) || k.FirstTimestamp != first || k.MaxTimestamp != newest || k.Attributes&transactional == 0 {
			t.Fatalf("%+v", k)
		}
		binary.BigEndian.PutUint64(b.wire, uint64(offset)) // as a broker does, outside of the checksum
		ours, err := byUs(b.wire, offset)
		if err != nil || !slices.Equal(ours, want) {
			t.Errorf("%s: we read %q (%v), not %q", codec, ours, err, want)
		}
		theirs, err := byKgo(b.wire, offset)
		if err != nil || !slices.Equal(theirs, want) {
			t.Errorf("%s: kgo reads %q (%v), not %q", codec, theirs, err, want)
		}
		theirs, err = byKafkaGo(b.wire)
		if err != nil || !slices.Equal(theirs, want) {
			t.Errorf("%s: kafka-go reads %q (%v), not %q", codec, theirs, err, want)
		}
		b.free()
	})
}

// FuzzOutBatch holds the encoder against kmsg's, byte for byte.
func FuzzOutBatch(f *testing.F) {
	f.Add([]byte("key"), []byte("value"), "name", []byte(nil), int64(1782993600000), int64(-3), uint8(3))
	f.Add([]byte(nil), bytes.Repeat([]byte("x"), 10_000), "", []byte{}, int64(0), int64(1<<40), uint8(200))
	f.Fuzz(func(t *testing.T, key, value []byte, name string, content []byte, ms, later int64, records uint8) {
		if ms < 0 || ms > 1<<50 || later > 1<<50 || later < -1<<50 {
			return
		}
		if len(key) == 0 {
			key = nil
		}
		b := newOutBatch(0)
		var body []byte
		newest := ms
		for n := range int(records) + 1 {
			at := ms
			if n > 0 {
				at += later
			}
			newest = max(newest, at)
			var headers []record.Header
			r := kmsg.Record{TimestampDelta64: at - ms, OffsetDelta: int32(n), Key: key, Value: value}
			if n%2 == 1 {
				headers = []record.Header{{Key: name, Value: content}}
				r.Headers = []kmsg.Header{{Key: name, Value: content}}
			}
			r.Length = int32(len(r.AppendTo(nil)) - 1) // one byte is the length's own, of 0
			body = r.AppendTo(body)
			b.add(task.OutDecisions, at, b.recordSize(at, key, value, headers), key, value, headers)
		}
		b.encode(nil, producer{7, 3}, 11)
		plain := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, Attributes: transactional, LastOffsetDelta: int32(records),
			FirstTimestamp: ms, MaxTimestamp: newest, ProducerID: 7, ProducerEpoch: 3, FirstSequence: 11, NumRecords: int32(records) + 1, Records: body}
		plain.Length = int32(batchHeader + len(body) - lengthIsAfter)
		plain.CRC = int32(binary.BigEndian.Uint32(b.wire[atCRC:])) // read back by the property test
		if want := plain.AppendTo(nil); !bytes.Equal(b.wire, want) {
			t.Fatalf("%x\nis not\n%x", b.wire, want)
		}
	})
}

func TestSequencesBeginAgain(t *testing.T) {
	for _, c := range []struct{ from, n, want int32 }{
		{0, 1, 1}, {math.MaxInt32 - 1, 1, math.MaxInt32}, {math.MaxInt32, 1, 0}, {math.MaxInt32 - 2, 10, 7},
	} {
		if got := nextSequence(c.from, c.n); got != c.want {
			t.Errorf("%d records from %d on: %d, not %d", c.n, c.from, got, c.want)
		}
	}
}

// BenchmarkOutBatch encodes batches of 200 decisions.
func BenchmarkOutBatch(b *testing.B) {
	key := []byte("0123456789abcdef")
	value := fmt.Appendf(nil, benchDecision, 2654435761, 1, 1, 1, 1, 37, 40503, 1001, 901, 801, 97)
	for name, c := range compressors(b) {
		if name != "none" && name != "snappy" {
			continue
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(200 * len(value)))
			o := outlet{limit: 1_000_000}
			for b.Loop() {
				for range 200 {
					if err := o.take(task.OutDecisions, key, value, nil); err != nil {
						b.Fatal(err)
					}
				}
				batch := o.next()
				batch.encode(c, producer{1, 1}, 0)
				batch.free()
				o.sent = nil
			}
		})
	}
}
