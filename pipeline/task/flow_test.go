package task

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// flow is what the last rows of the funnel and the ledger say.
type flow struct {
	funnel map[schemas.Cell]schemas.Funnel // those that are not all zeros
	ledger map[schemas.Cell]int64
}

// row takes a row in; false of one that is not the flow's.
func (f *flow) row(t *testing.T, row *schemas.RollupRow) bool {
	t.Helper()
	if f.funnel == nil {
		f.funnel, f.ledger = map[schemas.Cell]schemas.Funnel{}, map[schemas.Cell]int64{}
	}
	switch row.Cell.Grain {
	case schemas.GrainHourFunnel:
		if n := row.Funnel; n.Shipments != n.Joined+n.Waiting+n.Expired {
			t.Errorf("funnel cell %+v: %+v does not add up", row.Cell, n)
		}
		delete(f.funnel, row.Cell)
		if row.Funnel != (schemas.Funnel{}) {
			f.funnel[row.Cell] = row.Funnel
		}
	case schemas.GrainDayLedger:
		if row.Count < f.ledger[row.Cell] {
			t.Errorf("ledger cell %+v: %d behind %d", row.Cell, row.Count, f.ledger[row.Cell])
		}
		f.ledger[row.Cell] = row.Count
	default:
		return false
	}
	return true
}

// sums are the funnel's cells added up over epochs, with what has expired among what waits:
// when it does depends on when the store gets round to it.
func (f *flow) sums() map[schemas.Cell]schemas.Funnel {
	sums := map[schemas.Cell]schemas.Funnel{}
	for c, n := range f.funnel {
		c.Epoch = 0
		n.Waiting, n.Expired = n.Waiting+n.Expired, 0
		addFunnel(sums, c, n)
	}
	return sums
}

func addFunnel(to map[schemas.Cell]schemas.Funnel, c schemas.Cell, n schemas.Funnel) {
	x := to[c]
	x.Clicks += n.Clicks
	x.Orders += n.Orders
	x.Shipments += n.Shipments
	x.Joined += n.Joined
	x.Waiting += n.Waiting
	x.Expired += n.Expired
	to[c] = x
	if x == (schemas.Funnel{}) {
		delete(to, c)
	}
}

func (f *flow) differs(o flow) string {
	if d := differ("funnel cell", f.sums(), o.sums()); d != "" {
		return d
	}
	return differ("ledger cell", f.inputs(), o.inputs())
}

// inputs is the ledger of the input topics: what is published depends on batches.
func (f *flow) inputs() map[schemas.Cell]int64 {
	in := map[schemas.Cell]int64{}
	for c, n := range f.ledger {
		if c.Outcome != Published {
			in[c] = n
		}
	}
	return in
}

// balances holds the ledger against the records that were there to be read, and those
// that were published.
func (f *flow) balances(t *testing.T, c *cluster) {
	t.Helper()
	records, letters, published := map[string]int64{}, int64(0), map[string]int64{}
	for cell, n := range f.ledger {
		switch cell.Outcome {
		case Published:
			published[cell.Topic] += n
			continue
		case "dead_letter":
			letters += n
		}
		records[cell.Topic] += n
	}
	for i, topic := range testTopics {
		if records[topic.Name] != int64(len(c.inputs[i])) {
			t.Errorf("ledger: %d records of %s, there are %d", records[topic.Name], topic.Name, len(c.inputs[i]))
		}
	}
	if letters != int64(len(c.outputs[OutDeadLetters])) {
		t.Errorf("ledger: %d dead letters, there are %d", letters, len(c.outputs[OutDeadLetters]))
	}
	for o, all := range c.outputs {
		if published[outputNames[o]] != int64(len(all)) {
			t.Errorf("ledger: %d records published on %s, there are %d", published[outputNames[o]], outputNames[o], len(all))
		}
	}
}

// tellFlow writes down a row in words, but for what is published: balances shows that. It
// is false of a row that is not the flow's.
func tellFlow(w *strings.Builder, row *schemas.RollupRow) bool {
	c, n := &row.Cell, &row.Funnel
	switch c.Grain {
	case schemas.GrainHourFunnel:
		fmt.Fprintf(w, "funnel version %d: %s, seller %q, channel %q, epoch %d: clicks %d, orders %d, shipments %d, joined %d, waiting %d, expired %d\n",
			row.Version, c.Time, c.SellerID, c.Channel, c.Epoch, n.Clicks, n.Orders, n.Shipments, n.Joined, n.Waiting, n.Expired)
	case schemas.GrainDayLedger:
		if c.Outcome != Published {
			fmt.Fprintf(w, "ledger version %d: %s, %s %s: %d\n", row.Version, c.Time, c.Topic, c.Outcome, row.Count)
		}
	default:
		return false
	}
	return true
}

