package query

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

// Column is one column of a result.
type Column struct {
	Name string
	Type string // ClickHouse's
}

// Result is the answer to a question. A cell is nil (NULL), a bool, an int64, uint64 or
// float64, a decimal.Decimal, a time.Time, a string, or a slice of those.
type Result struct {
	Columns []Column
	Rows    [][]any
	Limit   uint64 // most rows that were asked for; as many may mean that there are more
}

// Full says whether there are as many rows as were asked for, so that there may be more.
func (r *Result) Full() bool { return uint64(len(r.Rows)) >= r.Limit }

// Errors that a caller may tell apart.
var (
	ErrTimeout  = errors.New("the query took longer than clickhouse.query_timeout")
	ErrNoTables = errors.New("the tables are not there: the database has not been migrated by this release, or it is another one")
)

// grace is how much longer than the server the client waits, so that the server's own
// error comes first.
const grace = 2 * time.Second

// Codes of ClickHouse that are told in other words.
const (
	codeUnknownIdentifier = 47
	codeUnknownTable      = 60
	codeUnknownDatabase   = 81
	codeTimeoutExceeded   = 159
	codeReadonly          = 164
)

// Run asks a question with the values that Query.Values made, for at most timeout. The
// connection's database is that of the tables.
func Run(ctx context.Context, conn driver.Conn, q *queries.Query, values map[string]string, timeout time.Duration) (*Result, error) {
	// readonly 2 lets settings be sent along; a user whose profile says readonly 1 is
	// refused them, and needs none.
	seconds := int(math.Ceil(timeout.Seconds()))
	result, err := run(ctx, conn, q, values, timeout, clickhouse.Settings{"readonly": 2, "max_execution_time": seconds})
	if codeOf(err) == codeReadonly {
		result, err = run(ctx, conn, q, values, timeout, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", q.Name, err)
	}
	return result, nil
}

func run(parent context.Context, conn driver.Conn, q *queries.Query, values map[string]string, timeout time.Duration, settings clickhouse.Settings) (*Result, error) {
	// No deadline in the context: the driver would make a max_execution_time of it.
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	defer time.AfterFunc(timeout+grace, cancel).Stop()
	parameters := clickhouse.Parameters{}
	for name, value := range values {
		parameters[name] = escaped.Replace(value)
	}
	options := []clickhouse.QueryOption{clickhouse.WithParameters(parameters)}
	if settings != nil {
		options = append(options, clickhouse.WithSettings(settings))
	}
	rows, err := conn.Query(clickhouse.Context(ctx, options...), q.SQL)
	if err == nil {
		defer rows.Close()
		var result *Result
		if result, err = read(rows); err == nil && len(result.Columns) == 0 {
			result.Columns, err = describe(ctx, conn, q.SQL, options)
		}
		if err == nil {
			_, err = fmt.Sscan(values["limit"], &result.Limit)
			return result, err
		}
	}
	switch code := codeOf(err); {
	case code == codeTimeoutExceeded, ctx.Err() != nil && parent.Err() == nil:
		return nil, fmt.Errorf("%w (%v)", ErrTimeout, timeout)
	case code == codeUnknownTable, code == codeUnknownDatabase, code == codeUnknownIdentifier:
		return nil, fmt.Errorf("%w (%w)", ErrNoTables, err)
	}
	return nil, err
}

// escaped is how the server reads the value of a parameter, over both protocols.
var escaped = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`)

func codeOf(err error) int32 {
	var e *clickhouse.Exception
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func read(rows driver.Rows) (*Result, error) {
	r := &Result{}
	types := rows.ColumnTypes()
	for _, c := range types {
		r.Columns = append(r.Columns, Column{Name: c.Name(), Type: c.DatabaseTypeName()})
	}
	for rows.Next() {
		places := make([]any, len(types))
		for i, c := range types {
			places[i] = reflect.New(c.ScanType()).Interface()
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		row := make([]any, len(types))
		for i, p := range places {
			row[i] = plain(reflect.ValueOf(p).Elem())
		}
		r.Rows = append(r.Rows, row)
	}
	return r, rows.Err()
}

// describe asks for the columns of an answer without rows, which over HTTP has no names.
func describe(ctx context.Context, conn driver.Conn, sql string, options []clickhouse.QueryOption) ([]Column, error) {
	rows, err := conn.Query(clickhouse.Context(ctx, options...), "DESCRIBE TABLE ("+sql+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	described, err := read(rows)
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(described.Rows))
	for i, row := range described.Rows { // name, type, and what a column of a table has
		columns[i] = Column{Name: fmt.Sprint(row[0]), Type: fmt.Sprint(row[1])}
	}
	return columns, nil
}

// plain turns what a driver scans into one of the kinds that Result names.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.String:
		return v.String()
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	}
	return v.Interface()
}
