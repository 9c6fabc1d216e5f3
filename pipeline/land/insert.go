package land

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/ch-go/proto"
)

// inserter writes one block to a table, to one server after the other as they fail.
// One goroutine owns it.
type inserter interface {
	// insert returns nil when the server has acknowledged every row, a *Refusal when it
	// has said no, and another error when it is not known whether it has taken them.
	insert(ctx context.Context, table string, rows int, in proto.Input) error
	close()
}

// Refusal is ClickHouse's own no to an insert.
type Refusal struct {
	Code    int
	Message string
}

func (r *Refusal) Error() string { return r.Message }

// notTheRows are codes that say nothing about the rows: the server is busy, not set up
// or not ours. Such an insert is tried again, whole.
var notTheRows = []int{
	16,  // NO_SUCH_COLUMN_IN_TABLE: tables of an older release
	60,  // UNKNOWN_TABLE
	81,  // UNKNOWN_DATABASE
	115, // UNKNOWN_SETTING
	159, // TIMEOUT_EXCEEDED
	160, // TOO_SLOW
	164, // READONLY
	192, // UNKNOWN_USER
	193, // WRONG_PASSWORD
	194, // REQUIRED_PASSWORD
	201, // QUOTA_EXCEEDED
	202, // TOO_MANY_SIMULTANEOUS_QUERIES
	203, // NO_FREE_CONNECTION
	209, // SOCKET_TIMEOUT
	210, // NETWORK_ERROR
	225, // NO_ZOOKEEPER
	236, // ABORTED
	241, // MEMORY_LIMIT_EXCEEDED
	242, // TABLE_IS_READ_ONLY
	243, // NOT_ENOUGH_SPACE
	252, // TOO_MANY_PARTS
	254, // NO_ACTIVE_REPLICAS
	279, // ALL_CONNECTION_TRIES_FAILED
	285, // TOO_FEW_LIVE_REPLICAS
	286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
	290, // LIMIT_EXCEEDED
	319, // UNKNOWN_STATUS_OF_INSERT
	341, // UNFINISHED
	394, // QUERY_WAS_CANCELLED
	425, // SYSTEM_ERROR
	439, // CANNOT_SCHEDULE_TASK
	473, // DEADLOCK_AVOIDED
	492, // ACCESS_ENTITY_NOT_FOUND
	497, // ACCESS_DENIED
	516, // AUTHENTICATION_FAILED
	598, // INVALID_SCHEDULER_NODE
	700, // USER_SESSION_LIMIT_EXCEEDED
	999, // KEEPER_EXCEPTION
}

// refusalOf is the server's no to the rows themselves, or nil.
func refusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) && !slices.Contains(notTheRows, r.Code) {
		return r
	}
	return nil
}

func newInserter(c *ClickHouse) inserter {
	if c.Protocol == HTTP {
		return newHTTPInserter(c)
	}
	return &nativeInserter{cfg: c}
}

func into(database, table string, in proto.Input) string {
	return fmt.Sprintf("INSERT INTO %s.%s %s", database, table, in.Columns())
}
