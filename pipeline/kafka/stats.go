package kafka

import "sync/atomic"

// FetchStats counts what a Fetcher has done since it was made. Safe for concurrent use.
type FetchStats struct {
	Requests  atomic.Int64
	Records   atomic.Int64 // handed to feeds
	Bytes     atomic.Int64 // of record sets as they came, so compressed
	Skipped   atomic.Int64 // records of aborted transactions and control records
	Retries   atomic.Int64 // partitions tried again after a passing fault
	Failed    atomic.Int64 // feeds ended by a fault
	LeaderGen atomic.Int64 // changes of leaders seen
}

// WriteStats counts what a Writer, or several that share it, has done. Safe for
// concurrent use.
type WriteStats struct {
	Records    atomic.Int64
	Bytes      atomic.Int64 // keys and values
	Commits    atomic.Int64
	Aborts     atomic.Int64
	Fenced     atomic.Int64
	Unknown    atomic.Int64 // transactions of unknown outcome
	Waits      atomic.Int64 // of Produce, for room
	WaitedNs   atomic.Int64 // total time of them
	FlushNs    atomic.Int64 // total time in Seal, until all was acknowledged
	EndTxnNs   atomic.Int64 // total time of EndTxn requests
	ProduceErr atomic.Int64 // records of transactions that a refusal ended
}

// GroupStats counts what a Group has done. Safe for concurrent use.
type GroupStats struct {
	Generations   atomic.Int64
	Errors        atomic.Int64
	Lost          atomic.Int64
	Commits       atomic.Int64
	CommitErrors  atomic.Int64
	AssignedParts atomic.Int64 // partitions now held
}
