package chdb

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/ClickHouse/ch-go/compress"
)

// maxFrame bounds how much of a result goes into one compressed frame.
const maxFrame = 1 << 20

// reply writes a statement's result as the client wants it compressed. Until the
// first byte has been written an error is still an HTTP status; after it, an error
// is a framed exception in the body, as a server writes it.
type reply struct {
	w       http.ResponseWriter
	packer  *compress.Writer
	zip     *gzip.Writer
	tag     string   // of a framed exception
	written uint64   // rows written to tables
	reading *session // whose query is answered, nil when it is none
	started bool
	gzip    bool
}

func newReply(w http.ResponseWriter, req *request) *reply {
	r := &reply{w: w, gzip: req.gzip}
	if req.packed {
		r.packer = compress.NewWriter(compress.LevelZero, req.compress)
	}
	return r
}

func (r *reply) start() {
	r.started = true
	var tag [8]byte
	_, _ = rand.Read(tag[:]) // never fails, as its documentation says
	r.tag = hex.EncodeToString(tag[:])
	h := r.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-ClickHouse-Exception-Tag", r.tag)
	if r.reading != nil { // as of the first block, as on a server
		h.Set("X-ClickHouse-Summary", fmt.Sprintf(`{"read_rows":"%d","read_bytes":"%d"}`, r.reading.rowsRead, r.reading.bytesRead))
	}
	if r.gzip {
		h.Set("Content-Encoding", "gzip")
		r.zip = gzip.NewWriter(r.w)
	}
	r.w.WriteHeader(http.StatusOK)
}

// Write sends one block of the result.
func (r *reply) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !r.started {
		r.start()
	}
	switch {
	case r.packer != nil:
		return r.pack(p)
	case r.zip != nil:
		return r.zip.Write(p)
	default:
		return r.w.Write(p)
	}
}

func (r *reply) pack(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), maxFrame)
		if err := r.packer.Compress(rest[:n]); err != nil {
			return 0, fmt.Errorf("compress result: %w", err)
		}
		if _, err := r.w.Write(r.packer.Data); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// end completes a result. One without a byte has a Content-Length of 0, by which
// clickhouse-go knows that there is nothing to decode.
func (r *reply) end() {
	if !r.started {
		h := r.w.Header()
		h.Set("X-ClickHouse-Summary", `{"written_rows":"`+strconv.FormatUint(r.written, 10)+`"}`)
		h.Set("Content-Length", "0")
		r.w.WriteHeader(http.StatusOK)
	}
}

// fail reports an error: as a status, or within a body that has begun.
func (r *reply) fail(err error) {
	if !r.started {
		writeError(r.w, err)
		return
	}
	msg := exceptionOf(err).Message
	frame := fmt.Sprintf("\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", r.tag, msg, len(msg)+1, r.tag)
	if r.zip != nil {
		_, _ = r.zip.Write([]byte(frame)) // a client that has gone needs no message
		return
	}
	_, _ = r.w.Write([]byte(frame))
}

func (r *reply) release() {
	if r.zip != nil {
		_ = r.zip.Close()
	}
}

func exceptionOf(err error) *Exception {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	return newException(err.Error())
}

// writeError answers with ClickHouse's code and message.
func writeError(w http.ResponseWriter, err error) {
	e := exceptionOf(err)
	h := w.Header()
	h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	w.WriteHeader(statusOf(err, e.Code))
	_, _ = w.Write([]byte(e.Message + "\n")) // a client that has gone needs no message
}

// statusOf is the HTTP status that a server gives for a code.
func statusOf(err error, code int) int {
	switch {
	case errors.Is(err, ErrClosed):
		return http.StatusServiceUnavailable
	case code == 60 || code == 81 || code == 16: // UNKNOWN_TABLE, UNKNOWN_DATABASE, NO_SUCH_COLUMN_IN_TABLE
		return http.StatusNotFound
	case code == 62 || code == 36: // SYNTAX_ERROR, BAD_ARGUMENTS
		return http.StatusBadRequest
	default:
		return http.StatusInternalServerError
	}
}
