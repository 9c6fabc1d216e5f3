package audit

import (
	"fmt"
	"maps"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/schemas"
)

// rollups: of each cell the last row of each epoch holds what the decisions published in
// that epoch add up to, as far as they stand; and over the epochs they add up to the
// verdicts that have to stand.
func (o *Outputs) rollups(f *Findings, x *naive.Expected) {
	published := o.countDecisions()
	totals := map[naive.Cell]naive.Total{}
	for k, r := range o.lastRows(f) {
		got, want := naive.TotalOf(r.Count, r.Value), naive.Total{Value: "0"}
		if w, known := published[k]; known {
			want = w
		}
		delete(published, k)
		if got != want {
			f.add(Wrong, "roll-up %s: %d of value %s; the decisions published in it are %d of value %s (in ten-thousandths)", name(k), got.Count, got.Value, want.Count, want.Value)
		}
		k.Epoch = 0
		totals[k] = totals[k].Add(got)
	}
	for k, want := range published {
		f.add(Missing, "roll-up %s: %d of value %s (in ten-thousandths)", name(k), want.Count, want.Value)
	}
	left := maps.Clone(x.Cells)
	for k, got := range totals {
		want, known := left[k]
		if !known {
			want = naive.Total{Value: "0"}
		}
		delete(left, k)
		if got != want {
			f.add(Wrong, "roll-up %s, all epochs: %d of value %s, not %d of value %s (in ten-thousandths)", name(k), got.Count, got.Value, want.Count, want.Value)
		}
	}
	for k, want := range left {
		f.add(Missing, "roll-up %s, all epochs: %d of value %s (in ten-thousandths)", name(k), want.Count, want.Value)
	}
}

// lastRows is the last row of each cell of decisions.
func (o *Outputs) lastRows(f *Findings) map[naive.Cell]*row {
	last := map[naive.Cell]*row{}
	for i := range o.rows {
		r := &o.rows[i]
		if r.Cell.Grain > schemas.GrainDaySeller {
			continue // of no decisions
		}
		k := naive.Cell{Partition: r.at.Partition, Cell: r.Cell}
		if r.Partition != r.at.Partition {
			f.add(Wrong, "roll-up row of partition %d at %v", r.Partition, r.at)
		}
		if before := last[k]; before != nil {
			switch {
			case r.Version == before.Version:
				f.add(Duplicate, "roll-up %s: a row of commit %d again, at %v", name(k), r.Version, r.at)
			case r.Version < before.Version:
				f.add(Disorder, "roll-up %s: a row of commit %d behind one of %d, at %v", name(k), r.Version, before.Version, r.at)
			}
		}
		last[k] = r
	}
	return last
}

// countDecisions is what the published decisions add up to, cell by cell and epoch by
// epoch: of each subject the last version. One that supersedes nothing begins another life
// of its subject: what was published before stays counted.
func (o *Outputs) countDecisions() map[naive.Cell]naive.Total {
	const day = 86_400_000
	totals := map[naive.Cell]naive.Total{}
	count := func(p *published) {
		for c, one := range naive.CellsOf(p.verdict) {
			k := naive.Cell{Partition: p.at.Partition, Cell: c}
			k.Epoch = uint32(p.version / day)
			totals[k] = totals[k].Add(one)
		}
	}
	last := map[naive.Subject]*published{}
	for i := range o.decisions {
		p := &o.decisions[i]
		if before := last[p.subject]; before != nil && p.supersedes == 0 {
			count(before)
		}
		last[p.subject] = p
	}
	for _, p := range last {
		count(p)
	}
	return totals
}

// name says which cell it is: its dimensions as a row states them, the empty ones left out.
func name(k naive.Cell) string {
	c := &k.Cell
	s := fmt.Sprintf("partition %d, %s %s", k.Partition, c.Grain, c.Time)
	if c.Route != schemas.RouteNone {
		s += ", " + c.Route.String()
	}
	if c.Grain == schemas.GrainMinuteRoute {
		s += ", " + c.PreferenceStatus.String()
	}
	for _, d := range [...]struct{ what, text string }{
		{"port", c.Port}, {"seller", c.SellerID}, {"site", c.SiteHost}, {"reason", c.Reason}, {"origin", c.OriginCountry}, {"HS chapter", c.HSChapter},
		{"channel group", c.ChannelGroup}, {"platform", c.Platform}, {"label class", c.LabelClass}, {"network", c.AdNetwork}, {"campaign", c.Campaign},
		{"currency", c.Currency},
	} {
		if d.text != "" {
			s += fmt.Sprintf(", %s %q", d.what, d.text)
		}
	}
	if c.Epoch != 0 {
		s += fmt.Sprintf(", epoch %d", c.Epoch)
	}
	return s
}