// contributed is what all records add up to in the funnel, each order read on its own, its
// records in the order of their times.
func contributed(t *testing.T, in [][]record.Record, refs *decide.References, cfg Config) map[schemas.Cell]schemas.Funnel {
	t.Helper()
	intake := decide.NewIntake(cfg.Bounds, refs.Geo)
	byKey := map[string][]join.Record{}
	for topic := range in {
		for i := range in[topic] {
			r := &in[topic][i]
			var x join.Record
			if _, err := intake.Take(testTopics[topic].Kind, r, &x); err == nil {
				byKey[string(r.Key)] = append(byKey[string(r.Key)], x)
			}
		}
	}
	want := map[schemas.Cell]schemas.Funnel{}
	for _, records := range byKey {
		slices.SortStableFunc(records, func(a, b join.Record) int { return int(a.TimeMs - b.TimeMs) })
		var st join.State
		for i := range records {
			st.Apply(&cfg.Join, &records[i])
		}
		for _, c := range st.Contributions(slices.Clone(st.Left())) {
			cell := schemas.Cell{Grain: schemas.GrainHourFunnel, Time: schemas.Time(c.TimeMs - c.TimeMs%(3600*1000))}
			n := schemas.Funnel{Clicks: int64(c.Clicks), Shipments: int64(c.Shipments)}
			if c.HasOrder {
				var o schemas.Order
				if err := codec.ReadOrder(c.Order, &o); err != nil {
					t.Fatal(err)
				}
				n.Orders, cell.SellerID, cell.Channel = 1, o.SellerID, o.Channel
			}
			if c.HasOrder && c.Clicks > 0 {
				n.Joined = n.Shipments
			}
			n.Waiting = n.Shipments - n.Joined
			addFunnel(want, cell, n)
		}
	}
	return want
}

// After any number of crashes the funnel is what the records add up to, cell by cell and
// epoch by epoch that of an undisturbed run, and the ledger balances.
func TestFunnelAndLedgerSurviveCrashes(t *testing.T) {
	in, refs := events(t, 5, 300, 25)
	base := Deps{References: func() *decide.References { return refs }, Now: time.Now}
	calm := newCluster(in, 1, 0)
	if err := calm.run(testConfig(), base); err != nil {
		t.Fatal(err)
	}
	want := calm.read(t)
	want.flow.balances(t, calm)
	if d := differ("funnel cell", want.flow.sums(), contributed(t, in, refs, testConfig())); d != "" {
		t.Fatal(d)
	}
	var total schemas.Funnel
	for _, n := range want.flow.sums() {
		total.Joined, total.Waiting = total.Joined+n.Joined, total.Waiting+n.Waiting
	}
	if total.Joined == 0 || total.Waiting == 0 {
		t.Fatalf("%+v: nothing to show", total)
	}
	for seed := range uint64(15) {
		c := newCluster(in, seed, 40)
		if err := c.run(testConfig(), base); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got := c.read(t)
		got.flow.balances(t, c)
		if d := differ("funnel cell", got.flow.funnel, want.flow.funnel); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		if d := differ("ledger cell", got.flow.inputs(), want.flow.inputs()); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		if t.Failed() {
			t.Fatal(fmt.Sprint("seed ", seed))
		}
	}
}

// Shipments that wait when their orders are forgotten expire, whatever crashes; and what
// comes later to the hour of a forgotten cell is added to what was published of it.
func TestWhatWaitsExpiresWithItsOrder(t *testing.T) {
	_, refs := events(t, 1, 1, 0)
	cfg := testConfig()
	cfg.Join, cfg.Bounds.MaxAheadMs = shortLife(), 10*365*24*3600*1000
	const start, waiting, apart = int64(1_780_000_000_000), 12, int64(20 * 60 * 1000)
	event := schemas.Time(start).String()
	shipment := func(key string, at int64) record.Record {
		return record.Record{Key: []byte(key), TimeMs: at, Value: fmt.Appendf(nil,
			`{"order_key":%q,"shipment_id":"p","event_time":%q,"destination_country":"US","port_of_entry":"2704"}`, key, event)}
	}
	for seed := range uint64(6) {
		in := make([][]record.Record, len(testTopics))
		add := func(r record.Record) {
			r.Offset = int64(len(in[2]))
			in[2] = append(in[2], r)
		}
		for i := range waiting {
			add(shipment(fmt.Sprint("waits-", i), start+int64(i)))
		}
		c := newCluster(in, seed, 12)
		d := newDisk(c)
		c.open, c.forgets = d.open, true
		now := time.UnixMilli(1_790_000_000_000)
		deps := Deps{References: func() *decide.References { return refs }, Now: func() time.Time {
			now = now.Add(150 * time.Millisecond)
			return now
		}}
		sum := func() (n schemas.Funnel) {
			for cell, x := range c.read(t).flow.funnel {
				if cell.Epoch == 0 {
					t.Errorf("seed %d: %+v", seed, cell)
				}
				n.Shipments, n.Waiting, n.Expired = n.Shipments+x.Shipments, n.Waiting+x.Waiting, n.Expired+x.Expired
			}
			return n
		}
		others := int64(0)
		const most = 400
		for ; others <= most; others++ { // the last one is run too
			add(shipment(fmt.Sprint("other-", others), start+others*apart))
			if others%20 > 0 {
				continue
			}
			if err := c.run(cfg, deps); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if n := sum(); n.Shipments != waiting+others+1 || n.Waiting+n.Expired != n.Shipments || n.Expired > waiting+others {
				t.Fatalf("seed %d: %+v of %d shipments", seed, n, waiting+others+1)
			}
		}
		before := sum()
		last := rollup.EpochOf(start + most*apart)
		for cell, n := range c.read(t).flow.funnel {
			if cell.Epoch+2 <= last && n.Waiting != 0 {
				t.Errorf("seed %d: epoch %d, in that of %d: %+v: what has waited for days has not expired", seed, cell.Epoch, last, n)
			}
		}
		add(shipment("late", start+5)) // of the hour and the day of those that have expired
		if err := c.run(cfg, deps); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if n := sum(); n.Shipments != before.Shipments+1 || n.Expired < before.Expired+1 || n.Waiting+n.Expired != n.Shipments {
			t.Errorf("seed %d: %+v behind %+v", seed, n, before)
		}
		final := c.read(t)
		final.flow.balances(t, c)
		if *d.forgotten == 0 {
			t.Errorf("seed %d: nothing was forgotten", seed)
		}
	}
}
