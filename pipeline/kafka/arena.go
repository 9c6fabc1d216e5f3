package kafka

import (
	"math/bits"
	"sync"

	"github.com/clearlane/clearlane/pipeline/record"
)

// Sizes of pooled buffers are powers of two from minClass to maxClass. A larger
// buffer (one huge batch) is left to the garbage collector.
const (
	minClass = 12 // 4 KiB
	maxClass = 26 // 64 MiB
)

var bufferPools [maxClass + 1]sync.Pool // *[]byte, by class

// takeBuffer is a buffer of length n whose content is undefined.
func takeBuffer(n int) []byte {
	class := max(bits.Len(uint(max(n, 1)-1)), minClass)
	if class > maxClass {
		return make([]byte, n)
	}
	if b, ok := bufferPools[class].Get().(*[]byte); ok {
		return (*b)[:n]
	}
	return make([]byte, n, 1<<class)
}

func giveBuffer(b []byte) {
	c := cap(b)
	if c == 0 || c&(c-1) != 0 {
		return
	}
	if class := bits.Len(uint(c)) - 1; class >= minClass && class <= maxClass {
		b = b[:0]
		bufferPools[class].Put(&b)
	}
}

// arena is all the memory of one batch. It goes back to its pool with Batch.Free.
type arena struct {
	raw      []byte   // the record set as it came
	inflated [][]byte // decompressed batches
	records  []record.Record
	headers  []record.Header
}

var arenas = sync.Pool{New: func() any { return new(arena) }}

// maxKeptRecords bounds the record slice that an arena keeps in the pool.
const maxKeptRecords = 1 << 16

func (a *arena) free() {
	giveBuffer(a.raw)
	for i, b := range a.inflated {
		giveBuffer(b)
		a.inflated[i] = nil
	}
	a.raw, a.inflated = nil, a.inflated[:0]
	if cap(a.records) > maxKeptRecords {
		a.records = nil
	}
	clear(a.headers)
	a.records, a.headers = a.records[:0], a.headers[:0]
	arenas.Put(a)
}

func (a *arena) bytes() int {
	n := cap(a.raw)
	for _, b := range a.inflated {
		n += cap(b)
	}
	const recordSize, headerSize = 96, 40
	return n + len(a.records)*recordSize + len(a.headers)*headerSize
}
