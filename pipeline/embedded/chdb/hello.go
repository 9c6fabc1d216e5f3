package chdb

import (
	"context"
	"io"
	"strconv"
	"strings"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// helloQuery is what clickhouse-go asks before anything else.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

// hello answers the hello query: a Native block of the revision that the client
// states in its URL, saying that everything after it has revision 0.
func (e *Engine) hello(ctx context.Context, clientRevision uint64, w io.Writer) error {
	s, err := e.acquire(ctx)
	if err != nil {
		return err
	}
	var answer strings.Builder
	_, err = s.query("SELECT displayName(), version(), timezone()", "TSVRaw", nil, &answer)
	e.release(s)
	if err != nil {
		return err
	}
	fields := strings.Split(strings.TrimSuffix(answer.String(), "\n"), "\t")
	block := proto.NewBlock()
	for _, c := range [...]struct{ name, kind string }{
		{"displayName()", "String"}, {"version()", "String"}, {"revision()", "UInt32"}, {"timezone()", "String"},
	} {
		if err := block.AddColumn(c.name, columnType(c.kind)); err != nil {
			return err
		}
	}
	if err := block.Append(fields[0], fields[1], uint32(0), fields[2]); err != nil {
		return err
	}
	var buf chproto.Buffer
	if err := block.Encode(&buf, clientRevision); err != nil {
		return err
	}
	_, err = w.Write(buf.Buf)
	return err
}

func parseRevision(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return n
}
