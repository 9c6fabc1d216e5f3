package land

import (
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/clearlane/clearlane/schemas"
)

// columns is the columns of one insert, in their order. Its methods make a column of
// a type, add it and hand it out to be filled; memory is reused from insert to insert.
// The types are those of the tables, to the letter: the native protocol converts none.
type columns struct{ input proto.Input }

func add[C proto.ColInput](c *columns, name string, col C) C {
	c.input = append(c.input, proto.InputColumn{Name: name, Data: col})
	return col
}

type (
	codes    = proto.ColLowCardinality[string]
	codeList = proto.ColArr[string]
)

func (c *columns) text(name string) *proto.ColStr      { return add(c, name, new(proto.ColStr)) }
func (c *columns) code(name string) *codes             { return add(c, name, new(proto.ColStr).LowCardinality()) }
func (c *columns) flag(name string) *proto.ColBool     { return add(c, name, new(proto.ColBool)) }
func (c *columns) int32(name string) *proto.ColInt32   { return add(c, name, new(proto.ColInt32)) }
func (c *columns) int64(name string) *proto.ColInt64   { return add(c, name, new(proto.ColInt64)) }
func (c *columns) uint32(name string) *proto.ColUInt32 { return add(c, name, new(proto.ColUInt32)) }
func (c *columns) uint64(name string) *proto.ColUInt64 { return add(c, name, new(proto.ColUInt64)) }
func (c *columns) date(name string) *proto.ColDate32   { return add(c, name, new(proto.ColDate32)) }
func (c *columns) amount(name string) *amounts         { return add(c, name, new(amounts)) }
func (c *columns) sum(name string) *sums               { return add(c, name, new(sums)) }
func (c *columns) textList(name string) *codeList      { return add(c, name, new(proto.ColStr).Array()) }
func (c *columns) int32List(name string) *proto.ColArr[int32] {
	return add(c, name, new(proto.ColInt32).Array())
}
func (c *columns) int64List(name string) *proto.ColArr[int64] {
	return add(c, name, new(proto.ColInt64).Array())
}
func (c *columns) codeList(name string) *codeList {
	return add(c, name, proto.NewArray[string](new(proto.ColStr).LowCardinality()))
}

func (c *columns) time(name string) *proto.ColDateTime64 {
	return add(c, name, new(proto.ColDateTime64).WithPrecision(proto.PrecisionMilli).WithLocation(time.UTC))
}

func (c *columns) id(name string) *proto.ColFixedStr {
	col := new(proto.ColFixedStr)
	col.SetSize(32)
	return add(c, name, col)
}

// amounts is a column of Nullable(Decimal(18, 4)).
type amounts struct {
	nulls  proto.ColUInt8
	values proto.ColDecimal64
}

// maxAmount is the greatest number of ten-thousandths that Decimal(18, 4) holds.
const maxAmount = 999_999_999_999_999_999

func (a *amounts) Append(d schemas.Decimal) {
	if !d.Set {
		a.nulls.Append(1)
		a.values.Append(0)
		return
	}
	a.nulls.Append(0)
	a.values.Append(proto.Decimal64(d.E4))
}

func (a *amounts) Type() proto.ColumnType { return "Nullable(Decimal(18, 4))" }
func (a *amounts) Rows() int              { return a.values.Rows() }
func (a *amounts) Reset()                 { a.nulls.Reset(); a.values.Reset() }
func (a *amounts) EncodeColumn(b *proto.Buffer) {
	a.nulls.EncodeColumn(b)
	a.values.EncodeColumn(b)
}
func (a *amounts) WriteColumn(w *proto.Writer) {
	a.nulls.WriteColumn(w)
	a.values.WriteColumn(w)
}

// sums is a column of Decimal(38, 4).
type sums struct{ proto.ColDecimal128 }

func (s *sums) Append(v schemas.Sum) {
	s.ColDecimal128.Append(proto.Decimal128{Low: v.Lo, High: uint64(v.Hi)})
}

func (s *sums) Type() proto.ColumnType { return "Decimal(38, 4)" }
