package land

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// cellRows fills the table of one grain from records.
type cellRows struct {
	grain     *grain
	time      rowTime
	dims      []interface{ Append(string) }
	layout    *proto.ColUInt32
	partition *proto.ColInt32
	epoch     *proto.ColUInt32
	version   *proto.ColUInt64
	measures  []*proto.ColInt64
	value     *sums // nil: none
	reader    *rollupReader
}

// rollupReader reads roll-up rows, each once for the choice of its table and for its
// columns. One goroutine owns it.
type rollupReader struct {
	of  *kgo.Record // what row was read from
	row schemas.RollupRow
}

func newRollup(g *grain, reader *rollupReader) *table {
	c := &columns{}
	rows := &cellRows{grain: g, reader: reader}
	if g.time == "day" {
		rows.time = dateColumn{c.date(g.time)}
	} else {
		rows.time = timeColumn{c.time(g.time)}
	}
	for _, d := range g.dims {
		if d.text {
			rows.dims = append(rows.dims, c.text(d.name))
		} else {
			rows.dims = append(rows.dims, c.code(d.name))
		}
	}
	rows.layout, rows.partition, rows.epoch, rows.version = c.uint32("layout"), c.int32("partition"), c.uint32("epoch"), c.uint64("version")
	for _, m := range g.sums {
		rows.measures = append(rows.measures, c.int64(m.name))
	}
	if g.value {
		rows.value = c.sum("value")
	}
	return newTable(g.table, c, rows)
}

func (c *cellRows) add(rec *kgo.Record) error {
	r, err := c.reader.read(rec)
	if err != nil {
		return err
	}
	c.time.add(r.Cell.Time)
	for i := range c.dims {
		c.dims[i].Append(c.grain.dims[i].of(&r.Cell))
	}
	c.layout.Append(r.Layout)
	c.partition.Append(r.Partition)
	c.epoch.Append(r.Cell.Epoch)
	c.version.Append(r.Version)
	for i, m := range c.measures {
		m.Append(c.grain.sums[i].of(r))
	}
	if c.value != nil {
		c.value.Append(r.Value)
	}
	return nil
}

// read is the roll-up row of a record, held to what the columns hold. It is good until
// the next one is read.
func (r *rollupReader) read(rec *kgo.Record) (*schemas.RollupRow, error) {
	if r.of == rec {
		return &r.row, nil
	}
	r.of = nil
	if err := codec.ParseRollup(rec.Value, &r.row); err != nil {
		return nil, err
	}
	if err := checkTime("time", r.row.Cell.Time); err != nil {
		return nil, err
	}
	// 2^62 times 2^64 is 8.5e37: just below the 10^38 that Decimal(38, 4) ends at.
	if v := r.row.Value; v.Hi >= 1<<62 || v.Hi < -1<<62 {
		return nil, &schemas.FieldError{Field: "value", Value: v.String(), Allowed: "less than 8e33"}
	}
	r.of = rec
	return &r.row, nil
}
