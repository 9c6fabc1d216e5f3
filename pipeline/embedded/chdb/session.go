package chdb

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"unsafe"
)

// Exception is an error of the engine, with ClickHouse's code and its message as
// the server words it ("Code: 60. DB::Exception: ...").
type Exception struct {
	Code    int
	Message string
}

func (e *Exception) Error() string { return e.Message }

var codePattern = regexp.MustCompile(`^Code:\s*(\d+)\.`)

// codeUnknown is ClickHouse's UNKNOWN_EXCEPTION, for a message without a code.
const codeUnknown = 1002

func newException(message string) *Exception {
	if m := codePattern.FindStringSubmatch(message); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return &Exception{Code: code, Message: message}
		}
	}
	return &Exception{Code: codeUnknown, Message: fmt.Sprintf("Code: %d. DB::Exception: %s", codeUnknown, message)}
}

// pair is a name with a value: a setting or a query parameter.
type pair struct{ name, value string }

// class is what a statement does, as the engine's parser sees it.
type class uint32

const (
	classReadOnly class = 0
	classControl  class = 3 // USE, SET and others that stay with the connection
)

// errNotStreamed: SHOW, DESCRIBE, EXISTS and others have no streamed form.
var errNotStreamed = errors.New("statement is not streamed")

// session is one connection of the library. One goroutine uses it at a time.
type session struct {
	lib      *library
	handle   handle
	conn     conn
	database string // the current one
	spoiled  bool   // holds what the next user must not see
	chunk    []byte // reused by inserts

	rowsRead, bytesRead uint64 // from tables, by the query under way, as of its last block
}

// insertChunk is how much of an insert's data is handed to the library at once.
const insertChunk = 256 << 10

func openSession(lib *library, dataDir, configFile string) (*session, error) {
	args := [][]byte{[]byte("clickhouse\x00"), []byte("--path=" + dataDir + "\x00")}
	if configFile != "" {
		args = append(args, []byte("--config-file="+configFile+"\x00"))
	}
	argv := make([]unsafe.Pointer, len(args))
	for i, a := range args {
		argv[i] = unsafe.Pointer(&a[0])
	}
	h := lib.connect(int32(len(argv)), unsafe.Pointer(&argv[0]))
	runtime.KeepAlive(args)
	if h == 0 {
		return nil, fmt.Errorf("chdb data directory %q: cannot be opened; one process at a time may use it, and one directory at a time in a process", dataDir)
	}
	return &session{lib: lib, handle: h, conn: *(*conn)(ptr(uintptr(h))), database: "default"}, nil
}

func (s *session) close() { s.lib.closeConn(s.handle) }

// ptr turns an address in the library's memory into a pointer. The garbage collector
// does not own that memory and nothing moves it, which go vet cannot know.
func ptr(addr uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&addr)) }

// prepare makes database current and applies settings for one statement.
func (s *session) prepare(database string, settings []pair) error {
	if database != "" && database != s.database {
		if err := s.exec("USE " + quoteName(database)); err != nil {
			return err
		}
		s.database = database
	}
	if len(settings) == 0 {
		return nil
	}
	var b strings.Builder
	for i, p := range settings {
		b.WriteString([2]string{"SET ", ", "}[min(i, 1)])
		b.WriteString(p.name + " = " + quoteText(p.value))
	}
	return s.exec(b.String())
}

// restore puts the settings back that prepare applied.
func (s *session) restore(settings []pair) {
	if len(settings) == 0 {
		return
	}
	var b strings.Builder
	for i, p := range settings {
		b.WriteString([2]string{"SET ", ", "}[min(i, 1)])
		b.WriteString(p.name + " = DEFAULT")
	}
	if err := s.exec(b.String()); err != nil {
		s.spoiled = true
	}
}

func (s *session) exec(statement string) error {
	_, err := s.query(statement, "Null", nil, io.Discard)
	return err
}

