package state_test

import "github.com/clearlane/clearlane/pipeline/state"

// What a task asks of its store (pipeline/task, Store). The task's package is not
// imported, as the state lies below it.
var _ interface {
	Ahead(keys [][]byte)
	Get(key []byte) ([]byte, error)
	Put(key, value []byte, newestMs int64, tag uint64) error
	Orders(tag uint64, after []byte, max int) ([][]byte, error)
	Flushed() (uint64, error)
	AheadCells(keys [][]byte)
	GetCell(key []byte) ([]byte, error)
	PutCell(key, value []byte, newestMs, wasMs int64) error
	Full() bool
	Flush(ready func() (meta []byte, err error)) error
	Meta() ([]byte, error)
	Expire(beforeMs int64, max int, keep func(key, value []byte) bool) (int, error)
	Close() error
} = (*state.Store)(nil)
