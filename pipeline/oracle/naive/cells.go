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

// count counts a shipment's verdict in its minute, and once for each of its reasons in
// the hour of its seller's site.
func (x *Expected) count(partition int32, v *schemas.Verdict) {
	const minute, hour = 60_000, 3_600_000
	d := &v.Dimensions
	one := Total{Count: 1, Value: "0"}
	if d.DeclaredValue.Set {
		one.Value = big.NewInt(d.DeclaredValue.E4).String()
	}
	add := func(c schemas.Cell, t Total) {
		k := Cell{partition, c}
		x.Cells[k] = x.Cells[k].Add(t)
	}
	add(schemas.Cell{Grain: schemas.GrainMinuteRoute, Time: d.EventTime - d.EventTime%minute, Port: d.Port,
		Route: v.Route, PreferenceStatus: v.PreferenceStatus, Currency: d.Currency}, one)
	codes := map[string]bool{}
	for i := range v.Reasons {
		codes[v.Reasons[i].Code] = true
	}
	for code := range codes {
		add(schemas.Cell{Grain: schemas.GrainHourReason, Time: d.EventTime - d.EventTime%hour,
			SellerID: d.SellerID, SiteHost: d.SiteHost, Reason: code}, Total{Count: 1, Value: "0"})
	}
}
