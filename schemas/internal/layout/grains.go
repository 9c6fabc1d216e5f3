package layout

import "github.com/clearlane/clearlane/schemas"

// The kinds of rows in the topic of roll-ups.
const (
	CellKind   = "cell"
	FunnelKind = "funnel"
	LedgerKind = "ledger"
)

// Shape is what the rows of one grain look like: their kind, and their members beside
// those that all rows have, which are kind, grain, time, layout, partition and version.
type Shape struct {
	Kind    string
	Members []string
}

// Has is true of the members of the shape's rows, those that all rows have among them.
func (s *Shape) Has(name string) bool {
	if f := &Rollup.Fields[Rollup.Find([]byte(name))]; f.Always {
		return true
	}
	for _, m := range s.Members {
		if m == name {
			return true
		}
	}
	return false
}

// Shapes are the shapes of all grains. A row states all members of its shape, also where
// they hold nothing, and no others. The value of hour_reason, which is 0, was stated in
// the first release.
var Shapes = [...]Shape{
	schemas.GrainMinuteRoute: {CellKind, []string{"port", "route", "preference_status", "currency", "count", "value", "epoch"}},
	schemas.GrainHourReason:  {CellKind, []string{"seller_id", "site_host", "reason", "count", "value", "epoch"}},
	schemas.GrainDayOrigin:   {CellKind, []string{"origin_country", "hs_chapter", "route", "currency", "count", "value", "epoch"}},
	schemas.GrainHourLabel:   {CellKind, []string{"channel_group", "platform", "label_class", "currency", "count", "value", "epoch"}},
	schemas.GrainDayCampaign: {CellKind, []string{"ad_network", "campaign", "label_class", "route", "count", "epoch"}},
	schemas.GrainDaySeller:   {CellKind, []string{"seller_id", "site_host", "route", "currency", "count", "value", "epoch"}},
	schemas.GrainHourFunnel:  {FunnelKind, []string{"seller_id", "channel", "clicks", "orders", "shipments", "joined", "waiting", "expired", "epoch"}},
	schemas.GrainDayLedger:   {LedgerKind, []string{"topic", "outcome", "count"}},
}
