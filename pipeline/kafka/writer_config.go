package kafka

import (
	"errors"
	"fmt"
	"math"
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
	CommitTimeout      time.Duration // longest Flush plus EndTransaction; then the outcome is unknown

	Stats *WriteStats // may be nil
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

func (c *WriterConfig) options(partition int32, lane int) ([]kgo.Opt, error) {
	opts, err := c.kgoOptions()
	if err != nil {
		return nil, err
	}
	var faults []error
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
		opts = append(opts, kgo.WithCompressor(lz4{}))
	}
	return append(opts,
		kgo.TransactionalID(c.TransactionalID(partition, lane)),
		kgo.TransactionTimeout(c.TransactionTimeout),
		// A dead coordinator is replaced after the brokers' session timeout, 9 s by default.
		// kgo's count of 20 tries ends before that at pauses as short as ours, and a commit
		// that was never sent would count as one of unknown outcome: time is the bound.
		kgo.RequestRetries(math.MaxInt32), kgo.RetryTimeout(c.CommitTimeout),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(codec),
		kgo.ProducerLinger(c.Linger),
		// The writer's own bound (room) comes first, so that kgo never blocks.
		kgo.MaxBufferedRecords(2*c.MaxBufferedRecords),
		kgo.ProducerBatchMaxBytesFn(func(topic string) int32 {
			if topic == c.Topics[task.OutDeadLetters] {
				return int32(max(c.MaxRecordBytes, c.MaxDeadLetterBytes))
			}
			return int32(c.MaxRecordBytes)
		}),
	), nil
}

// TransactionalID is the transactional.id of one of the producers of a partition's writer.
func (c *WriterConfig) TransactionalID(partition int32, lane int) string {
	return c.Group + "-" + strconv.Itoa(int(partition)) + "-" + strconv.Itoa(lane)
}
