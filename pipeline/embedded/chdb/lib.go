package chdb

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Pointers into the library's memory. Go never follows one but to copy a result.
type (
	handle uintptr // chdb_connection*, what chdb_connect returns
	conn   uintptr // chdb_connection
	result uintptr // chdb_result*
	stream uintptr // chdb_insert_stream
)

// library is the C interface of libchdb (chdb.h of release 26.7), as far as it is
// used here. Strings are passed with their lengths, so they may hold zero bytes.
type library struct {
	version           func() string
	setSignalHandlers func(enabled int32)
	connect           func(argc int32, argv unsafe.Pointer) handle
	closeConn         func(h handle)
	shutdown          func()

	query       func(c conn, q unsafe.Pointer, qLen uintptr, f unsafe.Pointer, fLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) result
	streamQuery func(c conn, q unsafe.Pointer, qLen uintptr, f unsafe.Pointer, fLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) result
	fetch       func(c conn, r result) result
	cancelQuery func(c conn, r result)
	destroy     func(r result)
	buffer      func(r result) unsafe.Pointer
	length      func(r result) uintptr
	resultError func(r result) string
	rowsWritten func(r result) uint64
	rowsRead    func(r result) uint64
	bytesRead   func(r result) uint64
	classify    func(c conn, q unsafe.Pointer, qLen uintptr, db unsafe.Pointer, dbLen uintptr, out unsafe.Pointer) int32

	insert        func(c conn, q unsafe.Pointer, qLen uintptr, f unsafe.Pointer, fLen uintptr) stream
	insertAppend  func(s stream, data unsafe.Pointer, n uintptr) int32
	insertDone    func(s stream) result
	insertCancel  func(s stream)
	insertError   func(s stream) string
	insertDestroy func(s stream)
}

// load opens the library file and binds what is used of it.
func load(path string) (*library, error) {
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("chdb library %q: %w", path, err)
	}
	l := &library{}
	var missing []error
	for _, s := range []struct {
		name string
		fn   any
	}{
		{"chdb_version", &l.version},
		{"chdb_set_signal_handlers_enabled", &l.setSignalHandlers},
		{"chdb_connect", &l.connect},
		{"chdb_close_conn", &l.closeConn},
		{"chdb_shutdown", &l.shutdown},
		{"chdb_query_with_params_n", &l.query},
		{"chdb_stream_query_with_params_n", &l.streamQuery},
		{"chdb_stream_fetch_result", &l.fetch},
		{"chdb_stream_cancel_query", &l.cancelQuery},
		{"chdb_destroy_query_result", &l.destroy},
		{"chdb_result_buffer", &l.buffer},
		{"chdb_result_length", &l.length},
		{"chdb_result_error", &l.resultError},
		{"chdb_result_rows_written", &l.rowsWritten},
		{"chdb_result_storage_rows_read", &l.rowsRead},
		{"chdb_result_storage_bytes_read", &l.bytesRead},
		{"chdb_classify_query_n", &l.classify},
		{"chdb_stream_insert_n", &l.insert},
		{"chdb_stream_append", &l.insertAppend},
		{"chdb_stream_done", &l.insertDone},
		{"chdb_stream_cancel_insert", &l.insertCancel},
		{"chdb_stream_insert_error", &l.insertError},
		{"chdb_destroy_insert_stream", &l.insertDestroy},
	} {
		addr, err := purego.Dlsym(lib, s.name)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		purego.RegisterFunc(s.fn, addr)
	}
	if err := errors.Join(missing...); err != nil {
		return nil, fmt.Errorf("chdb library %q is too old: %w", path, err)
	}
	return l, nil
}
