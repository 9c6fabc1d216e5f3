package land

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// DispositionReader reads a record of the topic of dispositions. Its error says that the
// pipeline refuses the record too. What it fills may alias memory of its own, which is
// valid until its next call. One goroutine uses it.
type DispositionReader func(r *kgo.Record, d *schemas.Disposition) error

// errNotOurs: a record of an input topic that the pipeline refuses. It has its dead letter
// from there, so that the lander writes no second one.
var errNotOurs = errors.New("refused by the pipeline, which writes its dead letter")

// dispositionRows fills the table dispositions.
type dispositionRows struct {
	d                        schemas.Disposition // reused
	read                     DispositionReader
	id                       *proto.ColFixedStr
	orderKey, shipment, said *proto.ColStr
	eventTime, recordTime    *proto.ColDateTime64
	code                     *codes
	until                    *proto.ColDate32
	version, offset          *proto.ColUInt64
	partition                *proto.ColInt32
}

func newDispositions(read DispositionReader) *table {
	c := &columns{}
	return newTable("dispositions", c, &dispositionRows{
		read: read, id: c.id("decision_id"), orderKey: c.text("order_key"), shipment: c.text("shipment_id"),
		eventTime: c.time("event_time"), code: c.code("code"), until: c.date("until"), said: c.text("stated_decision_id"),
		version: c.uint64("version"), recordTime: c.time("record_time"), partition: c.int32("partition"), offset: c.uint64("offset"),
	})
}

func (t *dispositionRows) add(r *kgo.Record) error {
	d := &t.d
	err := t.read(r, d)
	if err == nil {
		err = checkTime("record_time", schemas.Time(r.Timestamp.UnixMilli()))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errNotOurs, err)
	}
	id := schemas.MakeDecisionID(d.OrderKey, d.ShipmentID)
	var hex [32]byte
	t.id.Append(id.Append(hex[:0]))
	t.orderKey.Append(d.OrderKey)
	t.shipment.Append(d.ShipmentID)
	t.eventTime.AppendRaw(proto.DateTime64(d.EventTime))
	t.code.Append(strings.Clone(d.Code)) // the column keeps it beyond the reader's next call
	*t.until = append(*t.until, proto.Date32(d.Until))
	t.said.Append(d.DecisionID)
	t.version.Append(d.Version)
	t.recordTime.AppendRaw(proto.DateTime64(r.Timestamp.UnixMilli()))
	t.partition.Append(r.Partition)
	t.offset.Append(uint64(r.Offset))
	return nil
}
