package chdb

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
)

// maxStatement bounds the text of a statement, without the data of an insert.
const maxStatement = 64 << 20

// request is one statement as the URL and the body of a request state it.
type request struct {
	statement string
	database  string
	format    string // of the result, or of the data to insert
	settings  []pair
	params    []pair
	revision  uint64    // client_protocol_version
	data      io.Reader // what is to be inserted; nil when the statement is complete
	compress  compress.Method
	packed    bool // the answer is wanted in ClickHouse's compressed frames
	gzip      bool // the answer is wanted in gzip
}

// notSettings are URL parameters that are no settings of the engine.
var notSettings = []string{
	"query", "database", "default_format", "client_protocol_version", "compress", "decompress",
	"network_compression_method", "network_zstd_compression_level", "query_id", "quota_key", "user",
	"password", "buffer_size", "wait_end_of_query", "enable_http_compression", "http_zlib_compression_level",
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// insertTail is the end of an INSERT whose data stands in the body.
var insertTail = regexp.MustCompile(`(?is)^(\s*INSERT\s.*?)\s+(?:FORMAT\s+(\w+)|(VALUES))\s*;?\s*$`)

func parseRequest(r *http.Request) (*request, error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return nil, badRequest("external tables are not served by the embedded engine")
	}
	q := r.URL.Query()
	if q.Has("session_id") {
		return nil, badRequest("sessions are not served by the embedded engine")
	}
	req := &request{database: q.Get("database"), format: q.Get("default_format"), revision: parseRevision(q.Get("client_protocol_version"))}
	if req.format == "" {
		req.format = "TabSeparated"
	}
	if err := req.takeSettings(q); err != nil {
		return nil, err
	}
	req.takeCompression(r, q)
	body, err := requestBody(r, q)
	if err != nil {
		return nil, err
	}
	statement := strings.TrimSpace(q.Get("query"))
	if m := insertTail.FindStringSubmatch(statement); m != nil {
		req.statement, req.format, req.data = m[1], m[2], body
		if m[3] != "" {
			req.format = "Values"
		}
		return req, nil
	}
	text, err := io.ReadAll(io.LimitReader(body, maxStatement+1))
	if err != nil {
		return nil, badRequest("body: " + err.Error())
	}
	if len(text) > maxStatement {
		return nil, badRequest(fmt.Sprintf("statement is longer than %d bytes; send data apart, in an INSERT ... FORMAT", maxStatement))
	}
	req.statement = strings.TrimSpace(statement + " " + string(text))
	return req, nil
}

func (req *request) takeSettings(q url.Values) error {
	for name, values := range q {
		if param, ok := strings.CutPrefix(name, "param_"); ok {
			req.params = append(req.params, pair{param, values[0]})
			continue
		}
		if slices.Contains(notSettings, name) {
			continue
		}
		if !settingName.MatchString(name) {
			return &Exception{Code: 115, Message: fmt.Sprintf("Code: 115. DB::Exception: Unknown setting '%s'. (UNKNOWN_SETTING)", name)}
		}
		req.settings = append(req.settings, pair{name, values[0]})
	}
	return nil
}

func (req *request) takeCompression(r *http.Request, q url.Values) {
	req.packed = q.Get("compress") == "1"
	req.compress = compress.LZ4
	if strings.EqualFold(q.Get("network_compression_method"), "ZSTD") {
		req.compress = compress.ZSTD
	}
	req.gzip = !req.packed && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// requestBody undoes the compression of a body.
func requestBody(r *http.Request, q url.Values) (io.Reader, error) {
	if q.Get("decompress") == "1" {
		return &frames{r: compress.NewReader(r.Body)}, nil
	}
	switch enc := r.Header.Get("Content-Encoding"); enc {
	case "", "identity":
		return r.Body, nil
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, badRequest("body: " + err.Error())
		}
		return z, nil
	case "deflate":
		z, err := zlib.NewReader(r.Body)
		if err != nil {
			return nil, badRequest("body: " + err.Error())
		}
		return z, nil
	default:
		return nil, badRequest(fmt.Sprintf("Content-Encoding: %q, must be gzip, deflate or identity", enc))
	}
}

// frames reads ClickHouse's compressed frames, and ends with a bare io.EOF.
type frames struct{ r *compress.Reader }

func (f *frames) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// badRequest is an error in ClickHouse's form for what the front refuses itself
// (BAD_ARGUMENTS).
func badRequest(message string) error {
	return &Exception{Code: 36, Message: "Code: 36. DB::Exception: " + message + ". (BAD_ARGUMENTS)"}
}

func columnType(name string) column.Type { return column.Type(name) }
