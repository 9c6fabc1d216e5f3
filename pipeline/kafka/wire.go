package kafka

import (
	"encoding/binary"
	"fmt"
	"io"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// readCommitted is the isolation level of all fetches.
const readCommitted = 1

// minFetchVersion is the first version of Fetch with transactions (Kafka 0.11).
const minFetchVersion = 4

// maxAnswer bounds the bytes of one fetch answer that is read at all. A broker
// exceeds max_bytes only by one batch, so more than this is not a fetch answer.
const maxAnswer = 1 << 30

// fetchRequest is a Fetch to one broker. It uses kafka-go's door for messages that
// do their own exchange on the connection (protocol.RawExchanger): the request is
// kafka-go's, the answer is read straight into arenas.
type fetchRequest struct {
	*fetch.Request
	broker   int32
	clientID string
	version  int16
}

// Broker implements protocol.BrokerMessage: the leader was chosen when the request was made.
func (r *fetchRequest) Broker(c protocol.Cluster) (protocol.Broker, error) {
	b, ok := c.Brokers[r.broker]
	if !ok {
		return b, kafkago.BrokerNotAvailable
	}
	return b, nil
}

// Required implements protocol.RawExchanger.
func (r *fetchRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Fetch]
	return true
}

// RawExchange implements protocol.RawExchanger.
func (r *fetchRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if r.version < minFetchVersion {
		return nil, fmt.Errorf("fetch version %d; the broker must speak at least %d (Kafka 0.11)", r.version, minFetchVersion)
	}
	const correlation = 1 // one request at a time is on a connection
	if err := protocol.WriteRequest(rw, r.version, correlation, r.clientID, r.Request); err != nil {
		return nil, err
	}
	w := wireReader{r: rw, remain: 8}
	size := w.int32()
	if id := w.int32(); w.err == nil && id != correlation {
		w.err = fmt.Errorf("correlation id %d, not %d", id, correlation)
	}
	if w.err == nil && (size < 4 || size > maxAnswer) {
		w.err = fmt.Errorf("fetch answer of %d bytes; allowed: 4 to %d", size, maxAnswer)
	}
	if w.err != nil {
		return nil, w.err
	}
	w.remain = int(size) - 4
	answer := new(fetchAnswer)
	answer.read(&w, r.version)
	if w.err == nil && w.remain > 0 {
		_, w.err = io.CopyN(io.Discard, rw, int64(w.remain))
	}
	if w.err != nil {
		answer.free()
		return nil, w.err
	}
	return answer, nil
}

// fetchAnswer is a decoded fetch response whose record sets are still as they came.
type fetchAnswer struct {
	code  int16
	parts []partAnswer
}

// ApiKey implements protocol.Message.
func (*fetchAnswer) ApiKey() protocol.ApiKey { return protocol.Fetch }

// partAnswer is the answer for one partition. Whoever takes data frees it.
type partAnswer struct {
	topic     string
	partition int32
	code      int16
	high      int64
	stable    int64
	logStart  int64 // -1 when not known
	aborted   []abortedTxn
	data      *arena // nil: no records
}

// abortedTxn is a transaction of a producer, from its first offset to its marker.
type abortedTxn struct{ producer, first int64 }

func (a *fetchAnswer) free() {
	for i := range a.parts {
		if d := a.parts[i].data; d != nil {
			d.free()
			a.parts[i].data = nil
		}
	}
}

// read decodes versions 4 to 11, the ones that kafka-go negotiates.
func (a *fetchAnswer) read(w *wireReader, version int16) {
	w.int32() // throttle time: the broker has already waited
	if version >= 7 {
		a.code = w.int16()
		w.int32() // session
	}
	for range w.count(6) {
		topic := w.string()
		for range w.count(26) {
			a.parts = append(a.parts, partAnswer{topic: topic})
			a.parts[len(a.parts)-1].read(w, version)
			if w.err != nil {
				return
			}
		}
	}
}

func (p *partAnswer) read(w *wireReader, version int16) {
	p.partition = w.int32()
	p.code = w.int16()
	p.high = w.int64()
	p.stable = w.int64()
	p.logStart = -1
	if version >= 5 {
		p.logStart = w.int64()
	}
	if n := w.count(16); n > 0 {
		p.aborted = make([]abortedTxn, n)
		for i := range p.aborted {
			p.aborted[i] = abortedTxn{producer: w.int64(), first: w.int64()}
		}
	}
	if version >= 11 {
		w.int32() // preferred read replica: only the leader is read
	}
	if n := w.count(1); n > 0 {
		p.data = arenas.Get().(*arena)
		p.data.raw = takeBuffer(n)
		w.full(p.data.raw)
	}
}

// wireReader reads the protocol's primitives and keeps the first error. remain is
// what is left of the message: nothing is read or allocated beyond it.
type wireReader struct {
	r      io.Reader
	remain int
	err    error
	buf    [8]byte
}

func (w *wireReader) full(b []byte) {
	if w.err != nil {
		return
	}
	if len(b) > w.remain {
		w.err = io.ErrUnexpectedEOF
		return
	}
	n, err := io.ReadFull(w.r, b)
	w.remain -= n
	w.err = err
}

func (w *wireReader) bytes(n int) []byte {
	b := w.buf[:n]
	w.full(b)
	if w.err != nil {
		clear(b)
	}
	return b
}

func (w *wireReader) int16() int16 { return int16(binary.BigEndian.Uint16(w.bytes(2))) }
func (w *wireReader) int32() int32 { return int32(binary.BigEndian.Uint32(w.bytes(4))) }
func (w *wireReader) int64() int64 { return int64(binary.BigEndian.Uint64(w.bytes(8))) }

// count reads the length of an array whose elements take at least size bytes; a
// null array (-1) is an empty one.
func (w *wireReader) count(size int) int {
	n := int(w.int32())
	if n > 0 && n > w.remain/size {
		w.err = fmt.Errorf("array of %d elements of at least %d bytes in %d bytes", n, size, w.remain)
	}
	if w.err != nil || n < 0 {
		return 0
	}
	return n
}

func (w *wireReader) string() string {
	n := int(w.int16())
	if w.err != nil || n <= 0 {
		return ""
	}
	if n > w.remain {
		w.err = io.ErrUnexpectedEOF
		return ""
	}
	b := make([]byte, n)
	w.full(b)
	return string(b)
}
