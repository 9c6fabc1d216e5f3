package kafka

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/task"
)

// WriterConfig is how output is written.
type WriterConfig struct {
	Config
	Group  string                  // transactional ids are Group-partition-lane
	Topics [task.NumOutputs]string // names of the output topics

	Compression        string // none, gzip, snappy, lz4, zstd
	Linger             time.Duration
	MaxBufferedRecords int           // written and not acknowledged; from there on Produce waits
	MaxBufferedBytes   int           // the same in bytes
	MaxRecordBytes     int           // of one batch
	MaxDeadLetterBytes int           // of one batch of dead letters: the topic's max.message.bytes
	TransactionTimeout time.Duration // the brokers abort a transaction open for longer
	CommitTimeout      time.Duration // longest seal and end of a transaction; then the outcome is unknown

	Stats *WriteStats // may be nil
	Links *Links      // shared by the writers of a process; nil: the writer has its own
}

// DefaultWriter is the settings that the benchmarks are made with.
func DefaultWriter() WriterConfig {
	return WriterConfig{
		Compression:        "lz4",
		MaxBufferedRecords: 50_000,
		MaxBufferedBytes:   32 << 20,
		MaxRecordBytes:     1_000_000,
		TransactionTimeout: time.Minute,
		CommitTimeout:      30 * time.Second,
	}
}

// compressor is what batches are compressed with, nil for nothing, once all settings were
// found right.
func (c *WriterConfig) compressor() (kgo.Compressor, error) {
	var faults []error
	if err := c.validate(); err != nil {
		faults = append(faults, err)
	}
	codec, ok := map[string]kgo.CompressionCodec{
		"": kgo.NoCompression(), "none": kgo.NoCompression(), "gzip": kgo.GzipCompression(),
		"snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}[c.Compression]
	if !ok {
		faults = append(faults, fmt.Errorf("compression: %q; allowed: none, gzip, snappy, lz4, zstd", c.Compression))
	}
	if c.MaxBufferedRecords < 1 || c.MaxBufferedBytes < 1 {
		faults = append(faults, fmt.Errorf("max_buffered: %d records, %d bytes; both must be 1 or more", c.MaxBufferedRecords, c.MaxBufferedBytes))
	}
	if c.Group == "" {
		faults = append(faults, errors.New("group: empty; the transactional.id is made of it"))
	}
	for out, topic := range c.Topics {
		if topic == "" && task.Output(out) != task.OutShadow {
			faults = append(faults, fmt.Errorf("topics: output %d has no name", out))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	if c.Compression == "lz4" {
		return lz4{}, nil
	}
	return kgo.DefaultCompressor(codec)
}

// batchLimit is the largest batch of an output, bytes before compression.
func (c *WriterConfig) batchLimit(out task.Output) int {
	if out == task.OutDeadLetters {
		return max(c.MaxRecordBytes, c.MaxDeadLetterBytes)
	}
	return c.MaxRecordBytes
}

// TransactionalID is the transactional.id of one of the producers of a partition's writer.
func (c *WriterConfig) TransactionalID(partition int32, lane int) string {
	return c.Group + "-" + strconv.Itoa(int(partition)) + "-" + strconv.Itoa(lane)
}
