package land

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/ch-go/proto"
)

// httpInserter posts Native blocks in ClickHouse's compressed frames. Its buffers are
// reused from insert to insert.
type httpInserter struct {
	cfg    *ClickHouse
	client *http.Client
	packer *compress.Writer
	block  proto.Buffer
	packed bytes.Buffer
	next   int // server to try
}

func newHTTPInserter(c *ClickHouse) *httpInserter {
	return &httpInserter{
		cfg:    c,
		packer: compress.NewWriter(compress.LevelZero, compress.LZ4),
		client: &http.Client{Transport: &http.Transport{
			Proxy:           http.ProxyFromEnvironment,
			DialContext:     (&net.Dialer{Timeout: c.DialTimeout}).DialContext,
			TLSClientConfig: c.TLS,
		}},
	}
}

func (h *httpInserter) close() { h.client.CloseIdleConnections() }

// maxFrame bounds what goes into one compressed frame.
const maxFrame = 1 << 20

func (h *httpInserter) insert(ctx context.Context, table string, rows int, in proto.Input) error {
	h.block.Reset()
	// Over HTTP a block has revision 0, whatever the client can read.
	if err := (proto.Block{Columns: len(in), Rows: rows}).EncodeRawBlock(&h.block, 0, in); err != nil {
		return fmt.Errorf("encode block of %s: %w", table, err)
	}
	h.packed.Reset()
	for rest := h.block.Buf; len(rest) > 0; {
		n := min(len(rest), maxFrame)
		if err := h.packer.Compress(rest[:n]); err != nil {
			return fmt.Errorf("compress block of %s: %w", table, err)
		}
		h.packed.Write(h.packer.Data)
		rest = rest[n:]
	}
	addr := h.cfg.Addrs[h.next%len(h.cfg.Addrs)]
	err := h.post(ctx, addr, into(h.cfg.Database, table, in)+" FORMAT Native")
	if err != nil && refusalOf(err) == nil {
		h.next++
		err = fmt.Errorf("clickhouse %s: %w", addr, err)
	}
	return err
}

func (h *httpInserter) post(ctx context.Context, addr, statement string) error {
	u := url.URL{Scheme: "http", Host: addr, Path: "/"}
	if h.cfg.TLS != nil {
		u.Scheme = "https"
	}
	q := insertSettings(h.cfg)
	q.Set("query", statement)
	q.Set("decompress", "1")
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(h.packed.Bytes()))
	if err != nil {
		return err
	}
	req.Header.Set("X-ClickHouse-User", h.cfg.User)
	if h.cfg.Password != "" {
		req.Header.Set("X-ClickHouse-Key", h.cfg.Password)
	}
	res, err := h.client.Do(req)
	if err != nil {
		return Plain(err)
	}
	defer res.Body.Close()
	const maxMessage = 64 << 10
	body, err := io.ReadAll(io.LimitReader(res.Body, maxMessage))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return answer(res, string(body))
}

var codePattern = regexp.MustCompile(`Code:\s*(\d+)\.`)

// answer is the error that a response states. A failure after the status line was sent
// stands in the body, behind a marker.
func answer(res *http.Response, body string) error {
	text, ok := body, false
	if res.StatusCode == http.StatusOK {
		if _, text, ok = strings.Cut(body, "__exception__\r\n"); !ok {
			return nil
		}
	}
	code, err := strconv.Atoi(res.Header.Get("X-ClickHouse-Exception-Code"))
	if m := codePattern.FindStringSubmatch(text); err != nil && m != nil {
		code, err = strconv.Atoi(m[1])
	}
	if err != nil {
		return fmt.Errorf("HTTP status %d: %.500q", res.StatusCode, body)
	}
	return &Refusal{Code: code, Message: strings.TrimSpace(text)}
}
