package boards_test

import (
	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/pipeline/land/landtest"
	"github.com/clearlane/clearlane/schemas"
)

// counters are rows of the funnel and of the ledger as tasks of several partitions, epochs
// and commits write them. What holds is the newest row of each cell of each partition.
type counters struct {
	all    []schemas.RollupRow
	newest []schemas.RollupRow
}

func makeCounters() (c counters) {
	const start = int64(gen.DefaultStart)
	for partition := range int32(landtest.Partitions) {
		for commit := range int64(2) {
			for i := range int64(30) {
				n := 7*i + int64(partition) + 3*commit
				row := schemas.RollupRow{Layout: landtest.Partitions, Partition: partition, Version: uint64(commit + 1), Cell: schemas.Cell{
					Grain: schemas.GrainHourFunnel, Time: schemas.Time(start + i*2*hourMs), SellerID: []string{"", "s1", oddSeller}[i%3],
					Channel: []string{"", "B2B", "B2C"}[(i+1)%3], Epoch: 20_668 + uint32(i%2)},
					Funnel: schemas.Funnel{Clicks: 2 * n, Orders: n, Shipments: 6*n + 3, Joined: 3 * n, Waiting: 2*n + 1, Expired: n + 2}}
				c.add(row, commit == 1)
				c.add(schemas.RollupRow{Layout: landtest.Partitions, Partition: partition, Version: uint64(commit + 1), Count: n, Cell: schemas.Cell{
					Grain: schemas.GrainDayLedger, Time: schemas.Time(floor(gen.DefaultStart, dayMs) + i/6*dayMs),
					Topic: []string{"orders", "shipments"}[i%2], Outcome: []string{"applied", "duplicate", "published"}[i%3]}}, commit == 1)
			}
		}
	}
	return c
}

func (c *counters) add(row schemas.RollupRow, newest bool) {
	c.all = append(c.all, row)
	if newest {
		c.newest = append(c.newest, row)
	}
}

// letters are ledger rows of the dead letters of a set, one topic's short of one.
func (c *counters) letters(all []landtest.Letter) {
	counts := map[schemas.Cell]int64{}
	for _, l := range all {
		counts[schemas.Cell{Grain: schemas.GrainDayLedger, Time: schemas.Time(floor(schemas.Time(l.TimeMs), dayMs)), Topic: l.Topic, Outcome: "dead_letter"}]++
	}
	for cell, n := range counts {
		if cell.Topic == all[0].Topic && cell.Time == schemas.Time(floor(schemas.Time(all[0].TimeMs), dayMs)) {
			n--
		}
		c.add(schemas.RollupRow{Layout: landtest.Partitions, Version: 3, Count: n, Cell: cell}, true)
	}
}
