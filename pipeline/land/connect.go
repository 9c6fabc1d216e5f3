package land

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Connect opens connections for migrations and queries. They start in the database
// "default", which exists everywhere; tables are named with theirs.
func Connect(c ClickHouse) (driver.Conn, error) {
	return ConnectTo(c, "default", c.InsertTimeout)
}

// ConnectTo opens connections that start in a database, and whose answers may take so long.
func ConnectTo(c ClickHouse, database string, timeout time.Duration) (driver.Conn, error) {
	o := &clickhouse.Options{
		Addr: c.Addrs, Protocol: clickhouse.Native, TLS: c.TLS,
		Auth:        clickhouse.Auth{Database: database, Username: c.User, Password: c.Password},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4},
		DialTimeout: c.DialTimeout, ReadTimeout: timeout,
		ConnOpenStrategy: clickhouse.ConnOpenInOrder,
	}
	if c.Protocol == HTTP {
		o.Protocol = clickhouse.HTTP
	}
	conn, err := clickhouse.Open(o)
	if err != nil {
		return nil, fmt.Errorf("clickhouse %v: %w", c.Addrs, err)
	}
	return conn, nil
}

// Plain is an error of a connection without the URL that the HTTP client puts before what
// went wrong: it holds a statement's settings and parameters.
func Plain(err error) error {
	var long *url.Error
	if errors.As(err, &long) {
		return long.Err
	}
	return err
}

// insertSettings are those every insert needs. Deduplication by block is off: a block
// that the server takes for a repetition would not reach the tables fed from its table,
// if it was there that the first try failed. Identity makes rows single here. Rows of any
// number of months may come at once: a roll-up's month follows from what an event says of its
// own time, and a batch that a server's bound of 100 refuses would be tried again for ever.
func insertSettings(c *ClickHouse) url.Values {
	v := url.Values{"async_insert": {"0"}, "insert_deduplicate": {"0"}, "max_partitions_per_insert_block": {"0"}}
	if c.Cluster != "" {
		v.Set("distributed_foreground_insert", "1") // acknowledged means written to the shards
	}
	return v
}
