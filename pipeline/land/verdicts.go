package land

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// decisionRows fills the table decisions.
type decisionRows struct {
	d        schemas.Decision // reused
	shipment *proto.ColStr
	complete *amounts // data_completeness
	common   *published

	suppressedCode, suppressedRoute *codes
	suppressedUntil                 *proto.ColDate32
	elsewhere                       *listOf[string] // site_elsewhere
}

func newDecisions() *table {
	cols := &columns{}
	r := &decisionRows{shipment: cols.text("shipment_id"), complete: cols.amount("data_completeness"), common: newPublished(cols),
		suppressedCode: cols.code("suppressed_code"), suppressedUntil: cols.date("suppressed_until"), suppressedRoute: cols.code("suppressed_route"),
		elsewhere: list(cols.codeList("site_elsewhere"))}
	return newTable("decisions", cols, r)
}

func (r *decisionRows) add(rec *kgo.Record) error {
	d := &r.d
	if err := codec.ParseDecision(rec.Value, d); err != nil {
		return err
	}
	if err := checkVerdict(&d.Verdict, d.DecidedAt, &d.Evidence); err != nil {
		return err
	}
	r.shipment.Append(d.ShipmentID)
	r.suppression(&d.Verdict.Suppressed)
	r.complete.Append(d.Verdict.DataCompleteness)
	r.elsewhere.Append(d.Evidence.Site.Elsewhere)
	r.common.add(d.ID, d.OrderKey, d.Version, d.Supersedes, d.DecidedAt, &d.Verdict, d.VerdictHash, &d.Evidence)
	return nil
}

func (r *decisionRows) suppression(x *schemas.Suppression) {
	r.suppressedCode.Append(x.Code)
	*r.suppressedUntil = append(*r.suppressedUntil, proto.Date32(x.Until))
	route := ""
	if x.Route != schemas.RouteNone {
		route = x.Route.String()
	}
	r.suppressedRoute.Append(route)
}

// preReviewRows fills the table pre_reviews.
type preReviewRows struct {
	p      schemas.PreReview // reused
	order  *proto.ColStr
	common *published
}

func newPreReviews() *table {
	cols := &columns{}
	r := &preReviewRows{order: cols.text("order_id"), common: newPublished(cols)}
	return newTable("pre_reviews", cols, r)
}

func (r *preReviewRows) add(rec *kgo.Record) error {
	p := &r.p
	if err := codec.ParsePreReview(rec.Value, p); err != nil {
		return err
	}
	if err := checkVerdict(&p.Verdict, p.DecidedAt, &p.Evidence); err != nil {
		return err
	}
	r.order.Append(p.OrderID)
	r.common.add(p.ID, p.OrderKey, p.Version, p.Supersedes, p.DecidedAt, &p.Verdict, p.VerdictHash, &p.Evidence)
	return nil
}

func checkVerdict(v *schemas.Verdict, decided schemas.Time, e *schemas.Evidence) error {
	if err := checkAmount("declared_value", v.Dimensions.DeclaredValue); err != nil {
		return err
	}
	if err := checkAmount("data_completeness", v.DataCompleteness); err != nil {
		return err
	}
	if err := checkTime("event_time", v.Dimensions.EventTime); err != nil {
		return err
	}
	if err := checkTime("input_time_ms", e.InputTime); err != nil {
		return err
	}
	return checkTime("decided_at", decided)
}

// published is the columns that decisions and pre-reviews share.
type published struct {
	id                                                *proto.ColFixedStr
	orderKey, click                                   *proto.ColStr
	version, supersedes, verdictHash, inputHash       *proto.ColUInt64
	decidedAt, eventTime, inputTime                   *proto.ColDateTime64
	route, preference, currency                       *codes
	seller, host, platform, channel, port, origin     *codes
	chapter, group, network, campaign, label          *codes
	ecertPlatform, ecertStatus                        *codes
	ecertID                                           *proto.ColStr
	ecertTo                                           *proto.ColDate32
	policy, geo, lists, sitePlatform, siteIntegration *codes
	score                                             *proto.ColInt32
	complete, cancelled, siteKnown                    *proto.ColBool
	value                                             *amounts
	since                                             *proto.ColDate32
	missing, unknownField, unknownWhy                 *listOf[string]
	topic                                             *listOf[string]
	partition                                         *listOf[int32]
	offset                                            *listOf[int64]
	reasons                                           *reasons
}

