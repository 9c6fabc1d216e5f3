package audit

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/schemas"
)

// outcomes are those that the ledger tells apart of input records.
var outcomes = map[string]bool{"applied": true, "duplicate": true, "stale": true, "evicted": true, letterOutcome: true}

const (
	letterOutcome    = "dead_letter"
	publishedOutcome = "published"
)

// isFlow is true of the rows of the funnel and the ledger.
func isFlow(r *row) bool {
	return r.Cell.Grain == schemas.GrainHourFunnel || r.Cell.Grain == schemas.GrainDayLedger
}

// flow: of each cell of the funnel and the ledger the rows follow each other, and the last
// ones hold what the inputs add up to, partition by partition.
func (o *Outputs) flow(f *Findings, x *naive.Expected) {
	last := map[naive.Cell]*row{}
	for i := range o.rows {
		r := &o.rows[i]
		if !isFlow(r) {
			continue
		}
		k := naive.Cell{Partition: r.at.Partition, Cell: r.Cell}
		if r.Partition != r.at.Partition {
			f.add(Wrong, "roll-up row of partition %d at %v", r.Partition, r.at)
		}
		if before := last[k]; before != nil {
			switch {
			case r.Version == before.Version:
				f.add(Duplicate, "%s: a row of commit %d again, at %v", flowName(k), r.Version, r.at)
			case r.Version < before.Version:
				f.add(Disorder, "%s: a row of commit %d behind one of %d, at %v", flowName(k), r.Version, before.Version, r.at)
			}
		}
		last[k] = r
	}
	funnel(f, last, x)
	o.ledger(f, last, x)
}

func funnel(f *Findings, last map[naive.Cell]*row, x *naive.Expected) {
	sums := map[naive.Cell]schemas.Funnel{}
	for k, r := range last {
		if k.Grain == schemas.GrainHourFunnel {
			k.Epoch = 0
			sums[k] = naive.AddFunnel(sums[k], r.Funnel)
		}
	}
	left := maps.Clone(x.Funnel)
	for k, got := range sums {
		if want := left[k]; got != want {
			f.add(Wrong, "%s: %+v, not %+v", flowName(k), got, want)
		}
		delete(left, k)
	}
	for k, want := range left {
		f.add(Missing, "%s: %+v", flowName(k), want)
	}
}

// ledger: of each day of an input the outcomes add up to its records, and the dead letters
// are those that there are; of each output as many records are published as stand there.
func (o *Outputs) ledger(f *Findings, last map[naive.Cell]*row, x *naive.Expected) {
	days, published := map[naive.Day]naive.Read{}, map[naive.Day]int64{}
	for k, r := range last {
		if k.Grain != schemas.GrainDayLedger {
			continue
		}
		at := naive.Day{Topic: k.Topic, Partition: k.Partition, Start: k.Time}
		n := days[at]
		switch {
		case k.Outcome == publishedOutcome:
			at.Start = 0 // by the watermark of the commit, which nothing else tells
			published[at] += r.Count
			continue
		case !outcomes[k.Outcome]:
			f.add(Wrong, "%s: no outcome of that name", flowName(k))
		case k.Outcome == letterOutcome:
			n.Letters += r.Count
		}
		n.Records += r.Count
		days[at] = n
	}
	left := maps.Clone(x.Days)
	for at, got := range days {
		if want := left[at]; got != want {
			f.add(Wrong, "ledger of %s, partition %d, day %s: %+v, not %+v", at.Topic, at.Partition, at.Start, got, want)
		}
		delete(left, at)
	}
	for at, want := range left {
		f.add(Missing, "ledger of %s, partition %d, day %s: %+v", at.Topic, at.Partition, at.Start, want)
	}
	for at, want := range o.records {
		if got := published[at]; got != want {
			f.add(Wrong, "ledger of %s, partition %d: %d published, there are %d", at.Topic, at.Partition, got, want)
		}
	}
}

func flowName(k naive.Cell) string {
	if k.Grain == schemas.GrainDayLedger {
		return fmt.Sprintf("ledger of partition %d, day %s, %s %s", k.Partition, k.Time, k.Topic, k.Outcome)
	}
	return fmt.Sprintf("funnel of partition %d, hour %s, seller %q, channel %q", k.Partition, k.Time, k.SellerID, k.Channel)
}

// The queries that the views of the funnel and the ledger are compared by, and their columns.
const (
	funnelSelect = `SELECT concat_ws('/', toString(toUnixTimestamp64Milli(hour)), seller_id, channel), '', toString(clicks), toString(orders),
	toString(shipments), toString(joined), toString(waiting), toString(expired) FROM %s.v_funnel`
	ledgerSelect = "SELECT concat_ws('/', toString(day), topic, outcome), '', toString(records) FROM %s.v_ledger"
)

var funnelColumns, ledgerColumns = []string{"clicks", "orders", "shipments", "joined", "waiting", "expired"}, []string{"records"}

// funnelRows are the cells of the funnel, added up over the partitions.
func funnelRows(x *naive.Expected) map[string][]string {
	sums := map[string]schemas.Funnel{}
	for k, n := range x.Funnel {
		key := fmt.Sprintf("%d/%s/%s", int64(k.Time), k.SellerID, k.Channel)
		sums[key] = naive.AddFunnel(sums[key], n)
	}
	rows := map[string][]string{}
	for key, n := range sums {
		for _, v := range []int64{n.Clicks, n.Orders, n.Shipments, n.Joined, n.Waiting, n.Expired} {
			rows[key] = append(rows[key], strconv.FormatInt(v, 10))
		}
	}
	return rows
}

// ledgerRows are the ledger's rows in the topic, added up over the partitions.
func (o *Outputs) ledgerRows() map[string][]string {
	last := map[naive.Cell]int64{}
	for i := range o.rows {
		if r := &o.rows[i]; r.Cell.Grain == schemas.GrainDayLedger {
			last[naive.Cell{Partition: r.at.Partition, Cell: r.Cell}] = r.Count
		}
	}
	sums := map[string]int64{}
	for k, n := range last {
		sums[fmt.Sprintf("%s/%s/%s", schemas.Date(k.Time/86_400_000), k.Topic, k.Outcome)] += n
	}
	rows := map[string][]string{}
	for key, n := range sums {
		rows[key] = []string{strconv.FormatInt(n, 10)}
	}
	return rows
}