// classify asks the engine's parser what the statement does.
func (s *session) classify(statement string) class {
	analysis := [4]uint32{16} // chdb_query_analysis_v1: its size, statements, flags, class
	q := []byte(statement)
	s.lib.classify(s.conn, data(q), uintptr(len(q)), nil, 0, unsafe.Pointer(&analysis))
	runtime.KeepAlive(q)
	return class(analysis[3])
}

// query runs a statement, writes its result to w and returns the rows it has written
// to tables.
func (s *session) query(statement, format string, params []pair, w io.Writer) (uint64, error) {
	a := newArgs(statement, format, params)
	r := s.lib.query(s.conn, data(a.q), uintptr(len(a.q)), data(a.f), uintptr(len(a.f)), data(a.names), data(a.nameLens), data(a.values), data(a.valueLens), uintptr(len(a.names)))
	runtime.KeepAlive(a)
	defer s.lib.destroy(r)
	if msg := s.lib.resultError(r); msg != "" {
		return 0, newException(msg)
	}
	if _, err := w.Write(s.bytes(r)); err != nil {
		return 0, err
	}
	return s.lib.rowsWritten(r), nil
}

// stream runs a SELECT and writes its result to w block by block. errNotStreamed says
// that the library does not stream this statement and has not run it.
func (s *session) stream(statement, format string, params []pair, w io.Writer) error {
	s.rowsRead, s.bytesRead = 0, 0
	a := newArgs(statement, format, params)
	r := s.lib.streamQuery(s.conn, data(a.q), uintptr(len(a.q)), data(a.f), uintptr(len(a.f)), data(a.names), data(a.nameLens), data(a.values), data(a.valueLens), uintptr(len(a.names)))
	runtime.KeepAlive(a)
	defer s.lib.destroy(r)
	if msg := s.lib.resultError(r); strings.Contains(msg, "Streaming query is not supported") {
		return errNotStreamed
	} else if msg != "" {
		return newException(msg)
	}
	for {
		more, err := s.fetch(r, w)
		if err != nil {
			s.lib.cancelQuery(s.conn, r)
			return err
		}
		if !more {
			return nil
		}
	}
}

func (s *session) fetch(r result, w io.Writer) (more bool, err error) {
	block := s.lib.fetch(s.conn, r)
	defer s.lib.destroy(block)
	if msg := s.lib.resultError(block); msg != "" {
		return false, newException(msg)
	}
	if n := s.lib.rowsRead(block); n > 0 {
		s.rowsRead, s.bytesRead = n, s.lib.bytesRead(block)
	}
	b := s.bytes(block)
	if len(b) == 0 {
		return false, nil
	}
	_, err = w.Write(b)
	return true, err
}

// insert feeds what r holds, in the given format, to an INSERT statement that names
// neither format nor data. It returns the rows written.
func (s *session) insert(statement, format string, r io.Reader) (uint64, error) {
	q, f := []byte(statement), []byte(format)
	st := s.lib.insert(s.conn, data(q), uintptr(len(q)), data(f), uintptr(len(f)))
	runtime.KeepAlive(q)
	runtime.KeepAlive(f)
	defer s.lib.insertDestroy(st)
	if msg := s.lib.insertError(st); msg != "" {
		return 0, newException(msg)
	}
	if s.chunk == nil {
		s.chunk = make([]byte, insertChunk)
	}
	for {
		n, err := io.ReadFull(r, s.chunk)
		if n > 0 && s.lib.insertAppend(st, data(s.chunk), uintptr(n)) != 0 {
			return 0, newException(s.lib.insertError(st))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			s.lib.insertCancel(st)
			return 0, fmt.Errorf("insert data: %w", err)
		}
	}
	res := s.lib.insertDone(st)
	defer s.lib.destroy(res)
	if msg := s.lib.resultError(res); msg != "" {
		return 0, newException(msg)
	}
	return s.lib.rowsWritten(res), nil
}

// bytes is the data of a result, in the library's memory until it is destroyed.
func (s *session) bytes(r result) []byte {
	return unsafe.Slice((*byte)(s.lib.buffer(r)), int(s.lib.length(r)))
}
