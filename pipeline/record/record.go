// Package record holds what the stages of the pipeline hand each other: records
// of one input partition, in batches as they were fetched. It imports nothing.
package record

// Header is one header of a Kafka record.
type Header struct {
	Key   string
	Value []byte
}

// Record is one record of an input partition. Key, Value and Headers alias their
// batch's memory and are valid until the batch is released.
type Record struct {
	Key     []byte
	Value   []byte // nil: a null value (a tombstone)
	Headers []Header
	Offset  int64
	TimeMs  int64 // the record's Kafka timestamp, Unix ms
}

// Batch is what one fetch brought of one partition: committed data records only,
// in the order of their offsets. It may be empty, and still moves Next.
// One goroutine owns a batch at a time; the one that took it releases it.
type Batch struct {
	Records    []Record
	Next       int64 // the offset to read next, past control and aborted records
	LastStable int64 // last stable offset of the partition at that fetch
	LogStart   int64
	Bytes      int    // memory that the batch holds
	Free       func() // hands the memory back; nil when there is nothing to hand back
}

// Release hands the batch's memory back. Nothing of it may be used afterwards.
func (b *Batch) Release() {
	if b.Free != nil {
		b.Free()
		b.Free = nil
	}
	b.Records = nil
}
