package land

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// differenceRows fills the table shadow_differences.
type differenceRows struct {
	d                                             schemas.Difference // reused
	id                                            *proto.ColFixedStr
	orderKey, shipment                            *proto.ColStr
	version, supersedes, decision, hash           *proto.ColUInt64
	compared, eventTime, inputTime                *proto.ColDateTime64
	differs                                       *proto.ColBool
	live, shadow                                  opinionColumns
	seller, host, channel, port, origin, currency *codes
	value                                         *amounts
}

type opinionColumns struct {
	version, hash, route, preference *codes
	score                            *proto.ColInt32
	only                             *codeList
}

func newDifferences() *table {
	c := &columns{}
	r := &differenceRows{
		id: c.id("decision_id"), orderKey: c.text("order_key"), shipment: c.text("shipment_id"),
		version: c.uint64("version"), supersedes: c.uint64("supersedes"), compared: c.time("compared_at"),
		differs: c.flag("differs"), decision: c.uint64("decision_version"),
		live: newOpinion(c, "live_"), shadow: newOpinion(c, "shadow_"),
		seller: c.code("seller_id"), host: c.code("site_host"), channel: c.code("channel"), port: c.code("port"),
		origin: c.code("origin_country"), currency: c.code("currency"), value: c.amount("declared_value"),
		eventTime: c.time("event_time"), inputTime: c.time("input_time"), hash: c.uint64("difference_hash"),
	}
	return newTable("shadow_differences", c, r)
}

func newOpinion(c *columns, prefix string) opinionColumns {
	return opinionColumns{
		version: c.code(prefix + "pack_version"), hash: c.code(prefix + "pack_hash"), route: c.code(prefix + "route"),
		score: c.int32(prefix + "score"), preference: c.code(prefix + "preference_status"), only: c.codeList(prefix + "only"),
	}
}

func (o *opinionColumns) add(p *schemas.Opinion) {
	o.version.Append(p.PackVersion)
	o.hash.Append(p.PackHash)
	o.route.Append(p.Route.String())
	o.score.Append(p.Score)
	o.preference.Append(p.PreferenceStatus.String())
	o.only.Append(p.Only)
}

func (r *differenceRows) add(rec *kgo.Record) error {
	d := &r.d
	if err := codec.ParseDifference(rec.Value, d); err != nil {
		return err
	}
	if err := checkAmount("declared_value", d.DeclaredValue); err != nil {
		return err
	}
	for _, at := range [...]struct {
		field string
		time  schemas.Time
	}{{"event_time", d.EventTime}, {"input_time_ms", d.InputTime}, {"compared_at", d.ComparedAt}} {
		if err := checkTime(at.field, at.time); err != nil {
			return err
		}
	}
	var hex [32]byte
	r.id.Append(d.ID.Append(hex[:0]))
	r.orderKey.Append(d.OrderKey)
	r.shipment.Append(d.ShipmentID)
	r.version.Append(d.Version)
	r.supersedes.Append(d.Supersedes)
	r.compared.AppendRaw(proto.DateTime64(d.ComparedAt))
	r.differs.Append(d.Differs)
	r.decision.Append(d.DecisionVersion)
	r.live.add(&d.Live)
	r.shadow.add(&d.Shadow)
	r.seller.Append(d.SellerID)
	r.host.Append(d.SiteHost)
	r.channel.Append(d.Channel)
	r.port.Append(d.Port)
	r.origin.Append(d.OriginCountry)
	r.currency.Append(d.Currency)
	r.value.Append(d.DeclaredValue)
	r.eventTime.AppendRaw(proto.DateTime64(d.EventTime))
	r.inputTime.AppendRaw(proto.DateTime64(d.InputTime))
	r.hash.Append(d.Hash)
	return nil
}
