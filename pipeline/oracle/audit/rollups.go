package audit

import (
	"fmt"
	"maps"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/schemas"
)

// rollups: of each cell the last row holds what the verdicts that have to stand add up
// to, partition by partition.
func (o *Outputs) rollups(f *Findings, x *naive.Expected) {
	lastRow := map[naive.Cell]*row{}
	for i := range o.rows {
		r := &o.rows[i]
		k := naive.Cell{Partition: r.at.Partition, Cell: r.Cell}
		if r.Partition != r.at.Partition {
			f.add(Wrong, "roll-up row of partition %d at %v", r.Partition, r.at)
		}
		if before := lastRow[k]; before != nil {
			switch {
			case r.Version == before.Version:
				f.add(Duplicate, "roll-up %s: a row of commit %d again, at %v", name(k), r.Version, r.at)
			case r.Version < before.Version:
				f.add(Disorder, "roll-up %s: a row of commit %d behind one of %d, at %v", name(k), r.Version, before.Version, r.at)
			}
		}
		lastRow[k] = r
	}
	left := maps.Clone(x.Cells)
	for k, r := range lastRow {
		got, want := naive.TotalOf(r.Count, r.Value), naive.Total{Value: "0"}
		if w, known := left[k]; known {
			want = w
		}
		delete(left, k)
		if got != want {
			f.add(Wrong, "roll-up %s: %d of value %s, not %d of value %s (in ten-thousandths)", name(k), got.Count, got.Value, want.Count, want.Value)
		}
	}
	for k, want := range left {
		f.add(Missing, "roll-up %s: %d of value %s (in ten-thousandths)", name(k), want.Count, want.Value)
	}
}

func name(k naive.Cell) string {
	if k.Grain == schemas.GrainHourReason {
		return fmt.Sprintf("partition %d, hour %s, seller %s, site %s, %s", k.Partition, k.Time, k.SellerID, k.SiteHost, k.Reason)
	}
	return fmt.Sprintf("partition %d, minute %s, port %q, %s, %s, %q", k.Partition, k.Time, k.Port, k.Route, k.PreferenceStatus, k.Currency)
}
