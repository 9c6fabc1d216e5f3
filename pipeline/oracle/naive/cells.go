package naive

import (
	"math/big"

	"github.com/clearlane/clearlane/schemas"
)

// Cell is a roll-up cell of one partition.
type Cell struct {
	Partition int32
	schemas.Cell
}

// Total is what a cell holds.
type Total struct {
	Count int64
	Value string // sum of declared values in ten-thousandths, a decimal number
}

// Add is the total with another one.
func (t Total) Add(o Total) Total {
	return Total{t.Count + o.Count, new(big.Int).Add(number(t.Value), number(o.Value)).String()}
}

func number(s string) *big.Int {
	n, _ := new(big.Int).SetString(s, 10)
	if n == nil {
		n = new(big.Int) // the zero Total
	}
	return n
}

// TotalOf is what a roll-up row says.
func TotalOf(count int64, value schemas.Sum) Total {
	n := new(big.Int).Lsh(big.NewInt(value.Hi), 64)
	return Total{count, n.Add(n, new(big.Int).SetUint64(value.Lo)).String()}
}

// count counts a shipment's verdict in its cells.
func (x *Expected) count(partition int32, v *schemas.Verdict) {
	for c, one := range CellsOf(v) {
		k := Cell{partition, c}
		x.Cells[k] = x.Cells[k].Add(one)
	}
}

// CellsOf are the cells that a shipment's verdict counts in, and what it adds to each: one
// of each grain, and of the grain of reasons one for each of its reasons. Their epoch,
// which follows from a decision's version, is 0.
func CellsOf(v *schemas.Verdict) map[schemas.Cell]Total {
	const minute, hour, day = 60_000, 3_600_000, 86_400_000
	d := &v.Dimensions
	one, valued := Total{Count: 1, Value: "0"}, Total{Count: 1, Value: "0"}
	if d.DeclaredValue.Set {
		valued.Value = big.NewInt(d.DeclaredValue.E4).String()
	}
	at := func(unit schemas.Time) schemas.Time { return d.EventTime - d.EventTime%unit }
	cells := map[schemas.Cell]Total{
		{Grain: schemas.GrainMinuteRoute, Time: at(minute), Port: d.Port, Route: v.Route, PreferenceStatus: v.PreferenceStatus, Currency: d.Currency}:       valued,
		{Grain: schemas.GrainDayOrigin, Time: at(day), OriginCountry: d.OriginCountry, HSChapter: d.HSChapter, Route: v.Route, Currency: d.Currency}:        valued,
		{Grain: schemas.GrainHourLabel, Time: at(hour), ChannelGroup: d.ChannelGroup, Platform: d.Platform, LabelClass: d.LabelClass, Currency: d.Currency}: valued,
		{Grain: schemas.GrainDayCampaign, Time: at(day), AdNetwork: d.AdNetwork, Campaign: d.Campaign, LabelClass: d.LabelClass, Route: v.Route}:            one,
		{Grain: schemas.GrainDaySeller, Time: at(day), SellerID: d.SellerID, SiteHost: d.SiteHost, Route: v.Route, Currency: d.Currency}:                    valued,
	}
	for i := range v.Reasons {
		cells[schemas.Cell{Grain: schemas.GrainHourReason, Time: at(hour), SellerID: d.SellerID, SiteHost: d.SiteHost, Reason: v.Reasons[i].Code}] = one
	}
	return cells
}
