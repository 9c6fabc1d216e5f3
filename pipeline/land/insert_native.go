package land

import (
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// nativeInserter keeps one connection, to the server that answered last.
type nativeInserter struct {
	cfg    *ClickHouse
	client *ch.Client // nil: not connected
	addr   string
	next   int // server to try
}

func (n *nativeInserter) close() {
	if n.client != nil {
		_ = n.client.Close() // nothing is in flight, so nothing can be lost
		n.client = nil
	}
}

func (n *nativeInserter) insert(ctx context.Context, table string, _ int, in proto.Input) error {
	if n.client == nil || n.client.IsClosed() {
		if err := n.dial(ctx); err != nil {
			return err
		}
	}
	err := n.client.Do(ctx, ch.Query{Body: into(n.cfg.Database, table, in) + " VALUES", Input: in, Settings: n.settings()})
	if err == nil {
		return nil
	}
	if e, ok := ch.AsException(err); ok {
		err = &Refusal{Code: int(e.Code), Message: fmt.Sprintf("Code: %d. %s: %s", e.Code, e.Name, e.Message)}
		if refusalOf(err) != nil {
			return err
		}
	}
	n.close() // what is left in the connection is not known
	n.next++
	return fmt.Errorf("clickhouse %s: %w", n.addr, err)
}

func (n *nativeInserter) dial(ctx context.Context) error {
	n.addr = n.cfg.Addrs[n.next%len(n.cfg.Addrs)]
	client, err := ch.Dial(ctx, ch.Options{
		Address: n.addr, Database: "default", User: n.cfg.User, Password: n.cfg.Password, TLS: n.cfg.TLS,
		DialTimeout: n.cfg.DialTimeout, HandshakeTimeout: n.cfg.DialTimeout, ReadTimeout: n.cfg.InsertTimeout,
		Compression: ch.CompressionLZ4, ClientName: "clearlane",
	})
	if err != nil {
		n.next++
		return fmt.Errorf("clickhouse %s: %w", n.addr, err)
	}
	n.client = client
	return nil
}

func (n *nativeInserter) settings() (s []ch.Setting) {
	for name, values := range insertSettings(n.cfg) {
		s = append(s, ch.Setting{Key: name, Value: values[0], Important: true})
	}
	slices.SortFunc(s, func(a, b ch.Setting) int { return len(a.Key) - len(b.Key) })
	return s
}
