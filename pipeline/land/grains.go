package land

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// grain says what the table of a grain has beside what all of them have: its columns
// before and behind the part of the cell that a row holds.
type grain struct {
	table string
	time  string // the first column: "minute" and "hour" are times, "day" a date
	dims  []dimension
	sums  []measure
	value bool // with the sum of declared values, the last column
}

// dimension is a column of the cell's identity.
type dimension struct {
	name string
	of   func(*schemas.Cell) string
	text bool // of so many values that a dictionary does not pay
}

// measure is a column of what is in the cell.
type measure struct {
	name string
	of   func(*schemas.RollupRow) int64
}

var (
	byPort     = dimension{name: "port", of: func(c *schemas.Cell) string { return c.Port }}
	byRoute    = dimension{name: "route", of: func(c *schemas.Cell) string { return c.Route.String() }}
	byClaim    = dimension{name: "preference_status", of: func(c *schemas.Cell) string { return c.PreferenceStatus.String() }}
	byCurrency = dimension{name: "currency", of: func(c *schemas.Cell) string { return c.Currency }}
	bySeller   = dimension{name: "seller_id", of: func(c *schemas.Cell) string { return c.SellerID }}
	bySite     = dimension{name: "site_host", of: func(c *schemas.Cell) string { return c.SiteHost }}
	byReason   = dimension{name: "reason", of: func(c *schemas.Cell) string { return c.Reason }}
	byOrigin   = dimension{name: "origin_country", of: func(c *schemas.Cell) string { return c.OriginCountry }}
	byChapter  = dimension{name: "hs_chapter", of: func(c *schemas.Cell) string { return c.HSChapter }}
	byGroup    = dimension{name: "channel_group", of: func(c *schemas.Cell) string { return c.ChannelGroup }}
	byPlatform = dimension{name: "platform", of: func(c *schemas.Cell) string { return c.Platform }}
	byClass    = dimension{name: "label_class", of: func(c *schemas.Cell) string { return c.LabelClass }}
	byNetwork  = dimension{name: "ad_network", of: func(c *schemas.Cell) string { return c.AdNetwork }}
	byCampaign = dimension{name: "campaign", of: func(c *schemas.Cell) string { return c.Campaign }, text: true}
	byChannel  = dimension{name: "channel", of: func(c *schemas.Cell) string { return c.Channel }}
	byTopic    = dimension{name: "topic", of: func(c *schemas.Cell) string { return c.Topic }}
	byOutcome  = dimension{name: "outcome", of: func(c *schemas.Cell) string { return c.Outcome }}

	counted = []measure{{"count", func(r *schemas.RollupRow) int64 { return r.Count }}}
	stages  = []measure{
		{"clicks", func(r *schemas.RollupRow) int64 { return r.Funnel.Clicks }},
		{"orders", func(r *schemas.RollupRow) int64 { return r.Funnel.Orders }},
		{"shipments", func(r *schemas.RollupRow) int64 { return r.Funnel.Shipments }},
		{"joined", func(r *schemas.RollupRow) int64 { return r.Funnel.Joined }},
		{"waiting", func(r *schemas.RollupRow) int64 { return r.Funnel.Waiting }},
		{"expired", func(r *schemas.RollupRow) int64 { return r.Funnel.Expired }},
	}
)

// grains are the tables of all grains.
var grains = [...]grain{
	schemas.GrainMinuteRoute: {"rollup_minute_route", "minute", []dimension{byPort, byRoute, byClaim, byCurrency}, counted, true},
	schemas.GrainHourReason:  {"rollup_hour_reason", "hour", []dimension{bySeller, bySite, byReason}, counted, false},
	schemas.GrainDayOrigin:   {"rollup_day_origin", "day", []dimension{byOrigin, byChapter, byRoute, byCurrency}, counted, true},
	schemas.GrainHourLabel:   {"rollup_hour_label", "hour", []dimension{byGroup, byPlatform, byClass, byCurrency}, counted, true},
	schemas.GrainDayCampaign: {"rollup_day_campaign", "day", []dimension{byNetwork, byCampaign, byClass, byRoute}, counted, false},
	schemas.GrainDaySeller:   {"rollup_day_seller", "day", []dimension{bySeller, bySite, byRoute, byCurrency}, counted, true},
	schemas.GrainHourFunnel:  {"rollup_hour_funnel", "hour", []dimension{bySeller, byChannel}, stages, false},
	schemas.GrainDayLedger:   {"rollup_day_ledger", "day", []dimension{byTopic, byOutcome}, counted, false},
}

// grainTables are the inserts in the making, by grain.
type grainTables struct {
	byGrain [len(grains)]*table
	reader  *rollupReader
}

func newGrainTables() *grainTables {
	t := &grainTables{reader: &rollupReader{}}
	for g := schemas.GrainMinuteRoute; int(g) < len(grains); g++ {
		t.byGrain[g] = newRollup(&grains[g], t.reader)
	}
	return t
}

// all are the tables in the order of their grains.
func (t *grainTables) all() []*table { return t.byGrain[schemas.GrainMinuteRoute:] }

// of is the table of a roll-up row.
func (t *grainTables) of(r *kgo.Record) (*table, error) {
	row, err := t.reader.read(r)
	if err != nil {
		return nil, err
	}
	g := row.Cell.Grain
	if g == schemas.GrainUnknown || int(g) >= len(t.byGrain) {
		return nil, &schemas.FieldError{Field: "grain", Value: g.String(), Allowed: "a grain that is known"}
	}
	return t.byGrain[g], nil
}

// rowTime is the first column of a table of roll-ups: a time or a date.
type rowTime interface{ add(schemas.Time) }

type (
	timeColumn struct{ *proto.ColDateTime64 }
	dateColumn struct{ *proto.ColDate32 }
)

func (c timeColumn) add(t schemas.Time) { c.AppendRaw(proto.DateTime64(t)) }

func (c dateColumn) add(t schemas.Time) {
	const dayMs = 24 * 60 * 60 * 1000
	day := t / dayMs
	if t%dayMs < 0 {
		day-- // before 1970
	}
	*c.ColDate32 = append(*c.ColDate32, proto.Date32(day))
}
