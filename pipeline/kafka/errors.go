package kafka

import (
	"errors"
	"fmt"
)

// Errors that callers decide on.
var (
	// ErrOutOfRange: the offset asked for is not in the partition's log.
	ErrOutOfRange = errors.New("offset out of range")
	// ErrTruncated: records from the offset asked for on have been deleted.
	ErrTruncated = errors.New("records were deleted by retention")
	// ErrAuthentication: the brokers refuse the user, password or certificate.
	ErrAuthentication = errors.New("authentication refused")
	// ErrAuthorization: the brokers refuse this user the topic, group or transaction.
	ErrAuthorization = errors.New("not authorized")
	// ErrUnknownTopic: the topic or partition does not exist.
	ErrUnknownTopic = errors.New("unknown topic or partition")
	// ErrCorrupt: what a broker sent is not what the protocol says.
	ErrCorrupt = errors.New("corrupt record batch")
	// ErrNameTaken: another process of the group has this one's name.
	ErrNameTaken = errors.New("another process has joined the group by this process's name (instance): each needs one of its own")
	// ErrOpenTransaction: another producer holds a transaction open in a partition
	// that only the fenced writer may write.
	ErrOpenTransaction = errors.New("a foreign transaction is open")
)

// PartitionError is a fault of one partition. It unwraps to one of the errors above.
type PartitionError struct {
	Topic     string
	Partition int32
	Offset    int64 // asked for
	LogStart  int64 // first offset of the log, -1 when it is not known
	LogEnd    int64 // last stable offset of the log, -1 when it is not known
	Err       error
}

func (e *PartitionError) Error() string {
	holds := ""
	if e.LogStart >= 0 {
		holds = fmt.Sprintf(" (log holds %d to %d)", e.LogStart, e.LogEnd)
	}
	return fmt.Sprintf("topic %s partition %d offset %d%s: %v", e.Topic, e.Partition, e.Offset, holds, e.Err)
}

func (e *PartitionError) Unwrap() error { return e.Err }

func isOutOfRange(err error) bool { return errors.Is(err, ErrOutOfRange) }
