package kafka

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/task"
)

// outlet is one output partition: what has been produced and is not acknowledged. At most one
// of its batches is on its way, so that they arrive in their order whatever is sent again.
// Writer.mu guards it.
type outlet struct {
	topic string
	limit int // bytes of a batch before compression

	open  *outBatch   // is filled
	full  []*outBatch // wait, in their order
	sent  *outBatch   // is on its way, or is to be sent again
	line  *line       // whose leader leads the partition
	clock int64       // Unix ms, the time of the records that follow

	tries    int       // to send sent that have failed
	unknown  int       // of them, those in a row that no such topic was the answer to
	misled   time.Time // when the leader was last found wrong
	sequence [lanes]int32
	added    [lanes]bool // to the open transaction, where that takes a request
}

// maxUnknown is how often in a row brokers may not know the topic. One that has just started
// may not have heard of it yet.
const maxUnknown = 8

// clockEvery is how many records of a batch have the time of the first of them. A batch is
// filled while the one before is on its way, so that is milliseconds; to ask for the time of
// each took a tenth of what producing takes.
const clockEvery = 16

// take appends a record to the open batch, or to a new one where it is full.
func (o *outlet) take(out task.Output, key, value []byte, headers []record.Header) error {
	if o.open == nil {
		o.open = newOutBatch(0)
	}
	if o.open.records%clockEvery == 0 {
		o.clock = time.Now().UnixMilli()
	}
	ms := o.clock
	size := o.open.recordSize(ms, key, value, headers)
	if o.open.with(size) > o.limit && o.open.records > 0 {
		o.full = append(o.full, o.open)
		o.open = newOutBatch(cap(o.open.buf))
		size = o.open.recordSize(ms, key, value, headers)
	}
	if n := o.open.with(size); n > o.limit {
		return fmt.Errorf("topic %s: a record makes a batch of %d bytes, more than %d: %w", o.topic, n, o.limit, kerr.MessageTooLarge)
	}
	o.open.add(out, ms, size, key, value, headers)
	return nil
}

// next is the batch to be sent, nil for none.
func (o *outlet) next() *outBatch {
	switch {
	case o.sent != nil:
	case len(o.full) > 0:
		o.sent = o.full[0]
		o.full[0] = nil
		o.full = o.full[1:]
	case o.open != nil && o.open.records > 0:
		o.sent, o.open = o.open, nil
	}
	return o.sent
}

// drop forgets what has not been sent yet, and says how much less there is.
func (o *outlet) drop() (records, bytes int) {
	if o.open != nil {
		o.full = append(o.full, o.open)
	}
	for _, b := range o.full {
		records, bytes = records-int(b.records), bytes-b.size
		b.free()
	}
	o.open, o.full = nil, nil
	return records, bytes
}