func newPublished(c *columns) *published {
	return &published{
		id: c.id("decision_id"), orderKey: c.text("order_key"), version: c.uint64("version"), supersedes: c.uint64("supersedes"),
		decidedAt: c.time("decided_at"), route: c.code("route"), score: c.int32("score"), preference: c.code("preference_status"),
		complete: c.flag("complete"), missing: list(c.codeList("missing")), cancelled: c.flag("cancelled"), click: c.text("attributed_click"),
		seller: c.code("seller_id"), host: c.code("site_host"), platform: c.code("platform"), channel: c.code("channel"),
		port: c.code("port"), origin: c.code("origin_country"), chapter: c.code("hs_chapter"), group: c.code("channel_group"),
		network: c.code("ad_network"), campaign: c.code("campaign"),
		ecertID: c.text("ecert_id"), ecertPlatform: c.code("ecert_platform"), ecertStatus: c.code("ecert_status"), ecertTo: c.date("ecert_valid_to"),
		label: c.code("label_class"), currency: c.code("currency"), value: c.amount("declared_value"), eventTime: c.time("event_time"),
		reasons:      newReasons(c),
		unknownField: list(c.codeList("unknowns.field")), unknownWhy: list(c.codeList("unknowns.why")),
		topic: list(c.codeList("positions.topic")), partition: list(c.int32List("positions.partition")), offset: list(c.int64List("positions.offset")),
		inputTime: c.time("input_time"), policy: c.code("policy_hash"), geo: c.code("geo_version"), lists: c.code("lists_version"),
		siteKnown: c.flag("site_known"), sitePlatform: c.code("site_platform"), siteIntegration: c.code("site_integration"),
		since: c.date("site_since"), inputHash: c.uint64("input_hash"), verdictHash: c.uint64("verdict_hash"),
	}
}

func (p *published) add(id schemas.DecisionID, orderKey string, version, supersedes uint64, decidedAt schemas.Time, v *schemas.Verdict, hash uint64, e *schemas.Evidence) {
	var hex [32]byte
	p.id.Append(id.Append(hex[:0]))
	p.orderKey.Append(orderKey)
	p.version.Append(version)
	p.supersedes.Append(supersedes)
	p.decidedAt.AppendRaw(proto.DateTime64(decidedAt))
	p.verdictHash.Append(hash)
	p.verdict(v)
	p.dimensions(&v.Dimensions)
	p.evidence(e)
}

func (p *published) verdict(v *schemas.Verdict) {
	p.route.Append(v.Route.String())
	p.score.Append(v.Score)
	p.preference.Append(v.PreferenceStatus.String())
	p.complete.Append(v.Complete)
	p.cancelled.Append(v.Cancelled)
	p.click.Append(v.AttributedClick)
	p.missing.Append(v.Missing)
	p.reasons.add(v.Reasons)
	for i := range v.Unknowns {
		p.unknownField.next(v.Unknowns[i].Field)
		p.unknownWhy.next(v.Unknowns[i].Why)
	}
	p.unknownField.end()
	p.unknownWhy.end()
	p.ecert(&v.Ecert)
}

func (p *published) ecert(e *schemas.Ecert) {
	p.ecertID.Append(e.ID)
	p.ecertPlatform.Append(e.Platform)
	status := ""
	if e.Status != schemas.EcertUnknown {
		status = e.Status.String()
	}
	p.ecertStatus.Append(status)
	*p.ecertTo = append(*p.ecertTo, proto.Date32(e.ValidTo))
}

func (p *published) dimensions(d *schemas.Dimensions) {
	p.seller.Append(d.SellerID)
	p.host.Append(d.SiteHost)
	p.platform.Append(d.Platform)
	p.channel.Append(d.Channel)
	p.port.Append(d.Port)
	p.origin.Append(d.OriginCountry)
	p.chapter.Append(d.HSChapter)
	p.group.Append(d.ChannelGroup)
	p.network.Append(d.AdNetwork)
	p.campaign.Append(d.Campaign)
	p.label.Append(d.LabelClass)
	p.currency.Append(d.Currency)
	p.value.Append(d.DeclaredValue)
	p.eventTime.AppendRaw(proto.DateTime64(d.EventTime))
}

func (p *published) evidence(e *schemas.Evidence) {
	for i := range e.Positions {
		p.topic.next(e.Positions[i].Topic)
		p.partition.next(e.Positions[i].Partition)
		p.offset.next(e.Positions[i].Offset)
	}
	p.topic.end()
	p.partition.end()
	p.offset.end()
	p.inputTime.AppendRaw(proto.DateTime64(e.InputTime))
	p.policy.Append(e.PolicyHash)
	p.geo.Append(e.GeoVersion)
	p.lists.Append(e.ListsVersion)
	p.siteKnown.Append(e.Site.Known)
	p.sitePlatform.Append(e.Site.Platform)
	p.siteIntegration.Append(e.Site.Integration.String())
	*p.since = append(*p.since, proto.Date32(e.Site.Since))
	p.inputHash.Append(e.InputHash)
}
