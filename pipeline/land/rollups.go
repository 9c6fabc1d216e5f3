package land

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// cellColumns is what the tables of all grains share.
type cellColumns struct {
	time      *proto.ColDateTime64
	layout    *proto.ColUInt32
	partition *proto.ColInt32
	version   *proto.ColUInt64
	count     *proto.ColInt64
}

func newCellColumns(c *columns, time string) cellColumns {
	return cellColumns{time: c.time(time), layout: c.uint32("layout"), partition: c.int32("partition"), version: c.uint64("version"), count: c.int64("count")}
}

func (c *cellColumns) add(r *schemas.RollupRow) {
	c.time.AppendRaw(proto.DateTime64(r.Cell.Time))
	c.layout.Append(r.Layout)
	c.partition.Append(r.Partition)
	c.version.Append(r.Version)
	c.count.Append(r.Count)
}

// minuteRoute fills the table rollup_minute_route.
type minuteRoute struct {
	cellColumns
	port, route, preference, currency *codes
	value                             *sums
}

func newMinuteRoute(c *columns) *minuteRoute {
	return &minuteRoute{
		cellColumns: newCellColumns(c, "minute"), port: c.code("port"), route: c.code("route"),
		preference: c.code("preference_status"), currency: c.code("currency"), value: c.sum("value"),
	}
}

func (m *minuteRoute) add(r *schemas.RollupRow) {
	m.cellColumns.add(r)
	m.port.Append(r.Cell.Port)
	m.route.Append(r.Cell.Route.String())
	m.preference.Append(r.Cell.PreferenceStatus.String())
	m.currency.Append(r.Cell.Currency)
	m.value.Append(r.Value)
}

// hourReason fills the table rollup_hour_reason.
type hourReason struct {
	cellColumns
	seller, host, reason *codes
}

func newHourReason(c *columns) *hourReason {
	return &hourReason{cellColumns: newCellColumns(c, "hour"), seller: c.code("seller_id"), host: c.code("site_host"), reason: c.code("reason")}
}

func (h *hourReason) add(r *schemas.RollupRow) {
	h.cellColumns.add(r)
	h.seller.Append(r.Cell.SellerID)
	h.host.Append(r.Cell.SiteHost)
	h.reason.Append(r.Cell.Reason)
}

// cell is a table of one grain.
type cell interface{ add(r *schemas.RollupRow) }

// cellRows fills a table of roll-ups from records.
type cellRows struct {
	cell cell
	r    schemas.RollupRow // reused
}

func newRollup[C cell](name string, make func(*columns) C) *table {
	cols := &columns{}
	return newTable(name, cols, &cellRows{cell: make(cols)})
}

func (c *cellRows) add(rec *kgo.Record) error {
	if err := readRollup(rec, &c.r); err != nil {
		return err
	}
	c.cell.add(&c.r)
	return nil
}

// readRollup reads a roll-up row and holds it to what the columns hold.
func readRollup(rec *kgo.Record, r *schemas.RollupRow) error {
	if err := codec.ParseRollup(rec.Value, r); err != nil {
		return err
	}
	if err := checkTime("time", r.Cell.Time); err != nil {
		return err
	}
	// 2^62 times 2^64 is 8.5e37: just below the 10^38 that Decimal(38, 4) ends at.
	if r.Value.Hi >= 1<<62 || r.Value.Hi < -1<<62 {
		return &schemas.FieldError{Field: "value", Value: r.Value.String(), Allowed: "less than 8e33"}
	}
	return nil
}
